//! Tokens move into a pool and out of it.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, TransferChecked};

use crate::error::StakingError;
use crate::state::PoolSigner;

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
