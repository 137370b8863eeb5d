//! `propose_authority`: the creator names the next authority, and nothing changes until it accepts.

use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::AuthorityProposed;
use rewards::instruction as call;
use rewards::state::Kind;
use solana_address::Address;
use solana_signer::Signer;

use crate::world::*;

#[test]
fn a_proposal_changes_nothing_else() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let next = world.chain.address();
    for proposed in [next, Address::new_from_array([0xff; 32]), Address::default()] {
        let accounts = world.propose_accounts(&pot);
        let done = world
            .call(accounts, call::ProposeAuthority { proposed }, &[])
            .unwrap();
        let state = world.distribution(&pot);
        assert_eq!(
            (state.proposed_authority, state.authority),
            (proposed, world.authority.pubkey())
        );
        let [event] = events::by_log::<AuthorityProposed>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!((event.distribution, event.proposed), (pot.distribution, proposed));
    }
}

#[test]
fn neither_authority_nor_stranger_may() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    for somebody in [world.authority.insecure_clone(), world.chain.user()] {
        let mut accounts = world.propose_accounts(&pot);
        accounts.creator = somebody.pubkey();
        let proposed = somebody.pubkey();
        let call = instruction(ID, accounts, call::ProposeAuthority { proposed });
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotCreator);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let proposed = world.chain.address();
    let call = instruction(
        ID,
        world.propose_accounts(&pot),
        call::ProposeAuthority { proposed },
    );
    let creator = world.creator.insecure_clone();
    Substitutions::new("rewards", &call, &[&creator])
        .wrong("distribution", pot.tokens)
        .assert_refused(&mut world.chain);
}
