//! `create_distribution`: anybody creates their own, and nobody takes the place of another's.

use anchor_lang::error::ErrorCode;
use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{ALREADY_IN_USE, assert_refused, events, instruction};
use rewards::error::RewardsError;
use rewards::events::DistributionCreated;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Kind, MAX_PERIOD, OrderLimit, OrderRate, Revocability, Schedule, Vesting};
use rewards::{ID, accounts};
use solana_address::Address;
use solana_signer::Signer;

use crate::accounts::{distribution_of, tokens_of};
use crate::world::*;

#[test]
fn it_is_stored_as_declared() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let now = world.chain.now();
        let args = CreateDistributionArgs {
            id: 7,
            vesting: Vesting::CliffLinear {
                start: now,
                cliff: now + 10,
                end: now + 100,
            },
            revocability: Revocability::NonVested,
            deadline: now + 100 + DAY,
            ..world.args(Kind::Orders)
        };
        let done = world.create(args).unwrap();

        let pot = world.pot_of(7);
        let state = world.distribution(&pot);
        assert_eq!((state.creator, state.id), (world.creator.pubkey(), 7));
        assert_eq!(
            (state.authority, state.payer),
            (world.authority.pubkey(), world.payer.pubkey())
        );
        assert_eq!(
            (state.mint, state.tokens, state.decimals),
            (world.mint, pot.tokens, tokens::DECIMALS)
        );
        let schedule = Schedule {
            start: now,
            cliff: now + 10,
            end: now + 100,
        };
        assert_eq!(state.schedule, schedule);
        assert_eq!(
            (state.kind, state.revocability),
            (Kind::Orders as u8, Revocability::NonVested as u8)
        );
        let rate = OrderRate {
            per_order: 100,
            per_period: 250,
            period: HOUR as u64,
            started: now,
            issued: 0,
        };
        assert_eq!(state.order_rate, rate);
        assert_eq!(
            (state.totals, state.root, state.epoch),
            (totals(0, 0, 0, 0), [0; 32], 0)
        );

        let [event] = events::by_log::<DistributionCreated>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!((event.distribution, event.id), (pot.distribution, 7));
        assert_eq!(
            (event.creator, event.authority),
            (world.creator.pubkey(), world.authority.pubkey())
        );
        assert_eq!((event.mint, event.tokens), (world.mint, pot.tokens));
        assert_eq!(
            (event.vesting_start, event.vesting_cliff, event.vesting_end),
            (now, now + 10, now + 100)
        );
        assert_eq!(
            (event.kind, event.revocability),
            (Kind::Orders, Revocability::NonVested)
        );
        assert_eq!(event.deadline, now + 100 + DAY);
        assert_eq!(
            (event.order_limit, event.period_limit, event.period),
            (100, 250, HOUR as u64)
        );
    }
}

/// This distribution can be created, which leaves the world as it was.
#[track_caller]
fn accepted(world: &mut World, args: CreateDistributionArgs) {
    let before = world.chain.svm.clone();
    world.create(args).unwrap();
    world.chain.svm = before;
}

#[test]
fn every_number_is_possible() {
    let mut world = World::new();
    for id in [0, 1, u64::MAX] {
        let args = CreateDistributionArgs {
            id,
            ..world.args(Kind::Direct)
        };
        world.create(args).unwrap();
        assert_eq!(world.distribution(&world.pot_of(id)).id, id);
    }
}

#[test]
fn an_authority_that_nobody_holds_is_refused() {
    let mut world = World::new();
    let args = CreateDistributionArgs {
        authority: Address::default(),
        ..world.args(Kind::Direct)
    };
    assert_refused(world.create(args), RewardsError::MissingKey);
}

