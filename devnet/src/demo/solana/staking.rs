//! A pool with two tiers: one owner stakes, claims what has flowed, unstakes and withdraws.

use crate::deploy::solana::{Client, SYSTEM, SolanaDeployment, call, tokens};
use anchor_spl::token::spl_token::ID as TOKEN;
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::{event_authority, staking as address},
    staking::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{CreatePoolArgs, TierArgs},
    },
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Rewards in base units, and the seconds over which they flow.
const REWARDS: u64 = 3_600_000;
const DURATION: u32 = 3_600;
/// Base units that are staked, of what the owner has not deposited elsewhere.
const STAKE: u64 = 50_000;
/// Seconds between unstaking and withdrawing.
const COOLDOWN: u32 = 1;
/// The tier without a lock.
const TIER: u8 = 0;

/// Stakes tokens of the settlement's mint, for rewards of another.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<()> {
    let (admin, reward_mint) = (client.payer(), Keypair::new());
    let [owner, ..] = &at.owners;
    let mut fund = tokens::create_mint(client, &reward_mint, 6).await?;
    fund.extend(tokens::mint_to(&admin, &admin, &reward_mint.pubkey(), REWARDS)?);
    fund.push(tokens::open_account(
        &admin,
        &owner.pubkey(),
        &reward_mint.pubkey(),
    ));
    client
        .send(&fund, &[&reward_mint])
        .await
        .context("creating a reward mint")?;
    let pool = Pool {
        address: address::pool(&admin, 1),
        admin,
        owner: owner.pubkey(),
        stake_mint: at.mint,
        reward_mint: reward_mint.pubkey(),
    };
    client
        .send(&[pool.create()], &[])
        .await
        .context("creating a pool")?;
    client.send(&[pool.fund()], &[]).await.context("funding a pool")?;

    let stake_account = tokens::account(&pool.owner, &pool.stake_mint);
    let before = tokens::amount(client, &stake_account).await?;
    client
        .send(&[pool.open_position(), pool.stake()], &[owner])
        .await
        .context("staking")?;
    client.until(client.now().await? + 2).await?;
    client
        .send(&[pool.claim()], &[owner])
        .await
        .context("claiming rewards")?;
    let earned = tokens::amount(client, &tokens::account(&pool.owner, &pool.reward_mint)).await?;
    let rate = REWARDS / u64::from(DURATION);
    ensure!(
        (rate..REWARDS).contains(&earned),
        "the only stake earned {earned} in a few seconds, expected {rate} in each"
    );

    client
        .send(&[pool.unstake()], &[owner])
        .await
        .context("unstaking")?;
    client.until(client.now().await? + i64::from(COOLDOWN)).await?;
    client
        .send(&[pool.withdraw()], &[owner])
        .await
        .context("withdrawing stake")?;
    let after = tokens::amount(client, &stake_account).await?;
    ensure!(after == before, "the owner has {after} back, expected {before}");
    Ok(())
}

/// One pool, and the owner who stakes there.
struct Pool {
    address: Address,
    admin: Address,
    owner: Address,
    stake_mint: Address,
    reward_mint: Address,
}

impl Pool {
    fn create(&self) -> Instruction {
        let create = accounts::CreatePool {
            creator: self.admin,
            pool: self.address,
            stake_mint: self.stake_mint,
            reward_mint: self.reward_mint,
            stakes: address::stakes(&self.address),
            rewards: address::rewards(&self.address),
            stake_token_program: TOKEN,
            reward_token_program: TOKEN,
            system_program: SYSTEM,
        };
        let tiers = [(0, 10_000), (30 * 86_400, 15_000)];
        let created = CreatePoolArgs {
            id: 1,
            guardian: self.admin,
            duration: DURATION,
            cooldown: COOLDOWN,
            tiers: tiers
                .map(|(lock, multiplier)| TierArgs { lock, multiplier })
                .to_vec(),
        };
        call(PROGRAM, create, args::CreatePool { args: created })
    }

    fn fund(&self) -> Instruction {
        let fund = accounts::Fund {
            admin: self.admin,
            pool: self.address,
            reward_mint: self.reward_mint,
            source: tokens::account(&self.admin, &self.reward_mint),
            rewards: address::rewards(&self.address),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        call(PROGRAM, fund, args::Fund { amount: REWARDS })
    }

    fn open_position(&self) -> Instruction {
        let open = accounts::OpenPosition {
            owner: self.owner,
            pool: self.address,
            position: self.position(),
            system_program: SYSTEM,
        };
        call(PROGRAM, open, args::OpenPosition { tier: TIER })
    }

    fn stake(&self) -> Instruction {
        let stake = accounts::Stake {
            owner: self.owner,
            pool: self.address,
            position: self.position(),
            stake_mint: self.stake_mint,
            source: tokens::account(&self.owner, &self.stake_mint),
            stakes: address::stakes(&self.address),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        call(PROGRAM, stake, args::Stake { amount: STAKE })
    }

    fn claim(&self) -> Instruction {
        let claim = accounts::Claim {
            owner: self.owner,
            pool: self.address,
            position: self.position(),
            reward_mint: self.reward_mint,
            destination: tokens::account(&self.owner, &self.reward_mint),
            rewards: address::rewards(&self.address),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        call(PROGRAM, claim, args::Claim {})
    }

    fn unstake(&self) -> Instruction {
        let unstake = accounts::Unstake {
            owner: self.owner,
            pool: self.address,
            position: self.position(),
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        call(PROGRAM, unstake, args::Unstake { amount: STAKE })
    }

    fn withdraw(&self) -> Instruction {
        let withdraw = accounts::Withdraw {
            owner: self.owner,
            pool: self.address,
            position: self.position(),
            stake_mint: self.stake_mint,
            destination: tokens::account(&self.owner, &self.stake_mint),
            stakes: address::stakes(&self.address),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        call(PROGRAM, withdraw, args::Withdraw {})
    }

    fn position(&self) -> Address {
        address::position(&self.address, &self.owner, TIER)
    }
}
