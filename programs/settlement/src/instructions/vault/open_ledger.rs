use anchor_lang::prelude::*;

use crate::events::LedgerOpened;
use crate::seeds::LEDGER_SEED;
use crate::state::{Ledger, Vault};

#[derive(Accounts)]
pub struct OpenLedger<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// Whose ledger. Need not sign: a ledger can be opened for somebody who is about to be paid.
    /// CHECK: any key; only who can sign for it can ever withdraw.
    pub owner: UncheckedAccount<'info>,
    pub vault: AccountLoader<'info, Vault>,
    /// The new ledger.
    #[account(
        init,
        payer = payer,
        space = Ledger::SPACE,
        seeds = [LEDGER_SEED, vault.key().as_ref(), owner.key().as_ref()],
        bump,
    )]
    pub ledger: AccountLoader<'info, Ledger>,
    pub system_program: Program<'info, System>,
}

impl OpenLedger<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let (vault, owner) = (ctx.accounts.vault.key(), ctx.accounts.owner.key());
        *ctx.accounts.ledger.load_init()? = Ledger {
            vault,
            owner,
            balance: 0,
        };
        emit!(LedgerOpened {
            vault,
            ledger: ctx.accounts.ledger.key(),
            owner
        });
        Ok(())
    }
}
