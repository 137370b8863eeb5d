//! The Candid types are those of the canister's interface, and survive a round trip.

use std::collections::BTreeMap;

use candid::{Decode, Encode, Nat, Principal, candid_method, export_service};
use novate_bindings::artifacts::SIGNER_DID;
use novate_bindings::icp::*;
use novate_protocol::{claim::Claim, eip712::Domain};
use serde_bytes::ByteBuf;

/// Methods of the canister over our types: never called, only described by `export_service`.
#[allow(dead_code)]
mod declared {
    use super::*;

    #[candid_method(init)]
    fn init(_: InitArgs) {}

    #[candid_method(update)]
    fn sign_claim(_: ClaimRequest) -> Result<SignedClaim, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn sign_batch(_: BatchRequest) -> Result<Signed, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn sign_checkpoint(_: CheckpointRequest) -> Result<Signed, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn sign_transaction(_: TransactionRequest) -> Result<SignedTransaction, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn submit_transaction(_: SubmissionRequest) -> Result<SubmissionView, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn advance(_id: ByteBuf) -> Result<SubmissionView, Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn submission(_id: ByteBuf) -> Result<Option<SubmissionView>, Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn allow_call(_: AllowedCall) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn remove_call(_chain_id: u64, _contract: ByteBuf, _function: String) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn calls(_from: u64, _limit: u64) -> CallPage {
        unreachable!()
    }

    #[candid_method(update)]
    fn set_evm_rpc(_: EvmRpc) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn remove_evm_rpc(_chain_id: u64) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn evm_rpcs() -> Vec<EvmRpcView> {
        unreachable!()
    }

    #[candid_method(update)]
    fn set_role(_principal: Principal, _role: Role, _granted: bool) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn allow_distributor(_: Distributor) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn allow_settlement(_: Settlement) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn allow_registry(_: Registry) -> Result<(), Refusal> {
        unreachable!()
    }

    #[candid_method(update)]
    fn complete_request(_id: ByteBuf, _key_version: Option<u32>) -> Result<Signed, Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn claim(_: ByteBuf) -> Result<Option<ClaimView>, Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn request(_: ByteBuf) -> Result<Option<RequestView>, Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn audit(_: AuditRequest) -> AuditPage {
        unreachable!()
    }

    #[candid_method(query)]
    fn cost() -> Result<Cost, Refusal> {
        unreachable!()
    }

    #[candid_method(query)]
    fn status() -> Status {
        unreachable!()
    }

    export_service!();

    pub fn interface() -> String {
        __export_service()
    }
}

/// The declarations of an interface by name, without comments and layout: `type X` and methods `x`.
fn declarations(did: &str) -> BTreeMap<String, String> {
    let mut declarations: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in did.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let is_method = declarations.keys().any(|name| name.starts_with("service"))
            && line.starts_with("  ")
            && !line.starts_with("   ");
        if is_method || line.starts_with("type ") || line.starts_with("service ") {
            name = line
                .split([':', '='])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned();
        }
        let declaration = declarations.entry(name.clone()).or_default();
        declaration.extend(line.chars().filter(|c| !c.is_whitespace()));
    }
    // A last `;` is written or not, depending on the layout.
    declarations
        .into_iter()
        .map(|(name, text)| (name, text.replace(";}", "}")))
        .collect()
}

#[test]
fn types_are_those_of_the_interface() {
    let ours = declarations(&declared::interface());
    let theirs = declarations(SIGNER_DID);
    assert!(ours.contains_key("type ClaimRequest") && ours.contains_key("sign_claim"));
    // Results are numbered in the order in which methods mention them, and here are not all methods.
    let is_type = |name: &str| name.starts_with("type ") && !name.starts_with("type Result");
    for (name, declaration) in ours.iter().filter(|(name, _)| is_type(name)) {
        assert_eq!(theirs.get(name), Some(declaration), "{name}");
    }
}

#[test]
fn interfaces_that_differ_are_told_apart() {
    let same = "// a comment\ntype A = record {\n  x : nat;\n};\nservice : {\n  f : (A) -> ();\n}\n";
    let plain = "type A = record { x : nat };\nservice : {\n  f : (A) -> ();\n}\n";
    assert_eq!(declarations(same), declarations(plain));
    assert_ne!(declarations(same), declarations(&same.replace("nat;", "nat64;")));
    assert_ne!(
        declarations(same),
        declarations(&same.replace("-> ()", "-> () query"))
    );
}

#[test]
fn request_names_the_claim_and_its_distributor() {
    let claim = Claim {
        id: [1; 32],
        account: [2; 20],
        amount: u128::MAX,
        deadline: 9,
    };
    let request = ClaimRequest::new(&claim, &Domain::rewards(31337, [3; 20]));
    let expected = ClaimRequest {
        id: ByteBuf::from([1; 32]),
        chain_id: 31337,
        distributor: ByteBuf::from([3; 20]),
        account: ByteBuf::from([2; 20]),
        amount: Nat::from(u128::MAX),
        deadline: 9,
        key_version: None,
    };
    assert_eq!(request, expected);
    let bytes = Encode!(&request).unwrap();
    assert_eq!(Decode!(&bytes, ClaimRequest).unwrap(), expected);
    assert!(
        Decode!(&bytes[..bytes.len() - 1], ClaimRequest).is_err(),
        "cut short"
    );
}

#[test]
fn refusal_says_what_was_wrong() {
    let answer: Result<SignedClaim, Refusal> = Err(Refusal::AboveMaximum {
        amount: Nat::from(7u8),
        max: Nat::from(5u8),
    });
    let bytes = Encode!(&answer).unwrap();
    let refusal = Decode!(&bytes, Result<SignedClaim, Refusal>)
        .unwrap()
        .unwrap_err();
    assert!(
        refusal.to_string().starts_with("7 base units are above 5"),
        "{refusal}"
    );
    let taken = Refusal::IdTaken {
        id: ByteBuf::from([0xab; 2]),
        digest: ByteBuf::from([0xcd]),
    };
    assert!(
        taken.to_string().contains("0xabab") && taken.to_string().contains("0xcd"),
        "{taken}"
    );
}
