//! Batches that are opened, applied out of order and more than once, cancelled, reverted and finalized.

use std::ops::Range;

use program_testing::fuzz::Rng;

use super::model::Place;
use super::{Fuzz, ITEMS, QUIET, TRADERS};
use crate::batch::plan::{Delta, Move, Plan};
use crate::world::{Asset, Depositor, Session, World};

/// A batch that is open, and which of its leaves are applied.
pub struct OpenPlan {
    plan: Plan,
    deltas: Vec<bool>,
    moves: Vec<bool>,
    /// By the index of the delta's leaf.
    owners: Vec<usize>,
    /// Item and new holder, by the index of the move's leaf.
    items: Vec<(usize, usize, usize)>,
}

/// A session of everybody, which may spend whatever they have.
pub fn sessions(world: &mut World, asset: &Asset, traders: &[Depositor]) -> Vec<Session> {
    let open = |trader: &Depositor| world.session(&trader.owner, &[*asset], u64::MAX);
    traders.iter().map(open).collect()
}

impl Fuzz {
    /// What batches have taken and not yet given.
    pub fn in_flight(&self) -> u64 {
        let applied = self.plans.iter().flat_map(|open| {
            let deltas = open.plan.deltas.iter().zip(&open.deltas);
            deltas
                .filter(|(_, applied)| **applied)
                .map(|(delta, _)| -delta.amount)
        });
        u64::try_from(applied.sum::<i128>()).expect("no batch gives more than it has taken")
    }

    pub fn batch(&mut self, rng: &mut Rng) {
        if self.plans.is_empty() || (self.plans.len() < 3 && rng.one_in(8)) {
            return self.open(rng);
        }
        // Only the oldest can do something; others may try.
        let at = if rng.one_in(8) {
            rng.index(self.plans.len())
        } else {
            0
        };
        let open = &self.plans[at];
        let (debits, credits) = (open.plan.debits(), open.plan.credits());
        let next = match rng.below(30) {
            0 => return self.cancel(at),
            1 | 2 => return self.revert(at, debits, rng),
            3 | 4 => return self.revert_items(at, rng),
            5 => return self.close(at),
            6 => return self.finalize(at),
            7 => Next::Debits,
            8 => Next::Items,
            9 => Next::Credits,
            _ => open.next(),
        };
        match next {
            Next::Debits => self.apply(at, debits, rng),
            Next::Items => self.apply_items(at, rng),
            Next::Credits => self.apply(at, credits, rng),
            Next::End => self.finalize(at),
        }
    }

    /// Some pay others, and some items change hands.
    fn open(&mut self, rng: &mut Rng) {
        let asset = self.market.asset;
        let mut people: Vec<_> = (0..TRADERS).collect();
        for i in (1..TRADERS).rev() {
            people.swap(i, rng.index(i + 1));
        }
        let payers = rng.within(1..=3) as usize;
        let (payers, others) = people.split_at(payers);
        let mut deltas = Vec::new();
        let mut sum = 0;
        for &who in payers {
            let amount = 1 + rng.below(1 + self.model.ledgers[who] / 2);
            sum += amount;
            deltas.push((
                who,
                Delta::debit(&asset, self.address(who), self.sessions[who], amount),
            ));
        }
        let share = sum / others.len() as u64;
        let mut rest = sum;
        for (i, &who) in others.iter().enumerate() {
            let amount = if i + 1 == others.len() { rest } else { share };
            rest -= amount;
            if amount > 0 {
                deltas.push((who, Delta::credit(&asset, self.address(who), amount)));
            }
        }
        let (items, moves) = (0..ITEMS).filter_map(|at| self.move_of(at, rng)).unzip();
        let (owners, deltas): (Vec<_>, Vec<_>) = deltas.into_iter().unzip();
        let plan = Plan::as_given(&self.market.world, deltas, moves);
        let opened = self.market.open(&plan).is_ok();
        if opened {
            self.last_opened = self.market.now();
            self.plans.push(OpenPlan {
                deltas: vec![false; plan.deltas.len()],
                moves: vec![false; plan.moves.len()],
                plan,
                owners,
                items,
            });
        }
        self.note("open_batch", opened);
    }

    /// Mostly no move: item, holder and next holder, and its leaf.
    fn move_of(&self, at: usize, rng: &mut Rng) -> Option<((usize, usize, usize), Move)> {
        let Place::Held(from) = self.model.items[at].place else {
            return None;
        };
        let to = rng.index(TRADERS);
        let leaf = Move {
            item: self.nfts[at].item,
            mint: self.nfts[at].mint,
            from: self.address(from),
            to: self.address(to),
        };
        rng.one_in(if at < QUIET { 2 } else { 8 })
            .then_some(((at, from, to), leaf))
    }

