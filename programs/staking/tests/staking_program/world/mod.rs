//! A chain with the program on it, pools of several kinds, and people who stake.

mod accounts;

pub use accounts::open_accounts;

use anchor_lang::{InstructionData, ToAccountMetas};
use litesvm::types::TransactionResult;
use program_testing::{Chain, derive, instruction, tokens};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::instructions::{CreatePoolArgs, TierArgs};
use staking::seeds::{POOL_SEED, REWARDS_SEED, STAKES_SEED};
use staking::state::{Pool, Position};
use staking::{ID, accounts as of, instruction as call};

/// Seconds over which rewards flow.
pub const DURATION: u32 = 1_000;
/// Index of the tier that locks, for how long, and how many times it counts.
pub const LOCKED: u8 = 1;
pub const LOCK: i64 = 100;
/// What everybody has outside the pool.
pub const FUNDS: u64 = 1_000_000;

pub struct World {
    pub chain: Chain,
    pub admin: Keypair,
    pub guardian: Keypair,
    /// The admin's tokens of the reward mint.
    pub treasury: Address,
    pub pool: PoolKeys,
}

/// A pool and what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct PoolKeys {
    pub pool: Address,
    pub stake_mint: Address,
    pub reward_mint: Address,
    pub stakes: Address,
    pub rewards: Address,
    pub stake_token_program: Address,
    pub reward_token_program: Address,
}

/// An owner with tokens and an open position.
pub struct Staker {
    pub owner: Keypair,
    pub position: Address,
    /// Their tokens of the stake mint.
    pub tokens: Address,
    /// Their tokens of the reward mint.
    pub rewards: Address,
}

impl World {
    /// The program is there, and nobody has called it; the mints are plain and different.
    pub fn untouched() -> Self {
        let [spl, _] = tokens::TOKEN_PROGRAMS;
        Self::with_mints(spl, Some(spl))
    }

    /// The same, with mints of these token programs; without the second, there is one mint.
    fn with_mints(stake: Address, reward: Option<Address>) -> Self {
        let mut chain = Chain::new(&[("staking", ID), ("conformance", conformance::ID)]);
        let (admin, guardian) = (chain.user(), chain.user());
        let stake_mint = tokens::mint(&mut chain, &stake, &[]);
        let reward_mint = reward.map_or(stake_mint, |program| tokens::mint(&mut chain, &program, &[]));
        let treasury = tokens::account(&mut chain, &reward_mint, &admin.pubkey(), FUNDS);
        let pool = PoolKeys::new(&chain, &admin.pubkey(), 7, stake_mint, reward_mint);
        Self {
            chain,
            admin,
            guardian,
            treasury,
            pool,
        }
    }

    /// A pool without a cooldown.
    pub fn new() -> Self {
        Self::with_cooldown(0)
    }

    pub fn with_cooldown(cooldown: u32) -> Self {
        let mut world = Self::untouched();
        let args = CreatePoolArgs {
            cooldown,
            ..world.args()
        };
        world.create(args).unwrap();
        world
    }

    /// A pool in which stake and rewards are of one mint.
    pub fn with_one_mint() -> Self {
        let mut world = Self::with_mints(anchor_spl::token::ID, None);
        world.create(world.args()).unwrap();
        world
    }

    /// A pool with mints of these token programs.
    pub fn with_token_programs(stake: Address, reward: Address) -> Self {
        let mut world = Self::with_mints(stake, Some(reward));
        world.create(world.args()).unwrap();
        world
    }

    /// A pool, and somebody with an empty position without a lock.
    pub fn with_alice() -> (Self, Staker) {
        let mut world = Self::new();
        let alice = world.staker(0);
        (world, alice)
    }

    /// What the pools of these tests are created with.
    pub fn args(&self) -> CreatePoolArgs {
        let tier = |lock: i64, multiplier| TierArgs {
            lock: lock as u32,
            multiplier,
        };
        CreatePoolArgs {
            id: 7,
            guardian: self.guardian.pubkey(),
            duration: DURATION,
            cooldown: 0,
            tiers: vec![tier(0, 10_000), tier(LOCK, 20_000), tier(10 * LOCK, 25_001)],
        }
    }

    pub fn create(&mut self, args: CreatePoolArgs) -> TransactionResult {
        let accounts = self.create_accounts(&self.admin);
        let admin = self.admin.insecure_clone();
        self.call(accounts, call::CreatePool { args }, &[&admin])
    }

    /// Another pool, of somebody else, with the same mints; its keys and its admin.
    pub fn other_pool(&mut self) -> (PoolKeys, Keypair) {
        let other = self.chain.user();
        let accounts = self.create_accounts(&other);
        let args = CreatePoolArgs {
            guardian: other.pubkey(),
            ..self.args()
        };
        self.call(accounts, call::CreatePool { args }, &[&other]).unwrap();
        let PoolKeys {
            stake_mint,
            reward_mint,
            ..
        } = self.pool;
        (
            PoolKeys::new(&self.chain, &other.pubkey(), 7, stake_mint, reward_mint),
            other,
        )
    }

    /// Somebody new with tokens and an open position in this tier.
    pub fn staker(&mut self, tier: u8) -> Staker {
        let pool = self.pool;
        let owner = self.chain.user();
        let tokens = tokens::account(&mut self.chain, &pool.stake_mint, &owner.pubkey(), FUNDS);
        let rewards = tokens::account(&mut self.chain, &pool.reward_mint, &owner.pubkey(), 0);
        let position = self.open(&pool, &owner, tier);
        Staker {
            owner,
            position,
            tokens,
            rewards,
        }
    }

