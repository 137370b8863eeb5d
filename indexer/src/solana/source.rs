//! One Solana program, followed by its transactions.
//!
//! A round: how far is the chain (`getSlot`, and `getBlock` of the newest confirmed slot, which a node
//! answers only when it knows all transactions of the slot); is the block we stand on still in it; which
//! transactions are between the two (`getSignaturesForAddress`, paged back until it shows one that we already
//! have); then those, oldest first, in steps of whole slots. `logsSubscribe` only says when to begin the next
//! round.

use super::{
    batch::{Contents, Entry, Reading, block},
    decode::Decoder,
    frontier::{BlockId, Frontier, Position},
    rpc::{Rpc, SlotBlock, Slots},
    wake::Wake,
};
use crate::{
    row::Block,
    source::{Cursor, Heads, Source, SourceError, Step},
};
use async_trait::async_trait;
use novate_catalog::Table;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Transactions per step; a step goes on to the end of the slot it is in.
const STEP: usize = 200;
/// Entries of the first page of a list, enough when little is new.
const FIRST_PAGE: usize = 50;
/// A node further behind us than this many slots (a minute) does not just lag.
const LAG: u64 = 150;
/// At most this many slots lie between the root a cursor keeps and the finalized one, give or take a round.
const ROOT_AGE: u64 = 64;
/// How often a source without events moves its cursor.
const QUIET: Duration = Duration::from_secs(1);
/// The least time between two looks for a slot that was heard of and is not yet confirmed.
const SOON: Duration = Duration::from_millis(20);

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
    /// Between rounds. A tenth of it while a slot that mentions the program waits for its confirmation.
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
    program: String,
    rpc: Rpc,
    ws: Option<String>,
    wake: Option<Wake>,
    decoder: Decoder,
    start_slot: u64,
    poll: Duration,
    requests: usize,
    view: Option<View>,
    /// What was listed and not yet read. Made again from the cursor when it is lost.
    plan: Option<Plan>,
}

/// The chain as this round sees it.
#[derive(Clone, Debug)]
struct View {
    slots: Slots,
    /// The newest confirmed block whose transactions can all be listed.
    tip: Block,
}

#[derive(Debug)]
struct Plan {
    from: Position,
    entries: VecDeque<Entry>,
    /// The list is complete up to this block.
    tip: BlockId,
}

impl SolanaSource {
    /// Reads the options; talks to nobody yet. Every error is [`SourceError::Fatal`].
    pub fn new(options: SolanaOptions) -> Result<Self, SourceError> {
        let SolanaOptions {
            network,
            contract,
            rpc,
            ws,
            program,
            idl_json,
            start_slot,
            poll,
            timeout,
            requests,
        } = options;
        let decoder = Decoder::new(&network, &contract, &idl_json)
            .map_err(|e| SourceError::Fatal(format!("IDL of contract {contract}: {e}")))?;
        let program = program.unwrap_or_else(|| decoder.program().to_owned());
        if bytes::<32>(&program).is_none() {
            return Err(SourceError::Fatal(format!(
                "contract {contract}: {program:?} is not the address of a Solana program (base58 of 32 bytes)"
            )));
        }
        let rpc = Rpc::new(&rpc, timeout)?;
        let id = format!("{network}/{contract}");
        let requests = requests.max(1);
        Ok(Self {
            id,
            network,
            contract,
            program,
            rpc,
            ws,
            wake: None,
            decoder,
            start_slot,
            poll,
            requests,
            view: None,
            plan: None,
        })
    }

    /// Looks how far the chain is.
    async fn look(&mut self) -> Result<View, SourceError> {
        let slots = self.rpc.slots().await?;
        let known = self.view.take().map(|view| view.tip);
        let tip = match known {
            Some(tip) if tip.number == slots.confirmed => tip,
            known => match (self.rpc.block(slots.confirmed).await?, known) {
                (SlotBlock::Is(header), _) => block(&self.rpc, slots.confirmed, header)?,
                (SlotBlock::NotYet, Some(tip)) => tip,
                (other, _) => {
                    let reason = format!(
                        "has no block of its confirmed slot {} ({other:?})",
                        slots.confirmed
                    );
                    return Err(self.rpc.unavailable(reason));
                }
            },
        };
        let view = View { slots, tip };
        self.view = Some(view.clone());
        Ok(view)
    }

