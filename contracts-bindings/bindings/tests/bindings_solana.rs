//! The program's bindings: addresses, instructions, and events told apart from other programs' data.

use anchor_lang::{Discriminator, Event as _, InstructionData, prelude::Pubkey};
use base64::{Engine, engine::general_purpose::STANDARD};
use novate_bindings::artifacts::{REWARDS_IDL, SESSION_KEYS_IDL, SETTLEMENT_IDL, STAKING_IDL};
use novate_bindings::solana::settlement::{self, events, parsers::Event};
use novate_bindings::solana::{address, event};
use novate_bindings::solana::{rewards, session_keys, staking};

const OTHER: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn paused(by: u8) -> Vec<u8> {
    events::Paused {
        config: key(1),
        by: key(by),
    }
    .data()
}

fn not_ours(data: &[u8]) -> event::Error {
    event::Error::Unknown {
        program: settlement::ID,
        data: data.to_vec(),
    }
}

fn data_line(data: &[u8]) -> String {
    format!("Program data: {}", STANDARD.encode(data))
}

/// Who paused, according to the events in these log lines.
fn pausers(lines: &[String]) -> Vec<Pubkey> {
    event::from_logs(lines.iter().map(String::as_str))
        .unwrap()
        .into_iter()
        .map(|event| match event {
            Event::Paused(paused) => paused.by,
            _ => panic!("only pauses were logged"),
        })
        .collect()
}

#[test]
fn program_ids_are_those_in_the_idls() {
    for (id, idl) in [
        (rewards::ID, REWARDS_IDL),
        (session_keys::ID, SESSION_KEYS_IDL),
        (settlement::ID, SETTLEMENT_IDL),
        (staking::ID, STAKING_IDL),
    ] {
        let idl: serde_json::Value = serde_json::from_str(idl).unwrap();
        assert_eq!(idl["address"], id.to_string());
    }
}

