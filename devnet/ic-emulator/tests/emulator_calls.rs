//! Calls between canisters: callbacks, contexts, cycles.

mod common;

use candid::{Encode, Principal};
use common::*;
use ic_emulator::{Emulator, Reject, Response};
use ic_error_types::{ErrorCode, RejectCode};
use ic_management_canister_types::CanisterIdRecord;
use std::time::Duration;

fn forward(emulator: &Emulator, via: Principal, cycles: u64, to: Principal, method: &str) -> Response {
    emulator.update(
        owner(),
        via,
        "forward",
        forwarded(cycles, to, method, b"argument"),
    )
}

/// Replies with its argument and its caller, or rejects, traps, forgets to reply.
const CALLEE: &str = r#"
    (data (i32.const 500) "refused")
    (func $echo (export "canister_update echo")
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $append (i32.const 1000) (call $arg_size))
        (call $caller_copy (i32.const 1000) (i32.const 0) (call $caller_size))
        (call $append (i32.const 1000) (call $caller_size))
        (call $reply))
    (func (export "canister_query query") (call $reply_u32 (call $replicated)))
    (func (export "canister_update refuse") (call $reject (i32.const 500) (i32.const 7)))
    (func (export "canister_update crash") (unreachable))
    (func (export "canister_update silent"))
    (func (export "canister_update twice") (call $reply) (call $reply))
    (func (export "canister_update accept")
        (call $accept (i64.const 0) (i64.const 300) (i32.const 0))
        (call $append (i32.const 0) (i32.const 16))
        (call $available (i32.const 0))
        (call $append (i32.const 0) (i32.const 16))
        (call $reply))
    (func (export "canister_update accept_and_crash")
        (call $accept (i64.const 0) (i64.const 300) (i32.const 0)) (unreachable))"#;

#[test]
fn the_reply_callback_gets_the_reply() {
    let emulator = emulator();
    let (caller, callee) = (deploy(&emulator, FORWARDER), deploy(&emulator, CALLEE));
    let reply = forward(&emulator, caller, 0, callee, "echo").unwrap();
    assert_eq!(reply, [b"argument", caller.as_slice()].concat());
    let reply = forward(&emulator, caller, 0, callee, "query");
    assert_eq!(number(reply), 1, "a query method in an update call is replicated");
}

#[test]
fn a_canister_can_call_itself_and_calls_can_nest() {
    let emulator = emulator();
    let (caller, callee) = (deploy(&emulator, FORWARDER), deploy(&emulator, CALLEE));
    let innermost = forwarded(0, callee, "echo", b"deep");
    let inner = forwarded(0, caller, "forward", &innermost);
    let reply = emulator.update(owner(), caller, "forward", inner).unwrap();
    assert_eq!(reply, [b"deep", caller.as_slice()].concat());
}

#[test]
fn the_reject_callback_gets_code_and_message() {
    let emulator = emulator();
    // Replies with the reject code.
    let caller = deploy(
        &emulator,
        &FORWARDER.replace(
            "(call $reject (i32.const 1000) (call $reject_size))",
            "(call $append (i32.const 1000) (call $reject_size)) (call $reply_u32 (call $reject_code))",
        ),
    );
    let callee = deploy(&emulator, CALLEE);
    let empty = create(&emulator, 0);
    let missing = Principal::from_slice(&[0, 0, 0, 0, 0, 1, 0, 0, 1, 1]);
    for (to, method, code, message) in [
        (callee, "refuse", RejectCode::CanisterReject, "refused"),
        (callee, "crash", RejectCode::CanisterError, "unreachable"),
        (callee, "silent", RejectCode::CanisterError, "did not reply"),
        (callee, "twice", RejectCode::CanisterError, "already answered"),
        (
            callee,
            "no_such_method",
            RejectCode::CanisterError,
            "no update or query method 'no_such_method'",
        ),
        (empty, "echo", RejectCode::CanisterError, "no Wasm module"),
        (missing, "echo", RejectCode::DestinationInvalid, "not found"),
        (
            Principal::management_canister(),
            "http_request",
            RejectCode::CanisterReject,
            "'http_request' is not modelled",
        ),
    ] {
        let mut reply = forward(&emulator, caller, 0, to, method).unwrap();
        let number = reply.split_off(reply.len() - 4);
        assert_eq!(number, (code as u32).to_le_bytes(), "{method}");
        let text = String::from_utf8(reply).unwrap();
        assert!(text.contains(message), "{method}: {text}");
    }
}

#[test]
fn accepted_cycles_move_and_the_rest_comes_back() {
    let emulator = emulator();
    let (caller, callee) = (deploy(&emulator, FORWARDER), deploy(&emulator, CALLEE));
    let reply = forward(&emulator, caller, 1_000, callee, "accept").unwrap();
    assert_eq!(reply, [300_u128.to_le_bytes(), 700_u128.to_le_bytes()].concat());
    assert_eq!(cycles(&emulator, caller), TRILLION - 300);
    assert_eq!(cycles(&emulator, callee), TRILLION + 300);

    for method in ["accept_and_crash", "silent", "no_such_method", "echo"] {
        let _ = forward(&emulator, caller, 1_000, callee, method);
        assert_eq!(cycles(&emulator, caller), TRILLION - 300, "{method} refunds all");
        assert_eq!(cycles(&emulator, callee), TRILLION + 300);
    }

    let reject = forward(&emulator, caller, u64::MAX, callee, "accept").unwrap_err();
    assert!(reject.message.contains("cannot attach"), "{reject}");
    assert_eq!(cycles(&emulator, caller), TRILLION - 300);
}

