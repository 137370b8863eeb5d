//! What a node says of the chain and of a program's transactions in it, and how far that can be believed.

use super::{
    batch::{Entry, block},
    frontier::{BlockId, Frontier, Position},
    rpc::{Listed, PAGE, Rpc, SlotBlock, Slots},
};
use crate::{
    row::Block,
    source::{Heads, SourceError},
};
use std::collections::VecDeque;

/// Entries of the first page of a list, enough when little is new.
const FIRST_PAGE: usize = 50;
/// A node further behind than this many slots (a minute) does not just lag.
pub const LAG: u64 = 150;
/// At most this many slots lie between the root a cursor keeps and the finalized one, give or take a round.
const ROOT_AGE: u64 = 64;

/// One program, as one node knows it.
#[derive(Debug)]
pub struct Ledger {
    pub rpc: Rpc,
    /// Address of the program.
    pub program: String,
    view: Option<View>,
    /// A confirmed slot that was not complete when it was asked for.
    awaited: Option<u64>,
}

/// How far the chain is.
#[derive(Clone, Debug)]
pub struct View {
    pub slots: Slots,
    /// The newest confirmed block whose transactions can all be listed.
    pub tip: Block,
}

impl View {
    pub fn heads(&self) -> Heads {
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

impl Ledger {
    pub fn new(rpc: Rpc, program: String) -> Self {
        Self {
            rpc,
            program,
            view: None,
            awaited: None,
        }
    }

    /// Looks how far the chain is.
    pub async fn look(&mut self) -> Result<View, SourceError> {
        let slots = self.rpc.slots().await?;
        let known = self.view.take().map(|view| view.tip);
        // A node may always be some slots behind with writing down what happened in them: then the newest is
        // never complete, so the one asked for last time is asked for until it is.
        let slot = self.awaited.take().unwrap_or(slots.confirmed);
        let tip = match known {
            Some(tip) if tip.number == slot => tip,
            known => match (self.rpc.block(slot).await?, known) {
                (SlotBlock::Is(header), _) => block(&self.rpc, slot, header)?,
                (SlotBlock::NotYet, known) => {
                    self.awaited = Some(slot);
                    let reason = format!("cannot yet tell what happened in its confirmed slot {slot}");
                    known.ok_or_else(|| self.rpc.unavailable(reason))?
                }
                (other, _) => {
                    let reason = format!("has no block of its confirmed slot {slot} ({other:?})");
                    return Err(self.rpc.unavailable(reason));
                }
            },
        };
        let view = View { slots, tip };
        self.view = Some(view.clone());
        Ok(view)
    }

    /// Drops what was seen last: something in it was not so.
    pub fn forget(&mut self) {
        (self.view, self.awaited) = (None, None);
    }

    /// Whether `block` is in the chain at this moment.
    pub async fn has(&self, block: &BlockId) -> Result<bool, SourceError> {
        let answer = self.rpc.block(block.slot).await?;
        Ok(matches!(answer, SlotBlock::Is(header) if header.blockhash == block.hash))
    }

    /// Makes sure that the node can tell what follows `from`: that it has that block, and has it in its
    /// chain. `Some` when the block has left the chain: where to read on then.
    pub async fn left(&self, from: &Position, start_slot: u64) -> Result<Option<Position>, SourceError> {
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
            SlotBlock::Is(_) => {}
            SlotBlock::Skipped => self.skips(block.slot).await?,
            SlotBlock::NotYet => {
                let reason = format!("does not yet have slot {}, which we have read", block.slot);
                return Err(self.rpc.unavailable(reason));
            }
            SlotBlock::Pruned(message) => return Err(self.without_history(block.slot, &message)),
        }
        match &frontier.root {
            None => {
                let first = self.rpc.first_available().await?;
                if first > start_slot {
                    return Err(self.without_history(start_slot, &format!("it begins at slot {first}")));
                }
                Ok(Some(Position {
                    next_slot: start_slot,
                    frontier: None,
                }))
            }
            Some(root) => self.back_to(root, frontier).await.map(Some),
        }
    }

    /// Makes sure that the chain has no block in `slot`: a node that went on from a later snapshot says the
    /// same of slots that it never had. The next block tells, by its parent.
    async fn skips(&self, slot: u64) -> Result<(), SourceError> {
        for next in slot + 1..=slot + LAG {
            match self.rpc.block(next).await? {
                SlotBlock::Is(header) if header.parent_slot < slot => return Ok(()),
                SlotBlock::Skipped => {}
                _ => break,
            }
        }
        Err(self.rpc.unavailable(format!(
            "has no block of slot {slot}, which we have read, nor the blocks that would show that the chain \
             left it out; if it went on from a later snapshot, use a node with more history, or set \
             start_block to a later slot and run `novate db reset`"
        )))
    }

    /// The position after `root`, if that block is still in the chain, as a finalized one must be.
    async fn back_to(&self, root: &BlockId, frontier: &Frontier) -> Result<Position, SourceError> {
        let BlockId { slot, hash } = root;
        match self.rpc.block(*slot).await? {
            SlotBlock::Is(header) if header.blockhash != *hash => Err(SourceError::Fatal(format!(
                "slot {slot} was finalized with block {hash}, but {} now has {} there: it is of another \
                 chain, or was started anew. Point to the chain that was indexed, or run `novate db reset`",
                self.rpc.endpoint(),
                header.blockhash
            ))),
            SlotBlock::Is(_) if *slot < frontier.block.slot => {
                let last = frontier.last.filter(|last| last <= slot);
                Ok(Position::after(Frontier {
                    block: root.clone(),
                    last,
                    root: Some(root.clone()),
                }))
            }
            SlotBlock::Pruned(message) => Err(self.without_history(*slot, &message)),
            SlotBlock::Is(_) | SlotBlock::Skipped | SlotBlock::NotYet => Err(self
                .rpc
                .unavailable(format!("is not sure of finalized slot {slot}; did it restart?"))),
        }
    }

    fn without_history(&self, slot: u64, reason: &str) -> SourceError {
        SourceError::Fatal(format!(
            "{} no longer has slot {slot}, from which program {} must be read ({reason}): use a node with \
             more history, or set start_block to a later slot and run `novate db reset`",
            self.rpc.endpoint(),
            self.program
        ))
    }

    /// The program's successful transactions from `from` to slot `tip`, oldest first.
    ///
    /// A list is complete when it goes back to a slot before `from`, or to the end of history as
    /// [`Self::beyond`] says. `until`, which nodes have for the former, is not used: a node that does not know
    /// the signature given for it answers as if there were nothing before.
    pub async fn list(&self, from: &Position, tip: u64) -> Result<VecDeque<Entry>, SourceError> {
        let mut entries = VecDeque::new();
        let (mut limit, mut newest) = (FIRST_PAGE, u64::MAX);
        // What was listed last, and what before it.
        let (mut oldest, mut newer): (Option<String>, Option<String>) = (None, None);
        loop {
            let mut page = self
                .rpc
                .signatures(&self.program, oldest.as_deref(), limit, tip)
                .await?;
            if let (true, Some(oldest)) = (page.is_empty(), &oldest) {
                page = self.beyond(newer.as_deref(), oldest, tip).await?;
            }
            for listed in &page {
                if listed.slot > newest {
                    return Err(self.rpc.unavailable("lists transactions out of order"));
                }
                newest = listed.slot;
                if listed.slot < from.next_slot {
                    return Ok(entries);
                }
                if listed.slot <= tip && listed.err.is_none() {
                    let signature = base58(&listed.signature).ok_or_else(|| {
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
            let mut page = page.into_iter().map(|listed| listed.signature);
            let Some(last) = page.next_back() else {
                break;
            };
            newer = page.next_back().or(oldest);
            oldest = Some(last);
            limit = PAGE;
        }
        match from.last() {
            Some(last) if last >= self.rpc.first_available().await? => Err(self.rpc.unavailable(format!(
                "lists no transaction of program {} at or before slot {last}, where there was one: its list \
                 has a hole",
                self.program
            ))),
            _ => Ok(entries),
        }
    }

    /// What comes before transaction `oldest`, after a node said that nothing does: one that does not know
    /// `oldest` says so too. Thus the list is asked for from `newer` on, the transaction just after `oldest`
    /// (`None`: there is none), and the end is believed only when `oldest` alone comes back.
    async fn beyond(&self, newer: Option<&str>, oldest: &str, tip: u64) -> Result<Vec<Listed>, SourceError> {
        let mut page = self
            .rpc
            .signatures(&self.program, newer, PAGE, tip)
            .await?
            .into_iter();
        match page.next() {
            Some(listed) if listed.signature == oldest => Ok(page.collect()),
            _ => Err(self
                .rpc
                .unavailable(format!("lists transaction {oldest}, and then no longer does"))),
        }
    }

    /// A finalized block at or below `block`: itself, or the one known, or a newer one when that has become
    /// old. Without one the source still works, a fork only costs more.
    pub async fn root(&self, known: Option<&BlockId>, block: &BlockId, finalized: u64) -> Option<BlockId> {
        if block.slot <= finalized {
            return Some(block.clone());
        }
        if known.is_none_or(|known| known.slot + ROOT_AGE < finalized)
            && let Ok(SlotBlock::Is(header)) = self.rpc.block(finalized).await
        {
            return Some(BlockId {
                slot: finalized,
                hash: header.blockhash,
            });
        }
        known.cloned()
    }
}

/// `N` bytes in base58, as addresses and signatures are written.
pub fn base58<const N: usize>(text: &str) -> Option<[u8; N]> {
    bs58::decode(text).into_vec().ok()?.try_into().ok()
}
