//! A trap undoes everything that its execution did, and nothing that was done before.

mod common;

use common::*;
use ic_error_types::ErrorCode;
use std::time::{Duration, Instant};

/// `set` changes heap, a global, stable memory, certified data and the timer, and makes a call; `set_and_trap` does the
/// same and traps; `look` replies with what each of them holds, one digit each.
const STATEFUL: &str = r#"
    (table funcref (elem $ignore))
    (func $ignore (param i32))
    (global $g (mut i32) (i32.const 0))
    (data (i32.const 500) "inc")
    (func $change
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (global.set $g (i32.add (global.get $g) (i32.const 1)))
        (drop (call $stable_grow (i64.const 1)))
        (i32.store (i32.const 4) (i32.const 7))
        (call $stable_write (i64.const 0) (i64.const 4) (i64.const 4))
        (call $certify (i32.const 4) (i32.const 4))
        (drop (call $set_timer (i64.const 1)))
        (drop (memory.grow (i32.const 1)))
        (call $self_copy (i32.const 600) (i32.const 0) (call $self_size))
        (call $call_new (i32.const 600) (call $self_size) (i32.const 500) (i32.const 3)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $call_cycles (i64.const 0) (i64.const 1000))
        (drop (call $perform)))
    (func (export "canister_update inc")
        (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
        (call $reply))
    (func (export "canister_update set") (call $change) (call $reply))
    (func (export "canister_update set_and_trap") (call $change) (call $reply) (unreachable))
    (func (export "canister_update timer_was_set") (call $reply_u32 (i32.wrap_i64 (call $set_timer (i64.const 0)))))
    (func (export "canister_query look") (call $reply_u32
        (i32.add (i32.load (i32.const 0))
        (i32.add (i32.mul (i32.const 10) (global.get $g))
        (i32.add (i32.mul (i32.const 100) (i32.wrap_i64 (call $stable_size)))
        (i32.add (i32.mul (i32.const 1000) (i32.sub (memory.size) (i32.const 1)))
                 (i32.mul (i32.const 10000) (i32.load (i32.const 8)))))))))"#;

#[test]
fn a_trap_undoes_heap_globals_stable_memory_timer_and_calls() {
    let emulator = emulator();
    let id = deploy(&emulator, STATEFUL);
    let reject = update(&emulator, id, "set_and_trap").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterTrapped));
    assert!(reject.message.contains("unreachable"), "{reject}");
    assert_eq!(number(query(&emulator, id, "look")), 0);
    assert_eq!(number(update(&emulator, id, "timer_was_set")), 0);
    assert_eq!(cycles(&emulator, id), TRILLION);

    update(&emulator, id, "set").unwrap();
    assert_eq!(number(query(&emulator, id, "look")), 11111);
    assert_eq!(
        cycles(&emulator, id),
        TRILLION,
        "the callee did not accept the cycles"
    );

    update(&emulator, id, "set_and_trap").unwrap_err();
    assert_eq!(
        number(query(&emulator, id, "look")),
        11111,
        "what was there before stays"
    );
}

/// `run` counts, calls `raw_rand`, counts in the callback and traps there.
const TRAP_AFTER_AWAIT: &str = r#"
    (table funcref (elem $callback $cleanup))
    (data (i32.const 500) "raw_rand")
    (func $inc (param i32)
        (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1))))
    (func $callback (param i32)
        (call $inc (i32.const 4))
        (call $trap (i32.const 500) (i32.const 3)))
    (func $cleanup (param i32) (call $inc (local.get 0)))
    (func (export "canister_update run")
        (call $inc (i32.const 0))
        (call $call_new (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 8)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $on_cleanup (i32.const 1) (i32.const 8))
        (drop (call $perform)))
    (func (export "canister_query before") (call $reply_u32 (i32.load (i32.const 0))))
    (func (export "canister_query after") (call $reply_u32 (i32.load (i32.const 4))))
    (func (export "canister_query cleaned") (call $reply_u32 (i32.load (i32.const 8))))"#;

#[test]
fn a_trap_after_an_await_keeps_what_was_before_it_and_runs_the_cleanup() {
    let emulator = emulator();
    let id = deploy(&emulator, TRAP_AFTER_AWAIT);
    let reject = update(&emulator, id, "run").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterCalledTrap));
    assert!(reject.message.contains("with message: 'raw'"), "{reject}");
    assert_eq!(number(query(&emulator, id, "before")), 1);
    assert_eq!(number(query(&emulator, id, "after")), 0);
    assert_eq!(number(query(&emulator, id, "cleaned")), 1);
}

#[test]
fn a_query_changes_nothing() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_query inc")
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (call $reply_u32 (i32.load (i32.const 0))))"#,
    );
    for _ in 0..2 {
        assert_eq!(number(query(&emulator, id, "inc")), 1);
        assert_eq!(number(update(&emulator, id, "inc")), 1, "in replicated mode, too");
    }
}

#[test]
fn an_endless_loop_ends_at_the_instruction_limit() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func (export "canister_update loop") (i32.store (i32.const 0) (i32.const 1)) (loop (br 0)))
           (func (export "canister_query get") (call $reply_u32 (i32.load (i32.const 0))))
           (func (export "canister_query loop_in_query") (loop (br 0)))"#,
    );
    let reject = update(&emulator, id, "loop").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterInstructionLimitExceeded));
    assert!(reject.message.contains("50000000 instructions"), "{reject}");
    let reject = query(&emulator, id, "loop_in_query").unwrap_err();
    assert!(reject.message.contains("5000000 instructions"), "{reject}");
    assert_eq!(number(query(&emulator, id, "get")), 0);
}

#[test]
fn endless_recursion_is_a_trap() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(func $f (export "canister_update f") (call $f) (call $reply))"#,
    );
    assert_eq!(
        update(&emulator, id, "f").unwrap_err().error,
        Some(ErrorCode::CanisterTrapped)
    );
}

#[test]
fn canisters_that_call_themselves_for_ever_do_not_block_the_emulator() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        r#"(table funcref (elem $ignore))
           (func $ignore (param i32))
           (data (i32.const 500) "again")
           (func (export "canister_update again")
            (call $self_copy (i32.const 600) (i32.const 0) (call $self_size))
            (call $call_new (i32.const 600) (call $self_size) (i32.const 500) (i32.const 5)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
            (drop (call $perform)))"#,
    );
    assert_eq!(
        update(&emulator, id, "again").unwrap_err().error,
        Some(ErrorCode::IngressMessageTimeout)
    );
    let other = deploy(&emulator, COUNTER);
    assert_eq!(number(query(&emulator, other, "get")), 0);
}

#[test]
fn a_thousand_updates_of_a_heap_of_two_mebibytes_take_seconds() {
    let emulator = emulator();
    let id = deploy(
        &emulator,
        &format!(r#"{COUNTER} (func (export "canister_init") (drop (memory.grow (i32.const 31))))"#),
    );
    let started = Instant::now();
    for _ in 0..1_000 {
        update(&emulator, id, "inc").unwrap();
    }
    assert_eq!(number(query(&emulator, id, "get")), 1_000);
    let elapsed = started.elapsed();
    println!("1,000 updates: {elapsed:?}");
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
}
