//! What may be done with a batch, and when.

use std::ops::Range;

use super::model::Model;
use crate::batch::plan::Plan;
use crate::world::LIMITS;

/// A batch that is open, and which of its leaves are applied.
pub struct OpenPlan {
    pub plan: Plan,
    pub deltas: Vec<bool>,
    pub moves: Vec<bool>,
    /// By the index of the delta's leaf.
    pub owners: Vec<usize>,
    /// What debits are charged to, by the index of the delta's leaf.
    pub sessions: Vec<usize>,
    /// Item, holder and new holder, by the index of the move's leaf.
    pub items: Vec<(usize, usize, usize)>,
    /// The end of the challenge window.
    pub apply_from: i64,
    pub cancelled: bool,
}

/// Something that is done with a batch.
#[derive(Clone, Copy)]
pub enum Next {
    Cancel,
    Debits,
    Items,
    Credits,
    End,
    RevertDebits,
    RevertItems,
    Close,
}

impl OpenPlan {
    /// What is to be done next for the batch to be over.
    pub fn next(&self, model: &Model, now: i64) -> Next {
        let missing = |leaves: Range<usize>| self.deltas[leaves].iter().any(|applied| !applied);
        if self.cancelled || self.may_revert(model, now) {
            if self.deltas.contains(&true) {
                Next::RevertDebits
            } else if self.moves.contains(&true) {
                Next::RevertItems
            } else {
                Next::Close
            }
        } else if missing(self.plan.debits()) {
            Next::Debits
        } else if self.moves.contains(&false) {
            Next::Items
        } else if missing(self.plan.credits()) {
            Next::Credits
        } else {
            Next::End
        }
    }

    /// Batches are over in their order.
    fn is_its_turn(&self, model: &Model) -> bool {
        self.plan.header.sequence == model.settled + 1
    }

    /// Is it too late to begin with the credits?
    pub fn is_late(&self, model: &Model, now: i64) -> bool {
        now >= self.apply_from.max(model.turn_from) + i64::from(LIMITS.settle_window)
    }

    /// From the first credit on nothing stops a batch.
    pub fn is_past_return(&self) -> bool {
        self.deltas[self.plan.credits()].contains(&true)
    }

    fn is_untouched(&self) -> bool {
        !self.deltas.iter().chain(&self.moves).any(|applied| *applied)
    }

    pub fn may_apply(&self, model: &Model, now: i64) -> bool {
        let open = !model.paused && !self.cancelled && now >= self.apply_from;
        self.is_its_turn(model) && (self.is_past_return() || (open && !self.is_late(model, now)))
    }

    /// Debits and items come before the first credit.
    pub fn may_begin_with(&self, credit: usize) -> bool {
        let debits = self.plan.debits();
        let mut before = self.deltas[debits.clone()].iter().chain(&self.moves);
        credit == debits.end && before.all(|applied| *applied)
    }

    pub fn may_revert(&self, model: &Model, now: i64) -> bool {
        self.is_its_turn(model) && !self.is_past_return() && self.is_late(model, now)
    }

    /// While it waits for others nothing of it can be applied, so its window need not be open.
    pub fn may_cancel(&self, model: &Model, now: i64) -> bool {
        let in_time = now < self.apply_from || !self.is_its_turn(model);
        !self.cancelled && in_time && self.is_untouched()
    }

    /// Everything is applied.
    pub fn may_finalize(&self, model: &Model, now: i64) -> bool {
        let mut leaves = self.deltas.iter().chain(&self.moves);
        self.may_apply(model, now) && leaves.all(|applied| *applied)
    }

    /// Nothing is applied, and nothing will be.
    pub fn may_close(&self, model: &Model, now: i64) -> bool {
        let given_up = self.cancelled || self.may_revert(model, now);
        self.is_its_turn(model) && given_up && self.is_untouched()
    }
}
