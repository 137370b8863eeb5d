//! Tokens in and out of a distribution.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TransferChecked};

use crate::error::RewardsError;
use crate::state::Distribution;

/// Where SPL Token and Token-2022 keep a token account's owner and its amount.
const OWNER: std::ops::Range<usize> = 32..64;
const AMOUNT: std::ops::Range<usize> = 64..72;

/// Base units in a token account.
pub(crate) fn amount(account: &AccountInfo) -> Result<u64> {
    let data = account.try_borrow_data()?;
    let bytes = data.get(AMOUNT).and_then(|bytes| bytes.try_into().ok());
    Ok(u64::from_le_bytes(
        bytes.ok_or(ErrorCode::AccountDidNotDeserialize)?,
    ))
}

/// What a recipient who has not signed may be paid to: `associated`, their associated token account.
///
/// The owner of an SPL Token account can hand it to somebody else, so the address alone does not say whose it is.
pub(crate) fn require_associated(
    destination: &AccountInfo,
    associated: &Pubkey,
    recipient: &Pubkey,
) -> Result<()> {
    require_keys_eq!(*destination.key, *associated, RewardsError::NotTheirTokens);
    let data = destination.try_borrow_data()?;
    require!(
        data.get(OWNER) == Some(recipient.as_ref()),
        RewardsError::NotTheirTokens
    );
    Ok(())
}

/// A payment out of a distribution; `payment!` makes it.
pub(crate) struct Payment<'info> {
    pub accounts: TransferChecked<'info>,
    pub token_program: Pubkey,
}

/// The [`Payment`] among an instruction's accounts, which have the same names in all instructions that pay.
macro_rules! payment {
    ($accounts:expr) => {
        $crate::tokens::Payment {
            accounts: ::anchor_spl::token_interface::TransferChecked {
                from: $accounts.tokens.to_account_info(),
                mint: $accounts.mint.to_account_info(),
                to: $accounts.destination.to_account_info(),
                authority: $accounts.distribution.to_account_info(),
            },
            token_program: $accounts.token_program.key(),
        }
    };
}
pub(crate) use payment;

impl Payment<'_> {
    /// Pays what `state`, the distribution after the payment, has counted already.
    pub(crate) fn pay(self, state: &Distribution, amount: u64) -> Result<()> {
        let tokens = self.accounts.from.clone();
        state.signed(|seeds| {
            let signers = &[seeds];
            let context = CpiContext::new_with_signer(self.token_program, self.accounts, signers);
            token_interface::transfer_checked(context, amount, state.decimals)
        })?;
        require_covered(state, &tokens)
    }
}

/// What must hold after every instruction that moves tokens: they cover what the distribution counts.
///
/// More is fine: anybody can send tokens to the token account. The creator gets them when the distribution is closed.
pub(crate) fn require_covered(state: &Distribution, tokens: &AccountInfo) -> Result<()> {
    require_gte!(amount(tokens)?, state.totals.held()?, RewardsError::TokensShort);
    Ok(())
}
