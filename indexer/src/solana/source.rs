//! One Solana program, followed by its transactions.
//!
//! A round: how far is the chain (`getSlot`, and `getBlock` of the newest confirmed slot, which a node
//! answers only when it knows all transactions of the slot); is the block we stand on still in it; which
//! transactions are between the two (`getSignaturesForAddress`, paged back until it shows one that we already
//! have); then those, oldest first, in steps of whole slots. `logsSubscribe` only says when to begin the next
//! round.

use super::{
    batch::{Contents, Entry, Reading},
    decode::Decoder,
    frontier::{BlockId, Frontier, Position},
    ledger::{LAG, Ledger, View, base58},
    rpc::Rpc,
    wake::Wake,
};
use crate::source::{Cursor, Source, SourceError, Step};
use async_trait::async_trait;
use novate_catalog::Table;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Transactions per step, at most; a step goes on to the end of the slot it is in.
const STEP: usize = 200;
/// How often a source without events moves its cursor.
const QUIET: Duration = Duration::from_secs(1);
/// The least time between two looks for a slot that was heard of and is not yet confirmed.
const SOON: Duration = Duration::from_millis(20);
/// A list that could not be read this often is made again: what it names may have left the chain.
const TRIES: u32 = 3;

/// What to follow, and how.
#[derive(Clone, Debug)]
pub struct SolanaOptions {
    pub network: String,
    /// Name of the program in the configuration; its tables begin with it.
    pub contract: String,
    /// URL of the node's JSON-RPC.
    pub rpc: String,
    /// URL of the node's WebSocket; without it `poll` bounds the latency.
    pub ws: Option<String>,
    /// Address of the program, base58; the IDL's own address when absent.
    pub program: Option<String>,
    pub idl_json: String,
    /// The first slot to read. 0: from the first one that the node has.
    pub start_slot: u64,
    /// Between rounds. A twentieth of it while a slot that mentions the program waits for its confirmation.
    pub poll: Duration,
    /// Of one HTTP request.
    pub timeout: Duration,
    /// Requests under way at once.
    pub requests: usize,
}

/// Follows one program on one network.
#[derive(Debug)]
pub struct SolanaSource {
    id: String,
    network: String,
    contract: String,
    ledger: Ledger,
    decoder: Decoder,
    ws: Option<String>,
    wake: Option<Wake>,
    start_slot: u64,
    poll: Duration,
    requests: usize,
    /// Transactions per step: fewer while the node fails, so that something comes through.
    step: usize,
    /// What was listed and not yet read. Made again from the cursor when it is lost.
    plan: Option<Plan>,
}

#[derive(Debug)]
struct Plan {
    from: Position,
    entries: VecDeque<Entry>,
    /// The list is complete up to this block.
    tip: BlockId,
    failures: u32,
}

impl SolanaSource {
    /// Reads the options; talks to nobody yet. Every error is [`SourceError::Fatal`].
    pub fn new(options: SolanaOptions) -> Result<Self, SourceError> {
        let SolanaOptions {
            network,
            contract,
            idl_json,
            ..
        } = options;
        let decoder = Decoder::new(&network, &contract, &idl_json)
            .map_err(|e| SourceError::Fatal(format!("IDL of contract {contract}: {e}")))?;
        let program = options.program.unwrap_or_else(|| decoder.program().to_owned());
        if base58::<32>(&program).is_none() {
            return Err(SourceError::Fatal(format!(
                "contract {contract}: {program:?} is not the address of a Solana program (base58 of 32 bytes)"
            )));
        }
        Ok(Self {
            id: format!("{network}/{contract}"),
            network,
            contract,
            ledger: Ledger::new(Rpc::new(&options.rpc, options.timeout)?, program),
            decoder,
            ws: options.ws,
            wake: None,
            start_slot: options.start_slot,
            poll: options.poll,
            requests: options.requests.max(1),
            step: STEP,
            plan: None,
        })
    }

    /// Makes a plan when there is something between `from` and the tip, were it only empty slots. A step is
    /// the answer when `from` has left the chain.
    async fn plan(&mut self, from: &Position, view: &View) -> Result<Option<Step>, SourceError> {
        let tip = BlockId {
            slot: view.tip.number,
            hash: view.tip.hash.clone(),
        };
        let stands = |plan: &Plan| plan.from == *from && (plan.tip == tip || !plan.entries.is_empty());
        if self.plan.as_ref().is_some_and(stands) {
            return Ok(None);
        }
        self.plan = None;
        if tip.slot < from.next_slot {
            if from.frontier.is_some() && tip.slot + LAG < from.next_slot {
                return Err(self.ledger.rpc.unavailable(format!(
                    "is at slot {}, while everything before slot {} is in the database; it lags, or is of \
                     another chain",
                    tip.slot, from.next_slot
                )));
            }
            return Ok(None);
        }
        if let Some(back) = self.ledger.left(from, self.start_slot).await? {
            let (was, from_block) = (from.next_slot, back.next_slot);
            tracing::warn!(
                source = self.id,
                was,
                from_block,
                "the block we stood on has left the chain"
            );
            return Ok(Some(Step::Rollback {
                from_block,
                cursor: back.cursor(),
            }));
        }
        let entries = self.ledger.list(from, tip.slot).await?;
        self.plan = Some(Plan {
            from: from.clone(),
            entries,
            tip,
            failures: 0,
        });
        Ok(None)
    }

