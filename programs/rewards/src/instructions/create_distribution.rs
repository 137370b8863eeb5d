use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use novate_onchain::mint;

use crate::error::RewardsError;
use crate::events::DistributionCreated;
use crate::seeds::{DISTRIBUTION_SEED, TOKENS_SEED};
use crate::state::{
    Distribution, Kind, MIN_CLAIM_TIME, OrderLimit, OrderRate, Revocability, Schedule, Totals, Vesting,
};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct CreateDistributionArgs {
    /// The creator's number for the distribution; none can be used twice.
    pub id: u64,
    /// The key that will promise rewards; may be the creator's.
    pub authority: Pubkey,
    /// Who is told how much, and how.
    pub kind: Kind,
    /// When rewards vest.
    pub vesting: Vesting,
    /// What the authority will be able to take back of an allocation; nothing for [`Kind::Merkle`].
    pub revocability: Revocability,
    /// Unix seconds from which on nothing can be claimed, at least [`MIN_CLAIM_TIME`] from now and from the end of the
    /// vesting; 0 is never.
    pub deadline: i64,
    /// How much may be issued for orders; exactly for [`Kind::Orders`].
    pub order_limit: Option<OrderLimit>,
}

impl CreateDistributionArgs {
    /// Checks the arguments at `now` (Unix seconds), and returns what they say in the form that is stored.
    fn validate(&self, now: i64) -> Result<(Schedule, OrderRate)> {
        require_keys_neq!(self.authority, Pubkey::default(), RewardsError::MissingKey);
        require!(
            self.kind != Kind::Merkle || self.revocability == Revocability::None,
            RewardsError::MerkleNotRevocable
        );
        let schedule = self.vesting.schedule()?;
        if self.deadline != 0 {
            let earliest = now.max(schedule.end).checked_add(MIN_CLAIM_TIME);
            require!(
                earliest.is_some_and(|earliest| self.deadline >= earliest),
                RewardsError::DeadlineTooSoon
            );
        }
        let order_rate = match (self.kind, self.order_limit) {
            (Kind::Orders, Some(limit)) => limit.rate(now)?,
            (Kind::Direct | Kind::Merkle, None) => OrderRate::default(),
            _ => return err!(RewardsError::WrongOrderLimit),
        };
        Ok((schedule, order_rate))
    }
}

#[derive(Accounts)]
#[instruction(args: CreateDistributionArgs)]
pub struct CreateDistribution<'info> {
    /// Becomes the creator.
    pub creator: Signer<'info>,
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// An SPL Token or Token-2022 mint without extensions that break accounting.
    #[account(mint::token_program = token_program)]
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// The new distribution.
    #[account(
        init,
        payer = payer,
        space = 8 + size_of::<Distribution>(),
        seeds = [DISTRIBUTION_SEED, creator.key().as_ref(), &args.id.to_le_bytes()],
        bump,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    /// The new token account that will hold the tokens.
    #[account(
        init,
        payer = payer,
        seeds = [TOKENS_SEED, distribution.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = distribution,
        token::token_program = token_program,
    )]
    pub tokens: Box<InterfaceAccount<'info, TokenAccount>>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl CreateDistribution<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: CreateDistributionArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let (schedule, order_rate) = args.validate(Clock::get()?.unix_timestamp)?;
        mint::require_plain::<RewardsError>(&accounts.mint.to_account_info())?;
        *accounts.distribution.load_init()? = Distribution {
            creator: accounts.creator.key(),
            id: args.id,
            authority: args.authority,
            proposed_authority: Pubkey::default(),
            payer: accounts.payer.key(),
            mint: accounts.mint.key(),
            token_program: accounts.token_program.key(),
            tokens: accounts.tokens.key(),
            root: [0; 32],
            epoch: 0,
            totals: Totals::default(),
            schedule,
            deadline: args.deadline,
            order_rate,
            kind: args.kind as u8,
            revocability: args.revocability as u8,
            decimals: accounts.mint.decimals,
            bump: ctx.bumps.distribution,
            ended: 0,
            padding: [0; 3],
        };
        emit!(DistributionCreated {
            distribution: accounts.distribution.key(),
            creator: accounts.creator.key(),
            id: args.id,
            authority: args.authority,
            mint: accounts.mint.key(),
            tokens: accounts.tokens.key(),
            decimals: accounts.mint.decimals,
            kind: args.kind,
            vesting_cliff: schedule.cliff,
            vesting_start: schedule.start,
            vesting_end: schedule.end,
            revocability: args.revocability,
            deadline: args.deadline,
            order_limit: order_rate.per_order,
            period_limit: order_rate.per_period,
            period: order_rate.period,
        });
        Ok(())
    }
}