    fn apply(&mut self, at: usize, leaves: Range<usize>, rng: &mut Rng) {
        let range = part(leaves, rng);
        let open = &mut self.plans[at];
        let done = !range.is_empty() && self.market.world.apply_chunk(&open.plan, range.clone()).is_ok();
        if done {
            for i in range {
                if !std::mem::replace(&mut open.deltas[i], true) {
                    change(
                        &mut self.model.ledgers[open.owners[i]],
                        open.plan.deltas[i].amount,
                    );
                }
            }
        }
        self.note("apply_deltas", done);
    }

    fn revert(&mut self, at: usize, leaves: Range<usize>, rng: &mut Rng) {
        let range = part(leaves, rng);
        let open = &mut self.plans[at];
        let done = !range.is_empty() && self.market.world.revert_chunk(&open.plan, range.clone()).is_ok();
        if done {
            for i in range {
                if std::mem::replace(&mut open.deltas[i], false) {
                    change(
                        &mut self.model.ledgers[open.owners[i]],
                        -open.plan.deltas[i].amount,
                    );
                }
            }
        }
        self.note("revert_deltas", done);
    }

    fn apply_items(&mut self, at: usize, rng: &mut Rng) {
        let open = &mut self.plans[at];
        let range = part(0..open.items.len(), rng);
        let done = !range.is_empty() && self.market.world.apply_items(&open.plan, range.clone()).is_ok();
        if done {
            for i in range {
                let (item, from, to) = open.items[i];
                if !std::mem::replace(&mut open.moves[i], true) {
                    assert!(self.model.is_free(item, from), "it moved what was not free");
                    self.model.items[item].place = Place::Held(to);
                    self.model.items[item].moved_by = open.plan.header.sequence;
                }
            }
        }
        self.note("apply_items", done);
    }

    fn revert_items(&mut self, at: usize, rng: &mut Rng) {
        let open = &mut self.plans[at];
        let range = part(0..open.items.len(), rng);
        let done = !range.is_empty() && self.market.world.revert_items(&open.plan, range.clone()).is_ok();
        if done {
            for i in range {
                let (item, from, _) = open.items[i];
                if std::mem::replace(&mut open.moves[i], false) {
                    self.model.items[item].place = Place::Held(from);
                }
            }
        }
        self.note("revert_items", done);
    }

    fn cancel(&mut self, at: usize) {
        let guardian = self.market.guardian.insecure_clone();
        let done = self.market.world.cancel(&self.plans[at].plan, &guardian).is_ok();
        self.note("cancel_batch", done);
    }

    /// Everything is applied, or it is refused.
    fn finalize(&mut self, at: usize) {
        let open = &self.plans[at];
        let done = self.market.world.finalize(&open.plan).is_ok();
        if done {
            assert!(open.deltas.iter().chain(&open.moves).all(|applied| *applied));
            self.over(at);
        }
        self.note("finalize_batch", done);
    }

    /// Nothing is applied, or it is refused.
    fn close(&mut self, at: usize) {
        let open = &self.plans[at];
        let done = self.market.world.close(&open.plan).is_ok();
        if done {
            assert!(!open.deltas.iter().chain(&open.moves).any(|applied| *applied));
            self.over(at);
        }
        self.note("close_batch", done);
    }

    /// Batches end in their order.
    fn over(&mut self, at: usize) {
        let open = self.plans.remove(at);
        assert_eq!(open.plan.header.sequence, self.model.settled + 1);
        self.model.settled += 1;
        assert_eq!(self.market.state().settled, self.model.settled);
    }
}

/// What is to be done with a batch next, if it is to be settled.
enum Next {
    Debits,
    Items,
    Credits,
    End,
}

impl OpenPlan {
    fn next(&self) -> Next {
        let missing = |leaves: Range<usize>| self.deltas[leaves].iter().any(|applied| !applied);
        if missing(self.plan.debits()) {
            Next::Debits
        } else if self.moves.iter().any(|applied| !applied) {
            Next::Items
        } else if missing(self.plan.credits()) {
            Next::Credits
        } else {
            Next::End
        }
    }
}

/// Some consecutive leaves of these; mostly all.
fn part(leaves: Range<usize>, rng: &mut Rng) -> Range<usize> {
    if leaves.is_empty() || !rng.one_in(3) {
        return leaves;
    }
    let start = leaves.start + rng.index(leaves.len());
    let end = start + 1 + rng.index(leaves.end - start);
    start..end
}

fn change(ledger: &mut u64, by: i128) {
    *ledger = u64::try_from(i128::from(*ledger) + by).expect("no ledger below zero");
}