    /// The next step of the plan.
    async fn advance(&mut self, view: &View) -> Result<Option<Step>, SourceError> {
        let Some(mut plan) = self.plan.take() else {
            return Ok(None);
        };
        match self.read(&mut plan, view).await {
            Ok(step) => {
                self.step = (self.step * 2).min(STEP);
                self.plan = Some(plan).filter(|plan| !plan.entries.is_empty());
                Ok(Some(step))
            }
            Err(error) => {
                self.ledger.forget();
                self.step = (self.step / 2).max(1);
                plan.failures += 1;
                self.plan = Some(plan).filter(|plan| plan.failures < TRIES);
                Err(error)
            }
        }
    }

    async fn read(&self, plan: &mut Plan, view: &View) -> Result<Step, SourceError> {
        let all = plan.entries.make_contiguous();
        let end = all
            .get(self.step - 1)
            .map_or(all.len(), |last| all.partition_point(|e| e.slot <= last.slot));
        let done = end == all.len();
        let reading = Reading {
            rpc: &self.ledger.rpc,
            contract: &self.contract,
            program: &self.ledger.program,
            decoder: &self.decoder,
            requests: self.requests,
        };
        let Contents {
            events,
            undecoded,
            newest,
        } = reading.contents(&all[..end]).await?;
        // The tip was in the chain before anything was listed. If it still is, then all of this was read from
        // the chain that it ends.
        if !self.ledger.has(&plan.tip).await? {
            plan.failures = TRIES;
            return Err(self
                .ledger
                .rpc
                .unavailable("changed to another fork while it was read"));
        }
        let last = newest.as_ref().map(|block| block.number).or(plan.from.last());
        let block = match newest {
            Some(block) if !done => BlockId {
                slot: block.number,
                hash: block.hash.clone(),
            },
            _ => plan.tip.clone(),
        };
        let root = self
            .ledger
            .root(plan.from.root(), &block, view.slots.finalized)
            .await;
        let live = done && plan.tip.slot + LAG >= view.slots.confirmed;
        plan.from = Position::after(Frontier { block, last, root });
        plan.entries.drain(..end);
        plan.failures = 0;
        Ok(Step::Advance {
            events,
            undecoded,
            cursor: plan.from.cursor(),
            live,
            heads: view.heads(),
        })
    }

    /// Waits for the next round.
    async fn pause(&self, view: &View, deadline: Instant) {
        let heard = self.wake.as_ref().map_or(0, Wake::slot);
        // A slot far ahead of the node's own head is not worth hurrying for.
        let soon = heard > view.tip.number && heard <= view.slots.processed + LAG;
        let pause = if soon {
            self.poll.min(SOON.max(self.poll / 20))
        } else {
            self.poll
        };
        let until = deadline.min(Instant::now() + pause);
        match &self.wake {
            Some(wake) => {
                tokio::select! {
                    () = wake.heard() => {}
                    () = tokio::time::sleep_until(until) => {}
                }
            }
            None => tokio::time::sleep_until(until).await,
        }
    }
}

#[async_trait]
impl Source for SolanaSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn network(&self) -> &str {
        &self.network
    }

    fn tables(&self) -> &[Arc<Table>] {
        self.decoder.tables()
    }

    async fn identity(&mut self) -> Result<String, SourceError> {
        self.ledger.rpc.genesis_hash().await
    }

    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError> {
        if let (None, Some(ws)) = (&self.wake, &self.ws) {
            self.wake = Some(Wake::start(ws, &self.ledger.program)?);
        }
        let from = Position::of(cursor, self.start_slot)?;
        let deadline = Instant::now() + patience.min(QUIET);
        loop {
            let view = self.ledger.look().await?;
            if let Some(rollback) = self.plan(&from, &view).await? {
                return Ok(rollback);
            }
            // A stretch without events is worth a commit only now and then.
            let quiet = self.plan.as_ref().is_none_or(|plan| plan.entries.is_empty());
            let over = Instant::now() >= deadline;
            if (!quiet || over)
                && let Some(step) = self.advance(&view).await?
            {
                return Ok(step);
            }
            if over {
                let live = from.next_slot + LAG >= view.slots.confirmed;
                return Ok(Step::Idle {
                    live,
                    heads: view.heads(),
                });
            }
            self.pause(&view, deadline).await;
        }
    }
}
