//! Staking: stake of one mint earns rewards of one mint, every second, in proportion to amount and lock.
//!
//! A *pool* is made by anybody, who becomes its admin: two mints, up to eight *tiers* (how long stake is locked, and
//! how many times it counts), and a cooldown. Each owner has at most one *position* per pool and tier. Stake and
//! rewards lie in two token accounts of the pool, also where they are of one mint, so that no reward can be paid
//! from anybody's stake. The rules of who earns what are in [`accounting`]; amounts are rounded for the pool.
//!
//! # What can happen to stake
//!
//! ```text
//! owner --stake--> staked (locked, then unlocked) --unstake--> cooling --withdraw--> owner
//! ```
//!
//! Stake earns from the second it enters until it is unstaked. A position keeps its multiplier after the lock is
//! over. Staking or compounding more locks the whole position anew: there is one time per position, and the later
//! one is the one that was promised for the multiplier.
//!
//! # Whom an owner trusts
//!
//! No key of the pool can stop `unstake`, `withdraw`, `claim` and `exit`, take stake, or take rewards that were funded:
//! what nobody has earned yet stays in the pool for those who are staked later. The admin decides whether and when
//! rewards are added, and a new funding spreads what has not flowed yet over a new duration. Guardian and admin can
//! pause, which lifts locks and cooldowns for all alike: a pause lasts at least a day, so that nobody can lift a lock
//! for themselves alone, in one transaction.
//!
//! A mint has keys of its own. A freeze authority, and the authority of the extension `Pausable`, can stop whatever
//! pays in that mint for as long as they like, `emergency_withdraw` too; they cannot take anything. Who stakes looks
//! at both mints first.
//!
//! The program id is the SHA-256 hash of "Novate staking program". It has no private key, so it can only be placed
//! where programs are placed by id: in tests and on a local node. Before deploying to a public cluster, put the id
//! of a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

pub mod accounting;
pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;
mod tokens;

use instructions::*;

declare_id!("CcaQxXYz1xtpdn9zCfYBBEtGYsgR91256zLe8Kb6tgbo");

novate_onchain::security_txt!("Novate staking");

#[program]
pub mod staking {
    use super::*;

    /// Moves tokens of the owner into the pool; what arrived earns from now on. The whole position is locked anew.
    ///
    /// Who may call: the owner of the position. Refused while the pool is paused.
    pub fn stake(ctx: Context<Stake>, amount: u64) -> Result<()> {
        Stake::handler(ctx, amount)
    }

