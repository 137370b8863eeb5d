//! The bytes of an account, as everybody who reads them knows them.

use std::mem::offset_of;

use session_keys::error::SessionKeysError;
use session_keys::state::{Grants, Session, SpendLimit, size_of_grants, view};

use crate::world::*;

#[test]
fn the_layout_is_the_documented_one() {
    assert_eq!(
        (size_of::<Grants>(), size_of::<Session>(), size_of::<SpendLimit>()),
        (80, 936, 88)
    );
    assert_eq!(
        [
            offset_of!(Grants, owner),
            offset_of!(Grants, payer),
            offset_of!(Grants, epoch),
            offset_of!(Grants, count),
            offset_of!(Grants, bump)
        ]
        .map(|offset| 8 + offset),
        [8, 40, 72, 80, 81]
    );
    assert_eq!(
        [
            offset_of!(Session, key),
            offset_of!(Session, payer),
            offset_of!(Session, rent),
            offset_of!(Session, created),
            offset_of!(Session, expires),
            offset_of!(Session, epoch),
            offset_of!(Session, actions),
            offset_of!(Session, revoked),
            offset_of!(Session, limit_count),
            offset_of!(Session, consumer_count),
            offset_of!(Session, consumers),
            offset_of!(Session, limits),
        ],
        [0, 32, 64, 72, 80, 88, 96, 100, 101, 102, 104, 232]
    );
    assert_eq!(
        [
            offset_of!(SpendLimit, mint),
            offset_of!(SpendLimit, amount),
            offset_of!(SpendLimit, spent),
            offset_of!(SpendLimit, lifetime),
            offset_of!(SpendLimit, lifetime_spent),
            offset_of!(SpendLimit, period_start),
            offset_of!(SpendLimit, operations),
            offset_of!(SpendLimit, operations_used),
            offset_of!(SpendLimit, period),
        ],
        [0, 32, 40, 48, 56, 64, 72, 76, 80]
    );
    assert_eq!([0, 1, 16].map(size_of_grants), [88, 1_024, 15_064]);
}

#[test]
fn other_bytes_are_no_grants() {
    let (mut world, _) = World::with_session();
    world.session();
    let data = world.chain.data(&world.grants());
    assert_eq!(view(&data).unwrap().1.len(), 2);

    let mut of_another_type = data.clone();
    of_another_type[0] ^= 1;
    let mut fewer = data.clone();
    fewer[80] = 1;
    let mut longer = data.clone();
    longer.push(0);
    let one_session_less = data[..size_of_grants(1)].to_vec();
    let mut cut = vec![vec![]];
    cut.extend([1, 8, 87, 88, data.len() - 1].map(|length| data[..length].to_vec()));
    for other in [of_another_type, fewer, longer, one_session_less]
        .into_iter()
        .chain(cut)
    {
        assert_eq!(view(&other), Err(SessionKeysError::NotGrants));
    }
}