#[test]
fn addresses_of_different_things_differ() {
    let config = address::settlement::config(&key(1));
    let vault = address::settlement::vault(&config, &key(2));
    let item = address::settlement::item(&config, &key(2));
    let pool = address::staking::pool(&key(1), 1);
    let distribution = address::rewards::distribution(&key(1), 1);
    let all = [
        config,
        vault,
        address::settlement::vault(&config, &key(3)),
        address::settlement::vault(&address::settlement::config(&key(4)), &key(2)),
        address::settlement::tokens(&vault),
        address::settlement::ledger(&vault, &key(1)),
        address::settlement::ledger(&vault, &key(2)),
        item,
        address::settlement::tokens(&item),
        address::settlement::listing(&item),
        address::settlement::auction(&item),
        address::settlement::batch(&config, 1),
        address::settlement::batch(&config, 256),
        address::settlement::orders(&config, 1),
        address::session_keys::grants(&key(1)),
        pool,
        address::staking::pool(&key(1), 2),
        address::staking::stakes(&pool),
        address::staking::rewards(&pool),
        address::staking::position(&pool, &key(1), 0),
        address::staking::position(&pool, &key(1), 1),
        distribution,
        address::rewards::tokens(&distribution),
        address::rewards::allocation(&distribution, &key(1)),
        address::rewards::order(&distribution, &[1; 32]),
        address::rewards::claim(&distribution, &key(1)),
        address::event_authority(&settlement::ID),
        address::event_authority(&session_keys::ID),
    ];
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn instruction_data_is_discriminator_and_arguments() {
    let data = settlement::client::args::Deposit { amount: 7 }.data();
    assert_eq!(data[..8], *settlement::client::args::Deposit::DISCRIMINATOR);
    assert_eq!(data[8..], 7u64.to_le_bytes());
}

#[test]
fn events_are_read_from_log_lines() {
    let lines = [
        format!("Program {} invoke [1]", settlement::ID),
        "Program log: Instruction: Pause".into(),
        data_line(&paused(2)),
        format!("Program {} consumed 1200 of 200000 compute units", settlement::ID),
        format!("Program {} success", settlement::ID),
    ];
    assert_eq!(pausers(&lines), [key(2)]);
}

#[test]
fn data_of_other_programs_is_not_ours() {
    let ours = settlement::ID;
    let lines = [
        format!("Program {OTHER} invoke [1]"),
        data_line(&paused(2)),
        // Anyone can log text that looks like a change of programs.
        format!("Program log: Program {ours} invoke [2]"),
        data_line(&paused(3)),
        format!("Program {ours} invoke [2]"),
        data_line(&paused(4)),
        format!("Program {OTHER} invoke [3]"),
        data_line(&paused(5)),
        format!("Program {OTHER} failed: custom program error: 0x1"),
        data_line(&paused(6)),
        format!("Program {ours} success"),
        data_line(&paused(7)),
        format!("Program {OTHER} success"),
    ];
    assert_eq!(pausers(&lines), [key(4), key(6)]);
}

#[test]
fn each_program_has_its_own_events_of_a_transaction() {
    let revoked = session_keys::events::AllRevoked {
        owner: key(9),
        epoch: 1,
    };
    let lines = [
        format!("Program {} invoke [1]", settlement::ID),
        data_line(&paused(2)),
        format!("Program {} invoke [2]", session_keys::ID),
        data_line(&revoked.data()),
        format!("Program {} success", session_keys::ID),
        data_line(&paused(3)),
        format!("Program {} success", settlement::ID),
    ];
    assert_eq!(pausers(&lines), [key(2), key(3)]);
    let events = event::from_logs(lines.iter().map(String::as_str)).unwrap();
    let [session_keys::parsers::Event::AllRevoked(read)] = events.as_slice() else {
        panic!("one event")
    };
    assert_eq!((read.owner, read.epoch), (key(9), 1));
}

#[test]
fn logged_text_that_looks_like_a_state_changes_nothing() {
    let ours = settlement::ID;
    let lines = [
        format!("Program {ours} invoke [1]"),
        "Program log: success".into(),
        data_line(&paused(2)),
        "Program log: invoke [1]".into(),
        data_line(&paused(3)),
        format!("Program {OTHER} invoke [2]"),
        "Program log: failed: insufficient funds".into(),
        data_line(&paused(4)),
        format!("Program return: {OTHER} success"),
        format!("Program {OTHER} success"),
        data_line(&paused(5)),
        format!("Program {ours} success"),
    ];
    assert_eq!(pausers(&lines), [key(2), key(3), key(5)]);
}

#[test]
fn truncated_logs_are_an_error_not_fewer_events() {
    let invoke = format!("Program {} invoke [1]", settlement::ID);
    let data = data_line(&paused(2));
    let result = event::from_logs::<Event>([invoke.as_str(), &data, "Log truncated"]);
    assert_eq!(result.err(), Some(event::Error::Truncated));
}

#[test]
fn data_that_the_idl_does_not_know_is_an_error() {
    let invoke = format!("Program {} invoke [1]", settlement::ID);
    let mut unknown = paused(2);
    unknown[0] ^= 1;
    let result = event::from_logs::<Event>([invoke.as_str(), &data_line(&unknown)]);
    assert_eq!(result.err(), Some(not_ours(&unknown)));
    let cut_short = &paused(2)[..20];
    let result = event::from_logs::<Event>([invoke.as_str(), &data_line(cut_short)]);
    assert_eq!(result.err(), Some(not_ours(cut_short)));
}

#[test]
fn events_are_read_from_calls_of_the_program_to_itself() {
    let deposited = events::Deposited {
        vault: key(1),
        mint: key(2),
        owner: key(3),
        amount: 5,
        balance: 6,
        total: u64::MAX,
    };
    let call = [anchor_lang::event::EVENT_IX_TAG_LE, &deposited.data()].concat();
    let Some(Event::Deposited(read)) = event::from_inner_instruction(&call).unwrap() else {
        panic!("a deposit")
    };
    assert_eq!(
        (read.owner, read.amount, read.balance, read.total),
        (key(3), 5, 6, u64::MAX)
    );

    let instruction = settlement::client::args::Deposit { amount: 7 }.data();
    assert!(
        event::from_inner_instruction::<Event>(&instruction)
            .unwrap()
            .is_none()
    );
    let damaged = event::from_inner_instruction::<Event>(&call[..30]);
    assert_eq!(damaged.err(), Some(not_ours(&call[8..30])));
}
