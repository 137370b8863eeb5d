//! A trap between the decision and the signature. Only the emulator can be told to trap there, by a limit of
//! instructions that the recovery of the public key exceeds.

mod common;

use candid::Nat;
use canister_kit::icrc3::Value;
use common::{
    batch::{Batch, EVM, MAX_PER_BATCH, SOLANA, allowed},
    emulated::{Emulated, me},
    get, request,
};
use ic_emulator::{Options, Reject};
use serde_bytes::ByteBuf;
use signer_api::{ClaimView, Cost, Refusal, RequestView, Settlement, Signed, SignedClaim};

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

/// Enough to accept a claim (about 15 million), too few for what follows the await (about 30 million).
const LIMIT: u64 = 20_000_000;
/// The same for a batch.
const LIMIT_OF_BATCHES: u64 = 22_000_000;

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
                .contains("exceeded the limit of 20000000 instructions"),
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
        [
            &before[..],
            &["request_accepted", "claim_accepted"].map(String::from)[..]
        ]
        .concat(),
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

/// The same for a batch: its sequence, its totals and its price are counted once, whoever traps.
#[test]
fn a_batch_that_trapped_is_accepted_and_charged_once() {
    let signer = Emulated::start(Options {
        instruction_limit: LIMIT_OF_BATCHES,
        ..Options::default()
    });
    signer.set("allow_settlement", (allowed(EVM),));
    let credits = || signer.query::<Nat>("credits", (me(),));
    let before = credits();
    let batch = Batch::empty(EVM, 1, signer.now()).paying(1, 0, MAX_PER_BATCH.into());
    for _ in 0..3 {
        let trapped = signer
            .update::<Result<Signed, Refusal>>("sign_batch", (batch.request(1),))
            .unwrap_err();
        assert!(trapped.message.contains("exceeded the limit"), "{trapped}");
    }
    let cost: Result<Cost, Refusal> = signer.query("cost", ());
    assert_eq!(credits(), before - cost.unwrap().evm);
    let settlements: Vec<Settlement> = signer.query("settlements", ());
    assert_eq!(settlements[0].next_sequence, Some(2));
    let id = ByteBuf::from([1; 32]);
    let known: Result<Option<RequestView>, Refusal> = signer.query("request", (id,));
    assert_eq!(known.unwrap().unwrap().signature, None);

    // Another batch for that sequence is refused, and the twin of another id would be the same signature once more.
    let other = Batch::empty(EVM, 1, signer.now());
    assert_eq!(
        signer.sign_batch(&other.request(2)).unwrap_err().rule(),
        "OutOfTurn"
    );
    // Solana's signature needs no recovery, so what came after the trap goes through, and was not paid before.
    signer.set("allow_settlement", (allowed(SOLANA),));
    let batch = Batch::empty(SOLANA, 1, signer.now());
    signer.sign_batch(&batch.request(3)).unwrap();
}