#[test]
fn a_vesting_that_is_not_possible_is_refused() {
    let mut world = World::new();
    let possible = [
        Vesting::Immediate,
        Vesting::Cliff { at: 0 },
        Vesting::Cliff { at: i64::MAX },
        Vesting::Linear { start: 0, end: 1 },
        Vesting::Linear {
            start: 0,
            end: i64::MAX,
        },
        Vesting::CliffLinear {
            start: 5,
            cliff: 5,
            end: 6,
        },
        Vesting::CliffLinear {
            start: 5,
            cliff: 6,
            end: 6,
        },
    ];
    for vesting in possible {
        let args = CreateDistributionArgs {
            vesting,
            ..world.args(Kind::Direct)
        };
        accepted(&mut world, args);
    }
    let impossible = [
        Vesting::Cliff { at: -1 },
        Vesting::Cliff { at: i64::MIN },
        Vesting::Linear { start: -1, end: 1 },
        Vesting::Linear { start: 1, end: 1 },
        Vesting::Linear { start: 2, end: 1 },
        Vesting::CliffLinear {
            start: 5,
            cliff: 4,
            end: 6,
        },
        Vesting::CliffLinear {
            start: 5,
            cliff: 7,
            end: 6,
        },
        Vesting::CliffLinear {
            start: 5,
            cliff: 5,
            end: 5,
        },
        Vesting::CliffLinear {
            start: i64::MIN,
            cliff: 0,
            end: i64::MAX,
        },
    ];
    for vesting in impossible {
        let args = CreateDistributionArgs {
            vesting,
            ..world.args(Kind::Direct)
        };
        assert_refused(world.create(args), RewardsError::InvalidVesting);
    }
}

#[test]
fn recipients_have_a_day_before_the_deadline() {
    let mut world = World::new();
    let now = world.chain.now();
    let late = Vesting::Cliff { at: now + 500 };
    for (vesting, earliest) in [(Vesting::Immediate, now + DAY), (late, now + 500 + DAY)] {
        for deadline in [0, earliest, i64::MAX] {
            let args = CreateDistributionArgs {
                vesting,
                deadline,
                ..world.args(Kind::Direct)
            };
            accepted(&mut world, args);
        }
        for deadline in [i64::MIN, -1, 1, now, earliest - 1] {
            let args = CreateDistributionArgs {
                vesting,
                deadline,
                ..world.args(Kind::Direct)
            };
            assert_refused(world.create(args), RewardsError::DeadlineTooSoon);
        }
    }
    // No time is a day after the end of time.
    let args = CreateDistributionArgs {
        vesting: Vesting::Cliff { at: i64::MAX },
        deadline: i64::MAX,
        ..world.args(Kind::Direct)
    };
    assert_refused(world.create(args), RewardsError::DeadlineTooSoon);
}

#[test]
fn an_order_limit_that_is_not_possible_is_refused() {
    let mut world = World::new();
    let limit = |per_order, per_period, period| CreateDistributionArgs {
        order_limit: Some(OrderLimit {
            per_order,
            per_period,
            period,
        }),
        ..World::new().args(Kind::Orders)
    };
    for args in [
        limit(1, 1, 1),
        limit(1, u64::MAX, MAX_PERIOD),
        limit(u64::MAX, u64::MAX, 1),
    ] {
        accepted(&mut world, args);
    }
    for args in [
        limit(0, 1, 1),
        limit(2, 1, 1),
        limit(1, 0, 1),
        limit(1, 1, 0),
        limit(1, 1, MAX_PERIOD + 1),
        limit(1, 1, u64::MAX),
    ] {
        assert_refused(world.create(args), RewardsError::InvalidOrderLimit);
    }
}

#[test]
fn an_order_limit_goes_with_orders_only() {
    let mut world = World::new();
    for (kind, order_limit) in [
        (Kind::Direct, Some(LIMIT)),
        (Kind::Merkle, Some(LIMIT)),
        (Kind::Orders, None),
    ] {
        let args = CreateDistributionArgs {
            order_limit,
            ..world.args(kind)
        };
        assert_refused(world.create(args), RewardsError::WrongOrderLimit);
    }
}

