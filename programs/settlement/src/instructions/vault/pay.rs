//! Tokens leave a vault.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TransferChecked};

use crate::state::Vault;

/// Whom to pay, and how.
pub(super) struct To<'info> {
    pub mint: AccountInfo<'info>,
    pub destination: AccountInfo<'info>,
    pub token_program: Pubkey,
}

/// Moves tokens out of the vault's token account, and reads what that holds afterwards.
///
/// # Errors
/// When the token program refuses.
pub(super) fn out<'info>(
    vault: &AccountLoader<'info, Vault>,
    vault_tokens: &mut InterfaceAccount<'info, TokenAccount>,
    to: To<'info>,
    amount: u64,
) -> Result<()> {
    let accounts = TransferChecked {
        from: vault_tokens.to_account_info(),
        mint: to.mint,
        to: to.destination,
        authority: vault.to_account_info(),
    };
    // A copy: the vault must not be borrowed while its token program is called.
    let vault = *vault.load()?;
    vault.with_seeds(|seeds| {
        let signers = &[seeds];
        let context = CpiContext::new_with_signer(to.token_program, accounts, signers);
        token_interface::transfer_checked(context, amount, vault.decimals)
    })?;
    vault_tokens.reload()
}
