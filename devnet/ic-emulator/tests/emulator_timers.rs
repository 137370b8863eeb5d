//! Time, global timers and heartbeats.

mod common;

use common::*;
use ic_management_canister_types::CanisterIdRecord;
use std::time::{Duration, Instant};

/// `start` sets the timer to ring in ten seconds, and each time it rings it is set again; `rings` counts.
const CLOCK: &str = r#"
    (func $again (drop (call $set_timer (i64.add (call $time) (i64.const 10_000_000_000)))))
    (func (export "canister_update start") (call $again) (call $reply))
    (func (export "canister_update soon")
        (drop (call $set_timer (i64.add (call $time) (i64.const 50_000_000)))) (call $reply))
    (func (export "canister_update trap_next") (i32.store (i32.const 4) (i32.const 1)) (call $again) (call $reply))
    (func (export "canister_global_timer")
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (call $again)
        (if (i32.load (i32.const 4)) (then (unreachable))))
    (func (export "canister_query rings") (call $reply_u32 (i32.load (i32.const 0))))"#;

#[test]
fn a_timer_rings_when_it_is_due_and_not_before() {
    let emulator = emulator();
    let id = deploy(&emulator, CLOCK);
    update(&emulator, id, "start").unwrap();
    emulator.advance_time(Duration::from_secs(9));
    assert_eq!(number(query(&emulator, id, "rings")), 0);
    emulator.advance_time(Duration::from_secs(2));
    assert_eq!(number(query(&emulator, id, "rings")), 1);
    emulator.advance_time(Duration::from_secs(100));
    assert_eq!(
        number(query(&emulator, id, "rings")),
        11,
        "each ring sets the next, at its own time"
    );
}

#[test]
fn a_timer_that_traps_rings_no_more() {
    let emulator = emulator();
    let id = deploy(&emulator, CLOCK);
    update(&emulator, id, "trap_next").unwrap();
    emulator.advance_time(Duration::from_secs(100));
    assert_eq!(number(query(&emulator, id, "rings")), 0);
}

#[test]
fn the_timer_of_a_stopped_canister_waits_and_holds_up_nobody() {
    let emulator = emulator();
    let [stopped, other] = [deploy(&emulator, CLOCK), deploy(&emulator, CLOCK)];
    update(&emulator, stopped, "soon").unwrap();
    let arg = CanisterIdRecord { canister_id: stopped };
    manage(&emulator, owner(), "stop_canister", &arg).unwrap();
    emulator.advance_time(Duration::from_secs(1));
    update(&emulator, other, "start").unwrap();
    emulator.advance_time(Duration::from_secs(100));
    assert_eq!(number(query(&emulator, other, "rings")), 10);
    manage(&emulator, owner(), "start_canister", &arg).unwrap();
    emulator.advance_time(Duration::ZERO);
    assert_eq!(
        number(query(&emulator, stopped, "rings")),
        1,
        "it was due long ago"
    );
}

#[test]
fn a_timer_does_not_survive_an_upgrade() {
    let emulator = emulator();
    let id = deploy(&emulator, CLOCK);
    update(&emulator, id, "start").unwrap();
    let mode = ic_management_canister_types::CanisterInstallMode::Upgrade(None);
    install_as(&emulator, owner(), id, mode, &canister(CLOCK)).unwrap();
    emulator.advance_time(Duration::from_secs(100));
    assert_eq!(number(query(&emulator, id, "rings")), 0);
}

#[test]
fn time_moves_only_on_and_as_far_as_asked() {
    let emulator = emulator();
    let before = emulator.time();
    emulator.advance_time(Duration::from_secs(3_600));
    assert_eq!(emulator.time(), before + 3_600_000_000_000);
    emulator.advance_time(Duration::MAX);
    assert_eq!(emulator.time(), u64::MAX);
    let id = deploy(&emulator, COUNTER);
    assert_eq!(number(update(&emulator, id, "inc")), 1, "also at the end of time");
}

#[test]
fn behind_a_gateway_timers_and_heartbeats_run_by_themselves() {
    let emulator = emulator();
    let id = deploy(&emulator, CLOCK);
    let heart = deploy(
        &emulator,
        r#"(func (export "canister_heartbeat") (i32.store (i32.const 0) (i32.const 1)))
           (func (export "canister_query beats") (call $reply_u32 (i32.load (i32.const 0))))"#,
    );
    update(&emulator, id, "soon").unwrap();
    let _gateway = emulator.start_gateway(([127, 0, 0, 1], 0).into()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while number(query(&emulator, id, "rings")) == 0 || number(query(&emulator, heart, "beats")) == 0 {
        assert!(Instant::now() < deadline, "no ring or beat within 20 s");
        std::thread::yield_now();
    }
}