#[test]
fn deposited_cycles_arrive() {
    let emulator = emulator();
    let (caller, callee) = (deploy(&emulator, FORWARDER), create(&emulator, 5));
    let arg = Encode!(&CanisterIdRecord { canister_id: callee }).unwrap();
    let arg = forwarded(1_000, Principal::management_canister(), "deposit_cycles", &arg);
    emulator.update(owner(), caller, "forward", arg).unwrap();
    assert_eq!(cycles(&emulator, callee), 1_005);
    assert_eq!(cycles(&emulator, caller), TRILLION - 1_000);
}

#[test]
fn users_cannot_call_what_is_for_canisters() {
    let emulator = emulator();
    for method in ["raw_rand", "sign_with_ecdsa", "create_canister", "no_such_method"] {
        let arg = Encode!(&()).unwrap();
        let reject = emulator
            .update(owner(), Principal::management_canister(), method, arg)
            .unwrap_err();
        assert!(reject.message.contains(method), "{reject}");
    }
}

/// Makes a best-effort call and notes the reject code.
const IMPATIENT: &str = r#"
    (table funcref (elem $on_reply $on_reject))
    (func $on_reply (param i32) (call $reply))
    (func $on_reject (param i32) (i32.store (i32.const 0) (call $reject_code)) (call $reply))
    (func (export "canister_update forward")
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $call_new
            (i32.const 1009) (i32.load8_u (i32.const 1008)) (i32.const 1039) (i32.load8_u (i32.const 1038))
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $best_effort (i32.const 10))
        (call $call_append (i32.const 1079) (i32.sub (call $arg_size) (i32.const 79)))
        (drop (call $perform)))
    (func (export "canister_query code") (call $reply_u32 (i32.load (i32.const 0))))"#;

#[test]
fn a_best_effort_call_gives_up_at_its_deadline() {
    let emulator = emulator();
    let caller = deploy(&emulator, IMPATIENT);
    // Stopping itself, the callee waits for its own call to end, and so for ever.
    let callee = deploy(
        &emulator,
        &FORWARDER.replace(
            "(call $arg_copy (i32.const 1000)",
            "(if (i64.eqz (call $deadline)) (then (unreachable))) (call $arg_copy (i32.const 1000)",
        ),
    );
    set_controllers(&emulator, callee, vec![owner(), callee]).unwrap();
    let stop = Encode!(&CanisterIdRecord { canister_id: callee }).unwrap();
    let stop = forwarded(0, Principal::management_canister(), "stop_canister", &stop);
    let arg = forwarded(0, callee, "forward", &stop);
    let reject = emulator.update(owner(), caller, "forward", arg).unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::IngressMessageTimeout));

    emulator.advance_time(Duration::from_secs(9));
    assert_eq!(number(query(&emulator, caller, "code")), 0);
    emulator.advance_time(Duration::from_secs(2));
    assert_eq!(
        number(query(&emulator, caller, "code")),
        RejectCode::SysUnknown as u32
    );
}

#[test]
fn a_call_from_where_none_is_allowed_is_a_violation_that_names_the_function() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_query call") (call $call_new (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
           (func (export "canister_query certify") (call $certify (i32.const 0) (i32.const 0)))
           (func (export "canister_update accept_message") (call $accept_message))
           (func (export "canister_update perform") (drop (call $perform)))
           (func (export "canister_update no_function")
                (call $call_new (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 8)
                    (i32.const 3) (i32.const 0) (i32.const 3) (i32.const 0))
                (drop (call $perform)))
           (data (i32.const 500) "raw_rand")"#,
    );
    let violation = |reject: Reject, text: &str| {
        assert_eq!(reject.error, Some(ErrorCode::CanisterContractViolation));
        assert!(reject.message.contains(text), "{reject}");
    };
    violation(
        query(&emulator, id, "call").unwrap_err(),
        "ic0.call_new cannot be called in Query",
    );
    violation(
        query(&emulator, id, "certify").unwrap_err(),
        "ic0.certified_data_set cannot be called in Query",
    );
    violation(
        update(&emulator, id, "accept_message").unwrap_err(),
        "ic0.accept_message",
    );
    violation(update(&emulator, id, "perform").unwrap_err(), "call_new first");
    violation(
        update(&emulator, id, "no_function").unwrap_err(),
        "no function of type (i32) -> () in its table at 3",
    );
}

#[test]
fn messages_are_inspected_before_they_are_accepted() {
    let emulator = emulator();
    // Accepts only methods with a name of four letters.
    let id = deploy(
        &emulator,
        r#"(func (export "canister_inspect_message")
                (if (i32.eq (call $method_size) (i32.const 4)) (then (call $accept_message))))
           (func (export "canister_update good") (call $reply_u32 (i32.const 1)))
           (func (export "canister_update wrong") (call $reply_u32 (i32.const 1)))"#,
    );
    assert_eq!(number(update(&emulator, id, "good")), 1);
    let reject = update(&emulator, id, "wrong").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterRejectedMessage));
    let caller = deploy(&emulator, FORWARDER);
    assert_eq!(
        number(forward(&emulator, caller, 0, id, "wrong")),
        1,
        "calls of canisters are not inspected"
    );
}
