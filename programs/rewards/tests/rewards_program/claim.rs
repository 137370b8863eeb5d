//! `claim`: what has vested of an allocation goes to its recipient, whoever sends the transaction, and nowhere else.

use anchor_spl::token_2022::spl_token_2022::instruction::{AuthorityType, set_authority};
use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events, instruction};
use rewards::error::RewardsError;
use rewards::events::Claimed;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Kind, Vesting};
use rewards::{ID, accounts};

use crate::accounts::{allocation_of, order_of, record_of};
use crate::world::*;

/// A distribution that vests from now on, in 1,000 seconds.
fn linear(world: &mut World) -> Pot {
    let start = world.chain.now();
    let vesting = Vesting::Linear {
        start,
        end: start + 1_000,
    };
    world.pot_with(CreateDistributionArgs {
        vesting,
        ..world.args(Kind::Direct)
    })
}

#[test]
fn what_has_vested_is_paid() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let pot = linear(&mut world);
        let alice = world.recipient();
        world.allocate(&pot, &alice, 600).unwrap();
        world.chain.advance(500);
        world.claim(&pot, &alice).unwrap();
        assert_eq!(world.amount(&alice.tokens), 300);
        world.chain.advance(100);
        let done = world.claim(&pot, &alice).unwrap();
        assert_eq!(
            (world.amount(&alice.tokens), world.amount(&pot.tokens)),
            (360, 640)
        );
        assert_eq!(world.totals(&pot), totals(1_000, 600, 360, 0));
        assert_eq!(world.allocation(&pot, &alice).paid, 360);

        let [event] = events::by_call::<Claimed>(&done).try_into().ok().unwrap();
        let allocation = allocation_of(&pot.distribution, &alice.address());
        assert_eq!((event.distribution, event.record), (pot.distribution, allocation));
        assert_eq!(
            (event.mint, event.recipient, event.destination),
            (world.mint, alice.address(), alice.tokens)
        );
        assert_eq!((event.amount, event.paid, event.total_paid), (60, 360, 360));

        world.chain.advance(1_000_000);
        world.claim(&pot, &alice).unwrap();
        assert_eq!(world.amount(&alice.tokens), 600);
    }
}

#[test]
fn nothing_is_paid_twice() {
    let mut world = World::new();
    let pot = linear(&mut world);
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    assert_eq!(world.amount(&alice.tokens), 600);
}

#[test]
fn a_clock_that_goes_back_pays_nothing() {
    let mut world = World::new();
    let pot = linear(&mut world);
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    world.chain.advance(-100);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    world.chain.set_time(i64::MIN);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
}

#[test]
fn a_cliff_opens_at_the_exact_second() {
    let mut world = World::new();
    let cliff = world.chain.now() + 100;
    let pot = world.pot_with(CreateDistributionArgs {
        vesting: Vesting::Cliff { at: cliff },
        ..world.args(Kind::Direct)
    });
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    world.chain.set_time(cliff - 1);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    world.chain.set_time(cliff);
    world.claim(&pot, &alice).unwrap();
    assert_eq!(world.amount(&alice.tokens), 600);
}

#[test]
fn claims_end_at_the_exact_second() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.allocate(&pot, &alice, 1).unwrap();
    world.allocate(&pot, &bob, 1).unwrap();
    world.chain.set_time(deadline - 1);
    world.claim(&pot, &alice).unwrap();
    world.chain.set_time(deadline);
    assert_refused(world.claim(&pot, &bob), RewardsError::Ended);
}

#[test]
fn the_recipient_may_be_paid_anywhere_else() {
    let mut world = World::new();
    let (pot, alice, bob) = (world.pot(Kind::Direct), world.recipient(), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let accounts = accounts::Claim {
        destination: bob.tokens,
        ..world.claim_accounts(&pot, &alice, allocation)
    };
    let mut claim = instruction(ID, accounts, call::Claim {});
    assert_refused(world.send(claim.clone(), &[]), RewardsError::NotTheirTokens);
    // Bob's signature is not Alice's.
    assert_refused(
        world.chain.send(&[claim.clone()], &[&bob.key]),
        RewardsError::NotTheirTokens,
    );
    claim.accounts[0].is_signer = true;
    world.send(claim, &[&alice.key]).unwrap();
    assert_eq!((world.amount(&alice.tokens), world.amount(&bob.tokens)), (0, 600));
}

#[test]
fn without_their_signature_only_the_associated_account_will_do() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let accounts = accounts::Claim {
        destination: tokens::account(&mut world.chain, &world.mint, &alice.address(), 0),
        ..world.claim_accounts(&pot, &alice, allocation)
    };
    let result = world.call(accounts, call::Claim {}, &[]);
    assert_refused(result, RewardsError::NotTheirTokens);
}

