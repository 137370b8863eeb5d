//! Submissions and daily totals as time goes by, and a trap in the middle: only the emulator can be told to do these.

mod common;
mod mocks;

use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use common::{
    emulated::{Emulated, install, me},
    get,
};
use ic_emulator::Options;
use mocks::{GWEI, Method, allowed, count, history, submission, taken, transaction};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, Refusal, SignedTransaction, SubmissionState as State, SubmissionView,
    TransactionRefusal as Refused,
};
use std::time::Duration;

struct Signer(Emulated, Principal);

impl Signer {
    /// With an allowed call and a chain that takes everything.
    fn start(instruction_limit: Option<u64>) -> Self {
        let default = Options::default();
        let emulated = Emulated::start(Options {
            instruction_limit: instruction_limit.unwrap_or(default.instruction_limit),
            ..default
        });
        let rpc = install(&emulated.emulator, mocks::wasm(), vec![]);
        let signer = Self(emulated, rpc);
        signer.allow(allowed());
        let set: Result<(), Refusal> = signer.0.update("set_evm_rpc", (mocks::config(rpc),)).unwrap();
        set.unwrap();
        signer.script(Method::TransactionCount, count(3));
        signer.script(Method::FeeHistory, history(10 * GWEI, GWEI));
        signer.script(Method::SendRawTransaction, taken());
        signer
    }

    fn allow(&self, call: AllowedCall) {
        let allowed: Result<(), Refusal> = self.0.update("allow_call", (call,)).unwrap();
        allowed.unwrap();
    }

    fn script(&self, method: Method, answer: mocks::Answer) {
        let argument = mocks::script(method, &[answer]);
        self.0.emulator.update(me(), self.1, "script", argument).unwrap();
    }

    fn sign(&self, n: u8, nonce: u64) -> Result<SignedTransaction, Refusal> {
        self.0
            .update("sign_transaction", (transaction(n, nonce),))
            .unwrap()
    }

    fn advance(&self) -> SubmissionView {
        let id = ByteBuf::from([1; 32]);
        let advanced: Result<SubmissionView, Refusal> = self.0.update("advance", (id,)).unwrap();
        advanced.unwrap()
    }

    fn blocks_of(&self, block_type: &str) -> usize {
        let blocks = self.0.blocks(0, 1_000).blocks;
        let is_of = |block: &Value| get(block, &["btype"]) == Some(&Value::text(block_type));
        blocks.iter().filter(|block| is_of(&block.block)).count()
    }
}

#[test]
fn a_transaction_is_replaced_when_its_time_is_up_and_not_before() {
    let signer = Signer::start(None);
    let sent: Result<SubmissionView, Refusal> =
        signer.0.update("submit_transaction", (submission(1),)).unwrap();
    assert_eq!(sent.unwrap().state, State::Sent);
    signer.0.emulator.advance_time(Duration::from_secs(3_590));
    assert_eq!(signer.advance().attempts.len(), 1);
    signer.0.emulator.advance_time(Duration::from_secs(11));
    assert_eq!(signer.advance().attempts.len(), 2);
    assert_eq!(
        signer.advance().attempts.len(),
        2,
        "the replacement has its own hour"
    );
}

#[test]
fn a_new_day_begins_at_zero() {
    let signer = Signer::start(None);
    let cost = 500_000 * 40 * GWEI + 10;
    signer.allow(AllowedCall {
        max_per_day: Some(Nat::from(cost)),
        ..allowed()
    });
    signer.sign(1, 0).unwrap();
    let full = signer.sign(2, 1);
    assert!(
        matches!(full, Err(Refusal::Transaction(Refused::DayAboveMaximum { .. }))),
        "{full:?}"
    );
    signer.0.emulator.advance_time(Duration::from_secs(86_400));
    signer.sign(2, 1).unwrap();
}

/// Enough to plan a transaction (about 19 million), too few for what follows the signature (about 30 million).
const LIMIT: u64 = 22_000_000;

#[test]
fn a_trap_after_the_signature_leaves_the_plan_and_its_nonce() {
    let signer = Signer::start(Some(LIMIT));
    for round in 0..3 {
        let trapped = match round {
            0 => signer
                .0
                .update::<Result<SubmissionView, Refusal>>("submit_transaction", (submission(1),)),
            _ => signer.0.update("advance", (ByteBuf::from([1; 32]),)),
        };
        let trapped = trapped.unwrap_err();
        assert!(
            trapped.message.contains("limit of 22000000 instructions"),
            "{trapped}"
        );
        // The next call is stopped by the limit as well, not as a twin: the trap freed the id.
        let id = ByteBuf::from([1; 32]);
        let kept: Result<Option<SubmissionView>, Refusal> = signer.0.query("submission", (id,));
        let kept = kept.unwrap().unwrap();
        assert_eq!(
            (kept.state, kept.nonce, kept.attempts.len()),
            (State::Planned, Some(3), 1)
        );
        assert_eq!(kept.attempts[0].hash, None);
    }
    let blocks = [
        "submission_planned",
        "transaction_accepted",
        "transaction_signed",
        "submission_sent",
    ];
    assert_eq!(
        blocks.map(|block_type| signer.blocks_of(block_type)),
        [1, 1, 0, 0]
    );
    // The nonce is kept for it.
    let mut other = transaction(9, 3);
    other.data = mocks::data(2);
    let refused: Result<SignedTransaction, Refusal> = signer.0.update("sign_transaction", (other,)).unwrap();
    assert!(
        matches!(refused, Err(Refusal::Transaction(Refused::NonceTaken { .. }))),
        "{refused:?}"
    );
}
