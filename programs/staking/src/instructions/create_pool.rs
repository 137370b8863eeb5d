use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use novate_onchain::mint::require_plain;

use crate::error::StakingError;
use crate::events::PoolCreated;
use crate::seeds::{POOL_SEED, REWARDS_SEED, STAKES_SEED};
use crate::state::{MAX_COOLDOWN, Pool, Tier, Tiers, require_duration};

/// One lock tier of a new pool.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct TierArgs {
    /// Seconds for which stake is locked: 0 in the first tier, at most 4 years of 365 days.
    pub lock: u32,
    /// What the amount counts, in basis points: 10,000 in the first tier, at most 100,000.
    pub multiplier: u32,
}

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct CreatePoolArgs {
    /// The creator's number for the pool: any that they have not used yet.
    pub id: u64,
    /// The key that may pause.
    pub guardian: Pubkey,
    /// Seconds over which a funding is paid out: at least 1, at most 10 years of 365 days.
    pub duration: u32,
    /// Seconds between unstaking and withdrawing: 0 for none, at most 90 days.
    pub cooldown: u32,
    /// One to eight tiers by rising locks and multipliers. The first is without a lock, and counts an amount once.
    pub tiers: Vec<TierArgs>,
}

impl CreatePoolArgs {
    /// The tiers, when all arguments are acceptable.
    fn validate(&self) -> Result<Tiers> {
        require_keys_neq!(self.guardian, Pubkey::default(), StakingError::MissingKey);
        require_duration(self.duration)?;
        require_gte!(MAX_COOLDOWN, self.cooldown, StakingError::CooldownTooLong);
        let tiers = self.tiers.iter().map(|tier| Tier {
            lock: tier.lock,
            multiplier: tier.multiplier,
        });
        Tiers::new(&tiers.collect::<Vec<_>>())
    }
}

#[derive(Accounts)]
#[instruction(args: CreatePoolArgs)]
pub struct CreatePool<'info> {
    /// Becomes the admin, and pays the rent.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// The new pool.
    #[account(
        init,
        payer = creator,
        space = Pool::SPACE,
        seeds = [POOL_SEED, creator.key().as_ref(), &args.id.to_le_bytes()],
        bump,
    )]
    pub pool: AccountLoader<'info, Pool>,
    /// An SPL Token or Token-2022 mint without extensions that break accounting.
    #[account(mint::token_program = stake_token_program)]
    pub stake_mint: Box<InterfaceAccount<'info, Mint>>,
    /// The like; may be the stake mint.
    #[account(mint::token_program = reward_token_program)]
    pub reward_mint: Box<InterfaceAccount<'info, Mint>>,
    /// The new token account that will hold the stake.
    #[account(
        init,
        payer = creator,
        seeds = [STAKES_SEED, pool.key().as_ref()],
        bump,
        token::mint = stake_mint,
        token::authority = pool,
        token::token_program = stake_token_program,
    )]
    pub stakes: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The new token account that will hold the rewards.
    #[account(
        init,
        payer = creator,
        seeds = [REWARDS_SEED, pool.key().as_ref()],
        bump,
        token::mint = reward_mint,
        token::authority = pool,
        token::token_program = reward_token_program,
    )]
    pub rewards: Box<InterfaceAccount<'info, TokenAccount>>,
    pub stake_token_program: Interface<'info, TokenInterface>,
    pub reward_token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl CreatePool<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: CreatePoolArgs) -> Result<()> {
        let tiers = args.validate()?;
        let accounts = ctx.accounts;
        require_plain::<StakingError>(&accounts.stake_mint.to_account_info())?;
        require_plain::<StakingError>(&accounts.reward_mint.to_account_info())?;
        let creator = accounts.creator.key();
        let pool = &mut *accounts.pool.load_init()?;
        pool.creator = creator;
        pool.admin = creator;
        pool.guardian = args.guardian;
        pool.stake_mint = accounts.stake_mint.key();
        pool.reward_mint = accounts.reward_mint.key();
        pool.stakes = accounts.stakes.key();
        pool.rewards = accounts.rewards.key();
        pool.id = args.id;
        pool.tiers = tiers;
        pool.duration = args.duration;
        pool.cooldown = args.cooldown;
        pool.stake_decimals = accounts.stake_mint.decimals;
        pool.reward_decimals = accounts.reward_mint.decimals;
        pool.bump = ctx.bumps.pool;
        emit!(PoolCreated {
            pool: accounts.pool.key(),
            id: args.id,
            admin: creator,
            guardian: args.guardian,
            stake_mint: pool.stake_mint,
            reward_mint: pool.reward_mint,
            duration: args.duration,
            cooldown: args.cooldown,
            locks: args.tiers.iter().map(|tier| tier.lock).collect(),
            multipliers: args.tiers.iter().map(|tier| tier.multiplier).collect(),
        });
        Ok(())
    }
}
