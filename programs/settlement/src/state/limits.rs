use anchor_lang::prelude::*;

use super::{MAX_DELTAS, MAX_ITEMS};
use crate::error::SettlementError;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

/// Windows and sizes of batches. Windows are in seconds.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long the guardian may cancel a batch after it was opened, and nothing of it is applied: at most 7 days.
    pub challenge_window: u32,
    /// How long a batch may be applied after that, and after the end of the batch before, unless it is past its
    /// point of no return: 1 minute to 7 days.
    pub settle_window: u32,
    /// For how long the operator is silent when owners may be paid out without it: 1 hour to 30 days, and no shorter
    /// than both windows together.
    pub escape_delay: u32,
    /// How long a change of the authority waits: 1 hour to 30 days; can only be raised.
    pub authority_delay: u32,
    /// Most intents in a batch: at least 1.
    pub max_intents: u32,
    /// Most deltas in a batch: 1 to 65,536.
    pub max_deltas: u32,
    /// Most items that a batch moves: at most 8,192.
    pub max_items: u32,
}

impl Limits {
    /// # Errors
    /// When a value is out of the bounds that its field states.
    pub fn validate(&self) -> Result<()> {
        let windows = self.challenge_window.checked_add(self.settle_window);
        let possible = self.challenge_window <= 7 * DAY
            && (MINUTE..=7 * DAY).contains(&self.settle_window)
            && (HOUR..=30 * DAY).contains(&self.escape_delay)
            && windows.is_some_and(|windows| windows <= self.escape_delay)
            && (HOUR..=30 * DAY).contains(&self.authority_delay)
            && self.max_intents >= 1
            && (1..=MAX_DELTAS).contains(&self.max_deltas)
            && self.max_items <= MAX_ITEMS;
        require!(possible, SettlementError::LimitOutOfBounds);
        Ok(())
    }
}
