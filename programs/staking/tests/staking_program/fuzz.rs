//! Random histories of several people, and what must hold after each instruction.
//!
//! Every instruction is also computed on the host, by the program's own state: the chain must agree to the byte, and
//! refuse what that refuses. `staking_model` compares the same state with rational numbers.

use anchor_lang::Result;
use litesvm::types::TransactionResult;
use program_testing::{
    fuzz::{Rng, histories, steps},
    tokens,
};
use solana_address::Address;
use solana_signer::Signer;
use staking::accounting::Fixed;
use staking::error::StakingError;
use staking::state::{MIN_PAUSE, Pool, Position};

use crate::world::{Staker, World};

struct Fuzz {
    world: World,
    stakers: Vec<Staker>,
    /// The admin's tokens of the stake mint.
    safe: Address,
    /// What was sent to the two token accounts past the program, and was not recovered.
    gifts: [u64; 2],
    /// All tokens there are.
    supply: u64,
}

#[test]
fn random_histories_keep_the_invariants() {
    let mut accepted = 0;
    histories(250, |rng, steps| {
        let mut fuzz = Fuzz::new(rng);
        for _ in 0..steps {
            fuzz.wait(rng);
            accepted += usize::from(fuzz.step(rng));
            fuzz.check();
        }
    });
    assert!(
        accepted * 3 > steps(),
        "only {accepted} instructions were accepted"
    );
}

impl Fuzz {
    fn new(rng: &mut Rng) -> Self {
        let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
        let mut world = match rng.below(4) {
            0 => World::with_one_mint(),
            1 => World::with_cooldown(30),
            2 => World::with_token_programs(token_2022, spl),
            _ => World::new(),
        };
        let stakers: Vec<_> = [0, 0, 1, 2].into_iter().map(|tier| world.staker(tier)).collect();
        let (mint, admin) = (world.pool.stake_mint, world.admin.pubkey());
        let safe = tokens::account(&mut world.chain, &mint, &admin, 0);
        let mut fuzz = Self {
            world,
            stakers,
            safe,
            gifts: [0; 2],
            supply: 0,
        };
        fuzz.supply = fuzz.tokens();
        fuzz
    }

    /// Sometimes no time passes, and sometimes the clock goes back.
    fn wait(&mut self, rng: &mut Rng) {
        let seconds = rng.within(0..=60) as i64;
        match rng.below(20) {
            0..=7 => {}
            8 => self.world.chain.advance(-seconds),
            9 => self.world.chain.advance(20 * seconds),
            _ => self.world.chain.advance(seconds),
        }
    }

    /// Does something; was it accepted?
    fn step(&mut self, rng: &mut Rng) -> bool {
        let at = rng.index(self.stakers.len());
        match rng.below(16) {
            0..=2 => self.stake(at, rng),
            3 | 4 => self.unstake(at, rng),
            5 => self.both(at, World::withdraw, |pool, position, now| {
                pool.withdraw(position, now).map(drop)
            }),
            6 | 7 => self.both(at, World::claim, |pool, position, now| {
                require(pool.claim(position, now)? > 0)
            }),
            8 => self.both(at, World::compound, |pool, position, now| {
                pool.require_open()?;
                require(pool.stake_mint == pool.reward_mint)?;
                let amount = pool.claim(position, now)?;
                pool.stake(position, amount, now)
            }),
            9 => self.both(at, World::exit, exit),
            10 => self.both(at, World::emergency_withdraw, |pool, position, now| {
                pool.forfeit(position, now).map(drop)
            }),
            11 => self.fund(at, rng),
            12 => self.pause_or_unpause(rng),
            13 => self.gift(rng),
            14 => self.recover(rng),
            _ => self.close_and_open_again(at),
        }
    }

    fn stake(&mut self, at: usize, rng: &mut Rng) -> bool {
        let available = self.world.tokens(&self.stakers[at].tokens);
        let amount = rng.amount(available);
        self.both(
            at,
            |world, staker| world.stake(staker, amount),
            |pool, position, now| {
                pool.require_open()?;
                require(amount <= available)?;
                pool.stake(position, amount, now)
            },
        )
    }

    fn unstake(&mut self, at: usize, rng: &mut Rng) -> bool {
        let amount = rng.amount(self.world.position(&self.stakers[at]).staked);
        self.both(
            at,
            |world, staker| world.unstake(staker, amount),
            |pool, position, now| pool.unstake(position, amount, now),
        )
    }

    fn fund(&mut self, at: usize, rng: &mut Rng) -> bool {
        let available = self.world.tokens(&self.world.treasury);
        let amount = rng.amount(available / 4);
        self.both(
            at,
            |world, _| world.fund(amount),
            |pool, _, now| {
                pool.require_open()?;
                require(amount <= available)?;
                pool.fund(amount, now)
            },
        )
    }

    /// Mostly the pool is open.
    fn pause_or_unpause(&mut self, rng: &mut Rng) -> bool {
        let state = self.world.state();
        if state.is_paused() {
            let over = self.world.chain.now() >= state.paused_at + MIN_PAUSE;
            assert_eq!(self.world.unpause().is_ok(), over);
            // Otherwise hardly anything would happen in a pool that is open.
            if !over {
                self.world.chain.set_time(state.paused_at + MIN_PAUSE);
            }
            return over;
        }
        let admin = self.world.admin.insecure_clone();
        rng.one_in(3) && self.world.pause(&admin).is_ok()
    }

