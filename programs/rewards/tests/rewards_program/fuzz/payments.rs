//! What goes out of distributions, and how promises, records and distributions end.

use super::*;

impl Fuzz<'_> {
    pub(super) fn claim(&mut self, at: usize) {
        match self.models[at].kind {
            Kind::Merkle => self.claim_merkle(at),
            _ => self.claim_promise(at),
        }
    }

    fn claim_promise(&mut self, at: usize) {
        let now = self.world.chain.now();
        let model = &mut self.models[at];
        let keys: Vec<_> = model.promises.keys().copied().collect();
        if keys.is_empty() {
            return;
        }
        let key = *self.rng.pick(&keys);
        let due = model.due(key, now);
        let to = &self.recipients[model.promises[&key].to];
        let done = match model.kind {
            Kind::Orders => self.world.claim_order(&model.pot, to, order_id(key)),
            _ => self.world.claim(&model.pot, to),
        };
        self.tried.expect("claim", &done, due > 0);
        if let Some(promise) = model.promises.get_mut(&key) {
            promise.paid += due;
        }
    }

    /// Of the current root, or of one that is past, or with the leaf of somebody else.
    fn claim_merkle(&mut self, at: usize) {
        let now = self.world.chain.now();
        let model = &mut self.models[at];
        if model.trees.is_empty() {
            return;
        }
        let (to, leaf) = (self.rng.index(RECIPIENTS), self.rng.index(RECIPIENTS));
        let leaf = if self.rng.one_in(8) { leaf } else { to };
        let last = model.trees.len() - 1;
        let epoch = if self.rng.one_in(8) {
            self.rng.index(last + 1)
        } else {
            last
        };
        if model.records.insert(to) && self.world.open(&model.pot, &self.recipients[to]).is_err() {
            assert!(model.ended(now));
            model.records.remove(&to);
            return;
        }
        // An old root is as good as the current one if it is the same.
        let right = leaf == to && model.trees[epoch] == model.trees[last];
        let due = if right { model.due_merkle(to, now) } else { 0 };
        let rewards = tree(&model.pot, &self.recipients, &model.trees[epoch]);
        let args = rewards.claim(leaf);
        let done = self.world.claim_merkle(&model.pot, &self.recipients[to], args);
        self.tried.expect("claim_merkle", &done, due > 0);
        model.merkle_paid[to] += due;
    }

    pub(super) fn revoke(&mut self, at: usize) {
        let now = self.world.chain.now();
        let model = &mut self.models[at];
        let keys: Vec<_> = model.promises.keys().copied().collect();
        if keys.is_empty() {
            return;
        }
        let key = *self.rng.pick(&keys);
        let allocation = account_of(model, &self.recipients, key);
        let kept = model.kept(key, now);
        let accounts = self.world.revoke_accounts(&model.pot, allocation);
        let done = self.world.call(accounts, call::Revoke {}, &[]);
        self.tried.expect("revoke", &done, kept.is_some());
        if let (Some(kept), Some(promise)) = (kept, model.promises.get_mut(&key)) {
            promise.amount = kept;
            promise.revoked = true;
        }
    }

    pub(super) fn clawback(&mut self, at: usize) {
        let now = self.world.chain.now();
        let model = &mut self.models[at];
        let held = model.funded - model.paid() - model.returned;
        let may = model.ended(now) && held > 0;
        let done = self.world.clawback(&model.pot);
        self.tried.expect("clawback", &done, may);
        if may {
            model.returned += held;
            model.clawed_back = true;
            model.over = true;
        }
    }

    /// Closes somebody's record, paid or not; mostly of a distribution that has ended, if there is one.
    pub(super) fn close_record(&mut self, at: usize) {
        let now = self.world.chain.now();
        let ended = |model: &Model| model.ended(now) && model.has_records();
        let at = match self.rng.one_in(3) {
            true => at,
            false => self.models.iter().position(ended).unwrap_or(at),
        };
        let model = &mut self.models[at];
        let may = model.ended(now);
        let open = model.promises.iter().filter(|(_, promise)| !promise.closed);
        let mut keys: Vec<_> = open.map(|(key, _)| *key).collect();
        keys.extend(model.records.iter().map(|to| *to as u64));
        if keys.is_empty() {
            return;
        }
        let key = *self.rng.pick(&keys);
        if model.kind == Kind::Merkle {
            let accounts = self
                .world
                .close_claim_accounts(&model.pot, &self.recipients[key as usize].address());
            let done = self.world.call(accounts, call::CloseClaim {}, &[]);
            self.tried.expect("close_claim", &done, may);
            if may {
                model.records.remove(&(key as usize));
            }
        } else {
            let allocation = account_of(model, &self.recipients, key);
            let accounts = self.world.close_allocation_accounts(&model.pot, allocation);
            let done = self.world.call(accounts, call::CloseAllocation {}, &[]);
            self.tried.expect("close_allocation", &done, may);
            if let Some(promise) = model.promises.get_mut(&key) {
                promise.closed |= may;
            }
        }
        model.over |= may;
    }

    /// Closes a distribution and begins another of the same kind; the number cannot be used again.
    pub(super) fn close(&mut self, at: usize) {
        let model = &self.models[at];
        let may = model.allocated() == model.paid();
        // Else most distributions would be closed before anything has happened.
        if may && model.funded == 0 && !model.ended(self.world.chain.now()) {
            return;
        }
        let (pot, kind) = (model.pot, model.kind);
        let done = self.world.close(&pot);
        self.tried.expect("close_distribution", &done, may);
        if !may {
            return;
        }
        assert!(!self.world.chain.exists(&pot.tokens));
        for (paid, here) in self.paid.iter_mut().zip(self.models[at].paid_to()) {
            *paid += here;
        }
        let again = self.models[at].args;
        assert!(self.world.create(again).is_err());
        self.models[at] = self.create(kind);
    }
}