#[test]
fn merkle_rewards_cannot_be_declared_revocable() {
    let mut world = World::new();
    for revocability in [Revocability::NonVested, Revocability::All] {
        let args = CreateDistributionArgs {
            revocability,
            ..world.args(Kind::Merkle)
        };
        assert_refused(world.create(args), RewardsError::MerkleNotRevocable);
        accepted(
            &mut world,
            CreateDistributionArgs {
                kind: Kind::Direct,
                ..args
            },
        );
    }
}

#[test]
fn a_kind_or_revocability_that_is_none_is_refused() {
    let mut world = World::new();
    let accounts = world.create_accounts(0);
    let args = world.args(Kind::Direct);
    let right = instruction(ID, accounts, call::CreateDistribution { args });
    // Discriminator, id and authority come before the kind; vesting (a byte when immediate) after it.
    for at in [8 + 8 + 32, 8 + 8 + 32 + 1, 8 + 8 + 32 + 2] {
        let mut wrong = right.clone();
        wrong.data[at] = 4;
        assert_refused(world.send(wrong, &[]), ErrorCode::InstructionDidNotDeserialize);
    }
    world.send(right, &[]).unwrap();
}

#[test]
fn a_number_is_used_once() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let args = CreateDistributionArgs {
        id: 0,
        ..world.args(Kind::Merkle)
    };
    assert_refused(world.create(args), ALREADY_IN_USE);
    assert_eq!(world.distribution(&pot).kind, Kind::Direct as u8);
}

#[test]
fn nobody_can_create_it_before_the_creator() {
    let mut world = World::new();
    let mallory = world.chain.user();
    let args = CreateDistributionArgs {
        authority: mallory.pubkey(),
        ..world.args(Kind::Direct)
    };
    let data = || call::CreateDistribution { args };

    // The creator's address needs the creator's signature ...
    let accounts = accounts::CreateDistribution {
        payer: mallory.pubkey(),
        ..world.create_accounts(0)
    };
    let mut unsigned = instruction(ID, accounts, data());
    unsigned.accounts[0].is_signer = false;
    let result = world.chain.send(&[unsigned], &[&mallory]);
    assert_refused(result, ErrorCode::AccountNotSigner);

    // ... as nobody else gets it ...
    let stolen = accounts::CreateDistribution {
        creator: mallory.pubkey(),
        ..accounts
    };
    let result = world.chain.call(ID, stolen, data(), &[&mallory]);
    assert_refused(result, ErrorCode::ConstraintSeeds);

    // ... the same number of Mallory's is another distribution ...
    let distribution = distribution_of(&mallory.pubkey(), 0);
    let own = accounts::CreateDistribution {
        distribution,
        tokens: tokens_of(&distribution),
        ..stolen
    };
    world.chain.call(ID, own, data(), &[&mallory]).unwrap();

    // ... and lamports in the way do not matter.
    for address in [accounts.distribution, accounts.tokens] {
        world.chain.svm.airdrop(&address, 1_000_000).unwrap();
    }
    let pot = world.pot(Kind::Direct);
    assert_eq!(pot.distribution, accounts.distribution);
    assert_eq!(world.distribution(&pot).authority, world.authority.pubkey());
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let other = world.pot(Kind::Direct);
    let args = world.args(Kind::Direct);
    let call = instruction(
        ID,
        world.create_accounts(args.id),
        call::CreateDistribution { args },
    );
    let (creator, payer) = (world.creator.insecure_clone(), world.payer.insecure_clone());
    Substitutions::new("rewards", &call, &[&creator, &payer])
        .wrong("distribution", other.distribution)
        .wrong("tokens", other.tokens)
        .wrong("mint", other.tokens)
        .harmless("payer", "stranger")
        .harmless("payer", "creator")
        .assert_refused(&mut world.chain);
}
