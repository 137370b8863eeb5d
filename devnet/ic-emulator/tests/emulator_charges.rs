//! What the IC would charge, counted by hand for code of a few instructions.

mod common;

use candid::{Encode, Principal};
use common::{FORWARDER, TRILLION, canister, create, forwarded, install_as, number, owner};
use ic_emulator::{Charges, Emulator, Options};
use ic_management_canister_types::CanisterInstallMode;

fn metered() -> Emulator {
    let options = Options {
        seed: [7; 32],
        metered: true,
        ..Options::default()
    };
    Emulator::new(options).unwrap()
}

fn deploy(emulator: &Emulator, body: &str) -> Principal {
    let id = create(emulator, TRILLION);
    install_as(
        emulator,
        owner(),
        id,
        CanisterInstallMode::Install,
        &canister(body),
    )
    .unwrap();
    id
}

/// What an update call without an argument adds.
fn charged(emulator: &Emulator, canister: Principal, method: &str, arg: Vec<u8>) -> Charges {
    let before = emulator.charges(canister).unwrap();
    emulator.update(owner(), canister, method, arg).unwrap();
    emulator.charges(canister).unwrap().since(&before)
}

/// Instructions of a method with this code before `msg_reply`, which with its call counts 505.
fn instructions(code: &str) -> u64 {
    let emulator = metered();
    let body = format!("{code} (call $reply)");
    let id = deploy(
        &emulator,
        &format!("(func (export \"canister_update f\") {body})"),
    );
    charged(&emulator, id, "f", vec![]).instructions - 505
}

#[test]
fn weights_are_those_of_the_ic() {
    assert_eq!(instructions(""), 0);
    assert_eq!(instructions("nop nop"), 2);
    // Two constants, the division, the drop.
    assert_eq!(instructions("(drop (i32.div_u (i32.const 8) (i32.const 2)))"), 13);
    assert_eq!(instructions("(drop (memory.grow (i32.const 1)))"), 302);
    // Constant, if, constant, drop; not the other branch.
    let branches = "(if (i32.const 1) (then (drop (i32.const 0))) (else nop nop nop nop))";
    assert_eq!(instructions(branches), 5);
    // The fixed part, the constants, and a byte each.
    let fill = "(memory.fill (i32.const 0) (i32.const 1) (i32.const 50))";
    assert_eq!(instructions(fill), 100 + 3 + 50);
}

#[test]
fn every_turn_of_a_loop_counts() {
    let turns = |n: u32| {
        format!(
            "(i32.store (i32.const 0) (i32.const {n}))
            (loop $again
                (i32.store (i32.const 0) (i32.sub (i32.load (i32.const 0)) (i32.const 1)))
                (br_if $again (i32.load (i32.const 0))))"
        )
    };
    let (ten, hundred) = (instructions(&turns(10)), instructions(&turns(100)));
    // Six for the store, with what it stores; two for the condition, two for the branch.
    assert_eq!(hundred - ten, 90 * (6 + 2 + 2));
}

#[test]
fn the_system_api_counts_by_call_by_byte_and_by_stable_page() {
    // Two constants, the call, the API, three bytes.
    assert_eq!(
        instructions("(call $append (i32.const 0) (i32.const 3))"),
        2 + 5 + 500 + 3
    );
    let grow = "(drop (call $stable_grow (i64.const 1)))";
    let write = |at: u32| format!("(call $stable_write (i64.const {at}) (i64.const 0) (i64.const 100))");
    let grown = instructions(grow);
    assert_eq!(grown, 1 + 5 + 100 + 1);
    let once = instructions(&format!("{grow} {}", write(0)));
    assert_eq!(once - grown, 3 + 5 + 20 + 100 + 1_000);
    // The page is dirty already.
    let twice = instructions(&format!("{grow} {} {}", write(0), write(200)));
    assert_eq!(twice - once, 3 + 5 + 20 + 100);
    let border = instructions(&format!("{grow} {}", write(4_050)));
    assert_eq!(border - once, 1_000);
}

#[test]
fn messages_cost_by_number_and_by_byte() {
    let emulator = metered();
    let id = deploy(&emulator, r#"(func (export "canister_update f") (call $reply))"#);
    let charges = charged(&emulator, id, "f", vec![0; 10]);
    let expected = Charges {
        executions: 1,
        instructions: 505,
        ingress: 1,
        ingress_bytes: 1 + 10,
        ..Charges::default()
    };
    assert_eq!(charges, expected);
    assert_eq!(charges.cycles(), 5_000_000 + 505 + 1_200_000 + 11 * 2_000);
}

#[test]
fn calls_cost_their_bytes_and_what_was_sent_is_apart() {
    let emulator = metered();
    let caller = deploy(&emulator, FORWARDER);
    let callee = deploy(
        &emulator,
        r#"(func (export "canister_update f")
            (call $accept (i64.const 0) (i64.const 30) (i32.const 0))
            (call $reply_u32 (i32.const 7)))"#,
    );
    let arg = forwarded(100, callee, "f", &[1, 2, 3]);
    let charges = charged(&emulator, caller, "forward", arg.clone());
    assert_eq!((charges.executions, charges.calls), (2, 1));
    assert_eq!(charges.call_bytes, 1 + 3 + 4);
    assert_eq!(charges.sent, 30);
    let messages = 1_200_000 + 2_000 * (7 + arg.len() as u128) + 260_000 + 8 * 1_000;
    assert_eq!(
        charges.cycles(),
        10_000_000 + u128::from(charges.instructions) + messages
    );
    // The callee pays for its execution alone.
    let callee = emulator.charges(callee).unwrap();
    assert_eq!((callee.executions, callee.ingress, callee.call_bytes), (1, 0, 0));
}

#[test]
fn metering_changes_no_result_and_no_balance() {
    let body = r#"(func (export "canister_update f")
        (call $reply_u32 (i32.div_u (i32.const 84) (i32.const 2))))"#;
    let emulator = metered();
    let id = deploy(&emulator, body);
    let balance = common::cycles(&emulator, id);
    let arg = Encode!().unwrap();
    assert_eq!(number(emulator.update(owner(), id, "f", arg.clone())), 42);
    assert_eq!(common::cycles(&emulator, id), balance);

    let plain = common::emulator();
    let id = common::deploy(&plain, body);
    assert_eq!(number(plain.update(owner(), id, "f", arg)), 42);
    assert_eq!(plain.charges(id), None);
}
