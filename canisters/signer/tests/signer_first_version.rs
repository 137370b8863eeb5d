//! Data that the first version wrote, read by this one. It knew claims only, and the role of an operator as `Claimer`.

mod common;

use candid::{CandidType, Nat};
use common::{
    CREDITS,
    batch::{Batch, EVM, allowed},
    emulated::{Emulated, distributor, me},
    fixture::first_version,
    request, wasm,
};
use ic_emulator::Options;
use serde_bytes::ByteBuf;
use signer_api::{
    AuditPage, AuditRequest, ClaimRequest, ClaimView, Refusal, RequestView, Role, SignedClaim, Status,
};

/// Its argument of `sign_claim`.
#[derive(CandidType)]
struct FirstClaim {
    id: ByteBuf,
    chain_id: u64,
    distributor: ByteBuf,
    account: ByteBuf,
    amount: Nat,
    deadline: u64,
}

/// Its argument of `allow_distributor`.
#[derive(CandidType)]
struct FirstDistributor {
    chain_id: u64,
    address: ByteBuf,
    max_amount: Nat,
}

#[derive(CandidType)]
enum FirstRole {
    Claimer,
}

/// The first version with a distributor.
fn start(options: Options) -> Emulated {
    let signer = Emulated::with(options, first_version());
    signer.set("set_role", (me(), FirstRole::Claimer, true));
    let distributor = distributor();
    let first = FirstDistributor {
        chain_id: distributor.chain_id,
        address: distributor.address,
        max_amount: distributor.max_amount,
    };
    signer.set("allow_distributor", (first,));
    signer
}

fn first(claim: ClaimRequest) -> FirstClaim {
    FirstClaim {
        id: claim.id,
        chain_id: claim.chain_id,
        distributor: claim.distributor,
        account: claim.account,
        amount: claim.amount,
        deadline: claim.deadline,
    }
}

fn sign(signer: &Emulated, n: u8) -> Result<SignedClaim, Refusal> {
    signer.update("sign_claim", (request(n),)).unwrap()
}

fn grant(signer: &Emulated) {
    let granted: Result<Nat, Refusal> = signer
        .update("grant_credits", (me(), Nat::from(CREDITS)))
        .unwrap();
    granted.unwrap();
}

#[test]
fn claims_policy_roles_log_and_addresses_are_read() {
    let signer = start(Options::default());
    let old: Result<SignedClaim, Refusal> = signer.update("sign_claim", (first(request(1)),)).unwrap();
    let old = old.unwrap();
    let addresses: [String; 2] =
        ["evm_address", "solana_address"].map(|method| signer.update(method, ()).unwrap());
    let log = signer.blocks(0, 100).blocks;

    signer.upgrade(wasm()).unwrap();
    let status: Status = signer.query("status", ());
    assert_eq!(
        [status.evm_address.unwrap(), status.solana_address.unwrap()],
        addresses
    );
    assert_eq!(
        ["evm_address", "solana_address"].map(|m| signer.update::<String>(m, ()).unwrap()),
        addresses
    );
    assert_eq!(status.roles, [(me(), Role::Admin), (me(), Role::Operator)]);
    assert_eq!(status.distributors, [distributor()]);
    assert_eq!((status.claims, status.requests, status.keys.current), (1, 1, 1));
    let after = signer.blocks(0, 100).blocks;
    assert!(log.iter().zip(&after).all(|(a, b)| a.block == b.block) && log.len() == after.len());
    common::schema::check(&after.into_iter().map(|b| b.block).collect::<Vec<_>>());

    // The same claim again gets the same bytes, for nothing.
    assert_eq!(sign(&signer, 1), Ok(old.clone()));
    let kept: Result<Option<ClaimView>, Refusal> = signer.query("claim", (request(1).id,));
    let kept = kept.unwrap().unwrap();
    assert_eq!((kept.request, kept.signature), (request(1), Some(old.signature)));
    let view: Result<Option<RequestView>, Refusal> = signer.query("request", (request(1).id,));
    let view = view.unwrap().unwrap();
    assert_eq!((view.key_version, view.price), (1, Nat::from(0u8)));

    // A new one costs credits, and the id of the old one stays taken, for batches too.
    assert_eq!(sign(&signer, 2).unwrap_err().rule(), "InsufficientCredits");
    grant(&signer);
    sign(&signer, 2).unwrap();
    signer.set("allow_settlement", (allowed(EVM),));
    let batch = Batch::empty(EVM, 1, signer.now());
    assert_eq!(
        signer.sign_batch(&batch.request(1)).unwrap_err().rule(),
        "IdTaken"
    );
    signer.sign_batch(&batch.request(3)).unwrap();
    let status: Status = signer.query("status", ());
    assert_eq!((status.claims, status.requests), (2, 3));
    let page: AuditPage = signer.query("audit", (AuditRequest { from: 0, limit: 100 },));
    assert_eq!(page.decisions.len(), 4, "two refusals, two acceptances");
}

/// The first version trapped after it had accepted the claim; this one signs it, for nothing.
#[test]
fn a_claim_that_was_accepted_and_not_signed_is_signed_for_nothing() {
    let signer = start(Options {
        // Enough to accept a claim and to upgrade, too few for the recovery of the public key.
        instruction_limit: 12_000_000,
        ..Options::default()
    });
    let trapped = signer
        .update::<Result<SignedClaim, Refusal>>("sign_claim", (first(request(1)),))
        .unwrap_err();
    assert!(trapped.message.contains("instructions"), "{trapped}");
    signer.upgrade(wasm()).unwrap();
    let status: Status = signer.query("status", ());
    assert_eq!((status.claims, status.requests), (1, 1));
    let trapped = signer
        .update::<Result<SignedClaim, Refusal>>("sign_claim", (request(1),))
        .unwrap_err();
    assert!(
        trapped.message.contains("instructions"),
        "not refused for want of credits: {trapped}"
    );
    let mut other = request(1);
    other.amount = Nat::from(1u8);
    let refused: Result<SignedClaim, Refusal> = signer.update("sign_claim", (other,)).unwrap();
    assert_eq!(refused.unwrap_err().rule(), "IdTaken");
}
