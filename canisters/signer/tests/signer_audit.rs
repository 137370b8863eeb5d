//! What was decided, refusals included, and how much of it is kept.

mod common;

use candid::{Principal, encode_args};
use canister_kit::http::{HttpRequest, HttpResponse};
use common::{
    batch::{Batch, EVM, SOLANA, allowed, settlement},
    emulated::{Emulated, me},
    identity, request,
};
use ic_agent::Identity;
use ic_emulator::Options;
use serde_bytes::ByteBuf;
use signer_api::{AuditPage, AuditRequest, Decision, Outcome, Refusal, Role, SignedClaim, Status};

fn start() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    signer
}

fn page(signer: &Emulated, from: u64, limit: u64) -> AuditPage {
    signer.query("audit", (AuditRequest { from, limit },))
}

/// All decisions, page by page.
fn all(signer: &Emulated, limit: u64) -> Vec<Decision> {
    let (mut from, mut decisions) = (0, vec![]);
    loop {
        let page = page(signer, from, limit);
        assert!(page.decisions.len() as u64 <= limit);
        decisions.extend(page.decisions);
        match page.next {
            Some(next) => from = next,
            None => return decisions,
        }
    }
}

#[test]
fn what_was_accepted_and_what_was_refused_is_told_with_its_reason() {
    let signer = start();
    let batch = Batch::empty(SOLANA, 1, signer.now());
    let signed = signer.sign_batch(&batch.request(1)).unwrap();
    let refused = signer
        .sign_batch(&Batch::empty(EVM, 7, signer.now()).request(2))
        .unwrap_err();
    let sequence = signer.update::<Result<(), Refusal>>("set_role", (me(), Role::Admin, false));
    assert_eq!(sequence.unwrap(), Err(Refusal::LastAdmin));

    let decisions = all(&signer, 100);
    let [accepted, refusal, admin] = &decisions[..] else {
        panic!("{decisions:?}")
    };
    assert_eq!(
        (accepted.method.as_str(), accepted.chain),
        ("sign_batch", Some(SOLANA))
    );
    assert_eq!(accepted.caller, me().to_text());
    assert_eq!(accepted.request_id, ByteBuf::from([1; 32]));
    assert_eq!(accepted.contract, ByteBuf::from(settlement(SOLANA)));
    let cost: Result<signer_api::Cost, Refusal> = signer.query("cost", ());
    let outcome = Outcome::Accepted {
        digest: signed.digest,
        key_version: 1,
        price: cost.unwrap().solana,
    };
    assert_eq!(accepted.outcome, outcome);

    assert_eq!(
        (refusal.method.as_str(), refusal.chain),
        ("sign_batch", Some(EVM))
    );
    let outcome = Outcome::Refused {
        rule: "OutOfTurn".into(),
        detail: refused.to_string(),
    };
    assert_eq!(refusal.outcome, outcome);
    assert!(refused.to_string().contains("is 1, not 7"), "{refused}");
    assert_eq!((admin.method.as_str(), admin.chain), ("set_role", None));
    assert!(matches!(&admin.outcome, Outcome::Refused { rule, .. } if rule == "LastAdmin"));
}

#[test]
fn pages_follow_each_other_without_gap_and_overlap() {
    let signer = start();
    for n in 1..=20 {
        let _refused: Result<SignedClaim, Refusal> = signer
            .update(
                "sign_claim",
                (signer_api::ClaimRequest {
                    chain_id: n,
                    ..request(1)
                },),
            )
            .unwrap();
        signer.set(if n % 2 == 0 { "resume" } else { "pause" }, ());
    }
    let whole = all(&signer, 500);
    assert_eq!(whole.len(), 20);
    for limit in [1, 3, 7] {
        assert_eq!(all(&signer, limit), whole);
    }
    assert_eq!(page(&signer, u64::MAX, 10).next, None);
    assert!(page(&signer, u64::MAX, 10).decisions.is_empty());
    let nothing = page(&signer, 0, 0);
    assert_eq!((nothing.decisions.len(), nothing.next), (0, Some(0)));
}

