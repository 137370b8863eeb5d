//! `initialize`: everybody gets the settlement that is theirs, once.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use settlement::error::SettlementError;
use settlement::events::Initialized;
use settlement::instructions::InitializeArgs;
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

#[test]
fn the_caller_becomes_the_admin_of_an_open_settlement() {
    let mut world = World::untouched();
    let done = world.initialize(&world.admin.insecure_clone()).unwrap();

    let config = world.state();
    let (admin, guardian) = (world.admin.pubkey(), world.guardian.pubkey());
    assert_eq!(
        (config.admin, config.guardian, config.authority),
        (admin, guardian, world.authority.pubkey())
    );
    assert_eq!((config.chain, config.is_paused()), (CHAIN, false));

    let [event] = events::by_log::<Initialized>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.chain), (world.config, CHAIN));
    assert_eq!(
        (event.admin, event.guardian, event.authority),
        (admin, guardian, world.authority.pubkey())
    );
}

#[test]
fn a_second_time_is_refused() {
    let mut world = World::new();
    let before = world.data(&world.config);
    assert_refused(world.initialize(&world.admin.insecure_clone()), ALREADY_IN_USE);
    assert_eq!(world.data(&world.config), before);
}

#[test]
fn nobody_can_take_the_place_of_somebody_elses_settlement() {
    let mut world = World::untouched();
    let thief = world.user();
    let args = InitializeArgs {
        authority: thief.pubkey(),
        guardian: thief.pubkey(),
        ..world.initialize_args()
    };
    let accounts = accounts::Initialize {
        admin: thief.pubkey(),
        config: world.config,
        system_program: SYSTEM_PROGRAM,
    };
    let result = world.call(accounts, call::Initialize { args }, &[&thief]);
    assert_refused(result, ErrorCode::ConstraintSeeds);

    // The thief's own settlement is elsewhere, and the admin's place is free still.
    world.initialize(&thief).unwrap();
    world.initialize(&world.admin.insecure_clone()).unwrap();
    assert_eq!(world.state().admin, world.admin.pubkey());
}

#[test]
fn lamports_sent_ahead_do_not_block_it() {
    let mut world = World::untouched();
    let config = world.config;
    world.fund(&config);
    world.initialize(&world.admin.insecure_clone()).unwrap();
}

#[test]
fn a_key_of_zeros_is_refused() {
    let mut world = World::untouched();
    let key = world.address();
    for (authority, guardian) in [(SYSTEM_PROGRAM, key), (key, SYSTEM_PROGRAM)] {
        let admin = world.admin.insecure_clone();
        let accounts = accounts::Initialize {
            admin: admin.pubkey(),
            config: world.config,
            system_program: SYSTEM_PROGRAM,
        };
        let args = InitializeArgs {
            authority,
            guardian,
            ..world.initialize_args()
        };
        let result = world.call(accounts, call::Initialize { args }, &[&admin]);
        assert_refused(result, SettlementError::MissingKey);
    }
}

#[test]
fn the_admin_must_sign() {
    let mut world = World::untouched();
    let payer = world.user();
    let args = world.initialize_args();
    let mut instruction = instruction(
        accounts::Initialize {
            admin: world.admin.pubkey(),
            config: world.config,
            system_program: SYSTEM_PROGRAM,
        },
        call::Initialize { args },
    );
    instruction.accounts[0].is_signer = false;
    assert_refused(world.send(&[instruction], &[&payer]), ErrorCode::AccountNotSigner);
}
