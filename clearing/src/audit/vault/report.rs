use crate::audit::Check;
use serde::{Serialize, Serializer};

/// What an audit of a settlement's vaults found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VaultReport {
    /// The settlement's name.
    pub settlement: String,
    /// The block or slot that everything is as of.
    pub block: u64,
    /// By asset.
    pub assets: Vec<AssetReport>,
    /// What was compared. Every difference is listed, by asset and owner.
    pub checks: Vec<Check>,
}

/// One asset's vault, by the chain. Amounts are base units; in JSON they are text, for many readers of JSON round integers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssetReport {
    /// As its chain writes addresses.
    pub asset: String,
    /// Tokens that the vault holds.
    #[serde(serialize_with = "text")]
    pub held: u128,
    /// What it says that it owes in all.
    #[serde(serialize_with = "text")]
    pub owed: u128,
    /// Tokens above that: anybody can send some to the vault. They belong to nobody.
    #[serde(serialize_with = "text")]
    pub surplus: u128,
    /// The sum of the ledgers.
    #[serde(serialize_with = "text")]
    pub ledgers: u128,
    /// How many of them are not zero.
    pub ledger_count: usize,
    /// Best bids of auctions.
    #[serde(serialize_with = "text")]
    pub escrow: u128,
    /// What a batch that is not over has debited and not credited.
    #[serde(serialize_with = "text")]
    pub in_flight: u128,
    /// The same of abandoned batches.
    #[serde(serialize_with = "text")]
    pub stranded: u128,
}

impl VaultReport {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(Check::ok)
    }
}

fn text<S: Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