    /// An open position of this owner.
    pub fn open(&mut self, pool: &PoolKeys, owner: &Keypair, tier: u8) -> Address {
        let accounts = open_accounts(pool, owner, tier);
        self.call(accounts, call::OpenPosition { tier }, &[owner])
            .unwrap();
        accounts.position
    }

    /// A position of this owner in another pool, with stake, cooling stake and a share in no rewards yet.
    pub fn elsewhere(&mut self, other: &PoolKeys, by: &Staker) -> Address {
        let position = self.open(other, &by.owner, 0);
        let accounts = of::Stake {
            pool: other.pool,
            position,
            stakes: other.stakes,
            ..self.stake_accounts(by)
        };
        self.call(accounts, call::Stake { amount: 20 }, &[&by.owner])
            .unwrap();
        let accounts = of::Unstake {
            pool: other.pool,
            position,
            ..self.unstake_accounts(by)
        };
        self.call(accounts, call::Unstake { amount: 10 }, &[&by.owner])
            .unwrap();
        position
    }

    pub fn stake(&mut self, by: &Staker, amount: u64) -> TransactionResult {
        self.call(self.stake_accounts(by), call::Stake { amount }, &[&by.owner])
    }

    pub fn unstake(&mut self, by: &Staker, amount: u64) -> TransactionResult {
        self.call(self.unstake_accounts(by), call::Unstake { amount }, &[&by.owner])
    }

    pub fn withdraw(&mut self, by: &Staker) -> TransactionResult {
        self.call(self.withdraw_accounts(by), call::Withdraw {}, &[&by.owner])
    }

    pub fn emergency_withdraw(&mut self, by: &Staker) -> TransactionResult {
        self.call(
            self.withdraw_accounts(by),
            call::EmergencyWithdraw {},
            &[&by.owner],
        )
    }

    pub fn claim(&mut self, by: &Staker) -> TransactionResult {
        self.call(self.claim_accounts(by), call::Claim {}, &[&by.owner])
    }

    pub fn compound(&mut self, by: &Staker) -> TransactionResult {
        self.call(self.compound_accounts(by), call::Compound {}, &[&by.owner])
    }

    pub fn exit(&mut self, by: &Staker) -> TransactionResult {
        self.call(self.exit_accounts(by), call::Exit {}, &[&by.owner])
    }

    pub fn close(&mut self, by: &Staker) -> TransactionResult {
        let accounts = self.close_accounts(by);
        self.call(accounts, call::ClosePosition {}, &[&by.owner])
    }

    pub fn fund(&mut self, amount: u64) -> TransactionResult {
        let admin = self.admin.insecure_clone();
        self.call(self.fund_accounts(), call::Fund { amount }, &[&admin])
    }

    pub fn pause(&mut self, by: &Keypair) -> TransactionResult {
        self.call(self.pause_accounts(by), call::Pause {}, &[by])
    }

    /// The admin ends a pause.
    pub fn unpause(&mut self) -> TransactionResult {
        let admin = self.admin.insecure_clone();
        self.administer(&admin, call::Unpause {})
    }

    /// One of the instructions that only the admin may call.
    pub fn administer(&mut self, admin: &Keypair, data: impl InstructionData) -> TransactionResult {
        self.call(self.administer_accounts(admin), data, &[admin])
    }

    pub fn accept_admin(&mut self, by: &Keypair) -> TransactionResult {
        let accounts = of::AcceptAdmin {
            proposed_admin: by.pubkey(),
            pool: self.pool.pool,
        };
        self.call(accounts, call::AcceptAdmin {}, &[by])
    }

    pub fn recover(&mut self, source: Address, mint: Address, destination: Address) -> TransactionResult {
        let admin = self.admin.insecure_clone();
        let accounts = self.recover_accounts(source, mint, destination);
        self.call(accounts, call::Recover {}, &[&admin])
    }

    /// Calls the program; the first signer pays.
    pub fn call(
        &mut self,
        accounts: impl ToAccountMetas,
        data: impl InstructionData,
        signers: &[&Keypair],
    ) -> TransactionResult {
        self.chain.call(ID, accounts, data, signers)
    }

    pub fn state(&self) -> Pool {
        self.chain.read_zero_copy(&self.pool.pool)
    }

    pub fn position(&self, of: &Staker) -> Position {
        self.chain.read_zero_copy(&of.position)
    }

    /// Base units in a token account.
    pub fn tokens(&self, account: &Address) -> u64 {
        tokens::amount(&self.chain, account)
    }

    /// Changes the pool behind the program's back.
    pub fn edit(&mut self, change: impl FnOnce(&mut Pool)) {
        let mut state = self.state();
        change(&mut state);
        self.chain
            .overwrite(&self.pool.pool, 8, bytemuck::bytes_of(&state));
    }

    /// What must hold whatever has happened: the pool's tokens cover what it owes.
    pub fn assert_covered(&self) {
        let state = self.state();
        assert!(self.tokens(&self.pool.stakes) >= state.staked + state.cooling);
        assert!(self.tokens(&self.pool.rewards) >= state.stream.funded - state.stream.paid);
    }
}

impl PoolKeys {
    pub fn new(chain: &Chain, creator: &Address, id: u64, stake_mint: Address, reward_mint: Address) -> Self {
        let pool = derive(ID, &[POOL_SEED, creator.as_ref(), &id.to_le_bytes()]);
        Self {
            pool,
            stake_mint,
            reward_mint,
            stakes: derive(ID, &[STAKES_SEED, pool.as_ref()]),
            rewards: derive(ID, &[REWARDS_SEED, pool.as_ref()]),
            stake_token_program: tokens::program_of(chain, &stake_mint),
            reward_token_program: tokens::program_of(chain, &reward_mint),
        }
    }
}

/// A call of the program.
pub fn instruction_of(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    instruction(ID, accounts, data)
}