    /// Pays the position's rewards, in whole base units, to any token account of the reward mint.
    ///
    /// Who may call: the owner of the position, at any time.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        Claim::handler(ctx)
    }

    /// Ends the earning of stake whose lock is over, and starts its cooldown. All that is cooling in the position
    /// cools for the full cooldown from now on.
    ///
    /// Who may call: the owner of the position, also while the pool is paused.
    pub fn unstake(ctx: Context<Unstake>, amount: u64) -> Result<()> {
        Unstake::handler(ctx, amount)
    }

    /// Pays all stake whose cooldown is over to any token account of the stake mint.
    ///
    /// Who may call: the owner of the position, also while the pool is paused.
    pub fn withdraw(ctx: Context<Withdraw>) -> Result<()> {
        Withdraw::handler(ctx)
    }

    /// Stakes the position's rewards, where stake and rewards are of one mint. The whole position is locked anew,
    /// as by any stake.
    ///
    /// Who may call: the owner of the position. Refused while the pool is paused.
    pub fn compound(ctx: Context<Compound>) -> Result<()> {
        Compound::handler(ctx)
    }

    /// Withdraws what has cooled down, claims, and unstakes everything, which in a pool without a cooldown is withdrawn
    /// as well.
    ///
    /// Who may call: the owner of the position, when its lock is over, also while the pool is paused.
    pub fn exit(ctx: Context<Exit>) -> Result<()> {
        Exit::handler(ctx)
    }

    /// Pays all stake of the position, staked and cooling, and gives its unclaimed rewards to the next funding.
    ///
    /// While the pool is paused, neither lock nor cooldown holds. Otherwise both do: the lock of what is staked and
    /// the cooldown of what is cooling must be over, and in a pool with a cooldown stake has to be unstaked first.
    ///
    /// Who may call: the owner of the position.
    pub fn emergency_withdraw(ctx: Context<Withdraw>) -> Result<()> {
        Withdraw::in_emergency(ctx)
    }

    /// Adds rewards. Whatever has not flowed yet flows together with them, evenly, over the pool's duration, which
    /// counts down while anybody has a stake.
    ///
    /// Who may call: the admin. It must not be anybody: one base unit would stretch the rest over a new duration.
    /// Refused while the pool is paused.
    pub fn fund(ctx: Context<Fund>, amount: u64) -> Result<()> {
        Fund::handler(ctx, amount)
    }

    /// Creates a pool of the caller's.
    ///
    /// Who may call: anybody. The address of the pool is derived from the caller, who becomes its admin; nobody can
    /// take the place of somebody else's pool, whatever the order of transactions.
    pub fn create_pool(ctx: Context<CreatePool>, args: CreatePoolArgs) -> Result<()> {
        CreatePool::handler(ctx, args)
    }

    /// Opens an empty position in a tier.
    ///
    /// Who may call: anybody, for themselves.
    pub fn open_position(ctx: Context<OpenPosition>, tier: u8) -> Result<()> {
        OpenPosition::handler(ctx, tier)
    }

    /// Closes a position without stake, cooling stake or rewards, and pays its rent back. A fraction of a base unit
    /// of rewards goes to the next funding.
    ///
    /// Who may call: the owner of the position.
    pub fn close_position(ctx: Context<ClosePosition>) -> Result<()> {
        ClosePosition::handler(ctx)
    }

    /// Pays tokens that were sent past the program to a token account of the admin's choice: what a token account
    /// of the pool holds beyond the stake of all positions, or beyond all rewards that were funded and not paid.
    ///
    /// Who may call: the admin.
    pub fn recover(ctx: Context<Recover>) -> Result<()> {
        Recover::handler(ctx)
    }

    /// Stops `stake`, `compound` and `fund`, and lifts locks and cooldowns for `emergency_withdraw`, for at least a day.
    /// All else goes on.
    ///
    /// Who may call: the guardian or the admin.
    pub fn pause(ctx: Context<Pause>) -> Result<()> {
        Pause::handler(ctx)
    }

    /// Ends a pause that has lasted a day or longer.
    ///
    /// Who may call: the admin. The guardian's key is made for haste, so it can only stop.
    pub fn unpause(ctx: Context<Administer>) -> Result<()> {
        Administer::unpause(ctx)
    }

    /// Sets over how many seconds the next funding is paid out.
    ///
    /// Who may call: the admin, when no rewards flow any more.
    pub fn set_duration(ctx: Context<Administer>, duration: u32) -> Result<()> {
        Administer::set_duration(ctx, duration)
    }

    /// Replaces the guardian.
    ///
    /// Who may call: the admin.
    pub fn set_guardian(ctx: Context<Administer>, guardian: Pubkey) -> Result<()> {
        Administer::set_guardian(ctx, guardian)
    }

    /// Proposes another admin, in place of whoever was proposed before. Nothing changes until they accept.
    ///
    /// Who may call: the admin.
    pub fn propose_admin(ctx: Context<Administer>, proposed: Pubkey) -> Result<()> {
        Administer::propose_admin(ctx, proposed)
    }

    /// Makes the proposed admin the admin.
    ///
    /// Who may call: the proposed admin.
    pub fn accept_admin(ctx: Context<AcceptAdmin>) -> Result<()> {
        AcceptAdmin::handler(ctx)
    }
}
