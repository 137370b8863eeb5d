//! `set_limits`, `set_fees` and `set_batch_limit`.

use settlement::error::SettlementError;
use settlement::events::{BatchLimitChanged, FeesChanged, LimitsChanged};
use settlement::state::{Limits, MAX_BATCH_LIMIT, MAX_DELTAS, MAX_ITEMS, Vault};
use solana_signer::Signer;

use crate::world::*;

const DAY: u32 = 86_400;

/// Every limit at the end of its bounds that leaves the most room.
const LARGEST: Limits = Limits {
    challenge_window: 7 * DAY,
    settle_window: 7 * DAY,
    escape_delay: 30 * DAY,
    authority_delay: 30 * DAY,
    max_intents: u32::MAX,
    max_deltas: MAX_DELTAS,
    max_items: MAX_ITEMS,
};

#[test]
fn limits_at_their_bounds_are_taken() {
    let smallest = Limits {
        challenge_window: 0,
        settle_window: 60,
        escape_delay: 3_600,
        authority_delay: LIMITS.authority_delay,
        max_intents: 1,
        max_deltas: 1,
        max_items: 0,
    };
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    for limits in [smallest, LARGEST] {
        let done = world.set_limits(&admin, limits).unwrap();
        let [event] = events::by_log::<LimitsChanged>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.limits), (world.config, limits));
        let config = world.state();
        assert_eq!(
            (config.challenge_window, config.settle_window),
            (limits.challenge_window, limits.settle_window)
        );
        assert_eq!(
            (config.escape_delay, config.authority_delay),
            (limits.escape_delay, limits.authority_delay)
        );
        assert_eq!(
            (config.max_intents, config.max_deltas),
            (limits.max_intents, limits.max_deltas)
        );
        assert_eq!(config.max_items, limits.max_items);
    }
}

#[test]
fn limits_beyond_their_bounds_are_refused() {
    let changes: [fn(&mut Limits); 14] = [
        |limits| limits.challenge_window = 7 * DAY + 1,
        |limits| limits.challenge_window = u32::MAX,
        |limits| limits.settle_window = 59,
        |limits| limits.settle_window = 7 * DAY + 1,
        |limits| limits.settle_window = u32::MAX,
        |limits| limits.escape_delay = 14 * DAY - 1,
        |limits| limits.escape_delay = 30 * DAY + 1,
        |limits| limits.authority_delay = 3_599,
        |limits| limits.authority_delay = 30 * DAY + 1,
        |limits| limits.max_intents = 0,
        |limits| limits.max_deltas = 0,
        |limits| limits.max_deltas = MAX_DELTAS + 1,
        |limits| limits.max_items = MAX_ITEMS + 1,
        |limits| (limits.challenge_window, limits.settle_window, limits.escape_delay) = (0, 60, 3_599),
    ];
    let mut world = World::untouched();
    let admin = world.admin.insecure_clone();
    for change in changes {
        let mut args = world.initialize_args();
        args.limits = LARGEST;
        change(&mut args.limits);
        assert_refused(
            world.initialize_with(&admin, args),
            SettlementError::LimitOutOfBounds,
        );
    }
    world.initialize(&admin).unwrap();
    for change in changes {
        let mut limits = LARGEST;
        change(&mut limits);
        assert_refused(
            world.set_limits(&admin, limits),
            SettlementError::LimitOutOfBounds,
        );
    }
}

#[test]
fn while_a_batch_is_open_they_stay() {
    let mut scene = crate::batch::scene::Scene::new();
    let (admin, plan) = (scene.admin.insecure_clone(), scene.plan());
    scene.open_for_good(&plan);
    assert_refused(scene.set_limits(&admin, LARGEST), SettlementError::BatchIsOpen);
    scene.apply(&plan, 0..3);
    assert_refused(scene.set_limits(&admin, LARGEST), SettlementError::BatchIsOpen);
    scene.finalize(&plan).unwrap();
    scene.set_limits(&admin, LARGEST).unwrap();
}

#[test]
fn the_fee_has_an_owner_and_a_cap() {
    let mut world = World::new();
    let (admin, owner) = (world.admin.insecure_clone(), world.address());
    for (fee_bps, fee_owner) in [(1_000, owner), (0, SYSTEM_PROGRAM)] {
        let done = world.set_fees(&admin, fee_bps, fee_owner).unwrap();
        let [event] = events::by_log::<FeesChanged>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.config, event.fee_bps, event.fee_owner),
            (world.config, fee_bps, fee_owner)
        );
        assert_eq!(
            (world.state().fee_bps, world.state().fee_owner),
            (fee_bps, fee_owner)
        );
    }
    for (fee_bps, fee_owner) in [(1_001, owner), (u16::MAX, owner), (1, SYSTEM_PROGRAM), (0, owner)] {
        let result = world.set_fees(&admin, fee_bps, fee_owner);
        assert_refused(result, SettlementError::FeeOutOfBounds);
    }
}

#[test]
fn a_vault_has_the_largest_batch_limit_until_one_is_set() {
    let mut world = World::new();
    let (admin, asset) = (world.admin.insecure_clone(), world.asset());
    assert_eq!(world.read::<Vault>(&asset.vault).batch_limit, MAX_BATCH_LIMIT);
    for limit in [0, 7, MAX_BATCH_LIMIT] {
        let done = world.set_batch_limit(&admin, &asset, limit).unwrap();
        let [event] = events::by_log::<BatchLimitChanged>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!((event.vault, event.batch_limit), (asset.vault, limit));
        assert_eq!(world.read::<Vault>(&asset.vault).batch_limit, limit);
    }
    for limit in [MAX_BATCH_LIMIT + 1, u64::MAX] {
        let result = world.set_batch_limit(&admin, &asset, limit);
        assert_refused(result, SettlementError::LimitOutOfBounds);
    }
}

#[test]
fn nobody_but_the_admin_sets_them() {
    let mut world = World::new();
    let asset = world.asset();
    let (other, owner) = (world.user(), world.address());
    for by in [world.guardian.insecure_clone(), world.user()] {
        assert_refused(world.set_limits(&by, LIMITS), SettlementError::NotAdmin);
        assert_refused(world.set_fees(&by, 1, owner), SettlementError::NotAdmin);
        assert_refused(world.set_batch_limit(&by, &asset, 1), SettlementError::NotAdmin);
    }
    // Nor the admin of another settlement, for a vault of this one.
    world.initialize(&other).unwrap();
    world.config = config_of(&other.pubkey());
    let result = world.set_batch_limit(&other, &asset, 1);
    assert_refused(result, SettlementError::WrongConfig);
}
