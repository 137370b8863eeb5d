//! What a window comes to.

use crate::Outcome;
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};

/// The result of netting a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Netted {
    /// One for each entry, in the order of the entries.
    pub outcomes: Vec<Outcome>,
    /// Debits, then credits; among these by asset, owner and session. They sum to zero per asset, and none is zero.
    pub deltas: Vec<Delta>,
    /// By item. An item that came back to its holder is not moved.
    pub items: Vec<ItemMove>,
}

/// Signed change of one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Whose ledger.
    pub owner: Owner,
    /// Of which asset.
    pub asset: Asset,
    /// The session that a debit is charged to; zeros for a credit.
    pub session: [u8; 32],
    /// Base units; below zero is a debit.
    pub amount: i128,
}

/// An item that changes hands, from its holder before the window to its holder after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemMove {
    /// The item.
    pub item: Item,
    /// Holder before the window.
    pub from: Owner,
    /// Holder after it.
    pub to: Owner,
    /// The session with which `from` listed it: the settlement moves it by that.
    pub session: [u8; 32],
}