#[test]
fn an_associated_account_that_was_given_away_is_not_paid() {
    let mut world = World::new();
    let (pot, alice, bob) = (world.pot(Kind::Direct), world.recipient(), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    let give = set_authority(
        &world.token_program,
        &alice.tokens,
        Some(&bob.address()),
        AuthorityType::AccountOwner,
        &alice.address(),
        &[],
    );
    world.chain.send(&[give.unwrap()], &[&alice.key]).unwrap();
    assert_refused(world.claim(&pot, &alice), RewardsError::NotTheirTokens);
}

#[test]
fn the_distribution_cannot_pay_itself() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let accounts = accounts::Claim {
        destination: pot.tokens,
        ..world.claim_accounts(&pot, &alice, allocation)
    };
    let mut claim = instruction(ID, accounts, call::Claim {});
    claim.accounts[0].is_signer = true;
    let result = world.send(claim, &[&alice.key]);
    assert_refused(result, RewardsError::WrongDestination);
}

#[test]
fn another_distributions_allocation_takes_nothing_here() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
    let alice = world.recipient();
    world.allocate(&other, &alice, 600).unwrap();
    let allocation = allocation_of(&other.distribution, &alice.address());
    let accounts = world.claim_accounts(&pot, &alice, allocation);
    let result = world.call(accounts, call::Claim {}, &[]);
    assert_refused(result, RewardsError::WrongDistribution);
}

#[test]
fn tokens_that_vanish_are_noticed() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    // Behind the program's back: the amount follows mint and owner.
    world.chain.overwrite(&pot.tokens, 32 + 32, &999u64.to_le_bytes());
    assert_refused(world.claim(&pot, &alice), RewardsError::TokensShort);
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    for token_program in TOKEN_PROGRAMS {
        for signed in [false, true] {
            let mut world = World::with(token_program);
            let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
            let (merkle, orders) = (world.pot(Kind::Merkle), world.pot(Kind::Orders));
            let (alice, bob) = (world.recipient(), world.recipient());
            for pot in [&pot, &other] {
                world.allocate(pot, &alice, 100).unwrap();
                world.allocate(pot, &bob, 100).unwrap();
            }
            world.open(&merkle, &alice).unwrap();
            world.issue(&orders, &alice, [1; 32], 100).unwrap();
            let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
            let of_other_mint = tokens::associated(&mut world.chain, &other_mint, &alice.address());

            let allocation = allocation_of(&pot.distribution, &alice.address());
            let accounts = world.claim_accounts(&pot, &alice, allocation);
            let mut claim = instruction(ID, accounts, call::Claim {});
            claim.accounts[0].is_signer = signed;
            let signers: &[_] = if signed { &[&alice.key] } else { &[] };
            let mut trials = Substitutions::new("rewards", &claim, signers)
                .wrong("distribution", other.distribution)
                .wrong("distribution", orders.distribution)
                .wrong("allocation", allocation_of(&other.distribution, &alice.address()))
                .wrong("allocation", allocation_of(&pot.distribution, &bob.address()))
                .wrong("allocation", record_of(&merkle.distribution, &alice.address()))
                .wrong("allocation", order_of(&orders.distribution, &[1; 32]))
                .wrong("mint", other_mint)
                .wrong("tokens", other.tokens)
                .wrong("tokens", bob.tokens)
                .wrong("destination", of_other_mint);
            if signed {
                trials = trials.harmless("recipient", "unsigned");
            } else {
                trials = trials
                    .wrong("destination", bob.tokens)
                    .wrong("recipient", bob.address());
            }
            trials.assert_refused(&mut world.chain);
            assert_eq!(world.amount(&alice.tokens), 100);
        }
    }
}