#[test]
fn strange_fields_are_kept_short_and_never_stop_the_refusal() {
    let signer = start();
    let mut strange = request(1);
    strange.id = ByteBuf::from(vec![1; 100_000]);
    strange.distributor = ByteBuf::from(vec![2; 100_000]);
    let refused: Result<SignedClaim, Refusal> = signer.update("sign_claim", (strange,)).unwrap();
    refused.unwrap_err();
    let mut wide = request(2);
    wide.amount = candid::Nat(num_bigint::BigUint::from(1u8) << 1_000_000u32);
    let refused: Result<SignedClaim, Refusal> = signer.update("sign_claim", (wide,)).unwrap();
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("a number of 1000001 bits")
    );
    let [long, _] = &all(&signer, 10)[..] else {
        panic!()
    };
    assert_eq!((long.request_id.len(), long.contract.len()), (64, 64));
}

#[test]
fn a_callers_refusals_of_a_day_are_kept_up_to_a_thousand_and_then_counted() {
    let signer = start();
    signer.to_midnight();
    let refuse = || {
        let wrong = signer_api::ClaimRequest {
            chain_id: 1,
            ..request(1)
        };
        let refused: Result<SignedClaim, Refusal> = signer.update("sign_claim", (wrong,)).unwrap();
        refused.unwrap_err();
    };
    let before: Status = signer.query("status", ());
    for _ in 0..1_005 {
        refuse();
    }
    let after: Status = signer.query("status", ());
    assert_eq!(after.refusals - before.refusals, 1_005);
    assert_eq!(after.log_length - before.log_length, 1_000);
    signer.to_midnight();
    refuse();
    let next: Status = signer.query("status", ());
    assert_eq!(next.log_length, after.log_length + 1, "a new day");
}

#[test]
fn who_holds_no_role_leaves_nothing() {
    let signer = start();
    let proxy = signer.proxy();
    let before: Status = signer.query("status", ());
    let refused: Result<(), Refusal> = signer.via_proxy(proxy, "pause", ());
    refused.unwrap_err();
    let stranger = identity(3).sender().unwrap();
    for who in [stranger, Principal::anonymous()] {
        let args = encode_args(()).unwrap();
        signer
            .emulator
            .update(who, signer.canister, "pause", args)
            .unwrap_err();
    }
    let after: Status = signer.query("status", ());
    assert_eq!(
        (after.log_length, after.refusals),
        (before.log_length, before.refusals)
    );
    // A guardian that asks for what administrators do is somebody.
    signer.set("set_role", (proxy, Role::Guardian, true));
    let refused: Result<(), Refusal> = signer.via_proxy(proxy, "resume", ());
    refused.unwrap_err();
    let decisions = all(&signer, 10);
    assert_eq!(
        (decisions.len(), decisions[0].caller.as_str()),
        (1, &*proxy.to_text())
    );
}

#[test]
fn metrics_and_logs_are_served_over_http() {
    let signer = start();
    let get = |url: &str| -> (u16, String) {
        let request = HttpRequest {
            method: "GET".into(),
            url: url.into(),
            headers: vec![],
            body: ByteBuf::new(),
        };
        let response: HttpResponse = signer.query("http_request", (request,));
        let body = String::from_utf8(response.body.into_vec()).unwrap();
        (response.status_code, body)
    };
    let signed: Result<SignedClaim, Refusal> = signer.update("sign_claim", (request(1),)).unwrap();
    signed.unwrap();
    let (status, metrics) = get("/metrics");
    assert_eq!(status, 200);
    for line in [
        "signer_requests_total 1",
        "signer_refusals_total 0",
        "signer_paused 0",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} is not in {metrics}");
    }
    let (status, logs) = get("/logs");
    assert_eq!(status, 200);
    assert!(logs.lines().last().unwrap().contains("claim_signed"), "{logs}");
    assert_eq!(get("/").0, 404);
}
