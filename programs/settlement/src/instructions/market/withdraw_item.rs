use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, TransferChecked};

use crate::error::SettlementError;
use crate::events::{ItemWithdrawn, emit_by_call};
use crate::seeds::ITEM_SEED;
use crate::state::{Config, Item};

/// The config tells which batches are settled; that it is paused stops nobody from taking what is theirs.
#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawItem<'info> {
    /// Holds the item.
    pub holder: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    #[account(
        mut,
        has_one = config @ SettlementError::WrongConfig,
        has_one = mint @ SettlementError::WrongMint,
    )]
    pub item: Account<'info, Item>,
    /// CHECK: it is the mint that the item was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account to pay: the holder's or anybody's, but not the item's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut, constraint = destination.key() != item.tokens @ SettlementError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    /// The token account of the item.
    #[account(mut, address = item.tokens @ SettlementError::WrongItemTokens)]
    pub item_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl WithdrawItem<'_> {
    fn validate(&self) -> Result<()> {
        let settled = self.config.load()?.settled;
        self.item.require_free(&self.holder.key(), settled)
    }

    /// Moves the NFT out.
    fn pay(&self) -> Result<()> {
        let accounts = TransferChecked {
            from: self.item_tokens.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.destination.to_account_info(),
            authority: self.item.to_account_info(),
        };
        let Item {
            config, mint, bump, ..
        } = &*self.item;
        let signer: &[&[u8]] = &[ITEM_SEED, config.as_ref(), mint.as_ref(), &[*bump]];
        let signers = &[signer];
        let context = CpiContext::new_with_signer(self.token_program.key(), accounts, signers);
        token_interface::transfer_checked(context, 1, 0)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate()?;
        accounts.item.leave();
        accounts.pay()?;
        let event = ItemWithdrawn {
            config: accounts.config.key(),
            item: accounts.item.key(),
            mint: accounts.mint.key(),
            holder: accounts.holder.key(),
            destination: accounts.destination.key(),
        };
        emit_by_call(&ctx.accounts.event_authority, 5 * 32, &event)
    }
}
