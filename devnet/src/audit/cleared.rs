//! What the clearing service says: its batches against their blobs, the chains and the index, and the vaults against their ledgers.

use crate::services::Services;
use anyhow::{Context, Result};
use novate_clearing::{
    audit::{self, Place, VaultReport},
    receipts::Receipts,
};

/// A batch that was audited.
pub struct Audited {
    /// In the configuration.
    pub settlement: String,
    /// What does not hold, a sentence each.
    pub problems: Vec<String>,
}

/// Audits the vaults of every settlement, as `novate audit vault` does.
pub async fn vaults(services: &Services) -> Result<Vec<VaultReport>> {
    let mut reports = Vec::new();
    for plan in &services.clearing.settlements {
        let report = audit::vault::vault(services.store.pool(), &plan.indexed(), &plan.chain).await;
        reports.push(report.with_context(|| format!("auditing the vaults of {}", plan.name))?);
    }
    Ok(reports)
}

/// Audits every batch, as `novate audit batch` does. The index must have caught up.
pub async fn audited(services: &Services) -> Result<Vec<Audited>> {
    let Services { clearing, store, .. } = services;
    let (pool, blobs) = (store.pool(), clearing.open_blobs()?);
    let batches = Receipts::new(pool);
    let mut found = Vec::new();
    for number in 1.. {
        let Some(batch) = batches.batch(number).await? else {
            break;
        };
        let plan = clearing
            .settlements
            .iter()
            .find(|plan| plan.name == batch.settlement);
        let plan = plan.with_context(|| format!("batch {number} is of the unknown {}", batch.settlement))?;
        let chain = plan.connect()?;
        let place = Place {
            chain: chain.as_ref(),
            indexed: plan.into(),
        };
        let report = audit::batch::batch(pool, &blobs, &place, number).await?;
        found.push(Audited {
            settlement: batch.settlement,
            problems: problems(&format!("batch {number}"), &report.checks),
        });
    }
    Ok(found)
}

/// What does not hold of something, a sentence each.
pub fn problems(of: &str, checks: &[audit::Check]) -> Vec<String> {
    let failed = checks.iter().filter(|check| !check.ok());
    failed
        .map(|check| {
            format!(
                "{of}: not true is that {}: {:?}",
                check.meaning, check.differences
            )
        })
        .collect()
}
