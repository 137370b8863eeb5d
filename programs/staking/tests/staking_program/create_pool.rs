//! `create_pool`: the caller's pool, with arguments within their bounds and mints that can be accounted for.

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use program_testing::{ALREADY_IN_USE, assert_refused, events, substitution::Substitutions, tokens};
use solana_address::Address;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::PoolCreated;
use staking::instruction as call;
use staking::instructions::{CreatePoolArgs, TierArgs};
use staking::state::{MAX_COOLDOWN, MAX_DURATION, MAX_LOCK};

use crate::world::{DURATION, LOCK, PoolKeys, World, instruction_of};

#[test]
fn the_pool_is_as_the_arguments_say() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    for (stake, reward) in [(spl, spl), (spl, token_2022), (token_2022, spl)] {
        let world = World::with_token_programs(stake, reward);
        let state = world.state();
        let admin = world.admin.pubkey();
        assert_eq!(
            (state.creator, state.admin, state.proposed_admin),
            (admin, admin, Address::default())
        );
        assert_eq!(state.guardian, world.guardian.pubkey());
        assert_eq!(
            (state.stake_mint, state.reward_mint),
            (world.pool.stake_mint, world.pool.reward_mint)
        );
        assert_eq!(
            (state.stakes, state.rewards),
            (world.pool.stakes, world.pool.rewards)
        );
        assert_eq!((state.id, state.duration, state.cooldown), (7, DURATION, 0));
        assert_eq!(state.tiers.get(1).unwrap().lock as i64, LOCK);
        assert_eq!(state.tiers.get(2).unwrap().multiplier, 25_001);
        assert_eq!(
            (state.stake_decimals, state.reward_decimals, state.paused),
            (tokens::DECIMALS, tokens::DECIMALS, 0)
        );
    }
}

#[test]
fn it_is_told() {
    let mut world = World::untouched();
    let done = world.create(world.args()).unwrap();
    let [event] = events::by_log::<PoolCreated>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.id, event.admin, event.guardian),
        (world.pool.pool, 7, world.admin.pubkey(), world.guardian.pubkey())
    );
    assert_eq!(
        (event.stake_mint, event.reward_mint),
        (world.pool.stake_mint, world.pool.reward_mint)
    );
    assert_eq!((event.duration, event.cooldown), (DURATION, 0));
    assert_eq!(event.locks, [0, 100, 1_000]);
    assert_eq!(event.multipliers, [10_000, 20_000, 25_001]);
}

