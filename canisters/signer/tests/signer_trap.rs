//! A trap between the decision and the signature. Only the emulator can be told to trap there, by a limit of
//! instructions that the recovery of the public key exceeds.

mod common;

use candid::Nat;
use canister_kit::icrc3::Value;
use common::{emulated::Emulated, get, request};
use ic_emulator::{Options, Reject};
use signer::{
    api::{ClaimView, SignedClaim},
    refusal::Refusal,
};

struct Limited(Emulated);

impl Limited {
    fn start(instruction_limit: u64) -> Self {
        Self(Emulated::start(Options {
            instruction_limit,
            ..Options::default()
        }))
    }

    fn sign(&self) -> Result<Result<SignedClaim, Refusal>, Reject> {
        self.0.update("sign_claim", (request(1),))
    }

    fn log(&self) -> Vec<String> {
        let name = |block: &Value| match get(block, &["btype"]) {
            Some(Value::Text(name)) => name.clone(),
            other => panic!("{other:?}"),
        };
        let log = self.0.blocks(0, 100).blocks;
        log.iter().map(|b| name(&b.block)).collect()
    }
}

/// Enough to accept a claim (about 4 million), too few for what follows the await (about 14 million).
const LIMIT: u64 = 7_000_000;

#[test]
fn a_trap_after_the_await_leaves_the_decision_and_nothing_half_made() {
    let limited = Limited::start(LIMIT);
    let before = limited.log();
    for _ in 0..3 {
        // The second and third call are refused by the limit as well, not as a twin: the trap freed the id.
        let trapped = limited.sign().unwrap_err();
        assert!(
            trapped
                .message
                .contains("exceeded the limit of 7000000 instructions"),
            "{trapped}"
        );
    }
    let known: Result<Option<ClaimView>, Refusal> = limited.0.query("claim", (request(1).id,));
    let known = known.unwrap().unwrap();
    assert_eq!(
        (known.request, known.signature, known.signed_at),
        (request(1), None, None)
    );
    assert_eq!(
        limited.log(),
        [&before[..], &["claim_accepted".to_owned()]].concat(),
        "accepted once, signed never"
    );

    let mut changed = request(1);
    changed.amount = Nat::from(999u32);
    let refused: Result<SignedClaim, Refusal> = limited.0.update("sign_claim", (changed,)).unwrap();
    assert_eq!(
        refused,
        Err(Refusal::IdTaken {
            id: request(1).id,
            digest: known.digest
        })
    );
}

#[test]
fn with_enough_instructions_the_same_calls_sign() {
    let signed = Limited::start(10 * LIMIT).sign().unwrap().unwrap();
    assert_eq!(signed.signature.len(), 65);
}
