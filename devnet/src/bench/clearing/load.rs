//! A client that sends in bulk, and waits for batches.

use super::{payments::Body, people::Party, progress::Progress};
use crate::demo::clearing::party::Member;
use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, TryStreamExt, future::try_join_all};
use novate_clearing::intake::json::account;
use serde_json::Value;
use sqlx::{FromRow, PgPool};
use std::time::{Duration, Instant};

/// Longest wait without anything new.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// Questions at once.
const PARALLEL: usize = 8;

/// A batch, as the service has it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Batch {
    pub number: i64,
    pub settlement: String,
    pub state: String,
    pub reason: Option<String>,
    pub intents: i32,
    pub filled: i32,
    pub deltas: i32,
}

fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// Waits until the service knows every session.
pub async fn until_active(base: &str, party: &Party) -> Result<()> {
    let http = client()?;
    let known = futures_util::stream::iter(&party.members)
        .map(|member| session(&http, base, party, member))
        .buffer_unordered(PARALLEL);
    known.try_collect().await
}

async fn session(http: &reqwest::Client, base: &str, party: &Party, member: &Member) -> Result<()> {
    let [owner, key] = [&member.owner.0, &member.key.id()].map(|id| account(party.scheme, id));
    let url = format!("{base}/api/session-keys/{}/{owner}/{key}", party.settlement);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = http.get(&url).send().await?.text().await?;
        let state = serde_json::from_str::<Value>(&answer).unwrap_or_default();
        if state["state"] == "active" {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("{url} is not active after {PATIENCE:?}: {answer}");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Sends the bodies of each connection one after the other; every intent must be accepted.
pub async fn send(base: &str, connections: Vec<Vec<Body>>) -> Result<()> {
    let url = format!("{base}/api/intents");
    let sending = connections.into_iter().map(async |bodies| {
        let http = client()?;
        for Body { text, intents } in bodies {
            let request = http.post(&url).header("content-type", "application/x-ndjson");
            let answer = request.body(text).send().await?.text().await?;
            let accepted = answer.matches("\"accepted\"").count();
            ensure!(
                accepted == intents,
                "{accepted} of {intents} intents were accepted: {answer:.500}"
            );
        }
        anyhow::Ok(())
    });
    try_join_all(sending).await.context("sending intents")?;
    Ok(())
}

/// Waits until batches with so many intents are final, in all of which everything is filled.
pub async fn until_final(pool: &PgPool, intents: usize) -> Result<Vec<Batch>> {
    let mut progress = Progress::new("intents settled for good", intents);
    let (mut last, mut deadline) = (Vec::new(), Instant::now() + PATIENCE);
    loop {
        let batches = batches(pool).await?;
        let is_final = |batch: &&Batch| batch.state == "finalized";
        let done: i64 = batches
            .iter()
            .filter(is_final)
            .map(|batch| i64::from(batch.intents))
            .sum();
        let done = usize::try_from(done)?;
        progress.at(done);
        if batches != last {
            deadline = Instant::now() + PATIENCE;
        }
        let failed = |batch: &&Batch| matches!(batch.state.as_str(), "quarantined" | "closed" | "abandoned");
        if let Some(batch) = batches.iter().find(failed) {
            bail!("a batch is not settled: {batch:?}");
        }
        if done == intents {
            let settled: Vec<_> = batches.into_iter().filter(|batch| is_final(&batch)).collect();
            let rejected = settled.iter().find(|batch| batch.filled != batch.intents);
            ensure!(rejected.is_none(), "not all is filled in {rejected:?}");
            return Ok(settled);
        }
        if Instant::now() > deadline {
            bail!("nothing new for {PATIENCE:?}, {done} of {intents} intents are settled: {batches:?}");
        }
        last = batches;
        tokio::time::sleep(LOOK).await;
    }
}

async fn batches(pool: &PgPool) -> Result<Vec<Batch>> {
    let batches = sqlx::query_as(
        "select b.number, s.name as settlement, b.state, b.reason, b.intents, b.filled, b.deltas
         from clearing.batches b join clearing.settlements s on s.id = b.settlement order by b.number",
    );
    batches.fetch_all(pool).await.context("reading batches")
}
