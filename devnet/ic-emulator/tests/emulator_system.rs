//! What a canister learns about itself and its surroundings.

mod common;

use common::*;
use ic_management_canister_types::{CanisterSettings, EnvironmentVariable, UpdateSettingsArgs};

#[test]
fn canisters_know_who_they_are_and_who_calls() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func $who (export "canister_query who")
            (call $self_copy (i32.const 0) (i32.const 0) (call $self_size))
            (call $append (i32.const 0) (call $self_size))
            (call $caller_copy (i32.const 0) (i32.const 0) (call $caller_size))
            (call $append (i32.const 0) (call $caller_size))
            (call $reply))
           (func (export "canister_update is_controller")
            (call $caller_copy (i32.const 0) (i32.const 0) (call $caller_size))
            (call $reply_u32 (call $is_controller (i32.const 0) (call $caller_size))))
           (func (export "canister_update root_key")
            (call $root_key_copy (i32.const 0) (i32.const 0) (call $root_key_size))
            (call $append (i32.const 0) (call $root_key_size))
            (call $reply))
           (func (export "canister_query replicated") (call $reply_u32 (call $replicated)))"#,
    );
    let who = emulator.query(stranger(), id, "who", vec![]).unwrap();
    assert_eq!(who, [id.as_slice(), stranger().as_slice()].concat());
    assert_eq!(number(emulator.update(owner(), id, "is_controller", vec![])), 1);
    assert_eq!(
        number(emulator.update(stranger(), id, "is_controller", vec![])),
        0
    );
    assert_eq!(update(&emulator, id, "root_key").unwrap(), emulator.root_key());
    assert_eq!(number(query(&emulator, id, "replicated")), 0);
    assert_eq!(number(update(&emulator, id, "replicated")), 1);
}

#[test]
fn the_version_rises_with_every_change() {
    let emulator = emulator();
    let body = r#"
        (func (export "canister_update bump") (call $reply))
        (func (export "canister_update crash") (unreachable))
        (func (export "canister_query version") (call $reply_u32 (i32.wrap_i64 (call $version))))"#;
    let id = deploy(&emulator, body);
    let version = || number(query(&emulator, id, "version"));
    let first = version();
    assert_eq!(version(), first);
    update(&emulator, id, "bump").unwrap();
    assert_eq!(version(), first + 1);
    update(&emulator, id, "crash").unwrap_err();
    assert_eq!(version(), first + 1);
    set_controllers(&emulator, id, vec![owner()]).unwrap();
    assert_eq!(version(), first + 2);
}

#[test]
fn instructions_are_counted_per_message_and_per_call() {
    let emulator = emulator();
    // Replies, after an await, with 1 if the whole call took more than its last execution.
    let id = deploy(
        &emulator,
        r#"(table funcref (elem $done))
           (data (i32.const 500) "raw_rand")
           (func $done (param i32)
            (call $reply_u32 (i64.gt_u (call $instructions (i32.const 1)) (call $instructions (i32.const 0)))))
           (func (export "canister_update measure")
            (call $call_new (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 8)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
            (drop (call $perform)))
           (func (export "canister_update at_once")
            (call $reply_u32 (i64.eqz (call $instructions (i32.const 0)))))"#,
    );
    assert_eq!(number(update(&emulator, id, "measure")), 1);
    assert_eq!(number(update(&emulator, id, "at_once")), 0);
}

#[test]
fn canisters_read_their_environment_variables() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(data (i32.const 500) "NETWORK")
           (data (i32.const 520) "NOTHING")
           (func (export "canister_query variable")
            (call $variable_copy (i32.const 500) (i32.const 7) (i32.const 0) (i32.const 0)
                (call $variable_size (i32.const 500) (i32.const 7)))
            (call $append (i32.const 0) (call $variable_size (i32.const 500) (i32.const 7)))
            (call $reply))
           (func (export "canister_query name")
            (call $variable_name_copy (i32.const 0) (i32.const 0) (i32.const 0) (call $variable_name_size (i32.const 0)))
            (call $append (i32.const 0) (call $variable_name_size (i32.const 0)))
            (call $reply))
           (func (export "canister_query count") (call $reply_u32 (call $variables)))
           (func (export "canister_query exists") (call $reply_u32 (i32.sub
            (i32.mul (i32.const 10) (call $variable_exists (i32.const 500) (i32.const 7)))
            (call $variable_exists (i32.const 520) (i32.const 7)))))"#,
    );
    assert_eq!(number(query(&emulator, id, "count")), 0);
    assert!(
        query(&emulator, id, "variable")
            .unwrap_err()
            .message
            .contains("NETWORK")
    );
    assert!(
        query(&emulator, id, "name")
            .unwrap_err()
            .message
            .contains("no environment variable 0")
    );
    let variable = EnvironmentVariable {
        name: "NETWORK".into(),
        value: "local".into(),
    };
    let settings = CanisterSettings {
        environment_variables: Some(vec![variable]),
        ..CanisterSettings::default()
    };
    let args = UpdateSettingsArgs {
        canister_id: id,
        settings,
        sender_canister_version: None,
    };
    manage(&emulator, owner(), "update_settings", &args).unwrap();
    assert_eq!(query(&emulator, id, "variable").unwrap(), b"local");
    assert_eq!(query(&emulator, id, "name").unwrap(), b"NETWORK");
    assert_eq!(number(query(&emulator, id, "exists")), 10);
}

#[test]
fn prices_and_balances_are_told_and_cycles_can_be_burned() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(data (i32.const 500) "dfx_test_key")
           (func (export "canister_query price")
            (drop (call $signature_cost (i32.const 500) (i32.const 12) (i32.const 0) (i32.const 0)))
            (call $append (i32.const 0) (i32.const 16)) (call $reply))
           (func (export "canister_query unknown_key")
            (call $reply_u32 (call $signature_cost (i32.const 500) (i32.const 3) (i32.const 0) (i32.const 0))))
           (func (export "canister_query unknown_curve")
            (call $reply_u32 (call $signature_cost (i32.const 500) (i32.const 12) (i32.const 7) (i32.const 0))))
           (func (export "canister_query balance")
            (call $balance (i32.const 0)) (call $append (i32.const 0) (i32.const 16)) (call $reply))
           (func (export "canister_update burn")
            (call $burn (i64.const 0) (i64.const 1000) (i32.const 0)) (call $reply_u32 (i32.load (i32.const 0))))
           (func (export "canister_update burn_all")
            (call $burn (i64.const -1) (i64.const -1) (i32.const 0)) (call $reply))"#,
    );
    assert_eq!(
        query(&emulator, id, "price").unwrap(),
        10_000_000_000_u128.to_le_bytes()
    );
    assert_eq!(number(query(&emulator, id, "unknown_key")), 2);
    assert_eq!(number(query(&emulator, id, "unknown_curve")), 1);
    assert_eq!(number(update(&emulator, id, "burn")), 1_000);
    assert_eq!(
        query(&emulator, id, "balance").unwrap(),
        (TRILLION - 1_000).to_le_bytes()
    );
    update(&emulator, id, "burn_all").unwrap();
    assert_eq!(cycles(&emulator, id), 0);
}
