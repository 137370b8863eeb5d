//! `novate audit`

use crate::{ConfigFile, clear, error::CliError};
use clap::{Args, Subcommand};
use novate_clearing::{
    audit::{self, BatchReport, Indexed, Place, vault::VaultReport},
    config::{Clearing, SettlementPlan},
    intake::json,
};
use novate_indexer::Store;
use novate_netting::Receipt;
use serde::Serialize;
use std::{
    fs,
    io::IsTerminal,
    path::{Path, PathBuf},
};

#[derive(Subcommand)]
pub enum Audit {
    /// Recompute a batch from its blob, and compare it with the chain and the index
    Batch(Batch),
    /// Check a receipt: offline with --authority, and with --config against chain and index too
    Receipt(OfReceipt),
    /// Compare what vaults hold with all ledgers, at one block of each chain
    Vault(Vault),
}

#[derive(Args)]
pub struct Batch {
    /// The number that the service gave it
    number: i64,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Vault {
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct OfReceipt {
    /// The receipt, as GET /api/receipts/{intent} gives it
    file: PathBuf,
    /// Whose signature of batches counts: an EVM address, or a Solana address in base58
    #[arg(long, value_name = "KEY")]
    authority: Option<String>,
    /// Ask the chain for the authority, and the index whether the batch was settled, as this configuration says
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One line of the answer.
#[derive(Serialize)]
struct Line {
    name: &'static str,
    ok: bool,
    meaning: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<String>,
}

impl Audit {
    pub async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Batch(batch) => batch.run().await,
            Self::Receipt(receipt) => receipt.run().await,
            Self::Vault(vault) => vault.run().await,
        }
    }
}

impl Batch {
    async fn run(self) -> Result<(), CliError> {
        let (store, clearing) = open(&self.file.config).await?;
        let blobs = clearing.open_blobs()?;
        let settlement: Option<String> = settlement_of(&store, self.number).await?;
        let plan = clearing
            .settlements
            .iter()
            .find(|plan| Some(&plan.name) == settlement.as_ref());
        let plan = plan.ok_or(audit::AuditError::NoBatch(self.number))?;
        let chain = plan.connect()?;
        let place = Place {
            chain: chain.as_ref(),
            indexed: plan.into(),
        };
        let report = audit::batch::batch(store.pool(), &blobs, &place, self.number).await?;
        if self.json {
            println!(
                "{:#}",
                serde_json::json!({ "holds": report.holds(), "batch": report })
            );
        } else {
            let BatchReport {
                number,
                sequence,
                state,
                intents,
                ..
            } = &report;
            println!(
                "batch {number} of {}: sequence {sequence}, {intents} intents, {state}\n",
                plan.name
            );
        }
        let holds = report.holds();
        let lines = report.checks.into_iter().map(Line::from).collect();
        told(lines, self.json, holds)
    }
}

impl Vault {
    async fn run(self) -> Result<(), CliError> {
        let (store, clearing) = open(&self.file.config).await?;
        let mut reports = Vec::new();
        for plan in &clearing.settlements {
            reports.push(audit::vault::vault(store.pool(), &plan.indexed(), &plan.chain).await?);
        }
        let holds = reports.iter().all(VaultReport::holds);
        if self.json {
            println!(
                "{:#}",
                serde_json::json!({ "holds": holds, "settlements": reports })
            );
            return told(Vec::new(), true, holds);
        }
        for report in reports {
            println!("{}, block {}:", report.settlement, report.block);
            println!(
                "{:<46} {:>22} {:>22} {:>22}",
                "asset", "held", "ledgers", "surplus"
            );
            for asset in &report.assets {
                let (held, ledgers, surplus) = (asset.held, asset.ledgers, asset.surplus);
                println!("{:<46} {held:>22} {ledgers:>22} {surplus:>22}", asset.asset);
            }
            told(report.checks.into_iter().map(Line::from).collect(), false, true)?;
            println!();
        }
        told(Vec::new(), false, holds)
    }
}

impl OfReceipt {
    async fn run(self) -> Result<(), CliError> {
        let path = &self.file;
        let bytes = fs::read(path).map_err(|cause| CliError::Read {
            path: path.clone(),
            cause,
        })?;
        let receipt = Receipt::from_json(&bytes).map_err(|cause| CliError::Receipt {
            path: path.clone(),
            cause,
        })?;
        let mut lines = Vec::new();
        let authority = match (&self.authority, &self.config) {
            (Some(key), _) => key.parse().map_err(|_| CliError::NoAuthority(key.clone()))?,
            (None, Some(config)) => audit::authority(&plan(&open(config).await?.1, &receipt)?).await?,
            (None, None) => return Err(CliError::WhoseSignature),
        };
        lines.extend(receipt.verify(&authority).into_iter().map(|check| Line {
            name: check.name,
            ok: check.ok,
            meaning: check.meaning,
            differences: Vec::new(),
        }));
        if let Some(config) = &self.config {
            let (store, clearing) = open(config).await?;
            let plan = plan(&clearing, &receipt)?;
            let checks = Indexed::from(&plan).header(store.pool(), &receipt.header).await?;
            lines.extend(checks.into_iter().map(Line::from));
        }
        let holds = lines.iter().all(|line| line.ok);
        let id = json::hex(&receipt.id);
        let (outcome, sequence) = (receipt.outcome.name(), receipt.header.sequence);
        if self.json {
            let answer = serde_json::json!({
                "holds": holds, "intent": id, "outcome": outcome, "sequence": sequence, "checks": &lines,
            });
            println!("{answer:#}");
        } else {
            println!("intent {id}: {outcome}, in the settlement's batch {sequence}\n");
        }
        told(lines, self.json, holds)
    }
}

/// The table for people, unless the answer was JSON; an error unless everything holds.
fn told(lines: Vec<Line>, json: bool, holds: bool) -> Result<(), CliError> {
    if !json {
        let colours = std::io::stdout().is_terminal();
        for line in &lines {
            let (mark, colour) = match line.ok {
                true => ("ok", "32"),
                false => ("DIFFERS", "31"),
            };
            let padded = format!("{mark:<8}");
            let mark = match colours {
                true => format!("\x1b[{colour}m{padded}\x1b[0m"),
                false => padded,
            };
            println!("{mark} {:<10} {}", line.name, line.meaning);
            for difference in &line.differences {
                println!("         {:<10} {difference}", "");
            }
        }
    }
    if holds { Ok(()) } else { Err(CliError::DoesNotHold) }
}

impl From<audit::Check> for Line {
    fn from(check: audit::Check) -> Self {
        Self {
            name: check.name,
            ok: check.ok(),
            meaning: check.meaning,
            differences: check.differences,
        }
    }
}

async fn open(config: &Path) -> Result<(Store, Clearing), CliError> {
    let (url, clearing) = clear::load(config)?.ok_or_else(|| CliError::NoClearing(config.to_owned()))?;
    let store = Store::connect(&url).await?;
    store.check().await?;
    Ok((store, clearing))
}

async fn settlement_of(store: &Store, batch: i64) -> Result<Option<String>, CliError> {
    let found = novate_clearing::receipts::Receipts::new(store.pool())
        .batch(batch)
        .await;
    Ok(found
        .map_err(audit::AuditError::from)?
        .map(|view| view.settlement))
}

/// The configuration's settlement that the receipt is of.
fn plan(clearing: &Clearing, receipt: &Receipt) -> Result<SettlementPlan, CliError> {
    let header = &receipt.header;
    let found = clearing.settlements.iter().find(|plan| {
        (plan.chain_id, plan.address, plan.scheme) == (header.chain, header.settlement, receipt.scheme)
    });
    found.cloned().ok_or_else(|| CliError::OtherSettlement {
        chain: header.chain,
        address: json::account(receipt.scheme, &header.settlement),
    })
}
