//! Sizes and offsets of accounts: clients read them in place, so they may not move.

use std::mem::{offset_of, size_of};

use staking::accounting::{Share, Stream};
use staking::state::{Pool, Position, Tier, Tiers};

#[test]
fn accounts_are_as_large_as_documented() {
    assert_eq!((Pool::SPACE, Position::SPACE), (512, 160));
    assert_eq!((size_of::<Stream>(), size_of::<Share>()), (128, 48));
    assert_eq!((size_of::<Tiers>(), size_of::<Tier>()), (72, 8));
}

#[test]
fn fields_are_where_they_were() {
    let pool = [
        offset_of!(Pool, admin),
        offset_of!(Pool, stake_mint),
        offset_of!(Pool, id),
        offset_of!(Pool, stream),
        offset_of!(Pool, staked),
        offset_of!(Pool, tiers),
        offset_of!(Pool, duration),
        offset_of!(Pool, paused),
        offset_of!(Pool, paused_at),
    ];
    assert_eq!(pool, [32, 128, 256, 264, 392, 408, 480, 490, 496]);
    let position = [
        offset_of!(Position, owner),
        offset_of!(Position, share),
        offset_of!(Position, staked),
        offset_of!(Position, unlocks_at),
        offset_of!(Position, tier),
    ];
    assert_eq!(position, [32, 64, 112, 128, 144]);
}

#[test]
fn the_chain_holds_just_that() {
    let (world, alice) = crate::world::World::with_alice();
    assert_eq!(world.chain.data(&world.pool.pool).len(), Pool::SPACE);
    assert_eq!(world.chain.data(&alice.position).len(), Position::SPACE);
}
