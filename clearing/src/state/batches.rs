//! How far batches are. They are over in the order of their sequences, so only one at a time is applied.

use super::{
    error::Diverged,
    event::{Charge, LedgerDelta},
};
use novate_protocol::ids::{Asset, Owner};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Batches {
    pub opened: u64,
    /// The last that is over.
    pub over: u64,
    /// The last that was settled.
    pub settled: u64,
    /// What is applied of the batch after that.
    turn: Applied,
}

/// What is applied of a batch that is not over.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Net change of ledgers; zeros are left out.
    pub deltas: HashMap<(Owner, Asset), i128>,
    /// What sessions were charged: by owner, key and asset. What is charged stays charged.
    pub charged: HashMap<(Owner, [u8; 32], Asset), u128>,
}

impl Batches {
    pub fn applied(&self) -> &Applied {
        &self.turn
    }

    pub fn opened(&mut self, sequence: u64) {
        self.opened = self.opened.max(sequence);
    }

    /// It is the turn of `sequence`: those before are over, also where the chain's log has not said so. On Solana the events of
    /// batches that were closed are log lines, which can be cut off.
    pub fn turn(&mut self, sequence: u64) -> Result<&mut Applied, Diverged> {
        let Some(before) = sequence.checked_sub(1).filter(|before| *before >= self.over) else {
            return Err(Diverged::batch(sequence, "applied or ended, and it is over"));
        };
        if before > self.over {
            self.require_untouched(before)?;
            self.over = before;
            self.turn = Applied::default();
        }
        self.opened(sequence);
        Ok(&mut self.turn)
    }

    pub fn delta(&mut self, sequence: u64, asset: &Asset, delta: &LedgerDelta) -> Result<(), Diverged> {
        let Applied { deltas, charged } = self.turn(sequence)?;
        let net = deltas.entry((delta.owner, *asset)).or_insert(0);
        let sum = net.checked_add(delta.amount);
        *net = sum.ok_or_else(|| Diverged::batch(sequence, "its deltas of a ledger exceed 128 bits"))?;
        if *net == 0 {
            deltas.remove(&(delta.owner, *asset));
        }
        if let Some(session) = delta.session.filter(|_| delta.amount < 0) {
            charged.insert((delta.owner, session, *asset), delta.amount.unsigned_abs());
        }
        Ok(())
    }

    /// The batch in its turn has charged a session, where deltas do not name it.
    pub fn charged(&mut self, asset: &Asset, charge: &Charge) {
        let charged = &mut self.turn.charged;
        charged.insert((charge.owner, charge.key, *asset), charge.amount);
    }

    pub fn settled(&mut self, sequence: u64) -> Result<(), Diverged> {
        self.turn(sequence)?;
        self.settled = sequence;
        self.end(sequence);
        Ok(())
    }

    pub fn closed(&mut self, sequence: u64) -> Result<(), Diverged> {
        self.turn(sequence)?;
        self.require_untouched(sequence)?;
        self.end(sequence);
        Ok(())
    }

    /// It stays as it is.
    pub fn abandoned(&mut self, sequence: u64) -> Result<(), Diverged> {
        self.turn(sequence)?;
        self.end(sequence);
        Ok(())
    }

    fn end(&mut self, sequence: u64) {
        self.over = sequence;
        self.turn = Applied::default();
    }

    fn require_untouched(&self, sequence: u64) -> Result<(), Diverged> {
        match self.turn.deltas.is_empty() {
            true => Ok(()),
            false => Err(Diverged::batch(sequence, "closed, and deltas of it are applied")),
        }
    }
}
