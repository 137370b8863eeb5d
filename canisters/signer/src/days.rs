//! Totals of a day, in UTC. They survive upgrades, and begin anew at midnight.

use crate::{contract::Contract, state};
use candid::Nat;
use serde_bytes::ByteBuf;
use signer_api::Refusal;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// Totals of former days that are removed when one is written: more than are written, so that they die out.
const PRUNED: usize = 4;

/// What is added up. The number is that in stable memory, never to be changed.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Debits of a settlement's batches, by asset.
    Batches = 0,
    /// Amounts of a distributor's claims; the asset is zero, for a distributor pays one token.
    Claims = 1,
    /// Wei that transactions with a contract can cost, by the hash of the function's signature.
    Transactions = 2,
    /// Item transfers of a settlement's batches: by collection, and all of them together under the asset zero.
    Items = 3,
}

/// Day, purpose, contract, asset: in this order, so that former days come first.
pub type Key = [u8; 8 + 1 + Contract::KEY + 32];

/// A total of today.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    key: Key,
    asset: [u8; 32],
    /// Base units.
    pub spent: u128,
}

/// The number of the day since 1970.
pub fn number(unix_seconds: u64) -> u64 {
    unix_seconds / DAY
}

/// What was accepted so far.
pub fn today(now: u64, purpose: Purpose, contract: &Contract, asset: [u8; 32]) -> Today {
    let mut key = [0; 8 + 1 + Contract::KEY + 32];
    key[..8].copy_from_slice(&number(now).to_be_bytes());
    key[8] = purpose as u8;
    key[9..9 + Contract::KEY].copy_from_slice(&contract.key());
    key[9 + Contract::KEY..].copy_from_slice(&asset);
    let spent = state::read(|s| s.days.get(&key)).unwrap_or(0);
    Today { key, asset, spent }
}

impl Today {
    /// What the day's total becomes with `amount` more.
    ///
    /// # Errors
    /// [`Refusal::AboveDaily`].
    pub fn with(self, amount: u128, max: u128) -> Result<Self, Refusal> {
        match self.spent.checked_add(amount) {
            Some(spent) if spent <= max => Ok(Self { spent, ..self }),
            _ => Err(Refusal::AboveDaily {
                asset: ByteBuf::from(self.asset),
                amount: Nat::from(amount),
                spent: Nat::from(self.spent),
                max: Nat::from(max),
            }),
        }
    }

    /// Writes the total, and removes some of former days.
    pub fn save(self) {
        state::write(|s| {
            s.days.insert(self.key, self.spent);
            for _ in 0..PRUNED {
                match s.days.first_key_value() {
                    Some((key, _)) if key[..8] < self.key[..8] => s.days.pop_first(),
                    _ => break,
                };
            }
        });
    }
}
