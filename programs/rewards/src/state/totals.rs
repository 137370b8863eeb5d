use anchor_lang::prelude::*;

use crate::error::RewardsError;

/// What came into a distribution, what of it is promised, and what went out, in base units.
///
/// Always `paid <= allocated` and `allocated + returned <= funded`.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All that was ever funded.
    pub funded: u64,
    /// Promised to recipients, with what they have been paid already.
    pub allocated: u64,
    /// Paid to recipients.
    pub paid: u64,
    /// Given back to the creator.
    pub returned: u64,
}

impl Totals {
    /// What the distribution holds; its token account has at least as much.
    pub fn held(&self) -> Result<u64> {
        let held = self
            .funded
            .checked_sub(self.paid)
            .and_then(|held| held.checked_sub(self.returned));
        Ok(held.ok_or(RewardsError::TokensShort)?)
    }

    /// What is held and promised to nobody.
    pub fn unallocated(&self) -> Result<u64> {
        let rest = self
            .funded
            .checked_sub(self.allocated)
            .and_then(|rest| rest.checked_sub(self.returned));
        Ok(rest.ok_or(RewardsError::TokensShort)?)
    }

    /// Tokens came in.
    pub fn fund(&mut self, amount: u64) -> Result<()> {
        self.funded = self.funded.checked_add(amount).ok_or(RewardsError::Overflow)?;
        Ok(())
    }

    /// Promises `amount` out of what is unallocated.
    pub fn allocate(&mut self, amount: u64) -> Result<()> {
        require_gte!(self.unallocated()?, amount, RewardsError::NotFunded);
        self.allocated = self.allocated.checked_add(amount).ok_or(RewardsError::Overflow)?;
        Ok(())
    }

    /// Takes a promise of `amount` back.
    pub fn release(&mut self, amount: u64) -> Result<()> {
        let left = self.allocated.checked_sub(amount);
        self.allocated = left.ok_or(RewardsError::AboveAllocated)?;
        Ok(())
    }

    /// Pays `amount` of what is promised.
    pub fn pay(&mut self, amount: u64) -> Result<()> {
        let paid = self.paid.checked_add(amount).ok_or(RewardsError::Overflow)?;
        require_gte!(self.allocated, paid, RewardsError::AboveAllocated);
        self.paid = paid;
        Ok(())
    }

    /// Gives `amount` of what is unallocated back to the creator.
    pub fn give_back(&mut self, amount: u64) -> Result<()> {
        require_gte!(self.unallocated()?, amount, RewardsError::AboveUnallocated);
        self.returned = self.returned.checked_add(amount).ok_or(RewardsError::Overflow)?;
        Ok(())
    }

    /// Ends all promises and gives everything that is held back to the creator. Returns how much.
    pub fn claw_back(&mut self) -> Result<u64> {
        self.allocated = self.paid;
        let amount = self.unallocated()?;
        self.give_back(amount)?;
        Ok(amount)
    }
}
