//! Which events of a transaction count as a program's own.

use base64::{Engine, engine::general_purpose::STANDARD};
use novate_indexer::solana::{
    events::{EVENT_IX_TAG, Emitted, emitted},
    transaction::{InnerInstruction, Transaction},
};
use proptest::{collection::vec, prelude::*};

const OURS: &str = "Fg6PaFpoGXkYsidMpWTK6W2BeZ7FEfcYkg476zPFsLnS";
const OTHER: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const PRECOMPILE: &str = "Ed25519SigVerify111111111111111111111111111";

/// A call, as `inner` lists it.
fn call(program: &str, data: &[u8], height: u32) -> InnerInstruction {
    InnerInstruction {
        program: program.into(),
        data: bs58::encode(data).into_string(),
        stack_height: Some(height),
    }
}

fn event_call(event: &[u8], height: u32) -> InnerInstruction {
    call(OURS, &[&EVENT_IX_TAG, event].concat(), height)
}

/// A transaction of top-level instructions and their calls, with a log in which `ours`, `other` and `sig`
/// stand for the programs and `data 1` for an event of the byte 1.
fn transaction(instructions: &[(&str, Vec<InnerInstruction>)], log: &[&str]) -> Transaction {
    let logs = log.iter().map(|line| match line.split_once(' ') {
        Some(("data", byte)) => format!("Program data: {}", STANDARD.encode([byte.parse::<u8>().unwrap()])),
        Some(("ours", rest)) => format!("Program {OURS} {rest}"),
        Some(("other", rest)) => format!("Program {OTHER} {rest}"),
        _ => (*line).to_owned(),
    });
    Transaction {
        programs: instructions
            .iter()
            .map(|(program, _)| (*program).to_owned())
            .collect(),
        inner: Some(instructions.iter().map(|(_, calls)| calls.clone()).collect()),
        logs: logs.collect(),
    }
}

/// (instruction, inner, ordinal, first byte) of each event.
fn places(emitted: &Emitted) -> Vec<(usize, Option<usize>, usize, u8)> {
    emitted
        .events
        .iter()
        .map(|e| (e.instruction, e.inner, e.ordinal, e.data[0]))
        .collect()
}

fn read(transaction: &Transaction) -> Vec<(usize, Option<usize>, usize, u8)> {
    let emitted = emitted(transaction, OURS).unwrap();
    assert!(!emitted.log_cut);
    places(&emitted)
}

#[test]
fn the_tag_is_the_one_of_anchor() {
    // The first eight bytes of sha256("anchor:event"), highest last.
    assert_eq!(EVENT_IX_TAG, [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d]);
}

#[test]
fn events_by_log_belong_to_the_frame_they_are_logged_in() {
    let log = [
        "ours invoke [1]",
        "Program log: Instruction: Deposit",
        "data 1",
        "other invoke [2]",
        "data 2",
        "ours invoke [3]",
        "data 3",
        "ours consumed 10 of 100 compute units",
        "ours success",
        "other success",
        "data 4",
        "ours success",
        "other invoke [1]",
        "data 5",
        "other success",
        "ours invoke [1]",
        "data 6",
        "ours success",
    ];
    let calls = vec![call(OTHER, b"x", 2), call(OURS, b"y", 3)];
    let transaction = transaction(&[(OURS, calls), (OTHER, vec![]), (OURS, vec![])], &log);
    assert_eq!(
        read(&transaction),
        [
            (0, None, 0, 1),
            (0, Some(1), 0, 3),
            (0, None, 1, 4),
            (2, None, 0, 6)
        ]
    );
}

#[test]
fn a_foreign_program_cannot_log_our_event() {
    let log = ["other invoke [1]", "data 1", "other success"];
    assert_eq!(read(&transaction(&[(OTHER, vec![])], &log)), []);
}