#[test]
fn nobody_can_take_the_place_of_anothers_pool() {
    let mut world = World::untouched();
    let mallory = world.chain.user();
    let accounts = staking::accounts::CreatePool {
        creator: mallory.pubkey(),
        ..world.create_accounts(&world.admin)
    };
    let args = world.args();
    let result = world.call(accounts, call::CreatePool { args }, &[&mallory]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
    // Mallory's own, of the same id, is another.
    let accounts = world.create_accounts(&mallory);
    let args = world.args();
    world
        .call(accounts, call::CreatePool { args }, &[&mallory])
        .unwrap();
    world.create(world.args()).unwrap();
    assert_eq!(world.state().admin, world.admin.pubkey());
}

#[test]
fn a_pool_is_created_once_and_ids_are_apart() {
    let mut world = World::new();
    assert_refused(world.create(world.args()), ALREADY_IN_USE);
    for id in [0, u64::MAX] {
        let admin = world.admin.insecure_clone();
        let keys = PoolKeys::new(
            &world.chain,
            &admin.pubkey(),
            id,
            world.pool.stake_mint,
            world.pool.reward_mint,
        );
        let accounts = staking::accounts::CreatePool {
            pool: keys.pool,
            stakes: keys.stakes,
            rewards: keys.rewards,
            ..world.create_accounts(&admin)
        };
        let args = CreatePoolArgs { id, ..world.args() };
        world
            .call(accounts, call::CreatePool { args }, &[&admin])
            .unwrap();
    }
}

#[test]
fn arguments_at_their_bounds_are_accepted_and_beyond_refused() {
    type Change = fn(&mut CreatePoolArgs);
    let accepted: [Change; 7] = [
        |args| args.duration = 1,
        |args| args.duration = MAX_DURATION,
        |args| args.cooldown = MAX_COOLDOWN,
        |args| args.tiers.truncate(1),
        |args| args.tiers[2].lock = MAX_LOCK,
        |args| args.tiers[2].multiplier = 100_000,
        |args| {
            args.tiers = (0..8)
                .map(|lock| TierArgs {
                    lock,
                    multiplier: 10_000,
                })
                .collect();
        },
    ];
    for change in accepted {
        let mut world = World::untouched();
        let mut args = world.args();
        change(&mut args);
        world.create(args).unwrap();
    }
    let refused: [(Change, StakingError); 17] = [
        (
            |args| args.guardian = Address::default(),
            StakingError::MissingKey,
        ),
        (|args| args.duration = 0, StakingError::BadDuration),
        (|args| args.duration = MAX_DURATION + 1, StakingError::BadDuration),
        (|args| args.duration = u32::MAX, StakingError::BadDuration),
        (
            |args| args.cooldown = MAX_COOLDOWN + 1,
            StakingError::CooldownTooLong,
        ),
        (|args| args.cooldown = u32::MAX, StakingError::CooldownTooLong),
        (|args| args.tiers.clear(), StakingError::TierCount),
        (
            |args| {
                args.tiers = (0..9)
                    .map(|lock| TierArgs {
                        lock,
                        multiplier: 10_000,
                    })
                    .collect();
            },
            StakingError::TierCount,
        ),
        (|args| args.tiers[0].lock = 1, StakingError::FirstTier),
        (|args| args.tiers[0].multiplier = 10_001, StakingError::FirstTier),
        (|args| args.tiers[0].multiplier = 0, StakingError::FirstTier),
        (|args| args.tiers[1].lock = 0, StakingError::TierOrder),
        (
            |args| args.tiers[2].lock = args.tiers[1].lock,
            StakingError::TierOrder,
        ),
        (|args| args.tiers[1].multiplier = 9_999, StakingError::TierOrder),
        (
            |args| args.tiers[2].lock = MAX_LOCK + 1,
            StakingError::LockTooLong,
        ),
        (
            |args| args.tiers[2].multiplier = 100_001,
            StakingError::MultiplierTooLarge,
        ),
        (
            |args| args.tiers[2].multiplier = u32::MAX,
            StakingError::MultiplierTooLarge,
        ),
    ];
    for (change, error) in refused {
        let mut world = World::untouched();
        let mut args = world.args();
        change(&mut args);
        assert_refused(world.create(args), error);
        assert!(!world.chain.exists(&world.pool.pool));
    }
}

#[test]
fn mints_that_break_accounting_are_refused_in_either_place() {
    let transfer_fee: tokens::Extension = (ExtensionType::TransferFeeConfig, |program, mint| {
        use anchor_spl::token_2022::spl_token_2022::extension::transfer_fee::instruction;
        instruction::initialize_transfer_fee_config(program, mint, None, None, 100, 1_000).unwrap()
    });
    let transfer_hook: tokens::Extension = (ExtensionType::TransferHook, |program, mint| {
        use anchor_spl::token_2022::spl_token_2022::extension::transfer_hook::instruction;
        instruction::initialize(program, mint, Some(*mint), None).unwrap()
    });
    let permanent_delegate: tokens::Extension = (ExtensionType::PermanentDelegate, |program, mint| {
        token::initialize_permanent_delegate(program, mint, mint).unwrap()
    });
    let non_transferable: tokens::Extension = (ExtensionType::NonTransferable, |program, mint| {
        token::initialize_non_transferable_mint(program, mint).unwrap()
    });
    let confidential: tokens::Extension = (ExtensionType::ConfidentialTransferMint, |program, mint| {
        use anchor_spl::token_2022::spl_token_2022::extension::confidential_transfer::instruction;
        instruction::initialize_mint(program, mint, None, true, None).unwrap()
    });
    let closable: tokens::Extension = (ExtensionType::MintCloseAuthority, |program, mint| {
        token::initialize_mint_close_authority(program, mint, Some(mint)).unwrap()
    });
    for (extension, error) in [
        (transfer_fee, StakingError::MintHasTransferFee),
        (transfer_hook, StakingError::MintHasTransferHook),
        (permanent_delegate, StakingError::MintHasPermanentDelegate),
        (non_transferable, StakingError::MintIsNonTransferable),
        (confidential, StakingError::MintIsConfidential),
        (closable, StakingError::MintIsClosable),
    ] {
        for as_stake in [true, false] {
            let mut world = World::untouched();
            let [_, token_2022] = tokens::TOKEN_PROGRAMS;
            let mint = tokens::mint(&mut world.chain, &token_2022, &[extension]);
            let accounts = world.create_accounts(&world.admin);
            let accounts = if as_stake {
                staking::accounts::CreatePool {
                    stake_mint: mint,
                    stake_token_program: token_2022,
                    ..accounts
                }
            } else {
                staking::accounts::CreatePool {
                    reward_mint: mint,
                    reward_token_program: token_2022,
                    ..accounts
                }
            };
            let (args, admin) = (world.args(), world.admin.insecure_clone());
            let result = world.call(accounts, call::CreatePool { args }, &[&admin]);
            assert_refused(result, error);
        }
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::untouched();
    let admin = world.admin.insecure_clone();
    let args = world.args();
    let call = instruction_of(world.create_accounts(&admin), call::CreatePool { args });
    Substitutions::new("staking", &call, &[&admin])
        // Stake and rewards may be of one mint.
        .harmless("stake_mint", "reward_mint")
        .harmless("reward_mint", "stake_mint")
        .assert_refused(&mut world.chain);
}
