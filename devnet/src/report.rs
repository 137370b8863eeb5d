//! What a run of the demo flow found, for a person and as JSON.

use crate::demo::batch::Batch;
use novate_clearing::audit::VaultReport;
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, fmt, time::Instant};

/// Result of `devnet check`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub chains: BTreeMap<String, Chain>,
    /// Rows served per table.
    pub rows: BTreeMap<String, usize>,
    /// Differences between what the chains say and what GraphQL serves; must be 0.
    pub mismatches: usize,
    /// The differences themselves, and everything else that did not hold.
    pub problems: Vec<String>,
    /// Batches that were settled, each authorised by the canister's threshold key.
    pub settled: Vec<Settled>,
    /// Intents that were netted and settled, by settlement.
    pub cleared: Vec<Cleared>,
    /// What the settlements' vaults hold and owe.
    pub vaults: Vec<VaultReport>,
    /// Why the canister refused what its policy does not allow, in its words.
    pub refused: Vec<String>,
    /// Names that were registered.
    pub names: Vec<Name>,
    /// Seconds each phase took, in order of the flow.
    pub seconds: Vec<Phase>,
}

/// How far a chain is, and how far of it is in the index. Block numbers are inclusive.
#[derive(Debug, Serialize)]
pub struct Chain {
    pub head: i64,
    pub indexed: i64,
}

#[derive(Debug, Serialize)]
pub struct Settled {
    pub chain: String,
    pub sequence: u64,
    /// Address of the threshold key that signed the batch.
    pub authority: String,
    /// Leaves that were applied.
    pub deltas: usize,
    pub items: usize,
}

/// What became of intents of a settlement.
#[derive(Debug, Default, Serialize)]
pub struct Cleared {
    /// In the configuration.
    pub settlement: String,
    /// Batches that are final.
    pub batches: usize,
    /// Intents in them.
    pub intents: usize,
    pub filled: usize,
    /// The others, by the outcome's name.
    pub rejected: BTreeMap<&'static str, usize>,
    /// Intents that were not taken in, by the refusal's code.
    pub refused: BTreeMap<String, usize>,
    /// Batches that are what their blobs come to, on chain and in the index.
    pub audited: usize,
    /// Receipts that were verified without the chain.
    pub receipts: usize,
    /// Leaves that were applied.
    pub deltas: u64,
    pub items: u64,
    pub transactions: usize,
    /// What these used: gas or compute units.
    pub units: u64,
    /// What they cost: wei or lamports.
    #[serde(serialize_with = "text")]
    pub fees: u128,
}

#[derive(Debug, Serialize)]
pub struct Name {
    pub name: String,
    /// As names writes them.
    pub wallets: Vec<String>,
    /// Digest of what is published under the name.
    pub content: String,
}

#[derive(Debug, Serialize)]
pub struct Phase {
    pub phase: String,
    pub seconds: f64,
}

impl Settled {
    /// Of a batch that is settled.
    pub fn new(batch: &Batch, authority: String) -> Self {
        Self {
            chain: batch.chain.to_string(),
            sequence: batch.header.sequence,
            authority,
            deltas: batch.deltas.len(),
            items: batch.items.len(),
        }
    }
}

impl Report {
    /// Whether everything held.
    pub fn holds(&self) -> bool {
        self.mismatches == 0 && self.problems.is_empty()
    }

    /// Notes how long the phase that began at `start` took, and says so.
    pub fn phase(&mut self, phase: &str, start: Instant) {
        let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        tracing::info!(phase, seconds, "done");
        self.seconds.push(Phase {
            phase: phase.into(),
            seconds,
        });
    }
}

/// Numbers of JSON are exact up to 2^53 only.
fn text<S: Serializer>(number: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(number)
}

impl fmt::Display for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} intents in {} batch(es), {} filled, {:?} rejected, {:?} not taken; {} deltas and {} items in {} transactions, \
             {} units, fees {}; {} receipts and {} audited batch(es) hold",
            self.settlement,
            self.intents,
            self.batches,
            self.filled,
            self.rejected,
            self.refused,
            self.deltas,
            self.items,
            self.transactions,
            self.units,
            self.fees,
            self.receipts,
            self.audited
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, chain) in &self.chains {
            writeln!(
                f,
                "{name:<10} head {:>8}   indexed {:>8}",
                chain.head, chain.indexed
            )?;
        }
        for (table, rows) in &self.rows {
            writeln!(f, "{table:<40} {rows:>6} rows")?;
        }
        for Phase { phase, seconds } in &self.seconds {
            writeln!(f, "{phase:<40} {seconds:>8.3} s")?;
        }
        for settled in &self.settled {
            writeln!(
                f,
                "batch {} settled on {}, signed by {}",
                settled.sequence, settled.chain, settled.authority
            )?;
        }
        for cleared in &self.cleared {
            writeln!(f, "{cleared}")?;
        }
        for vault in &self.vaults {
            for asset in &vault.assets {
                writeln!(
                    f,
                    "{}: {} of {} held, {} owed to {} ledgers",
                    vault.settlement, asset.held, asset.asset, asset.owed, asset.ledger_count
                )?;
            }
        }
        for refused in &self.refused {
            writeln!(f, "refused: {refused}")?;
        }
        for Name {
            name,
            wallets,
            content,
        } in &self.names
        {
            writeln!(f, "name {name}: {}, {content}", wallets.join(", "))?;
        }
        for problem in &self.problems {
            writeln!(f, "! {problem}")?;
        }
        writeln!(f, "{} mismatches", self.mismatches)
    }
}
