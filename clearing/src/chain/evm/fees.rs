//! What is bid for a transaction (EIP-1559).

use super::{config::EvmConfig, node::Connection};
use crate::chain::ChainError;
use alloy::{providers::Provider, rpc::types::BlockNumberOrTag};

/// How many blocks are looked at, and which bid of each: the middle one.
const BLOCKS: u64 = 10;
const PERCENTILE: f64 = 50.0;

/// Wei per gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    /// At most, base fee included.
    pub max: u128,
    /// Of that for the block's producer.
    pub tip: u128,
}

/// Why nothing is bid now.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooDear {
    #[error(
        "the base fee of the next block is {base} wei per gas, above max_fee_per_gas {cap}: wait, or raise it"
    )]
    BaseFee { base: u128, cap: u128 },
    #[error(
        "replacing a transaction that bids {bid} wei per gas takes {needed}, above max_fee_per_gas {cap}: wait, or raise it"
    )]
    Bump { bid: u128, needed: u128, cap: u128 },
}

/// What the last blocks say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Market {
    /// Of the next block.
    base: u128,
    tip: u128,
}

impl Market {
    pub async fn ask(at: &Connection<'_>) -> Result<Self, ChainError> {
        let asked = at
            .provider()
            .get_fee_history(BLOCKS, BlockNumberOrTag::Latest, &[PERCENTILE]);
        let history = asked.await.map_err(|error| at.failed(error))?;
        let base = history.base_fee_per_gas.last().copied();
        let base =
            base.ok_or_else(|| at.nonsense("gives no base fee: a chain without EIP-1559 is not supported"))?;
        let bids = history.reward.unwrap_or_default();
        let mut bids: Vec<u128> = bids.iter().filter_map(|block| block.first().copied()).collect();
        bids.sort_unstable();
        Ok(Self {
            base,
            tip: bids.get(bids.len() / 2).copied().unwrap_or_default(),
        })
    }

    /// Twice the base fee, so that six full blocks in a row do not leave the transaction behind. A replacement bids an eighth
    /// more than what it `replaces`, or nodes refuse it.
    pub fn bid(self, config: &EvmConfig, replaces: Option<Fees>) -> Result<Fees, TooDear> {
        let cap = u128::from(config.max_fee_per_gas);
        if self.base > cap {
            return Err(TooDear::BaseFee { base: self.base, cap });
        }
        let mut tip = self
            .tip
            .clamp(1, u128::from(config.max_priority_fee_per_gas).max(1));
        let mut max = self.base.saturating_mul(2).saturating_add(tip).min(cap);
        if let Some(old) = replaces {
            let needed = bumped(old.max);
            if needed > cap {
                let bid = old.max;
                return Err(TooDear::Bump { bid, needed, cap });
            }
            (max, tip) = (max.max(needed), tip.max(bumped(old.tip)));
        }
        Ok(Fees {
            max,
            tip: tip.min(max),
        })
    }
}

/// An eighth more, rounded up, and at least one.
fn bumped(bid: u128) -> u128 {
    bid.saturating_add(bid.div_ceil(8).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use alloy::primitives::Address;

    const GWEI: u128 = 1_000_000_000;

    fn config() -> EvmConfig {
        let mut config = EvmConfig::new(vec![], 1, Address::ZERO, Secret::Env("unused".into()));
        (config.max_fee_per_gas, config.max_priority_fee_per_gas) = (100_000_000_000, 3_000_000_000);
        config
    }

    const fn market(base: u128, tip: u128) -> Market {
        Market {
            base: base * GWEI,
            tip: tip * GWEI,
        }
    }

    const fn fees(max: u128, tip: u128) -> Fees {
        Fees {
            max: max * GWEI,
            tip: tip * GWEI,
        }
    }

    #[test]
    fn bid_is_twice_the_base_fee_and_the_tip_within_the_caps() {
        assert_eq!(market(20, 2).bid(&config(), None), Ok(fees(42, 2)));
        assert_eq!(
            market(20, 50).bid(&config(), None),
            Ok(fees(43, 3)),
            "the tip's cap"
        );
        assert_eq!(
            market(70, 2).bid(&config(), None),
            Ok(fees(100, 2)),
            "the whole cap"
        );
        let nothing = market(0, 0).bid(&config(), None);
        assert_eq!(nothing, Ok(Fees { max: 1, tip: 1 }), "never nothing");
    }

    #[test]
    fn nothing_is_bid_while_the_base_fee_is_above_the_cap() {
        let refused = market(101, 2).bid(&config(), None).unwrap_err();
        let sentence = refused.to_string();
        assert!(
            sentence.contains("101000000000") && sentence.contains("100000000000"),
            "{sentence}"
        );
    }

    #[test]
    fn replacement_bids_an_eighth_more_of_both() {
        assert_eq!(
            market(1, 1).bid(&config(), Some(fees(40, 2))),
            Ok(Fees {
                max: 45 * GWEI,
                tip: 2_250_000_000
            })
        );
        let rounded = market(0, 0).bid(&config(), Some(Fees { max: 9, tip: 1 }));
        assert_eq!(rounded, Ok(Fees { max: 11, tip: 2 }), "upwards");
        assert_eq!(
            market(30, 1)
                .bid(&config(), Some(fees(40, 1)))
                .map(|fees| fees.max),
            Ok(61 * GWEI),
            "the market's, if more"
        );
        assert!(matches!(
            market(1, 1).bid(&config(), Some(fees(90, 1))),
            Err(TooDear::Bump { .. })
        ));
    }
}
