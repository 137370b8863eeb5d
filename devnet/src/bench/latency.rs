//! From a block's arrival to its row being visible in GraphQL, one event at a time.
//!
//! The clock of a sample starts when the node itself announces the block to a subscriber of ours: `newHeads` on EVM,
//! `logsSubscribe` at `processed` on Solana; on the IC, when the update call has returned its certificate. It stops when a GraphQL
//! query finds the row. Node, indexer, API and this program share the machine.

use super::{Figure, figure::percentile, free_address};
use crate::{
    audit::graphql::GraphQl,
    config,
    demo::{claims, evm},
    deploy::{self, Deployment},
    stack::Stack,
};
use alloy::providers::{Provider, ProviderBuilder, WsConnect};
use anyhow::{Context, Result, bail};
use devnet_nodes::process::{StopSignal, spawn};
use futures_util::StreamExt;
use serde_json::json;
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::{RpcTransactionLogsConfig, RpcTransactionLogsFilter};
use solana_signer::Signer;
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const SUITE: &str = "latency";
const RUNS: usize = 3;
/// Between two looks for the row.
const LOOK: Duration = Duration::from_millis(2);
/// After this long without the row, something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures `samples` events per chain in each of three runs; ICP, where every sample is a threshold signature, a tenth of that.
pub async fn latency(novate: &Path, samples: usize) -> Result<Vec<Figure>> {
    let stack = Stack::start().await?;
    let deployment = deploy::deploy(&stack).await?;
    let folder = tempfile::tempdir().context("making a folder")?;
    let listen = free_address()?;
    let file = config::write(folder.path(), &stack, &deployment, listen, config::Pace::Prompt)?;
    let mut command = Command::new(novate);
    command.arg("start").arg("--config").arg(&file);
    let _novate =
        spawn(command, StopSignal::Terminate).with_context(|| format!("starting {}", novate.display()))?;
    let base = format!("http://{listen}");
    crate::services::ready(&base, PATIENCE).await?;
    let api = GraphQl::new(&base)?;

    let mut figures = Vec::new();
    for (chain, percents) in [("evm", &[50, 99][..]), ("solana", &[50, 99]), ("icp", &[99])] {
        let mut runs = vec![Vec::new(); percents.len()];
        for run in 1..=RUNS {
            tracing::info!(chain, run, samples, "measuring");
            let mut taken = match chain {
                "evm" => evm_samples(&stack, &deployment, &api, samples).await?,
                "solana" => solana_samples(&stack, &deployment, &api, samples).await?,
                _ => icp_samples(&deployment, &api, samples.div_ceil(10)).await?,
            };
            for (durations, &percent) in runs.iter_mut().zip(percents) {
                durations.extend(percentile(&mut taken, percent));
            }
        }
        for (durations, percent) in runs.iter().zip(percents) {
            figures.extend(Figure::millis(SUITE, format!("{chain}_p{percent}_ms"), durations));
        }
    }
    Ok(figures)
}

/// Waits for a row of the list `field` whose `column` is `value`.
async fn visible(api: &GraphQl, field: &str, column: &str, value: &str) -> Result<Instant> {
    let query = format!(
        "query($where: {}Where) {{ rows: {field}(where: $where, first: 1) {{ nodes {{ id }} }} }}",
        capitalised(field)
    );
    let deadline = Instant::now() + PATIENCE;
    loop {
        let data = api.query(&query, json!({ "where": { column: value } })).await?;
        if data["rows"]["nodes"]
            .as_array()
            .is_some_and(|nodes| !nodes.is_empty())
        {
            return Ok(Instant::now());
        }
        if Instant::now() > deadline {
            bail!("{field} with {column} {value} was not served within {PATIENCE:?}");
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn capitalised(name: &str) -> String {
    name.get(..1)
        .map_or_else(String::new, |first| first.to_uppercase() + &name[1..])
}

async fn evm_samples(stack: &Stack, at: &Deployment, api: &GraphQl, samples: usize) -> Result<Vec<Duration>> {
    let ws = ProviderBuilder::new()
        .connect_ws(WsConnect::new(stack.anvil.ws_url()))
        .await?;
    let mut heads = ws.subscribe_blocks().await?.into_stream();
    let mut taken = Vec::with_capacity(samples);
    for i in 0..samples {
        let (minted, head) = tokio::join!(
            evm::mint(&at.evm_rpc, &at.evm, at.evm.owners[0], i as u64 + 1),
            async {
                let head = heads.next().await;
                (head, Instant::now())
            }
        );
        minted?;
        let (Some(head), arrived) = head else {
            bail!("anvil's subscription ended")
        };
        let seen = visible(api, "rewardTokenTransfer", "blockHash", &head.hash.to_string()).await?;
        taken.push(seen.saturating_duration_since(arrived));
    }
    Ok(taken)
}

async fn solana_samples(
    stack: &Stack,
    at: &Deployment,
    api: &GraphQl,
    samples: usize,
) -> Result<Vec<Duration>> {
    let pubsub = PubsubClient::new(stack.solana.ws_url())
        .await
        .context("subscribing to the Solana node")?;
    let program = novate_bindings::solana::settlement::ID.to_string();
    let config = RpcTransactionLogsConfig {
        commitment: Some(CommitmentConfig::processed()),
    };
    let (mut logs, _) = pubsub
        .logs_subscribe(RpcTransactionLogsFilter::Mentions(vec![program]), config)
        .await?;
    let owner = solana_keypair::Keypair::new();
    let client = &at.solana_rpc;
    // Every amount differs: two equal transactions of one blockhash would be one.
    let amounts = 1..=samples as u64;
    let fund = at
        .solana
        .fund(client.payer(), owner.pubkey(), amounts.clone().sum())?;
    let funding = client.send(&fund, &[]).await?;
    next_log(&mut logs, &funding.to_string()).await?;
    let mut taken = Vec::with_capacity(samples);
    for amount in amounts {
        let signature = client
            .submit(&[at.solana.deposit(owner.pubkey(), amount)], &[&owner])
            .await?
            .to_string();
        let arrived = next_log(&mut logs, &signature).await?;
        let seen = visible(api, "settlementDeposited", "txHash", &signature).await?;
        taken.push(seen.saturating_duration_since(arrived));
    }
    Ok(taken)
}

async fn next_log(
    logs: &mut (
             impl StreamExt<
        Item = solana_rpc_client_api::response::Response<solana_rpc_client_api::response::RpcLogsResponse>,
    > + Unpin
         ),
    signature: &str,
) -> Result<Instant> {
    while let Some(log) = logs.next().await {
        if log.value.signature == signature {
            return Ok(Instant::now());
        }
    }
    bail!("the Solana node's log subscription ended")
}

async fn icp_samples(at: &Deployment, api: &GraphQl, samples: usize) -> Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(samples);
    for _ in 0..samples {
        let claim = claims::voucher(at.evm.owners[1], 1);
        claims::sign(at, &claim).await?;
        let arrived = Instant::now();
        let id = format!("0x{}", hex::encode(claim.id));
        let seen = visible(api, claims::SIGNED_TABLE, claims::SIGNED_ID, &id).await?;
        taken.push(seen.saturating_duration_since(arrived));
    }
    Ok(taken)
}
