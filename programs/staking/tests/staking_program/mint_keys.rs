//! What the keys of a mint can do to a pool: hold payments up, and nothing else.

use anchor_spl::token_2022::spl_token_2022::{error::TokenError, instruction as token};
use program_testing::{assert_refused, tokens};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::{FUNDS, PoolKeys, World};

/// A pool of a stake mint that `freezer` can freeze.
fn with_freezer(token_program: Address) -> (World, Keypair) {
    let mut world = World::untouched();
    let freezer = world.chain.user();
    let decimals = tokens::DECIMALS;
    let mint = tokens::mint_with(
        &mut world.chain,
        &token_program,
        decimals,
        Some(&freezer.pubkey()),
        &[],
    );
    world.pool = PoolKeys::new(
        &world.chain,
        &world.admin.pubkey(),
        7,
        mint,
        world.pool.reward_mint,
    );
    world.create(world.args()).unwrap();
    (world, freezer)
}

#[test]
fn a_frozen_vault_pays_nothing_loses_nothing_and_pays_when_it_is_thawed() {
    for token_program in tokens::TOKEN_PROGRAMS {
        let (mut world, freezer) = with_freezer(token_program);
        let (alice, bob) = (world.staker(0), world.staker(0));
        for staker in [&alice, &bob] {
            world.stake(staker, 100).unwrap();
        }
        world.unstake(&alice, 40).unwrap();
        world.fund(10_000).unwrap();
        world.chain.advance(100);
        let (mint, stakes, key) = (world.pool.stake_mint, world.pool.stakes, freezer.pubkey());
        let freeze = token::freeze_account(&token_program, &stakes, &mint, &key, &[]).unwrap();
        world.chain.send(&[freeze], &[&freezer]).unwrap();

        let accounts = [world.pool.pool, alice.position, stakes, alice.tokens];
        let before = accounts.map(|account| world.chain.data(&account));
        for call in [World::withdraw, World::exit, World::emergency_withdraw] {
            assert_refused(call(&mut world, &alice), TokenError::AccountFrozen);
        }
        assert_refused(world.stake(&alice, 1), TokenError::AccountFrozen);
        assert!(accounts.map(|account| world.chain.data(&account)) == before);
        // The rewards are of another mint.
        world.claim(&alice).unwrap();

        let thaw = token::thaw_account(&token_program, &stakes, &mint, &key, &[]).unwrap();
        world.chain.send(&[thaw], &[&freezer]).unwrap();
        world.exit(&alice).unwrap();
        world.emergency_withdraw(&bob).unwrap();
        for staker in [&alice, &bob] {
            assert_eq!(world.tokens(&staker.tokens), FUNDS);
        }
    }
}

#[test]
fn funding_is_right_when_the_reward_mint_changes_hands() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 64).unwrap();
    world.fund(32_000).unwrap();
    world.chain.advance(500);
    let (mint, other) = (world.pool.reward_mint, world.chain.user());
    tokens::set_mint_authority(&mut world.chain, &mint, Some(&other.pubkey())).unwrap();
    // 16,000 have not flowed, and flow with the new ones.
    world.fund(48_000).unwrap();
    let state = world.state();
    assert_eq!(state.stream.funded, 80_000);
    assert_eq!(world.tokens(&world.pool.rewards), 80_000);
    assert_eq!(state.stream.rate.whole, 64);
    // What the new authority mints past the program is nobody's rewards.
    let program = tokens::program_of(&world.chain, &mint);
    let minted = token::mint_to(&program, &mint, &world.pool.rewards, &other.pubkey(), &[], 999);
    world.chain.send(&[minted.unwrap()], &[&other]).unwrap();
    world.chain.advance(1_000);
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 80_000);
    assert_eq!(world.state().stream.funded, 80_000);
    world.assert_covered();
}