    /// Tokens are sent to the pool past the program.
    fn gift(&mut self, rng: &mut Rng) -> bool {
        let amount = rng.within(1..=100);
        let keys = self.world.pool;
        let places = [(keys.stake_mint, keys.stakes), (keys.reward_mint, keys.rewards)];
        let at = rng.index(2);
        let (mint, vault) = places[at];
        tokens::mint_to(&mut self.world.chain, &mint, &vault, amount).unwrap();
        self.gifts[at] += amount;
        self.supply += amount;
        true
    }

    /// Just the gifts can be recovered.
    fn recover(&mut self, rng: &mut Rng) -> bool {
        let keys = self.world.pool;
        let places = [
            (keys.stakes, keys.stake_mint, self.safe),
            (keys.rewards, keys.reward_mint, self.world.treasury),
        ];
        let at = rng.index(2);
        let (vault, mint, destination) = places[at];
        let before = self.world.tokens(&destination);
        let result = self.world.recover(vault, mint, destination);
        assert_eq!(result.is_ok(), self.gifts[at] > 0);
        assert_eq!(self.world.tokens(&destination), before + self.gifts[at]);
        self.gifts[at] = 0;
        result.is_ok()
    }

    fn close_and_open_again(&mut self, at: usize) -> bool {
        let Self { world, stakers, .. } = self;
        let staker = &stakers[at];
        let before = world.position(staker);
        let closed = world.close(staker).is_ok();
        assert_eq!(closed, before.is_empty());
        if closed {
            let keys = world.pool;
            world.open(&keys, &staker.owner, before.tier);
        }
        closed
    }

    /// Does it on the chain and on the host: both accept it and agree to the byte, or both refuse it.
    #[track_caller]
    fn both(
        &mut self,
        at: usize,
        on_chain: impl FnOnce(&mut World, &Staker) -> TransactionResult,
        on_host: impl FnOnce(&mut Pool, &mut Position, i64) -> Result<()>,
    ) -> bool {
        let Self { world, stakers, .. } = self;
        let staker = &stakers[at];
        let (mut pool, mut position) = (world.state(), world.position(staker));
        let before = (pool, position);
        let expected = on_host(&mut pool, &mut position, world.chain.now());
        let result = on_chain(world, staker);
        assert_eq!(
            result.is_ok(),
            expected.is_ok(),
            "the host says {expected:?}, the chain {result:?}"
        );
        if expected.is_err() {
            (pool, position) = before;
        }
        assert_eq!(bytemuck::bytes_of(&world.state()), bytemuck::bytes_of(&pool));
        assert_eq!(
            bytemuck::bytes_of(&world.position(staker)),
            bytemuck::bytes_of(&position)
        );
        result.is_ok()
    }

    /// What must hold between any two instructions.
    fn check(&self) {
        let Self { world, stakers, .. } = self;
        let mut pool = world.state();
        let mut positions: Vec<_> = stakers.iter().map(|staker| world.position(staker)).collect();

        // The tokens are what is owed and what was sent by mistake, in either account.
        let [stake_gifts, reward_gifts] = self.gifts;
        assert_eq!(
            world.tokens(&world.pool.stakes),
            pool.staked + pool.cooling + stake_gifts
        );
        assert_eq!(
            world.tokens(&world.pool.rewards),
            pool.stream.funded - pool.stream.paid + reward_gifts
        );
        assert_eq!(self.tokens(), self.supply);

        // The pool's sums are those of the positions.
        let sum = |of: fn(&Position) -> u128| positions.iter().map(of).sum::<u128>();
        assert_eq!(sum(|p| p.staked.into()), pool.staked.into());
        assert_eq!(sum(|p| p.cooling.into()), pool.cooling.into());
        assert_eq!(sum(|p| p.share.weight.get()), pool.stream.weight.get());

        // paid + owed + remaining = funded, in 2^-64 base units.
        for position in &mut positions {
            pool.stream
                .settle(&mut position.share, world.chain.now())
                .unwrap();
        }
        let stream = &pool.stream;
        let owed: u128 = positions.iter().map(|p| p.share.owed.get()).sum();
        let remaining = stream.rate.get() * u128::from(stream.seconds_left)
            + stream.carry.get()
            + stream.unscheduled.get();
        assert_eq!(owed + remaining, Fixed::whole(stream.unpaid()).get());
    }

    /// All tokens, wherever they are.
    fn tokens(&self) -> u64 {
        let Self { world, stakers, .. } = self;
        let own = [world.pool.stakes, world.pool.rewards, world.treasury, self.safe];
        let stakers = stakers.iter().flat_map(|staker| [staker.tokens, staker.rewards]);
        own.into_iter()
            .chain(stakers)
            .map(|account| world.tokens(&account))
            .sum()
    }
}

/// As the program does it.
fn exit(pool: &mut Pool, position: &mut Position, now: i64) -> Result<()> {
    let cooled = pool.withdraw(position, now).is_ok();
    let rewards = pool.claim(position, now)?;
    let stake = position.staked;
    require(cooled || rewards > 0 || stake > 0)?;
    if stake > 0 {
        pool.unstake(position, stake, now)?;
        let _cools = pool.withdraw(position, now);
    }
    Ok(())
}

fn require(holds: bool) -> Result<()> {
    anchor_lang::require!(holds, StakingError::Overflow);
    Ok(())
}
