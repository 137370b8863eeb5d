//! Which calls of users are taken in, and that the methods do not rely on it.

mod common;

use candid::{Nat, Principal, encode_args, utils::ArgumentEncoder};
use common::{
    CHAIN, DISTRIBUTOR,
    batch::{Batch, EVM, allowed, settlement},
    emulated::{Emulated, distributor, me},
    identity, request,
};
use ic_agent::Identity;
use ic_emulator::{Options, Response};
use serde_bytes::ByteBuf;
use signer::roles;
use signer_api::{CheckpointRequest, Refusal, Registry, Role, SignedClaim, Status};

fn start() -> Emulated {
    Emulated::start(Options::default())
}

fn stranger() -> Principal {
    identity(3).sender().unwrap()
}

/// Every method with a role: a role that opens it, and a well-formed argument.
fn guarded() -> Vec<(&'static str, Role, Vec<u8>)> {
    let nothing = encode_args(()).unwrap();
    let remove = (CHAIN, ByteBuf::from(DISTRIBUTOR.to_vec()));
    let grant = (stranger(), Role::Guardian, true);
    let gone = encode_args((EVM, ByteBuf::from(settlement(EVM)))).unwrap();
    let number = encode_args((Nat::from(1u8),)).unwrap();
    let registry = Registry {
        chain: EVM,
        address: ByteBuf::from(settlement(EVM)),
        max_orders: 1,
        next_number: None,
    };
    let checkpoint = CheckpointRequest {
        id: ByteBuf::from([2; 32]),
        chain: EVM,
        contract: ByteBuf::from(settlement(EVM)),
        number: 1,
        root: ByteBuf::from([1; 32]),
        order_count: 1,
        key_version: None,
    };
    let batch = Batch::empty(EVM, 1, 0).request(3);
    vec![
        ("sign_batch", Role::Operator, encode_args((batch,)).unwrap()),
        (
            "sign_checkpoint",
            Role::Operator,
            encode_args((checkpoint,)).unwrap(),
        ),
        (
            "allow_settlement",
            Role::Admin,
            encode_args((allowed(EVM),)).unwrap(),
        ),
        ("remove_settlement", Role::Admin, gone.clone()),
        ("allow_registry", Role::Admin, encode_args((registry,)).unwrap()),
        ("remove_registry", Role::Admin, gone),
        (
            "grant_credits",
            Role::Admin,
            encode_args((stranger(), Nat::from(1u8))).unwrap(),
        ),
        ("set_margin", Role::Admin, number),
        ("rotate_key", Role::Admin, encode_args((1u64,)).unwrap()),
        ("sign_claim", Role::Operator, encode_args((request(1),)).unwrap()),
        ("set_role", Role::Admin, encode_args(grant).unwrap()),
        (
            "allow_distributor",
            Role::Admin,
            encode_args((distributor(),)).unwrap(),
        ),
        ("remove_distributor", Role::Admin, encode_args(remove).unwrap()),
        ("pause", Role::Guardian, nothing.clone()),
        ("resume", Role::Admin, nothing),
    ]
}

#[track_caller]
fn turned_away(response: Response) {
    let reject = response.unwrap_err();
    assert!(
        reject.message.contains("Canister rejected the message"),
        "{reject}"
    );
}

/// Number of claims and of blocks, and whether it is paused.
fn state(signer: &Emulated) -> (u64, u64, bool) {
    let status: Status = signer.query("status", ());
    (status.claims, status.log_length, status.paused)
}

#[test]
fn who_lacks_the_role_is_turned_away_before_anything_runs() {
    let signer = start();
    let before = state(&signer);
    for (method, _, args) in guarded() {
        for who in [Principal::anonymous(), stranger()] {
            turned_away(signer.emulator.update(who, signer.canister, method, args.clone()));
        }
    }
    assert_eq!(state(&signer), before);
}

#[test]
fn each_method_asks_for_its_own_role() {
    for role in Role::ALL {
        let signer = start();
        let granted: Result<(), Refusal> = signer.update("set_role", (stranger(), role, true)).unwrap();
        granted.unwrap();
        for (method, needed, args) in guarded() {
            let response = signer.emulator.update(stranger(), signer.canister, method, args);
            if role == needed || (method, role) == ("pause", Role::Admin) {
                response.unwrap();
            } else {
                turned_away(response);
            }
        }
    }
}

