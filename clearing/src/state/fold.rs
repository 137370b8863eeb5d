//! A settlement's state as a function of its events.

use super::{
    batches::Batches,
    error::Diverged,
    event::{Event, LedgerDelta, Sale, Transfer},
    grants::Grants,
    items::Items,
    ledgers::{Ledgers, Owed},
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Item, Scheme},
};

/// One settlement on one chain, after the events that were applied.
#[derive(Debug)]
pub struct State {
    scheme: Scheme,
    pub(super) ledgers: Ledgers,
    pub(super) grants: Grants,
    pub(super) items: Items,
    pub(super) batches: Batches,
}

impl State {
    /// Before the first event. `scheme` tells the kind of chain.
    pub fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            ledgers: Ledgers::default(),
            grants: Grants::new(scheme),
            items: Items::default(),
            batches: Batches::default(),
        }
    }

    /// Applies what happened at `at` (Unix seconds, the time of the block). Events of the sessions and those of the settlement have
    /// to come each in the order of the chain; among each other, any that keeps a charge after the deltas it was made for.
    ///
    /// # Errors
    /// [`Diverged`]; then the state is half changed and of no use.
    pub fn apply(&mut self, at: u64, event: &Event) -> Result<(), Diverged> {
        match event {
            Event::Deposited(moved) => self.ledgers.deposited(moved),
            Event::Withdrawn(moved) => self.ledgers.withdrawn(moved),
            Event::ItemDeposited { item, holder } => self.items.entered(item, *holder),
            Event::ItemWithdrawn { item, holder } => self.items.left(item, holder),
            Event::ItemOffered { item, seller } => self.items.offered(item, seller),
            Event::ItemReleased { item, seller } => self.items.released(item, seller, *seller),
            Event::ItemSold(sale) => self.sold(sale),
            Event::BidPlaced {
                asset,
                bidder,
                amount,
                outbid,
                refund,
            } => self.ledgers.bid(asset, (bidder, *amount), (outbid, *refund)),
            Event::BatchOpened { sequence } => {
                self.batches.opened(*sequence);
                Ok(())
            }
            Event::DeltasApplied {
                sequence,
                asset,
                deltas,
            }
            | Event::DeltasReverted {
                sequence,
                asset,
                deltas,
            } => self.deltas(*sequence, asset, deltas),
            Event::ItemsApplied { sequence, moves } | Event::ItemsReverted { sequence, moves } => {
                self.moved(*sequence, moves)
            }
            Event::BatchSettled { sequence } => {
                self.batches.settled(*sequence)?;
                self.nothing_in_flight(*sequence)
            }
            Event::BatchClosed { sequence } => self.batches.closed(*sequence),
            Event::BatchAbandoned { sequence, stranded } => {
                self.batches.abandoned(*sequence)?;
                for (asset, amount) in stranded {
                    self.ledgers.strand(asset, *amount)?;
                }
                self.nothing_in_flight(*sequence)
            }
            Event::SessionGranted(granted) => self.grants.granted(granted),
            Event::LimitSet {
                owner,
                key,
                limit,
                left,
            } => self.grants.limit_set(owner, key, *limit, at, *left),
            Event::SessionRevoked { owner, key } | Event::SessionClosed { owner, key } => {
                self.grants.ended(owner, key)
            }
            Event::AllRevoked { owner, epoch } => {
                self.grants.all_revoked(owner, *epoch);
                Ok(())
            }
            Event::Charged { ours, asset, charges } => {
                for charge in charges {
                    self.grants.charged(*ours, asset, charge, at)?;
                    if *ours && self.scheme == Scheme::Eip712 {
                        self.batches.charged(asset, charge);
                    }
                }
                Ok(())
            }
        }
    }

    /// A ledger as it is on chain, in base units, with what is applied of a batch that is not over.
    pub fn ledger(&self, owner: &Owner, asset: &Asset) -> u128 {
        self.ledgers.balance(owner, asset)
    }

    /// Every ledger that ever held something, as it is on chain.
    pub fn ledgers(&self) -> impl Iterator<Item = (&(Owner, Asset), u128)> {
        self.ledgers.all()
    }

    /// What the vault owes, of each asset that it ever held.
    pub fn owed(&self) -> impl Iterator<Item = (&Asset, &Owed)> {
        self.ledgers.owed()
    }

    /// Every item that is inside, with its holder on chain.
    pub fn items(&self) -> impl Iterator<Item = (&Item, &Owner)> {
        self.items.all().map(|(item, held)| (item, &held.holder))
    }

    /// The last batch that was opened.
    pub fn opened(&self) -> u64 {
        self.batches.opened
    }

    /// The last batch that is over: settled, closed or abandoned.
    pub fn over(&self) -> u64 {
        self.batches.over
    }

    /// The last batch that was settled.
    pub fn settled(&self) -> u64 {
        self.batches.settled
    }

    fn sold(&mut self, sale: &Sale) -> Result<(), Diverged> {
        self.ledgers.sold(sale)?;
        self.items.released(&sale.item, &sale.seller, sale.buyer)
    }

    fn deltas(&mut self, sequence: u64, asset: &Asset, deltas: &[LedgerDelta]) -> Result<(), Diverged> {
        for delta in deltas {
            self.batches.delta(sequence, asset, delta)?;
            self.ledgers
                .applied(&delta.owner, asset, delta.amount, delta.balance)?;
        }
        Ok(())
    }

    fn moved(&mut self, sequence: u64, moves: &[Transfer]) -> Result<(), Diverged> {
        self.batches.turn(sequence)?;
        moves
            .iter()
            .try_for_each(|moved| self.items.moved(sequence, moved))
    }

    fn nothing_in_flight(&self, sequence: u64) -> Result<(), Diverged> {
        match self.ledgers.owed().find(|(_, owed)| owed.in_flight != 0) {
            None => Ok(()),
            Some((asset, owed)) => Err(Diverged::batch(
                sequence,
                format_args!(
                    "over, and {} of asset 0x{} is debited and not credited",
                    owed.in_flight,
                    hex::encode(asset.0)
                ),
            )),
        }
    }
}
