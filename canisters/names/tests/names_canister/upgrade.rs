//! An upgrade keeps everything, and what cannot be read stops it.

use crate::common::{Evm, Key, Names, Solana, content, principal, wasm};
use candid::Nat;
use canister_kit::icrc3::TipCertificate;
use canister_testing::Emulated;
use ic_certification::HashTree;
use ic_emulator::Options;
use names_api::{
    Refusal,
    interface::{Action, Certified, ClaimArgs, ClaimView, ContentView, Lookup, NameView, Role, Status},
};
use serde_bytes::ByteBuf;

/// One of everything, and a challenge that is open.
async fn full() -> (Names, u64) {
    let names = Names::start().await;
    let (alice, bob) = (&names.alice, &names.bob);
    names.grant(bob, Role::Issuer).await;
    names
        .ask::<()>(&names.admin, "reserve_name", ("novate",))
        .await
        .unwrap();
    for name in ["alice", "carol", "dave"] {
        names.register(alice, name).await.unwrap();
    }
    names.link(alice, "alice", &Evm::new(7)).await.unwrap();
    names.link(alice, "alice", &Solana::new(8)).await.unwrap();
    for n in 1..=2 {
        let args = (content("alice", "site", n),);
        names
            .ask::<ContentView>(alice, "set_content", args)
            .await
            .unwrap();
    }
    let claim = ClaimArgs {
        id: ByteBuf::from([1; 32]),
        name: "alice".into(),
        wallet: Evm::new(7).wallet(),
        subject: ByteBuf::from([9; 32]),
        amount: Nat::from(5u8),
        deadline: 4_102_444_800,
    };
    names
        .ask::<ClaimView>(bob, "issue_claim", (claim,))
        .await
        .unwrap();
    let offer = ("dave", principal(bob));
    names.ask::<u64>(alice, "offer_transfer", offer).await.unwrap();
    let open = names
        .challenge(alice, Action::Link, "carol", Evm::new(9).wallet())
        .await
        .unwrap();
    (names, open.nonce)
}

/// The root of the certified tree.
async fn root(names: &Names) -> [u8; 32] {
    let tip: Option<TipCertificate> = names.query("icrc3_get_tip_certificate", ()).await;
    let tree: HashTree = serde_cbor::from_slice(&tip.unwrap().hash_tree).unwrap();
    tree.digest()
}

/// Everything that can be asked.
async fn everything(names: &Names, nonce: u64) -> (Vec<Option<NameView>>, Vec<Option<ByteBuf>>, String) {
    let mut views = Vec::new();
    for name in ["alice", "carol", "dave", "nobody"] {
        views.push(names.name(name).await);
    }
    let lookups = [
        Lookup::Name("alice".into()),
        Lookup::Wallet(Evm::new(7).wallet()),
        Lookup::Wallet(Solana::new(8).wallet()),
        Lookup::Content {
            name: "alice".into(),
            label: "site".into(),
        },
        Lookup::Claim(ByteBuf::from([1; 32])),
        Lookup::Challenge(nonce),
    ];
    let mut records = Vec::new();
    for lookup in lookups {
        let answer: Result<Certified, Refusal> = names.query("certified", (lookup,)).await;
        records.push(answer.unwrap().record);
    }
    let history: Result<Vec<ContentView>, Refusal> = names
        .query("content_history", ("alice", "site", 0u32, 10u32))
        .await;
    let reserved: Result<Vec<String>, Refusal> = names.query("reserved_names", (None::<String>, 10u32)).await;
    let status: Status = names.query("status", ()).await;
    (views, records, format!("{history:?} {reserved:?} {status:?}"))
}

#[tokio::test]
async fn everything_is_as_before_and_goes_on() {
    let (names, nonce) = full().await;
    let before = (
        everything(&names, nonce).await,
        names.log().await,
        root(&names).await,
    );
    assert!(before.0.1.iter().all(Option::is_some));
    names.upgrade(&wasm()).await;
    let after = (
        everything(&names, nonce).await,
        names.log().await,
        root(&names).await,
    );
    assert_eq!(after, before);

    let challenge = names.query("open_challenge", (nonce,)).await;
    let challenge: Option<names_api::interface::ChallengeView> = challenge;
    let signature = Evm::new(9).sign(&challenge.unwrap());
    names.prove(&names.alice, nonce, signature).await.unwrap();
    names
        .ask::<NameView>(&names.bob, "accept_transfer", ("dave",))
        .await
        .unwrap();
    let taken = names.register(&names.bob, "al1ce").await;
    assert!(matches!(taken, Err(Refusal::NameTooSimilar { .. })), "{taken:?}");
    assert_ne!(root(&names).await, before.2);
}

#[tokio::test]
async fn after_an_upgrade_that_failed_the_old_code_runs_again() {
    let (names, nonce) = full().await;
    let before = everything(&names, nonce).await;
    names
        .node
        .upgrade(&names.admin, names.canister, b"no wasm", vec![])
        .await
        .unwrap_err();
    assert_eq!(everything(&names, nonce).await, before);
    names.register(&names.bob, "erin").await.unwrap();
}

/// A module whose stable memory is no state of ours: 64 KiB of it, with the magic of a memory manager that has a layout
/// from the future.
const FOREIGN: &str = r#"(module
    (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
    (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
    (memory 1)
    (data (i32.const 0) "MGR\\ff")
    (func (export "canister_init")
        (drop (call $grow (i64.const 1)))
        (call $write (i64.const 0) (i64.const 0) (i64.const 4))))"#;

#[test]
fn an_upgrade_from_what_it_cannot_read_is_undone() {
    let foreign = wat::parse_str(FOREIGN).unwrap();
    let canister = Emulated::start(Options::default(), foreign, ());
    let refused = canister.upgrade(wasm()).unwrap_err();
    assert!(refused.message.contains("ersion"), "{refused}");
    let unknown = canister.update::<()>(1, "register", ("alice", 1u32)).unwrap_err();
    assert!(
        unknown.message.contains("no update or query method"),
        "the old code runs: {unknown}"
    );
}
