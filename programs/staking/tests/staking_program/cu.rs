//! Compute units of every instruction, against the committed table.

use program_testing::{cu::Figures, tokens};
use solana_signer::Signer;
use staking::instruction as call;
use staking::state::MIN_PAUSE;

use crate::world::{LOCKED, World, open_accounts};

#[test]
fn compute_units() {
    let mut cu = Figures::of("staking");
    let mut world = World::untouched();
    cu.record("create_pool", &world.create(world.args()));

    let admin = world.admin.insecure_clone();
    let (alice, bob) = (world.staker(LOCKED), world.staker(0));
    let carol = world.chain.user();
    let opened = open_accounts(&world.pool, &carol, 0);
    let result = world.call(opened, call::OpenPosition { tier: 0 }, &[&carol]);
    cu.record("open_position", &result);

    // The ordinary case: somebody is staked, and rewards flow.
    world.stake(&bob, 1_000).unwrap();
    cu.record("fund", &world.fund(100_000));
    world.stake(&alice, 1_000).unwrap();
    world.chain.advance(10);
    let units = cu.record("stake", &world.stake(&alice, 1_000));
    assert!(units <= 12_000, "stake costs {units}");
    world.chain.advance(10);
    let units = cu.record("claim", &world.claim(&alice));
    assert!(units <= 12_000, "claim costs {units}");
    world.chain.advance(100);
    cu.record("unstake", &world.unstake(&alice, 500));
    cu.record("withdraw", &world.withdraw(&alice));
    cu.record("exit", &world.exit(&alice));
    cu.record("emergency_withdraw", &world.emergency_withdraw(&bob));
    cu.record("close_position", &world.close(&alice));

    let keys = world.pool;
    tokens::mint_to(&mut world.chain, &keys.reward_mint, &keys.rewards, 5).unwrap();
    cu.record(
        "recover",
        &world.recover(keys.rewards, keys.reward_mint, world.treasury),
    );
    cu.record("pause", &world.pause(&admin));
    world.chain.advance(MIN_PAUSE);
    cu.record("unpause", &world.unpause());
    let guardian = admin.pubkey();
    cu.record(
        "set_guardian",
        &world.administer(&admin, call::SetGuardian { guardian }),
    );

    let mut world = World::new();
    let (admin, next) = (world.admin.insecure_clone(), world.chain.user());
    let set = call::SetDuration { duration: 50 };
    cu.record("set_duration", &world.administer(&admin, set));
    let proposed = next.pubkey();
    cu.record(
        "propose_admin",
        &world.administer(&admin, call::ProposeAdmin { proposed }),
    );
    cu.record("accept_admin", &world.accept_admin(&next));

    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 1_000).unwrap();
    world.fund(100_000).unwrap();
    world.chain.advance(10);
    cu.record("compound", &world.compound(&alice));

    // With Token-2022.
    let [_, token_2022] = tokens::TOKEN_PROGRAMS;
    let mut world = World::with_token_programs(token_2022, token_2022);
    let (alice, bob) = (world.staker(0), world.staker(0));
    world.stake(&bob, 1_000).unwrap();
    world.stake(&alice, 1_000).unwrap();
    world.fund(100_000).unwrap();
    world.chain.advance(10);
    let stake = program_testing::units(&world.stake(&alice, 1_000));
    cu.units("stake_token_2022", stake);
    world.chain.advance(10);
    let claim = program_testing::units(&world.claim(&alice));
    cu.units("claim_token_2022", claim);
    cu.compare();
}
