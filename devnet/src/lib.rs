//! Local Solana, EVM, ICP and Postgres with everything of Novate deployed and indexed, and the demo flow that
//! proves it against the chains.
//!
//! | module | holds |
//! |---|---|
//! | [`stack`], [`solana`] | the nodes |
//! | [`deploy`], [`config`] | contracts, program and canister, and the `novate.toml` that follows them |
//! | [`services`] | indexer, API and clearing service |
//! | [`demo`] | the flow |
//! | [`audit`] | the comparison of every served row with the chains |
//! | [`bench`] | measurements |

pub mod audit;
pub mod bench;
pub mod config;
pub mod demo;
pub mod deploy;
mod report;
pub mod services;
pub mod solana;
pub mod stack;

use anyhow::{Context, Result, bail};
use audit::graphql::GraphQl;
use deploy::Deployment;
use novate_clearing::intake::json::{hex, write};
pub use report::Report;
use services::Services;
use stack::Stack;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

/// Longest wait until every source has caught up.
const READY: Duration = Duration::from_secs(60);

/// Where `up` serves.
pub struct Options {
    pub listen: SocketAddr,
}

/// The stack with everything on it, followed and served. Fields are dropped in this order.
pub struct Running {
    pub services: Services,
    pub deployment: Deployment,
    pub stack: Stack,
    /// Of `novate.toml`.
    pub folder: TempDir,
}

/// Starts everything, and notes in `report` how long each part took.
pub async fn start(listen: SocketAddr, report: &mut Report) -> Result<Running> {
    let begin = Instant::now();
    let stack = Stack::start().await?;
    report.phase("start of chains and Postgres", begin);

    let begin = Instant::now();
    let deployment = deploy::deploy(&stack).await?;
    report.phase("deployment", begin);

    let begin = Instant::now();
    let folder = tempfile::tempdir().context("making a folder for novate.toml")?;
    let file = config::write(folder.path(), &stack, &deployment, listen, config::Pace::Prompt)?;
    let services = Services::start(&file).await?;
    services::ready(&services.base, READY).await?;
    report.phase("start of indexer, API and clearing", begin);
    Ok(Running {
        services,
        deployment,
        stack,
        folder,
    })
}

/// Runs the demo flow once and compares every row with the chains.
///
/// # Errors
/// Also when a signal ends it; then as well nothing is left running.
pub async fn check() -> Result<Report> {
    let stopped = stop_signal()?;
    tokio::select! {
        report = checked() => report,
        () = stopped => bail!("stopped by a signal"),
    }
}

async fn checked() -> Result<Report> {
    let mut report = Report::default();
    let running = start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &mut report).await?;
    flow(&running, &mut report).await?;
    running.services.stop().await?;
    Ok(report)
}

/// The demo flow and its comparison on a running stack.
pub async fn flow(running: &Running, report: &mut Report) -> Result<()> {
    demo::run(&running.deployment, &running.services.base, report).await?;

    let begin = Instant::now();
    let api = GraphQl::new(&running.services.base)?;
    let progress = audit::caught_up(&api, &running.deployment).await?;
    let head = progress.get(config::EVM).map_or(0, |(head, _)| *head);
    for (name, (head, indexed)) in progress {
        report.chains.insert(name, report::Chain { head, indexed });
    }
    report.phase("until indexed", begin);

    let begin = Instant::now();
    let findings = audit::compare(&api, &running.deployment, u64::try_from(head).unwrap_or(0)).await?;
    report.rows = findings.rows;
    report.mismatches = findings.differences.len();
    report.problems.extend(findings.differences);
    if let Some(problem) = demo::replay::missing(&report.rows)? {
        report.problems.push(problem);
    }
    report.phase("comparison of every row", begin);

    let begin = Instant::now();
    for batch in audit::cleared::audited(&running.services).await? {
        let cleared = report
            .cleared
            .iter_mut()
            .find(|of| of.settlement == batch.settlement);
        match cleared {
            Some(cleared) if batch.problems.is_empty() => cleared.audited += 1,
            _ => report.problems.extend(batch.problems),
        }
    }
    report.vaults = audit::cleared::vaults(&running.services).await?;
    for vault in &report.vaults {
        let of = format!("the vaults of {}", vault.settlement);
        report
            .problems
            .extend(audit::cleared::problems(&of, &vault.checks));
    }
    report.phase("audit of batches and vaults", begin);
    Ok(())
}

/// Starts the stack, runs the flow, and serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Also when indexer, API or clearing service ends by itself.
pub async fn up(options: Options) -> Result<()> {
    let stopped = stop_signal()?;
    tokio::pin!(stopped);
    let begun = async {
        let mut report = Report::default();
        let running = start(options.listen, &mut report).await?;
        let intent = demo::run(&running.deployment, &running.services.base, &mut report).await?;
        anyhow::Ok((running, intent))
    };
    let (mut running, intent) = tokio::select! {
        begun = begun => begun?,
        () = &mut stopped => return Ok(()),
    };
    println!("{}", running.urls(&intent)?);
    tokio::select! {
        error = running.services.ended() => return Err(error),
        () = &mut stopped => {}
    }
    running.services.stop().await
}

/// Done at SIGINT or SIGTERM, which from now on no longer kill the process: what is dropped is cleaned up.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

impl Running {
    /// What a person needs to look around, and to send the intent.
    fn urls(&self, intent: &demo::clearing::Sent) -> Result<String> {
        let file = self.folder.path().join("intent.json");
        let json = serde_json::to_string_pretty(&write(&intent.signed))?;
        fs::write(&file, json).with_context(|| format!("writing {}", file.display()))?;
        Ok(format!(
            "GraphQL and GraphiQL  {base}/graphql\nstatus                {base}/status\nPostgres              {postgres}\n\
             EVM                   {evm}\nSolana                {solana}\nICP                   {icp}\n\
             configuration         {config}\n\
             send an intent        curl -H content-type:application/json -d @{file} {base}/api/intents\n\
             what became of it     curl {base}/api/intents/{id}\nits receipt           curl {base}/api/receipts/{id}\n\
             Ready. Ctrl-C stops everything.",
            base = self.services.base,
            postgres = self.stack.postgres.url(),
            evm = self.stack.anvil.url(),
            solana = self.stack.solana.rpc_url(),
            icp = self.stack.ic.url(),
            config = self.folder.path().join("novate.toml").display(),
            file = file.display(),
            id = hex(&intent.id),
        ))
    }
}
