//! Tokens move into a pool and out of it.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, TransferChecked};

use crate::error::StakingError;
use crate::state::{Pool, PoolSigner};

/// What every transfer needs.
pub(crate) struct Transfer<'a, 'info> {
    pub token_program: &'a Interface<'info, TokenInterface>,
    pub mint: &'a AccountInfo<'info>,
    /// Of the mint: the token program compares them.
    pub decimals: u8,
    pub amount: u64,
}

impl<'info> Transfer<'_, 'info> {
    /// Moves tokens of `owner` into a vault and returns what arrived there.
    pub fn take(
        &self,
        source: &AccountInfo<'info>,
        owner: &Signer<'info>,
        vault: &mut InterfaceAccount<'info, TokenAccount>,
    ) -> Result<u64> {
        let before = vault.amount;
        let accounts = self.accounts(source.clone(), vault.to_account_info(), owner.to_account_info());
        let context = CpiContext::new(self.token_program.key(), accounts);
        token_interface::transfer_checked(context, self.amount, self.decimals)?;
        vault.reload()?;
        let arrived = vault.amount.checked_sub(before);
        Ok(arrived.ok_or(StakingError::VaultShort)?)
    }

    /// Moves tokens out of a vault, with the signature of its pool.
    pub fn pay(
        &self,
        vault: &mut InterfaceAccount<'info, TokenAccount>,
        destination: &AccountInfo<'info>,
        (pool, signer): (AccountInfo<'info>, PoolSigner),
    ) -> Result<()> {
        let accounts = self.accounts(vault.to_account_info(), destination.clone(), pool);
        let seeds: &[&[u8]] = &signer.seeds();
        let signers = &[seeds];
        let context = CpiContext::new_with_signer(self.token_program.key(), accounts, signers);
        token_interface::transfer_checked(context, self.amount, self.decimals)?;
        vault.reload()
    }

    fn accounts(
        &self,
        from: AccountInfo<'info>,
        to: AccountInfo<'info>,
        authority: AccountInfo<'info>,
    ) -> TransferChecked<'info> {
        TransferChecked {
            from,
            mint: self.mint.clone(),
            to,
            authority,
        }
    }
}

/// What a pool needs to pay out of one of its token accounts.
pub(crate) struct Payment<'a, 'info> {
    pub pool: &'a AccountLoader<'info, Pool>,
    pub token_program: &'a Interface<'info, TokenInterface>,
    pub mint: &'a AccountInfo<'info>,
    pub vault: &'a mut InterfaceAccount<'info, TokenAccount>,
    pub destination: &'a AccountInfo<'info>,
}

impl Payment<'_, '_> {
    /// Pays stake, of which the rest must still be there.
    pub fn pay_stake(self, amount: u64) -> Result<()> {
        let (pool, decimals) = (self.pool, self.pool.load()?.stake_decimals);
        let left = self.pay(amount, decimals)?;
        pool.load()?.require_stakes(left)
    }

    /// Pays rewards, of which the rest must still be there.
    pub fn pay_rewards(self, amount: u64) -> Result<()> {
        let (pool, decimals) = (self.pool, self.pool.load()?.reward_decimals);
        let left = self.pay(amount, decimals)?;
        pool.load()?.require_rewards(left)
    }

    /// Returns what is left in the token account.
    fn pay(self, amount: u64, decimals: u8) -> Result<u64> {
        let signer = self.pool.load()?.signer();
        let transfer = Transfer {
            token_program: self.token_program,
            mint: self.mint,
            decimals,
            amount,
        };
        let pool = (self.pool.to_account_info(), signer);
        transfer.pay(self.vault, self.destination, pool)?;
        Ok(self.vault.amount)
    }
}
