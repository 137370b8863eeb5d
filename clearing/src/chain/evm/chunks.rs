//! Which leaves go into one transaction.

use super::config::EvmConfig;
use std::ops::Range;

/// Gas of a transaction before its first entry, and of an entry at its worst: of a ledger that begins at zero, a session in a
/// new period. `clearing_evm_gas.rs` measures what it is.
const BASE_GAS: u64 = 150_000;
const DEBIT_GAS: u64 = 20_000;
const CREDIT_GAS: u64 = 30_000;
const ITEM_GAS: u64 = 30_000;
/// The most that a transaction may ask for on chains with EIP-7825.
pub(super) const MAX_GAS: u64 = 1 << 24;

/// Most entries of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub debits: u32,
    pub credits: u32,
    pub items: u32,
}

impl Sizes {
    /// For blocks of so much gas.
    pub fn new(config: &EvmConfig, block_gas: u64) -> Self {
        let share = u128::from(block_gas) * u128::from(config.block_gas_percent) / 100;
        let gas = u64::try_from(share).unwrap_or(u64::MAX).min(MAX_GAS);
        let entries = |each: u64| {
            let fit = gas.saturating_sub(BASE_GAS) / each;
            let fit = u32::try_from(fit).unwrap_or(u32::MAX);
            fit.clamp(1, config.chunk_entries.max(1))
        };
        Self {
            debits: entries(DEBIT_GAS),
            credits: entries(CREDIT_GAS),
            items: entries(ITEM_GAS),
        }
    }
}

/// Cuts `leaves` into ranges of at most `most` that begin and end with a leaf that is `due`, and are of one `group` each.
/// Those that are not due in between are passed over by the contract: cheaper than another transaction.
pub(super) fn cut<G: PartialEq>(
    leaves: Range<u32>,
    most: u32,
    due: impl Fn(u32) -> bool,
    group: impl Fn(u32) -> G,
) -> Vec<Range<u32>> {
    let mut chunks = Vec::new();
    let mut next = leaves.start;
    while let Some(start) = (next..leaves.end).find(|&leaf| due(leaf)) {
        let end = leaves.end.min(start.saturating_add(most));
        let of_group = (start..end).take_while(|&leaf| group(leaf) == group(start));
        let last = of_group.filter(|&leaf| due(leaf)).last().unwrap_or(start);
        next = last.saturating_add(1);
        chunks.push(start..next);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use alloy::primitives::Address;

    fn sizes(block_gas: u64) -> Sizes {
        let key = Secret::Env("unused".into());
        Sizes::new(&EvmConfig::new(vec![], 1, Address::ZERO, key), block_gas)
    }

    #[test]
    fn chunks_hold_no_more_than_the_most_and_one_group() {
        let all = cut(0..10, 3, |_| true, |leaf| leaf < 4);
        assert_eq!(all, [0..3, 3..4, 4..7, 7..10]);
    }

    #[test]
    fn applied_leaves_are_left_out_at_both_ends_and_passed_over_between() {
        let due = |leaf| ![0, 3, 6, 7].contains(&leaf);
        assert_eq!(cut(0..8, 4, due, |_| ()), [1..5, 5..6]);
        assert_eq!(cut(0..8, 8, |_| false, |_| ()), [] as [Range<u32>; 0]);
    }

    #[test]
    fn chunks_fit_into_their_share_of_a_block() {
        assert_eq!(sizes(60_000_000).credits, 256, "the configured most");
        assert_eq!(sizes(5_000_000).debits, 67);
        assert_eq!(sizes(5_000_000).credits, 45);
        assert_eq!(sizes(100_000).credits, 1, "an entry is tried in any case");
        assert_eq!(sizes(u64::MAX).credits, 256);
    }
}