#[test]
fn what_a_program_says_is_not_what_it_does() {
    let log = [
        "other invoke [1]",
        &format!("Program log: Program {OURS} invoke [1]"),
        &format!("Program log: x\nProgram {OURS} invoke [2]"),
        "Program log: success",
        "Program log: failed: no",
        "Program log: invoke [2]",
        "Program log: Log truncated",
        &format!("Program return: {OURS} AQ=="),
        "data 1",
        "other success",
    ];
    assert_eq!(read(&transaction(&[(OTHER, vec![])], &log)), []);
}

#[test]
fn precompiles_run_without_a_word() {
    let log = [
        "ours invoke [1]",
        "data 1",
        "ours success",
        "ours invoke [1]",
        "data 2",
        "ours success",
    ];
    let instructions = [
        (PRECOMPILE, vec![]),
        (OURS, vec![]),
        (PRECOMPILE, vec![]),
        (PRECOMPILE, vec![]),
        (OURS, vec![]),
    ];
    assert_eq!(
        read(&transaction(&instructions, &log)),
        [(1, None, 0, 1), (4, None, 0, 2)]
    );
}

#[test]
fn a_call_that_failed_takes_its_events_with_it() {
    let log = [
        "ours invoke [1]",
        "data 1",
        "other invoke [2]",
        "ours invoke [3]",
        "data 2",
        "ours success",
        "other failed: custom program error: 0x1",
        "data 3",
        "ours success",
    ];
    let calls = vec![call(OTHER, b"x", 2), call(OURS, b"y", 3)];
    assert_eq!(
        read(&transaction(&[(OURS, calls)], &log)),
        [(0, None, 0, 1), (0, None, 1, 3)]
    );
}

#[test]
fn events_by_call_stand_in_their_place_among_those_by_log() {
    let log = [
        "ours invoke [1]",
        "data 1",
        "ours invoke [2]",
        "ours success",
        "data 3",
        "ours success",
    ];
    let transaction = transaction(&[(OURS, vec![event_call(&[2], 2)])], &log);
    assert_eq!(
        read(&transaction),
        [(0, None, 0, 1), (0, Some(0), 0, 2), (0, None, 1, 3)]
    );
}

#[test]
fn what_a_call_logs_comes_after_the_event_it_carries() {
    let log = [
        "ours invoke [1]",
        "ours invoke [2]",
        "data 2",
        "ours success",
        "ours success",
    ];
    let transaction = transaction(&[(OURS, vec![event_call(&[1], 2)])], &log);
    assert_eq!(read(&transaction), [(0, Some(0), 0, 1), (0, Some(0), 1, 2)]);
}

#[test]
fn an_event_by_call_counts_only_from_our_program_to_itself() {
    // Another program is called with the same bytes; we are called with them by another; with other bytes; at
    // the top.
    let foreign = call(OTHER, &[&EVENT_IX_TAG[..], &[1]].concat(), 2);
    let log = [
        "ours invoke [1]",
        "other invoke [2]",
        "other success",
        "ours success",
    ];
    assert_eq!(read(&transaction(&[(OURS, vec![foreign])], &log)), []);

    let log = [
        "other invoke [1]",
        "ours invoke [2]",
        "ours success",
        "other success",
    ];
    assert_eq!(
        read(&transaction(&[(OTHER, vec![event_call(&[1], 2)])], &log)),
        []
    );

    let log = [
        "ours invoke [1]",
        "other invoke [2]",
        "ours invoke [3]",
        "ours success",
        "other success",
        "ours invoke [2]",
        "ours success",
        "ours success",
    ];
    let calls = vec![call(OTHER, b"x", 2), event_call(&[1], 3), event_call(&[2], 2)];
    assert_eq!(read(&transaction(&[(OURS, calls)], &log)), [(0, Some(2), 0, 2)]);

    let log = [
        "ours invoke [1]",
        "ours invoke [2]",
        "ours success",
        "ours success",
    ];
    assert_eq!(
        read(&transaction(
            &[(OURS, vec![call(OURS, b"not an event", 2)])],
            &log
        )),
        []
    );
}

