//! What is bid for a compute unit.

use super::config::Prices;

/// Of the recent blocks, so many percent took less: enough to be among the first, and not the highest bid of all.
const PERCENT: usize = 75;
/// A bid for a transaction that did not land is raised by at least so much, in micro-lamports.
const STEP: u64 = 1_000;

/// What recent blocks took, within the bounds.
pub(super) fn fresh(mut recent: Vec<u64>, bounds: Prices) -> u64 {
    recent.sort_unstable();
    let at = recent.len().saturating_mul(PERCENT) / 100;
    let usual = recent.get(at).or(recent.last()).copied().unwrap_or_default();
    usual.clamp(bounds.floor.min(bounds.cap), bounds.cap)
}

/// After `before` did not land: half as much again, or what is usual by now if that is more; never above the cap.
pub(super) fn raised(fresh: u64, before: u128, bounds: Prices) -> u64 {
    let before = u64::try_from(before).unwrap_or(u64::MAX);
    let raised = before.saturating_add((before / 2).max(STEP));
    fresh.max(raised).min(bounds.cap)
}
