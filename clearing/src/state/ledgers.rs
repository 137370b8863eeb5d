//! What the vault owes, to whom.

use super::{
    error::Diverged,
    event::{Moved, Sale},
};
use novate_protocol::ids::{Asset, Owner};
use std::collections::HashMap;

/// Ledgers as they are on chain, with the chunks that are applied of a batch that is not over.
#[derive(Debug, Default)]
pub(super) struct Ledgers {
    /// Every one that was ever used.
    balances: HashMap<(Owner, Asset), u128>,
    owed: HashMap<Asset, Owed>,
}

/// What a vault owes of an asset, in base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Owed {
    /// To owners.
    pub ledgers: u128,
    /// Best bids of auctions on chain.
    pub escrow: u128,
    /// What a batch that is not over has debited and not credited.
    pub in_flight: u128,
    /// The same of abandoned batches: owed to nobody by name.
    pub stranded: u128,
}

impl Owed {
    /// All of it; none when that is more than 2^128 - 1.
    pub fn total(&self) -> Option<u128> {
        let owned = self.ledgers.checked_add(self.escrow)?;
        owned.checked_add(self.in_flight)?.checked_add(self.stranded)
    }
}

impl Ledgers {
    pub fn balance(&self, owner: &Owner, asset: &Asset) -> u128 {
        self.balances.get(&(*owner, *asset)).copied().unwrap_or(0)
    }

    pub fn all(&self) -> impl Iterator<Item = (&(Owner, Asset), u128)> {
        self.balances.iter().map(|(ledger, balance)| (ledger, *balance))
    }

    pub fn owed(&self) -> impl Iterator<Item = (&Asset, &Owed)> {
        self.owed.iter()
    }

    pub fn deposited(&mut self, moved: &Moved) -> Result<(), Diverged> {
        let balance = self.credit(&moved.owner, &moved.asset, moved.amount)?;
        told(&moved.owner, &moved.asset, balance, moved.balance)
    }

    pub fn withdrawn(&mut self, moved: &Moved) -> Result<(), Diverged> {
        let balance = self.debit(&moved.owner, &moved.asset, moved.amount)?;
        told(&moved.owner, &moved.asset, balance, moved.balance)
    }

    pub fn sold(&mut self, sale: &Sale) -> Result<(), Diverged> {
        let asset = &sale.asset;
        let net = sale.price.checked_sub(sale.fee);
        let net = net.and_then(|net| net.checked_sub(sale.royalty));
        let net = net.ok_or_else(|| Diverged::vault(asset, "fee and royalty are more than the price"))?;
        if sale.escrowed {
            self.change(asset, |owed| &mut owed.escrow, Take(sale.price))?;
        } else {
            self.debit(&sale.buyer, asset, sale.price)?;
        }
        self.credit(&sale.seller, asset, net)?;
        self.credit(&sale.fee_owner, asset, sale.fee)?;
        self.credit(&sale.creator, asset, sale.royalty)?;
        Ok(())
    }

    /// The refund comes first, so that who raises their own bid needs the difference only.
    pub fn bid(
        &mut self,
        asset: &Asset,
        (bidder, amount): (&Owner, u128),
        (outbid, refund): (&Owner, u128),
    ) -> Result<(), Diverged> {
        self.change(asset, |owed| &mut owed.escrow, Take(refund))?;
        self.credit(outbid, asset, refund)?;
        self.debit(bidder, asset, amount)?;
        self.change(asset, |owed| &mut owed.escrow, Give(amount))
    }

    /// A batch changes a ledger.
    pub fn applied(
        &mut self,
        owner: &Owner,
        asset: &Asset,
        amount: i128,
        balance: Option<u128>,
    ) -> Result<(), Diverged> {
        let size = amount.unsigned_abs();
        let after = if amount < 0 {
            self.change(asset, |owed| &mut owed.in_flight, Give(size))?;
            self.debit(owner, asset, size)?
        } else {
            self.change(asset, |owed| &mut owed.in_flight, Take(size))?;
            self.credit(owner, asset, size)?
        };
        balance.map_or(Ok(()), |balance| told(owner, asset, after, balance))
    }

    /// What is in flight of an asset is owed to nobody any more.
    pub fn strand(&mut self, asset: &Asset, amount: u128) -> Result<(), Diverged> {
        self.change(asset, |owed| &mut owed.in_flight, Take(amount))?;
        self.change(asset, |owed| &mut owed.stranded, Give(amount))
    }

    fn credit(&mut self, owner: &Owner, asset: &Asset, amount: u128) -> Result<u128, Diverged> {
        if amount == 0 {
            return Ok(self.balance(owner, asset));
        }
        self.change(asset, |owed| &mut owed.ledgers, Give(amount))?;
        let balance = self.balances.entry((*owner, *asset)).or_insert(0);
        let after = balance.checked_add(amount);
        *balance = after.ok_or_else(|| Diverged::ledger(owner, asset, "it would exceed 128 bits"))?;
        Ok(*balance)
    }

    fn debit(&mut self, owner: &Owner, asset: &Asset, amount: u128) -> Result<u128, Diverged> {
        let balance = self.balance(owner, asset);
        let Some(after) = balance.checked_sub(amount) else {
            let what = format_args!("{amount} is taken of {balance}");
            return Err(Diverged::ledger(owner, asset, what));
        };
        self.change(asset, |owed| &mut owed.ledgers, Take(amount))?;
        // One that was never used holds nothing, and nothing is taken of it.
        if let Some(balance) = self.balances.get_mut(&(*owner, *asset)) {
            *balance = after;
        }
        Ok(after)
    }

    fn change(
        &mut self,
        asset: &Asset,
        part: impl Fn(&mut Owed) -> &mut u128,
        by: Change,
    ) -> Result<(), Diverged> {
        let part = part(self.owed.entry(*asset).or_default());
        let after = match by {
            Give(amount) => part.checked_add(amount),
            Take(amount) => part.checked_sub(amount),
        };
        let what = match by {
            Give(amount) => ("added to", amount),
            Take(amount) => ("taken of", amount),
        };
        *part =
            after.ok_or_else(|| Diverged::vault(asset, format_args!("{} is {} {part}", what.1, what.0)))?;
        Ok(())
    }
}

enum Change {
    Give(u128),
    Take(u128),
}
use Change::{Give, Take};

fn told(owner: &Owner, asset: &Asset, balance: u128, told: u128) -> Result<(), Diverged> {
    if balance == told {
        return Ok(());
    }
    let what = format_args!("it holds {balance}, and the chain says {told}");
    Err(Diverged::ledger(owner, asset, what))
}