    /// Makes a plan when there is something between `from` and the tip, were it only empty slots.
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
                return Err(self.rpc.unavailable(format!(
                    "is at slot {}, while everything before slot {} is in the database; it lags, or is of \
                     another chain",
                    tip.slot, from.next_slot
                )));
            }
            return Ok(None);
        }
        if let Some(rollback) = self.anchored(from).await? {
            return Ok(Some(rollback));
        }
        let entries = self.list(from, tip.slot).await?;
        self.plan = Some(Plan {
            from: from.clone(),
            entries,
            tip,
        });
        Ok(None)
    }

    /// Makes sure that the node can tell what follows `from`: that it has that block, and has it in its
    /// chain.
    async fn anchored(&self, from: &Position) -> Result<Option<Step>, SourceError> {
        let Some(frontier) = &from.frontier else {
            let first = self.rpc.first_available().await?;
            if from.next_slot > 0 && first > from.next_slot {
                return Err(self.without_history(from.next_slot, &format!("it begins at slot {first}")));
            }
            return Ok(None);
        };
        let block = &frontier.block;
        match self.rpc.block(block.slot).await? {
            SlotBlock::Is(header) if header.blockhash == block.hash => return Ok(None),
            SlotBlock::Is(_) | SlotBlock::Skipped => {}
            SlotBlock::NotYet => {
                return Err(self.rpc.unavailable(format!(
                    "does not yet have slot {}, which we have read",
                    block.slot
                )));
            }
            SlotBlock::Pruned(message) => return Err(self.without_history(block.slot, &message)),
        }
        let Some(root) = &frontier.root else {
            tracing::warn!(
                source = self.id,
                slot = block.slot,
                "the block has left the chain, starting over"
            );
            let cursor = Position {
                next_slot: self.start_slot,
                frontier: None,
            }
            .cursor();
            return Ok(Some(Step::Rollback {
                from_block: self.start_slot,
                cursor,
            }));
        };
        match self.rpc.block(root.slot).await? {
            SlotBlock::Is(header) if header.blockhash != root.hash => Err(SourceError::Fatal(format!(
                "slot {} was finalized with block {}, but {} now has {} there: it is of another chain, \
                 or was started \
                 anew. Point to the chain that was indexed, or run `novate db reset`",
                root.slot,
                root.hash,
                self.rpc.endpoint(),
                header.blockhash
            ))),
            SlotBlock::Is(_) if root.slot < block.slot => {
                tracing::warn!(
                    source = self.id,
                    slot = block.slot,
                    root = root.slot,
                    "the block has left the chain"
                );
                let last = frontier.last.filter(|&last| last <= root.slot);
                let back = Frontier {
                    block: root.clone(),
                    last,
                    root: Some(root.clone()),
                };
                Ok(Some(Step::Rollback {
                    from_block: root.slot + 1,
                    cursor: Position::after(back).cursor(),
                }))
            }
            SlotBlock::Pruned(message) => Err(self.without_history(root.slot, &message)),
            SlotBlock::Is(_) | SlotBlock::Skipped | SlotBlock::NotYet => Err(self.rpc.unavailable(format!(
                "is not sure of finalized slot {}; did it restart?",
                root.slot
            ))),
        }
    }

    fn without_history(&self, slot: u64, reason: &str) -> SourceError {
        SourceError::Fatal(format!(
            "{} no longer has slot {slot}, from which program {} must be read ({reason}): use a node with more \
             history, \
             or set start_block to a later slot and run `novate db reset`",
            self.rpc.endpoint(),
            self.program
        ))
    }

    /// The program's successful transactions from `from` to slot `tip`, oldest first.
    async fn list(&self, from: &Position, tip: u64) -> Result<VecDeque<Entry>, SourceError> {
        let mut entries = VecDeque::new();
        let (mut before, mut limit, mut newest) = (None, FIRST_PAGE, u64::MAX);
        loop {
            let page = self
                .rpc
                .signatures(&self.program, before.as_deref(), limit)
                .await?;
            for listed in &page {
                if listed.slot > newest {
                    return Err(self.rpc.unavailable("lists transactions out of order"));
                }
                newest = listed.slot;
                if listed.slot < from.next_slot {
                    return Ok(entries);
                }
                if listed.slot <= tip && listed.err.is_none() {
                    let signature = bytes(&listed.signature);
                    let signature = signature.ok_or_else(|| {
                        self.rpc
                            .unavailable(format!("lists {:?}, which is no signature", listed.signature))
                    })?;
                    entries.push_front(Entry {
                        slot: listed.slot,
                        signature,
                    });
                }
            }
            // Nodes may answer less than asked for: only an empty page is the end.
            let Some(oldest) = page.into_iter().next_back() else {
                break;
            };
            before = Some(oldest.signature);
            limit = super::rpc::PAGE;
        }
        match from.last() {
            Some(last) if last >= self.rpc.first_available().await? => Err(self.rpc.unavailable(format!(
                "lists no transaction of program {} at or before slot {last}, where there was one: its list has \
                 a hole",
                self.program
            ))),
            _ => Ok(entries),
        }
    }

    /// The next step of the plan.
    async fn advance(&mut self, view: &View) -> Result<Option<Step>, SourceError> {
        let Some(plan) = &mut self.plan else {
            return Ok(None);
        };
        let (step, rest) = {
            let all = plan.entries.make_contiguous();
            let full = all
                .get(STEP - 1)
                .map_or(all.len(), |last| all.partition_point(|e| e.slot <= last.slot));
            all.split_at(full)
        };
        let done = rest.is_empty();
        let reading = Reading {
            rpc: &self.rpc,
            contract: &self.contract,
            program: &self.program,
            decoder: &self.decoder,
            requests: self.requests,
        };
        let count = step.len();
        let Contents {
            events,
            undecoded,
            newest,
        } = reading.contents(step).await?;
        let last = newest.as_ref().map(|block| block.number).or(plan.from.last());
        let to = match newest {
            Some(block) if !done => BlockId {
                slot: block.number,
                hash: block.hash.clone(),
            },
            _ => plan.tip.clone(),
        };
        let root = root(&self.rpc, plan.from.root(), &to, view.slots.finalized).await;
        let position = Position::after(Frontier {
            block: to,
            last,
            root,
        });
        let cursor = position.cursor();
        plan.entries.drain(..count);
        plan.from = position;
        let live = done && plan.tip.slot + LAG >= view.slots.confirmed;
        if done {
            self.plan = None;
        }
        Ok(Some(Step::Advance {
            events,
            undecoded,
            cursor,
            live,
            heads: view.heads(),
        }))
    }

    /// Waits for the next round.
    async fn pause(&self, view: &View, deadline: Instant) {
        let heard = self.wake.as_ref().map_or(0, Wake::slot);
        // A slot far ahead of the node's own head is not worth hurrying for.
        let soon = heard > view.tip.number && heard <= view.slots.processed + LAG;
        let until = deadline.min(
            Instant::now()
                + if soon {
                    self.poll.min(SOON.max(self.poll / 10))
                } else {
                    self.poll
                },
        );
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

impl View {
    fn heads(&self) -> Heads {
        let Slots {
            processed,
            confirmed,
            finalized,
        } = self.slots;
        Heads {
            head: processed,
            confirmed,
            finalized,
            head_time: self.tip.time,
        }
    }
}

/// A finalized block at or below `block`: itself, or the one known, or a newer one when that has become old.
/// Without one the source still works, a fork only costs more.
async fn root(rpc: &Rpc, known: Option<&BlockId>, block: &BlockId, finalized: u64) -> Option<BlockId> {
    if block.slot <= finalized {
        return Some(block.clone());
    }
    if known.is_none_or(|known| known.slot + ROOT_AGE < finalized)
        && let Ok(SlotBlock::Is(header)) = rpc.block(finalized).await
    {
        return Some(BlockId {
            slot: finalized,
            hash: header.blockhash,
        });
    }
    known.cloned()
}

fn bytes<const N: usize>(base58: &str) -> Option<[u8; N]> {
    bs58::decode(base58).into_vec().ok()?.try_into().ok()
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
        self.rpc.genesis_hash().await
    }

    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError> {
        if let (None, Some(ws)) = (&self.wake, &self.ws) {
            self.wake = Some(Wake::start(ws, &self.program)?);
        }
        let from = Position::of(cursor, self.start_slot)?;
        let deadline = Instant::now() + patience.min(QUIET);
        loop {
            let view = self.look().await?;
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
                return Ok(Step::Idle {
                    live: tip_reached(&from, &view),
                    heads: view.heads(),
                });
            }
            self.pause(&view, deadline).await;
        }
    }
}

fn tip_reached(from: &Position, view: &View) -> bool {
    from.next_slot + LAG >= view.slots.confirmed
}
