//! Why a program refuses a transaction, in its own words.

use novate_bindings::{
    artifacts::{SESSION_KEYS_IDL, SETTLEMENT_IDL},
    solana::{session_keys, settlement},
};
use serde::Deserialize;
use solana_address::Address;
use std::{collections::HashMap, sync::LazyLock};

/// The system program's code for an account with too few lamports.
const TOO_FEW_LAMPORTS: u32 = 1;
const SYSTEM: Address = Address::new_from_array([0; 32]);
/// Verifies signatures, before or beside the programs of a transaction.
const ED25519: Address = Address::from_str_const("Ed25519SigVerify111111111111111111111111111");

/// Errors that time or other transactions can make go away. All others of the two programs stay as long as the state is what
/// it is.
const PASSING: [&str; 21] = [
    // The settlement's turn, windows and pause.
    "Paused",
    "NotItsTurn",
    "ChallengeWindow",
    "BatchTooLate",
    "BatchInTime",
    "BatchCancelled",
    "PastReturn",
    "NotPastReturn",
    "CreditBeforeDebits",
    "BatchIncomplete",
    "BatchApplied",
    "WrongSequence",
    "TooManyWaiting",
    // A session has moved to another slot since it was looked up.
    "NoSuchSession",
    "WrongProof",
    // What is not there yet, or not any more: ledger, batch.
    "AccountOwnedByWrongProgram",
    "AccountNotInitialized",
    "AccountDiscriminatorMismatch",
    "AccountDiscriminatorNotFound",
    "AccountDidNotDeserialize",
    "WrongPayer",
];

/// Those of them which say that an account is not what it was thought to be.
const MISSING: [&str; 5] = [
    "AccountOwnedByWrongProgram",
    "AccountNotInitialized",
    "AccountDiscriminatorMismatch",
    "AccountDiscriminatorNotFound",
    "AccountDidNotDeserialize",
];

/// What a failed transaction is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The payer has too few lamports.
    Payer(String),
    /// A program refuses it.
    Program {
        /// Name and sentence.
        reason: String,
        /// It stays so as long as the state is what it is.
        permanent: bool,
        /// An account is not there.
        missing: bool,
    },
}

#[derive(Deserialize)]
struct Idl {
    errors: Vec<Sentence>,
}

#[derive(Clone, Deserialize)]
struct Sentence {
    code: u32,
    name: String,
    msg: String,
}

static SENTENCES: LazyLock<HashMap<(Address, u32), Sentence>> = LazyLock::new(|| {
    let programs = [
        (settlement::ID, SETTLEMENT_IDL),
        (session_keys::ID, SESSION_KEYS_IDL),
    ];
    let errors = |(program, idl): (Address, &str)| {
        let errors = serde_json::from_str::<Idl>(idl)
            .map(|idl| idl.errors)
            .unwrap_or_default();
        errors
            .into_iter()
            .map(move |error| ((program, error.code), error))
    };
    programs.into_iter().flat_map(errors).collect()
});

/// Tells who refused a transaction, and why. `text` is the runtime's own.
pub(super) fn told(code: Option<u32>, text: &str, logs: &[String]) -> Refusal {
    let program = failed(logs);
    if (program, code) == (Some(SYSTEM), Some(TOO_FEW_LAMPORTS)) {
        let line = logs.iter().find_map(|line| line.strip_prefix("Transfer: "));
        return Refusal::Payer(line.unwrap_or(text).to_owned());
    }
    let known = program.zip(code).and_then(|key| SENTENCES.get(&key)).cloned();
    let Some(Sentence { name, msg, .. }) = known.or_else(|| logged(logs)) else {
        return Refusal::Program {
            reason: text.to_owned(),
            permanent: false,
            missing: false,
        };
    };
    // session-keys says which of many charges it is.
    let charge = logs
        .iter()
        .find_map(|line| line.strip_prefix("Program log: charge "));
    let charge = charge
        .map(|charge| format!(" (charge {charge})"))
        .unwrap_or_default();
    Refusal::Program {
        permanent: !PASSING.contains(&name.as_str()),
        missing: MISSING.contains(&name.as_str()),
        reason: format!("{name}: {msg}{charge}"),
    }
}

/// Whether it is the signature beside a call that does not verify: no program of the call itself has failed.
pub(super) fn is_signature(code: Option<u32>, logs: &[String]) -> bool {
    // Anchor's codes, and those of programs, begin at 100.
    code.is_none_or(|code| code < 100) && matches!(failed(logs), None | Some(ED25519))
}

/// The program that failed first: the innermost, whose callers failed with it.
fn failed(logs: &[String]) -> Option<Address> {
    logs.iter().find_map(|line| {
        let (program, state) = line.strip_prefix("Program ")?.split_once(' ')?;
        state.starts_with("failed: ").then(|| program.parse().ok())?
    })
}

/// An error of Anchor's own, which is in no IDL: from its log line.
fn logged(logs: &[String]) -> Option<Sentence> {
    logs.iter().find_map(|line| {
        let (_, rest) = line.split_once("Error Code: ")?;
        let (name, rest) = rest.split_once(". Error Number: ")?;
        let (code, msg) = rest.split_once(". Error Message: ")?;
        Some(Sentence {
            code: code.parse().ok()?,
            name: name.to_owned(),
            msg: msg.trim_end_matches('.').to_owned(),
        })
    })
}
