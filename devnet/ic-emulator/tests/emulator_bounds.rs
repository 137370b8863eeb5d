//! Addresses, sizes and amounts that no honest code uses.

mod common;

use common::*;
use ic_emulator::{Emulator, Options};
use ic_error_types::ErrorCode;

/// Every function that takes an address, with addresses and sizes beyond the memory.
#[test]
fn addresses_out_of_bounds_are_violations() {
    let emulator = emulator();
    let calls = [
        "(call $arg_copy (i32.const 65536) (i32.const 0) (i32.const 1))",
        "(call $arg_copy (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $arg_copy (i32.const 0) (i32.const -1) (i32.const -1))",
        "(call $arg_copy (i32.const -1) (i32.const -1) (i32.const 2))",
        "(call $caller_copy (i32.const 0) (i32.const 0) (i32.const 30))",
        "(call $self_copy (i32.const 0) (i32.const 5) (i32.const 6))",
        "(call $append (i32.const 65530) (i32.const 7))",
        "(call $append (i32.const -1) (i32.const 65536))",
        "(call $reject (i32.const 0) (i32.const -1))",
        "(call $trap (i32.const -1) (i32.const -1))",
        "(call $balance (i32.const 65521))",
        "(call $available (i32.const -16))",
        "(call $accept (i64.const -1) (i64.const -1) (i32.const 65530))",
        "(call $call_new (i32.const 65530) (i32.const 10) (i32.const 0) (i32.const 1)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $call_new (i32.const 0) (i32.const 30) (i32.const 0) (i32.const 1)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $call_new (i32.const 0) (i32.const 1) (i32.const 0) (i32.const -1)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $certify (i32.const 0) (i32.const 33))",
        "(call $certify (i32.const 65530) (i32.const 32))",
        "(drop (call $is_controller (i32.const 0) (i32.const 30)))",
        "(drop (call $is_controller (i32.const -1) (i32.const 29)))",
        "(drop (call $instructions (i32.const 9)))",
        "(call $reject_copy (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $certificate_copy (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $stable_read (i64.const 0) (i64.const 0) (i64.const 1))",
        "(call $stable_read (i64.const -1) (i64.const 0) (i64.const 2))",
        "(call $stable_read (i64.const 0) (i64.const -1) (i64.const 2))",
        "(call $stable_write (i64.const -1) (i64.const 0) (i64.const -1))",
        "(call $stable_write (i64.const 0) (i64.const -8) (i64.const 16))",
        "(call $stable_write (i64.const 0) (i64.const 0) (i64.const 9223372036854775807))",
    ];
    let methods: Vec<String> = calls
        .iter()
        .enumerate()
        .map(|(n, call)| format!(r#"(func (export "canister_update m{n}") {call})"#))
        .collect();
    let id = deploy(&emulator, &methods.concat());
    for (n, call) in calls.iter().enumerate() {
        let reject = update(&emulator, id, &format!("m{n}")).unwrap_err();
        assert_eq!(
            reject.error,
            Some(ErrorCode::CanisterContractViolation),
            "{call}: {reject}"
        );
    }
}

#[test]
fn nothing_is_read_or_written_at_the_very_end() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_update end")
            (drop (call $stable_grow (i64.const 1)))
            (call $append (i32.const 65536) (i32.const 0))
            (call $stable_write (i64.const 65536) (i64.const 65536) (i64.const 0))
            (call $stable_write (i64.const 65532) (i64.const 0) (i64.const 4))
            (call $reply))"#,
    );
    assert_eq!(update(&emulator, id, "end").unwrap(), b"");
}

#[test]
fn stable_memory_crosses_pages_and_has_a_limit() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_update cross")
                (drop (call $stable_grow (i64.const 3)))
                (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536))
                (call $stable_write (i64.const 65000) (i64.const 0) (i64.const 65536))
                (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))
                (call $stable_read (i64.const 0) (i64.const 64999) (i64.const 1))
                (call $stable_read (i64.const 1) (i64.const 65000) (i64.const 1))
                (call $stable_read (i64.const 2) (i64.const 130535) (i64.const 2))
                (call $append (i32.const 0) (i32.const 4))
                (call $reply))
           (func (export "canister_update grow_too_far")
                (call $reply_u32 (i32.and
                    (i64.eq (call $stable_grow (i64.const 8192001)) (i64.const -1))
                    (i64.eq (call $stable_grow (i64.const -1)) (i64.const -1)))))
           (func (export "canister_update grow_far")
                (call $reply_u32 (i64.eqz (call $stable_grow (i64.const 8192000)))))"#,
    );
    assert_eq!(number(update(&emulator, id, "grow_too_far")), 1);
    assert_eq!(update(&emulator, id, "cross").unwrap(), [0, 7, 7, 0]);
    let other = deploy(
        &emulator,
        r#"(func (export "canister_update grow_far")
        (call $reply_u32 (i64.eqz (call $stable_grow (i64.const 8192000)))))"#,
    );
    assert_eq!(
        number(update(&emulator, other, "grow_far")),
        1,
        "500 GiB take no space until they are written"
    );
}