/// A settlement charges sessions: our program calls another, and both tell of it by calling themselves. Two such
/// instructions in one transaction.
#[test]
fn events_of_two_programs_in_one_transaction_each_have_their_place() {
    let calls = |first| {
        vec![
            call(OTHER, b"charge", 2),
            call(OTHER, &[&EVENT_IX_TAG[..], &[first]].concat(), 3),
            event_call(&[first + 1], 2),
        ]
    };
    let log = [
        "ours invoke [1]",
        "other invoke [2]",
        "data 9",
        "other invoke [3]",
        "other success",
        "other success",
        "ours invoke [2]",
        "ours success",
        "ours success",
    ];
    let log = [log, log].concat();
    let instructions = [(PRECOMPILE, vec![]), (OURS, calls(1)), (OURS, calls(3))];
    let transaction = transaction(&instructions, &log);
    assert_eq!(read(&transaction), [(1, Some(2), 0, 2), (2, Some(2), 0, 4)]);
    assert_eq!(
        places(&emitted(&transaction, OTHER).unwrap()),
        [
            (1, Some(0), 0, 9),
            (1, Some(1), 0, 1),
            (2, Some(0), 0, 9),
            (2, Some(1), 0, 3)
        ]
    );
}

#[test]
fn a_cut_log_is_told_and_events_by_call_are_still_read() {
    let calls = || vec![event_call(&[2], 2), call(OTHER, b"x", 2), event_call(&[3], 2)];
    let log = [
        "ours invoke [1]",
        "data 1",
        "ours invoke [2]",
        "ours success",
        "Log truncated",
        "data 9",
    ];
    let cut = transaction(
        &[
            (OURS, calls()),
            (OTHER, vec![]),
            (OURS, vec![event_call(&[4], 2)]),
        ],
        &log,
    );
    let emitted = emitted(&cut, OURS).unwrap();
    assert!(emitted.log_cut);
    assert_eq!(
        places(&emitted),
        [
            (0, None, 0, 1),
            (0, Some(0), 0, 2),
            (0, Some(2), 0, 3),
            (2, Some(0), 0, 4)
        ]
    );
}

#[test]
fn a_cut_that_cannot_concern_the_program_is_not_told() {
    let before = [
        "ours invoke [1]",
        "data 1",
        "ours success",
        "other invoke [1]",
        "Log truncated",
    ];
    let harmless = transaction(&[(OURS, vec![]), (OTHER, vec![call(OTHER, b"x", 2)])], &before);
    assert_eq!(read(&harmless), [(0, None, 0, 1)]);

    // The same cut before a call of ours may have hidden something.
    let hidden = transaction(&[(OURS, vec![]), (OTHER, vec![call(OURS, b"x", 2)])], &before);
    assert!(emitted(&hidden, OURS).unwrap().log_cut);

    // And so may a cut at the very start, when the node records no calls.
    let mut unknown = transaction(&[(OTHER, vec![])], &["Log truncated"]);
    unknown.inner = None;
    assert!(emitted(&unknown, OURS).unwrap().log_cut);
}

#[test]
fn several_fields_in_a_line_are_no_event_but_count() {
    let log = [
        "ours invoke [1]",
        "Program data: AQ== Ag==",
        "data 1",
        "ours success",
    ];
    assert_eq!(read(&transaction(&[(OURS, vec![])], &log)), [(0, None, 1, 1)]);
}

