//! `issue_order_reward`: the authority rewards an order, once and within the limits.

use program_testing::substitution::Substitutions;
use program_testing::{ALREADY_IN_USE, assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::OrderRewarded;
use rewards::instruction as call;
use rewards::instructions::{CreateDistributionArgs, IssueOrderRewardArgs};
use rewards::state::{Allocation, Kind, OrderLimit};
use solana_address::Address;
use solana_signer::Signer;

use crate::accounts::{allocation_of, order_of};
use crate::world::*;

/// The id of the n-th order.
fn order(n: u8) -> [u8; 32] {
    [n; 32]
}

#[test]
fn an_order_is_rewarded_and_claimed() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    let done = world.issue(&pot, &alice, order(1), 100).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 100, 0, 0));
    let address = order_of(&pot.distribution, &order(1));
    let allocation: Allocation = world.chain.read(&address);
    assert_eq!(
        (allocation.distribution, allocation.recipient),
        (pot.distribution, alice.address())
    );
    assert_eq!(
        (allocation.order, allocation.amount, allocation.paid),
        (order(1), 100, 0)
    );
    assert_eq!(allocation.payer, world.payer.pubkey());

    let [event] = events::by_call::<OrderRewarded>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.distribution, event.allocation),
        (pot.distribution, address)
    );
    assert_eq!((event.order, event.recipient), (order(1), alice.address()));
    assert_eq!((event.amount, event.allocated), (100, 100));

    world.claim_order(&pot, &alice, order(1)).unwrap();
    assert_eq!(world.amount(&alice.tokens), 100);
}

#[test]
fn a_recipient_can_have_many_orders() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    world.issue(&pot, &alice, order(1), 100).unwrap();
    world.issue(&pot, &alice, order(2), 50).unwrap();
    world.claim_order(&pot, &alice, order(2)).unwrap();
    world.claim_order(&pot, &alice, order(1)).unwrap();
    assert_eq!(world.amount(&alice.tokens), 150);
}

#[test]
fn an_order_is_rewarded_once() {
    let mut world = World::new();
    let (pot, alice, bob) = (world.pot(Kind::Orders), world.recipient(), world.recipient());
    world.issue(&pot, &alice, order(1), 100).unwrap();
    for recipient in [&alice, &bob] {
        assert_refused(world.issue(&pot, recipient, order(1), 1), ALREADY_IN_USE);
    }
    world.claim_order(&pot, &alice, order(1)).unwrap();
    assert_refused(world.issue(&pot, &alice, order(1), 1), ALREADY_IN_USE);
    assert_eq!(world.totals(&pot), totals(1_000, 100, 100, 0));
}

#[test]
fn arguments_out_of_bounds_are_refused() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    let result = world.issue(&pot, &alice, [0; 32], 1);
    assert_refused(result, RewardsError::MissingOrder);
    let result = world.issue(&pot, &alice, order(1), 0);
    assert_refused(result, RewardsError::ZeroAmount);
    for amount in [101, u64::MAX] {
        let result = world.issue(&pot, &alice, order(1), amount);
        assert_refused(result, RewardsError::AboveOrderLimit);
    }
    world.issue(&pot, &alice, order(0xff), 100).unwrap();

    let accounts = world.issue_accounts(&pot, &Address::default(), &order(1));
    let args = IssueOrderRewardArgs {
        order: order(1),
        amount: 1,
    };
    let result = world.call(accounts, call::IssueOrderReward { args }, &[]);
    assert_refused(result, RewardsError::MissingKey);
}

#[test]
fn a_period_has_a_limit_that_rolls_over_at_the_exact_second() {
    let mut world = World::new();
    let created = world.chain.now();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    // Periods begin when the distribution does, not with the first order.
    world.chain.advance(HOUR / 2);
    for (n, amount) in [(1, 100), (2, 100), (3, 50)] {
        world.issue(&pot, &alice, order(n), amount).unwrap();
    }
    let full = RewardsError::AbovePeriodLimit;
    assert_refused(world.issue(&pot, &alice, order(4), 1), full);
    world.chain.set_time(created + HOUR - 1);
    assert_refused(
        world.issue(&pot, &alice, order(4), 1),
        RewardsError::AbovePeriodLimit,
    );
    world.chain.set_time(created + HOUR);
    world.issue(&pot, &alice, order(4), 100).unwrap();

    // Three and a half periods later the fifth has begun, with its whole limit and no more.
    world.chain.set_time(created + 4 * HOUR + HOUR / 2);
    for (n, amount) in [(5, 100), (6, 100), (7, 50)] {
        world.issue(&pot, &alice, order(n), amount).unwrap();
    }
    assert_eq!(world.distribution(&pot).order_rate.started, created + 4 * HOUR);
    let result = world.issue(&pot, &alice, order(8), 1);
    assert_refused(result, RewardsError::AbovePeriodLimit);
    world.chain.set_time(created + 5 * HOUR);
    world.issue(&pot, &alice, order(8), 1).unwrap();
}