#[test]
fn everybody_with_a_name_asks_for_an_address_but_not_with_a_long_argument() {
    let signer = start();
    for method in ["evm_address", "solana_address"] {
        let call = |arg| signer.emulator.update(stranger(), signer.canister, method, arg);
        call(encode_args(()).unwrap()).unwrap();
        // A blob that the method ignores: 10 bytes of Candid before it.
        let padded = |length: usize| encode_args((ByteBuf::from(vec![0; length - 10]),)).unwrap();
        assert_eq!(padded(64).len(), 64);
        call(padded(64)).unwrap();
        turned_away(call(padded(65)));
        let nobody = Principal::anonymous();
        let nothing = encode_args(()).unwrap();
        turned_away(signer.emulator.update(nobody, signer.canister, method, nothing));
    }
}

#[test]
fn queries_as_updates_and_unknown_methods_are_turned_away() {
    let signer = start();
    let methods = [
        "claim",
        "status",
        "icrc3_get_blocks",
        "icrc3_get_tip_certificate",
        "icrc3_supported_block_types",
        "icrc3_get_archives",
        "icrc10_supported_standards",
        "no_such_method",
    ];
    for method in methods {
        turned_away(signer.emulator.update(
            me(),
            signer.canister,
            method,
            encode_args((request(1).id,)).unwrap(),
        ));
    }
}

/// Calls of canisters are not inspected, so they meet the method's own check.
#[test]
fn a_canister_without_the_role_is_refused_by_the_method() {
    let signer = start();
    let proxy = signer.proxy();
    let before = state(&signer);
    let missing = |role| {
        let caller = proxy;
        Refusal::RoleMissing { caller, role }
    };
    let signed: Result<SignedClaim, Refusal> = signer.via_proxy(proxy, "sign_claim", (request(1),));
    assert_eq!(signed, Err(missing(Role::Operator)));
    let admin = Err(missing(Role::Admin));
    let remove = (CHAIN, ByteBuf::from(DISTRIBUTOR.to_vec()));
    assert_eq!(
        done(&signer, proxy, "set_role", (proxy, Role::Admin, true)),
        admin
    );
    assert_eq!(done(&signer, proxy, "allow_distributor", (distributor(),)), admin);
    assert_eq!(done(&signer, proxy, "remove_distributor", remove), admin);
    assert_eq!(done(&signer, proxy, "pause", ()), admin);
    assert_eq!(done(&signer, proxy, "resume", ()), admin);
    assert_eq!(state(&signer), before, "a refusal leaves nothing");
}

#[test]
fn a_canister_may_hold_a_role_and_no_more_than_that() {
    let signer = start();
    let proxy = signer.proxy();
    for role in [Role::Guardian, Role::Operator] {
        let granted: Result<(), Refusal> = signer.update("set_role", (proxy, role, true)).unwrap();
        granted.unwrap();
    }
    let granted: Result<Nat, Refusal> = signer
        .update("grant_credits", (proxy, Nat::from(common::CREDITS)))
        .unwrap();
    granted.unwrap();
    let signed: Result<SignedClaim, Refusal> = signer.via_proxy(proxy, "sign_claim", (request(1),));
    signed.unwrap();
    done(&signer, proxy, "pause", ()).unwrap();
    let missing = Refusal::RoleMissing {
        caller: proxy,
        role: Role::Admin,
    };
    assert_eq!(done(&signer, proxy, "resume", ()), Err(missing));
    assert!(state(&signer).2);
}

/// A method that answers with nothing, called by the canister.
fn done(
    signer: &Emulated,
    proxy: Principal,
    method: &str,
    args: impl ArgumentEncoder,
) -> Result<(), Refusal> {
    signer.via_proxy(proxy, method, args)
}

/// No canister is anonymous, so only the guard itself can be asked.
#[test]
fn the_guard_refuses_the_anonymous_principal() {
    for role in Role::ALL {
        assert_eq!(
            roles::still(Principal::anonymous(), role),
            Err(Refusal::Anonymous)
        );
    }
}
