use anchor_lang::prelude::*;

use super::{Fixed, Weight};
use crate::error::StakingError;

/// What one position takes part in a [`Stream`](super::Stream) with, and what it has earned there.
#[zero_copy]
#[derive(Debug, Default)]
pub struct Share {
    pub weight: Weight,
    /// The stream's reward per weight when this share was last looked at.
    pub reward_per_weight: Fixed,
    /// What was earned until then and is not paid.
    pub owed: Fixed,
}

impl Share {
    /// Earns what the stream's reward per weight has grown by.
    pub(super) fn earn(&mut self, reward_per_weight: Fixed) -> Result<()> {
        let growth = reward_per_weight
            .get()
            .checked_sub(self.reward_per_weight.get())
            .ok_or(StakingError::Overflow)?;
        let earned = self.weight.get().checked_mul(growth);
        let owed = earned.and_then(|earned| self.owed.get().checked_add(earned));
        self.owed = owed.ok_or(StakingError::Overflow)?.into();
        self.reward_per_weight = reward_per_weight;
        Ok(())
    }
}
