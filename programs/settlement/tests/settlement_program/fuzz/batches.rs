//! Batches that are opened, applied out of order and more than once, cancelled, reverted and finalized.

use std::ops::Range;

use program_testing::fuzz::Rng;

use super::model::Place;
use super::plans::{Next, OpenPlan};
use super::{Fuzz, ITEMS, QUIET, TRADERS};
use crate::batch::plan::{Delta, Move, Plan};
use crate::world::LIMITS;

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
        if self.plans.is_empty() || rng.one_in(8) {
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
            0 => Next::Cancel,
            1 | 2 => Next::RevertDebits,
            3 | 4 => Next::RevertItems,
            5 => Next::Close,
            6 => Next::End,
            7 => Next::Debits,
            8 => Next::Items,
            9 => Next::Credits,
            _ => open.next(&self.model, self.market.now()),
        };
        match next {
            Next::Cancel => self.cancel(at),
            Next::Debits => self.apply(at, debits, rng),
            Next::Items => self.apply_items(at, rng),
            Next::Credits => self.apply(at, credits, rng),
            Next::End => self.finalize(at),
            Next::RevertDebits => self.revert(at, debits, rng),
            Next::RevertItems => self.revert_items(at, rng),
            Next::Close => self.close(at),
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
        let (mut deltas, mut sessions) = (Vec::new(), Vec::new());
        let mut sum = 0;
        for &who in payers {
            let amount = 1 + rng.below(1 + self.model.ledgers[who] / 2);
            sum += amount;
            let enough = self.sessions[self.newest(who)].allows(amount, self.market.now());
            // Mostly nobody signs for what their session does not allow.
            if !enough && !rng.one_in(8) {
                self.grant(who);
            }
            sessions.push(self.newest(who));
            let session = self.sessions[self.newest(who)].session;
            deltas.push((who, Delta::debit(&asset, self.address(who), session, amount)));
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
        let result = self.market.open(&plan);
        let room = self.plans.len() < 8;
        self.agree("open_batch", &result, |model| !model.paused && room);
        self.note("open_batch at a full queue, refused", !room);
        if result.is_ok() {
            self.last_opened = self.market.now();
            self.plans.push(OpenPlan {
                deltas: vec![false; plan.deltas.len()],
                moves: vec![false; plan.moves.len()],
                plan,
                owners,
                sessions,
                items,
                apply_from: self.last_opened + i64::from(LIMITS.challenge_window),
                cancelled: false,
            });
        }
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
        let possible = self.may_apply(at, range.clone());
        let open = &mut self.plans[at];
        let result = self.market.world.apply_chunk(&open.plan, range.clone());
        if possible {
            for i in range {
                if !std::mem::replace(&mut open.deltas[i], true) {
                    let amount = open.plan.deltas[i].amount;
                    change(&mut self.model.ledgers[open.owners[i]], amount);
                    if let Some(session) = open.sessions.get(i) {
                        self.sessions[*session].charge(magnitude(amount));
                    }
                }
            }
        }
        self.agree("apply_deltas", &result, |_| possible);
    }

    /// May these deltas of one side be applied?
    fn may_apply(&self, at: usize, range: Range<usize>) -> bool {
        let (open, now) = (&self.plans[at], self.market.now());
        let mut new = range.filter(|i| !open.deltas[*i]);
        let fits = match new.clone().next() {
            None => true,
            Some(first) if first >= open.plan.credits().start => {
                open.is_past_return() || open.may_begin_with(first)
            }
            Some(_) => new.all(|i| {
                let amount = magnitude(open.plan.deltas[i].amount);
                let session = &self.sessions[open.sessions[i]];
                amount <= self.model.ledgers[open.owners[i]] && session.allows(amount, now)
            }),
        };
        fits && open.may_apply(&self.model, now)
    }

    /// What was charged stays charged.
    fn revert(&mut self, at: usize, leaves: Range<usize>, rng: &mut Rng) {
        let range = part(leaves, rng);
        let open = &mut self.plans[at];
        let possible = open.may_revert(&self.model, self.market.now());
        let result = self.market.world.revert_chunk(&open.plan, range.clone());
        if possible {
            for i in range {
                if std::mem::replace(&mut open.deltas[i], false) {
                    let amount = open.plan.deltas[i].amount;
                    change(&mut self.model.ledgers[open.owners[i]], -amount);
                }
            }
        }
        self.agree("revert_deltas", &result, |_| possible);
    }

    fn apply_items(&mut self, at: usize, rng: &mut Rng) {
        let range = part(0..self.plans[at].items.len(), rng);
        if range.is_empty() {
            return;
        }
        let possible = self.may_apply_items(at, range.clone());
        let open = &mut self.plans[at];
        let result = self.market.world.apply_items(&open.plan, range.clone());
        if possible {
            for i in range {
                let (item, _, to) = open.items[i];
                if !std::mem::replace(&mut open.moves[i], true) {
                    self.model.items[item].place = Place::Held(to);
                    self.model.items[item].moved_by = open.plan.header.sequence;
                }
            }
        }
        self.agree("apply_items", &result, |_| possible);
    }

    /// May these items be moved? Their holders' newest sessions let them go.
    fn may_apply_items(&self, at: usize, mut range: Range<usize>) -> bool {
        let (open, now) = (&self.plans[at], self.market.now());
        let fits = range.all(|i| {
            let (item, from, _) = open.items[i];
            let consent = self.sessions[self.newest(from)].is_alive(now);
            open.moves[i] || (self.model.is_free(item, from) && consent)
        });
        fits && open.may_apply(&self.model, now)
    }

    fn revert_items(&mut self, at: usize, rng: &mut Rng) {
        let open = &mut self.plans[at];
        let range = part(0..open.items.len(), rng);
        if range.is_empty() {
            return;
        }
        let possible = open.may_revert(&self.model, self.market.now());
        let result = self.market.world.revert_items(&open.plan, range.clone());
        if possible {
            for i in range {
                let (item, from, _) = open.items[i];
                if std::mem::replace(&mut open.moves[i], false) {
                    self.model.items[item].place = Place::Held(from);
                }
            }
        }
        self.agree("revert_items", &result, |_| possible);
    }

    fn cancel(&mut self, at: usize) {
        let guardian = self.market.guardian.insecure_clone();
        let open = &mut self.plans[at];
        let now = self.market.now();
        let possible = open.may_cancel(&self.model, now);
        let late = possible && now >= open.apply_from;
        let result = self.market.world.cancel(&open.plan, &guardian);
        open.cancelled |= possible;
        self.agree("cancel_batch", &result, |_| possible);
        self.note("cancel_batch after the window", late);
    }

    fn finalize(&mut self, at: usize) {
        let open = &self.plans[at];
        let possible = open.may_finalize(&self.model, self.market.now());
        let result = self.market.world.finalize(&open.plan);
        self.agree("finalize_batch", &result, |_| possible);
        if possible {
            self.over(at);
        }
    }

    fn close(&mut self, at: usize) {
        let open = &self.plans[at];
        let possible = open.may_close(&self.model, self.market.now());
        let result = self.market.world.close(&open.plan);
        self.agree("close_batch", &result, |_| possible);
        if possible {
            self.over(at);
        }
    }

    /// Batches end in their order.
    fn over(&mut self, at: usize) {
        let open = self.plans.remove(at);
        assert_eq!(open.plan.header.sequence, self.model.settled + 1);
        self.model.settled += 1;
        self.model.turn_from = self.market.now();
        assert_eq!(self.market.state().settled, self.model.settled);
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

fn magnitude(amount: i128) -> u64 {
    u64::try_from(amount.abs()).expect("amounts of ledgers have 64 bits")
}
