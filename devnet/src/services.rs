//! Indexer, API and clearing service, in this process, as `novate start` and `novate clear` run them.

use anyhow::{Context, Result, anyhow, bail};
use novate_api::{ApiConfig, rest};
use novate_clearing::{
    config::{Clearing, ClearingConfig, Network},
    failpoint,
};
use novate_indexer::{ClearingSection, Config, Store};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Longest wait for all to end.
const STOP: Duration = Duration::from_secs(15);

/// Running services; they stop when this is dropped.
pub struct Services {
    /// Address of the API, such as `http://127.0.0.1:8080`.
    pub base: String,
    /// What the clearing service was told.
    pub clearing: Clearing,
    /// The clearing service's connections.
    pub store: Store,
    /// Those of the intake.
    taking: Store,
    stop: DropGuard,
    tasks: Vec<JoinHandle<Result<()>>>,
}

impl Services {
    /// Starts all with the configuration in `file`.
    pub async fn start(file: &Path) -> Result<Self> {
        let (config, api) = Config::load_with::<ApiConfig>(file)?;
        let store = Store::connect(&config.database_url).await?;
        store.migrate().await?;
        let listener = TcpListener::bind(api.listen).await.with_context(|| {
            format!(
                "cannot listen on {}; choose another address with --listen",
                api.listen
            )
        })?;
        let base = format!("http://{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let clearing = clearing(file)?;
        clearing.migrate(store.pool()).await?;
        // Connections of their own, as in other processes: neither waits for those of GraphQL.
        let taking = Store::connect(&config.database_url).await?;
        let intake = rest::Clearing::open(&clearing, taking.pool(), &stop).await?;
        let clears = Store::connect(&config.database_url).await?;
        let service = clearing
            .service(clears.pool().clone(), failpoint::pass, &stop)
            .await?;
        let serving = novate_api::serve(
            api,
            listener,
            store.pool().clone(),
            Some(intake),
            stop.clone().cancelled_owned(),
        );
        let indexing = novate_indexer::run_on(store, config.sources, stop.clone());
        let tasks = vec![
            tokio::spawn(async { serving.await.context("the API ended") }),
            tokio::spawn(async { indexing.await.context("the indexer ended") }),
            tokio::spawn({
                let stop = stop.clone();
                async {
                    service.run(stop).await;
                    Ok(())
                }
            }),
        ];
        Ok(Self {
            base,
            clearing,
            store: clears,
            taking,
            stop: stop.drop_guard(),
            tasks,
        })
    }

    /// Waits until one of them ends though nobody asked for it, and says why.
    pub async fn ended(&mut self) -> anyhow::Error {
        match futures_util::future::select_all(&mut self.tasks).await {
            (Ok(Ok(())), ..) => anyhow!("indexer, API or clearing service ended by itself"),
            (Ok(Err(error)), ..) => error,
            (Err(crash), ..) => crash.into(),
        }
    }

    /// Asks all to end, and waits until they have.
    pub async fn stop(self) -> Result<()> {
        drop(self.stop);
        for task in self.tasks {
            tokio::time::timeout(STOP, task)
                .await
                .context("indexer, API and clearing service did not stop in time")???;
        }
        // Before Postgres goes: what follows the index holds connections.
        let closed = async { tokio::join!(self.store.pool().close(), self.taking.pool().close()) };
        let closed = tokio::time::timeout(STOP, closed).await;
        closed.context("the clearing service kept connections to Postgres")?;
        Ok(())
    }
}

/// The section `[clearing]`.
pub(crate) fn clearing(file: &Path) -> Result<Clearing> {
    let section = Config::load_clearing::<ClearingConfig>(file)?;
    let ClearingSection {
        section,
        folder,
        networks,
        contracts,
        ..
    } = section.context("novate.toml has no section [clearing]")?;
    let networks = networks.into_iter().map(|network| Network {
        name: network.name,
        kind: network.kind.to_owned(),
        rpc: network.rpc,
    });
    Ok(section.resolve(&folder, &networks.collect::<Vec<_>>(), &contracts)?)
}

/// Waits until `/ready` says yes; says why it does not when `patience` is over.
pub async fn ready(base: &str, patience: Duration) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let deadline = Instant::now() + patience;
    loop {
        let answer = match http.get(format!("{base}/ready")).send().await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => response.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        if Instant::now() > deadline {
            bail!("{base} was not ready within {patience:?}: {answer}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
