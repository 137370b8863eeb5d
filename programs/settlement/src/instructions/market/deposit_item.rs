use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, Mint, TokenAccount, TokenInterface, TransferChecked};

use super::nft::require_unique;
use crate::error::SettlementError;
use crate::events::{ItemDeposited, emit_by_call};
use crate::state::{Config, Item};

#[event_cpi]
#[derive(Accounts)]
pub struct DepositItem<'info> {
    /// Owns the NFT, and becomes the item's holder.
    pub owner: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    #[account(
        mut,
        has_one = config @ SettlementError::WrongConfig,
        has_one = mint @ SettlementError::WrongMint,
    )]
    pub item: Account<'info, Item>,
    pub mint: InterfaceAccount<'info, Mint>,
    /// The token account with the NFT.
    /// CHECK: the token program requires that it is of this mint and that the owner may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token account of the item.
    #[account(mut, address = item.tokens @ SettlementError::WrongItemTokens)]
    pub item_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl DepositItem<'_> {
    fn validate(&self) -> Result<()> {
        self.config.load()?.require_running()?;
        require_unique(&self.mint.key(), &self.mint)
    }

    /// Moves the NFT to the settlement.
    fn take(&mut self) -> Result<()> {
        let accounts = TransferChecked {
            from: self.source.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.item_tokens.to_account_info(),
            authority: self.owner.to_account_info(),
        };
        let context = CpiContext::new(self.token_program.key(), accounts);
        token_interface::transfer_checked(context, 1, 0)?;
        self.item_tokens.reload()?;
        require_eq!(self.item_tokens.amount, 1, SettlementError::NotUnique);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate()?;
        let holder = accounts.owner.key();
        accounts.item.enter(holder)?;
        accounts.take()?;
        let event = ItemDeposited {
            config: accounts.config.key(),
            item: accounts.item.key(),
            mint: accounts.mint.key(),
            holder,
        };
        emit_by_call(&ctx.accounts.event_authority, 4 * 32, &event)
    }
}
