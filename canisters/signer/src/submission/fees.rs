//! What a transaction offers per gas, in wei. Functions of their arguments alone.

use crate::transaction::nonces::raised;
use candid::Nat;
use signer_api::SubmissionRefusal;

/// What is offered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fees {
    /// For the block's producer, at most.
    pub priority: u128,
    /// In all, at most.
    pub max: u128,
}

/// What the chain asked for in its last blocks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Market {
    /// Base fee of the next block.
    pub base: u128,
    /// What producers got.
    pub priority: u128,
}

impl Market {
    /// The base fee of the next block (the last that `eth_feeHistory` gives), and the median of what the blocks'
    /// transactions in the middle gave; at least 1, because nodes replace nothing by the same.
    pub fn of(base_fees: &[u128], mut rewards: Vec<u128>) -> Option<Self> {
        rewards.sort_unstable();
        let median = rewards.get(rewards.len() / 2).copied().unwrap_or(0);
        Some(Self {
            base: *base_fees.last()?,
            priority: median.max(1),
        })
    }

    /// Twice the base fee lasts for six full blocks: it rises by an eighth at most from one to the next.
    fn fees(self) -> Fees {
        Fees {
            priority: self.priority,
            max: self.base.saturating_mul(2).saturating_add(self.priority),
        }
    }
}

/// What the first attempt offers.
///
/// # Errors
/// [`SubmissionRefusal::MarketAboveMaximum`] when not even the next block's base fee may be offered.
pub fn first(market: Market, most: u128) -> Result<Fees, SubmissionRefusal> {
    if market.base > most || most == 0 {
        return Err(above(market.base.max(1), most));
    }
    let wanted = market.fees();
    Ok(Fees {
        priority: wanted.priority.min(most),
        max: wanted.max.min(most),
    })
}

/// What the attempt after `before` offers: what the chain asks for now, and never less than nodes want for a replacement.
///
/// # Errors
/// [`SubmissionRefusal::MarketAboveMaximum`].
pub fn next(before: Fees, market: Market, most: u128) -> Result<Fees, SubmissionRefusal> {
    let least = Fees {
        priority: raised(before.priority),
        max: raised(before.max),
    };
    let needed = least.max.max(market.base);
    if needed > most {
        return Err(above(needed, most));
    }
    let wanted = market.fees();
    let max = wanted.max.max(least.max).min(most);
    Ok(Fees {
        priority: wanted.priority.max(least.priority).min(max),
        max,
    })
}

fn above(needed: u128, most: u128) -> SubmissionRefusal {
    SubmissionRefusal::MarketAboveMaximum {
        needed: Nat::from(needed),
        max: Nat::from(most),
    }
}