#[test]
fn an_answer_that_contradicts_itself_is_refused() {
    let refused = |instructions: &[(&str, Vec<InnerInstruction>)], log: &[&str], why: &str| {
        let reason = emitted(&transaction(instructions, log), OURS).unwrap_err();
        assert!(reason.contains(why), "{reason}");
    };
    let top = [(OURS, vec![])];
    refused(&top, &["ours invoke [1]"], "ends inside");
    refused(&top, &["ours success"], "did not begin");
    refused(&top, &["ours invoke [2]", "ours success"], "at depth 2");
    refused(
        &top,
        &["other invoke [1]", "other success"],
        "no instruction does",
    );
    refused(&top, &["ours invoke [1]", "other success"], "inside one of");
    refused(
        &top,
        &["ours invoke [1]", "other invoke [2]"],
        "inner instructions do not",
    );
    refused(&top, &["data 1"], "outside of any call");
    refused(
        &top,
        &["ours invoke [1]", "Program data: ?", "ours success"],
        "not base64",
    );
    let other = [(OURS, vec![call(OTHER, b"x", 2)])];
    refused(
        &other,
        &["ours invoke [1]", "ours invoke [2]"],
        "where the instructions call",
    );
    let bad = InnerInstruction {
        program: OURS.into(),
        data: "0".into(),
        stack_height: Some(2),
    };
    refused(
        &[(OURS, vec![bad])],
        &["ours invoke [1]", "ours invoke [2]"],
        "not base58",
    );
}

#[test]
fn a_node_that_records_no_calls_still_serves_events_by_log() {
    let log = [
        "ours invoke [1]",
        "other invoke [2]",
        "ours invoke [3]",
        "data 1",
        "ours success",
    ];
    let end = ["other success", "ours success"];
    let mut transaction = transaction(&[(OURS, vec![])], &[&log[..], &end].concat());
    transaction.inner = None;
    assert_eq!(read(&transaction), [(0, Some(1), 0, 1)]);

    transaction.logs = vec![
        format!("Program {OURS} invoke [1]"),
        format!("Program {OURS} invoke [2]"),
    ];
    assert!(
        emitted(&transaction, OURS)
            .unwrap_err()
            .contains("does not record")
    );
}

fn any_line() -> impl Strategy<Value = String> {
    let program = || prop::sample::select(vec![OURS, OTHER, PRECOMPILE]);
    prop_oneof![
        (program(), 1..4).prop_map(|(program, depth)| format!("Program {program} invoke [{depth}]")),
        program().prop_map(|program| format!("Program {program} success")),
        program().prop_map(|program| format!("Program {program} failed: no")),
        vec(any::<u8>(), 0..12).prop_map(|data| format!("Program data: {}", STANDARD.encode(data))),
        Just("Log truncated".to_owned()),
        "Program .{0,20}",
        ".{0,20}",
    ]
}

fn any_calls() -> impl Strategy<Value = Vec<InnerInstruction>> {
    let program = prop::sample::select(vec![OURS, OTHER]);
    let data = prop_oneof![
        vec(any::<u8>(), 0..12).prop_map(|data| bs58::encode(data).into_string()),
        Just(bs58::encode(EVENT_IX_TAG).into_string()),
        ".{0,5}",
    ];
    let call = (program, data, prop::option::of(0u32..5)).prop_map(|(program, data, stack_height)| {
        InnerInstruction {
            program: program.into(),
            data,
            stack_height,
        }
    });
    vec(call, 0..4)
}

proptest! {
    #[test]
    fn any_transaction_is_read_or_refused(
        programs in vec(prop::sample::select(vec![OURS, OTHER, PRECOMPILE]).prop_map(str::to_owned), 0..4),
        inner in prop::option::of(vec(any_calls(), 0..4)),
        logs in vec(any_line(), 0..12),
    ) {
        let transaction = Transaction { programs, inner, logs };
        if let Ok(emitted) = emitted(&transaction, OURS) {
            // An event has one place, so no two have the same key.
            let mut places = places_of(&emitted);
            let count = places.len();
            places.sort_unstable();
            places.dedup();
            prop_assert_eq!(places.len(), count);
        }
    }
}

fn places_of(emitted: &Emitted) -> Vec<(usize, Option<usize>, usize)> {
    emitted
        .events
        .iter()
        .map(|event| (event.instruction, event.inner, event.ordinal))
        .collect()
}