#[test]
fn a_reply_has_at_most_two_mebibytes() {
    let emulator = emulator();
    let method = |name: &str, times: u32| {
        format!(
            r#"(func (export "canister_update {name}") (local i32)
            (loop
                (call $append (i32.const 0) (i32.const 65536))
                (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                (br_if 0 (i32.lt_u (local.get 0) (i32.const {times}))))
            (call $reply))"#
        )
    };
    let id = deploy(&emulator, &[method("fits", 32), method("too_large", 33)].concat());
    assert_eq!(update(&emulator, id, "fits").unwrap().len(), 2 * 1024 * 1024);
    let reject = update(&emulator, id, "too_large").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterContractViolation));
    assert!(reject.message.contains("larger than 2097152"), "{reject}");
}

#[test]
fn one_execution_makes_at_most_500_calls() {
    let emulator = emulator();
    // Replies with how many calls were performed; the cycles of the others come back.
    let id = deploy(
        &emulator,
        r#"(table funcref (elem $ignore))
           (func $ignore (param i32))
           (data (i32.const 500) "raw_rand")
           (func (export "canister_update many") (local i32 i32)
            (loop
                (call $call_new (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 8)
                    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
                (call $call_cycles (i64.const 0) (i64.const 1000))
                (local.set 1 (i32.add (local.get 1) (i32.eqz (call $perform))))
                (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                (br_if 0 (i32.lt_u (local.get 0) (i32.const 600))))
            (call $reply_u32 (local.get 1)))"#,
    );
    assert_eq!(number(update(&emulator, id, "many")), 500);
    assert_eq!(cycles(&emulator, id), TRILLION);
}

#[test]
fn the_heap_grows_to_its_limit() {
    let options = Options {
        heap_limit: 4 * 65536,
        ..Options::default()
    };
    let emulator = Emulator::new(options).unwrap();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_update grow") (call $reply_u32 (memory.grow (i32.const 3))))"#,
    );
    assert_eq!(number(update(&emulator, id, "grow")), 1);
    assert_eq!(number(update(&emulator, id, "grow")), u32::MAX);
}

#[test]
fn a_module_without_memory_gets_an_error_where_it_needs_one() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let wasm = wat::parse_str(
        r#"(module
            (import "ic0" "msg_reply" (func $reply))
            (import "ic0" "debug_print" (func $print (param i32 i32)))
            (func (export "canister_update works") (call $reply))
            (func (export "canister_update print") (call $print (i32.const 0) (i32.const 1))))"#,
    );
    let mode = ic_management_canister_types::CanisterInstallMode::Install;
    install_as(&emulator, owner(), id, mode, &wasm.unwrap()).unwrap();
    assert_eq!(update(&emulator, id, "works").unwrap(), b"");
    assert!(
        update(&emulator, id, "print")
            .unwrap_err()
            .message
            .contains("no memory")
    );
}

#[test]
fn garbage_arguments_of_management_calls_are_rejected() {
    let emulator = emulator();
    for method in [
        "provisional_create_canister_with_cycles",
        "provisional_top_up_canister",
        "install_code",
        "install_chunked_code",
        "upload_chunk",
        "update_settings",
        "canister_status",
        "start_canister",
        "stop_canister",
    ] {
        for garbage in [&b""[..], b"DIDL", b"garbage", b"DIDL\x00\x00", &[0xff; 100]] {
            let management = candid::Principal::management_canister();
            let reject = emulator
                .update(owner(), management, method, garbage.to_vec())
                .unwrap_err();
            assert_eq!(
                reject.error,
                Some(ErrorCode::InvalidManagementPayload),
                "{method}: {reject}"
            );
        }
    }
}
