use novate_protocol::ids::{Asset, Owner};
use std::collections::BTreeMap;

/// What a chain says of a settlement's vaults, all of it at one block. Amounts are base units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The block or slot.
    pub block: u64,
    /// By asset.
    pub vaults: BTreeMap<Asset, Vault>,
    /// Ledgers that were asked for; zeros may be among them.
    pub ledgers: BTreeMap<(Owner, Asset), u128>,
}

/// One asset's vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vault {
    /// Tokens that it holds.
    pub held: u128,
    /// What it says that it owes in all.
    pub owed: u128,
    /// Best bids of auctions.
    pub escrow: u128,
    /// What a batch that is not over has debited and not credited.
    pub in_flight: u128,
    /// The same of abandoned batches.
    pub stranded: u128,
}
