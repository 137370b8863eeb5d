use super::load::Batch;
use anyhow::{Context, Result, ensure};
use novate_clearing::{
    audit::{self, Place},
    config::Clearing,
};
use sqlx::PgPool;

/// Audits every batch as `novate audit batch` does; all must hold.
pub async fn require(clearing: &Clearing, pool: &PgPool, batches: &[Batch]) -> Result<()> {
    let blobs = clearing.open_blobs()?;
    for batch in batches {
        let plan = clearing
            .settlements
            .iter()
            .find(|plan| plan.name == batch.settlement);
        let plan = plan.with_context(|| format!("no settlement {}", batch.settlement))?;
        let chain = plan.connect()?;
        let place = Place {
            chain: chain.as_ref(),
            indexed: plan.into(),
        };
        let report = audit::batch::batch(pool, &blobs, &place, batch.number).await?;
        ensure!(
            report.holds(),
            "the audit of batch {} does not hold: {}",
            batch.number,
            serde_json::to_string_pretty(&report)?
        );
        eprintln!(
            "batch {} on {}: {} intents, {} deltas, and {} checks that hold",
            batch.number,
            batch.settlement,
            batch.intents,
            batch.deltas,
            report.checks.len()
        );
    }
    Ok(())
}