#[test]
fn a_clock_that_goes_back_gives_no_new_limit() {
    let mut world = World::new();
    let created = world.chain.now();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    world.chain.set_time(created + HOUR);
    for (n, amount) in [(1, 100), (2, 100), (3, 50)] {
        world.issue(&pot, &alice, order(n), amount).unwrap();
    }
    for time in [created + HOUR - 1, created, 0, -1, i64::MIN] {
        world.chain.set_time(time);
        let result = world.issue(&pot, &alice, order(4), 1);
        assert_refused(result, RewardsError::AbovePeriodLimit);
    }
}

#[test]
fn limits_at_their_maximum_do_not_overflow() {
    let mut world = World::new();
    let args = CreateDistributionArgs {
        order_limit: Some(OrderLimit {
            per_order: u64::MAX,
            per_period: u64::MAX,
            period: 1,
        }),
        ..world.args(Kind::Orders)
    };
    let (pot, alice) = (world.pot_with(args), world.recipient());
    world.issue(&pot, &alice, order(1), 1).unwrap();
    let result = world.issue(&pot, &alice, order(2), u64::MAX);
    assert_refused(result, RewardsError::Overflow);
    world.chain.advance(1);
    let result = world.issue(&pot, &alice, order(2), u64::MAX);
    assert_refused(result, RewardsError::NotFunded);
    world.issue(&pot, &alice, order(2), 999).unwrap();
}

#[test]
fn more_than_is_funded_is_refused() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    world.defund(&pot, 950).unwrap();
    let result = world.issue(&pot, &alice, order(1), 51);
    assert_refused(result, RewardsError::NotFunded);
    // A refused order uses nothing of the limit.
    assert_eq!(world.distribution(&pot).order_rate.issued, 0);
    world.issue(&pot, &alice, order(1), 50).unwrap();
}

#[test]
fn other_kinds_have_no_orders() {
    let mut world = World::new();
    let alice = world.recipient();
    for kind in [Kind::Direct, Kind::Merkle] {
        let pot = world.pot(kind);
        let result = world.issue(&pot, &alice, order(1), 1);
        assert_refused(result, RewardsError::WrongKind);
    }
}

#[test]
fn it_ends_a_day_before_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + 2 * DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Orders)
    });
    let alice = world.recipient();
    world.chain.set_time(deadline - DAY);
    world.issue(&pot, &alice, order(1), 1).unwrap();
    for late in [deadline - DAY + 1, deadline - 1] {
        world.chain.set_time(late);
        let result = world.issue(&pot, &alice, order(2), 1);
        assert_refused(result, RewardsError::PromiseTooLate);
    }
    world.chain.set_time(deadline);
    assert_refused(world.issue(&pot, &alice, order(2), 1), RewardsError::Ended);
}

#[test]
fn neither_creator_nor_stranger_may() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    for somebody in [world.creator.insecure_clone(), world.chain.user()] {
        let mut accounts = world.issue_accounts(&pot, &alice.address(), &order(1));
        accounts.authority = somebody.pubkey();
        let args = IssueOrderRewardArgs {
            order: order(1),
            amount: 1,
        };
        let call = instruction(ID, accounts, call::IssueOrderReward { args });
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotAuthority);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Orders), world.pot(Kind::Orders));
    let alice = world.recipient();
    let accounts = world.issue_accounts(&pot, &alice.address(), &order(1));
    let args = IssueOrderRewardArgs {
        order: order(1),
        amount: 10,
    };
    let call = instruction(ID, accounts, call::IssueOrderReward { args });
    let (authority, payer) = (world.authority.insecure_clone(), world.payer.insecure_clone());
    let mut trials = Substitutions::new("rewards", &call, &[&authority, &payer])
        .wrong("distribution", other.distribution)
        .wrong("allocation", order_of(&pot.distribution, &order(2)))
        .wrong("allocation", order_of(&other.distribution, &order(1)))
        .wrong("allocation", allocation_of(&pot.distribution, &alice.address()))
        .harmless("payer", "stranger")
        .harmless("payer", "authority");
    // Whom to reward is the authority's to say.
    for anybody in [
        "authority",
        "payer",
        "distribution",
        "allocation",
        "event_authority",
        "program",
        "missing",
        "foreign",
    ] {
        trials = trials.harmless("recipient", anybody);
    }
    trials.assert_refused(&mut world.chain);
}
