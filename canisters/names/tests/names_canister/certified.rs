//! Answers with proof: the witness always says what the record says, whatever was done before.

use crate::common::{Evm, Key as _, Names, Solana, Timed, content, principal, request};
use candid::Nat;
use ic_agent::Certificate;
use ic_certification::{HashTree, LookupResult};
use names_api::{
    Refusal,
    challenge::LIFETIME,
    convert,
    interface::{
        Action, Certified, ChallengeView, ClaimArgs, ClaimView, ContentView, Lookup, NameView, Role,
    },
    name::Name,
    record::{Key, hash},
};
use serde_bytes::ByteBuf;

/// The label of what is looked up.
fn label(lookup: &Lookup) -> [u8; 32] {
    let parse = |name: &str| Name::parse(name).unwrap();
    match lookup {
        Lookup::Name(name) => Key::Name(&parse(name)).label(),
        Lookup::Wallet(wallet) => Key::Wallet(&convert::wallet(wallet).unwrap()).label(),
        Lookup::Content { name, label } => Key::Content(&parse(name), label).label(),
        Lookup::Claim(id) => Key::Claim(id.as_slice().try_into().unwrap()).label(),
        Lookup::Challenge(nonce) => Key::Challenge(*nonce).label(),
    }
}

/// Whether there is a record, after the witness was seen to say the same, and the certificate to be over the witness.
#[track_caller]
fn is_there(answer: &Certified, lookup: &Lookup, names: candid::Principal) -> bool {
    let certificate: Certificate = serde_cbor::from_slice(&answer.certificate).unwrap();
    let witness: HashTree = serde_cbor::from_slice(&answer.witness).unwrap();
    let path: [&[u8]; 3] = [b"canister", names.as_slice(), b"certified_data"];
    let certified = certificate.tree.lookup_path(path);
    assert!(matches!(certified, LookupResult::Found(data) if data == witness.digest()));
    match (
        witness.lookup_path([b"names".as_slice(), &label(lookup)]),
        &answer.record,
    ) {
        (LookupResult::Found(leaf), Some(record)) => assert_eq!(leaf, hash(record), "{lookup:?}"),
        (LookupResult::Absent, None) => {}
        other => panic!("{lookup:?}: {other:?}"),
    }
    answer.record.is_some()
}

async fn there(names: &Names, lookups: &[Lookup]) -> Vec<bool> {
    let mut there = Vec::new();
    for lookup in lookups {
        let answer: Result<Certified, Refusal> = names.query("certified", (lookup,)).await;
        there.push(is_there(&answer.unwrap(), lookup, names.canister));
    }
    there
}

#[tokio::test]
async fn witnesses_follow_every_change() {
    let names = Names::start().await;
    let (alice, bob) = (&names.alice, &names.bob);
    let (evm, solana) = (Evm::new(7), Solana::new(8));
    let lookups = [
        Lookup::Name("alice".into()),
        Lookup::Wallet(evm.wallet()),
        Lookup::Wallet(solana.wallet()),
        Lookup::Content {
            name: "alice".into(),
            label: "site".into(),
        },
        Lookup::Claim(ByteBuf::from([1; 32])),
        Lookup::Challenge(1),
    ];
    let expect = async |what: &str, expected: [u8; 6]| {
        let found: Vec<_> = there(&names, &lookups).await.into_iter().map(u8::from).collect();
        assert_eq!(found, expected, "{what}");
    };
    expect("nothing", [0, 0, 0, 0, 0, 0]).await;
    names.grant(bob, Role::Issuer).await;
    names.register(alice, "alice").await.unwrap();
    names
        .ask::<NameView>(alice, "renew", ("alice", 1u32))
        .await
        .unwrap();
    expect("registered", [1, 0, 0, 0, 0, 0]).await;
    let challenge = names
        .challenge(alice, Action::Link, "alice", evm.wallet())
        .await
        .unwrap();
    expect("asked", [1, 0, 0, 0, 0, 1]).await;
    names
        .prove(alice, challenge.nonce, evm.sign(&challenge))
        .await
        .unwrap();
    names.link(alice, "alice", &solana).await.unwrap();
    expect("linked", [1, 1, 1, 0, 0, 0]).await;
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
        wallet: evm.wallet(),
        subject: ByteBuf::from([9; 32]),
        amount: Nat::from(5u8),
        deadline: 4_102_444_800,
    };
    names
        .ask::<ClaimView>(bob, "issue_claim", (claim,))
        .await
        .unwrap();
    expect("published and issued", [1, 1, 1, 1, 1, 0]).await;
    let redeem = (ByteBuf::from([1; 32]), evm.wallet());
    names
        .ask::<ClaimView>(alice, "redeem_claim", redeem)
        .await
        .unwrap();
    names
        .ask::<NameView>(alice, "unlink_wallet", ("alice", solana.wallet()))
        .await
        .unwrap();
    expect("redeemed and unlinked", [1, 1, 0, 1, 1, 0]).await;
    let offer = ("alice", principal(bob));
    names.ask::<u64>(alice, "offer_transfer", offer).await.unwrap();
    names
        .ask::<NameView>(bob, "accept_transfer", ("alice",))
        .await
        .unwrap();
    expect("transferred", [1, 0, 0, 0, 1, 0]).await;
    names.register(alice, "carol").await.unwrap();
    names.link(alice, "carol", &evm).await.unwrap();
    names.link(bob, "alice", &evm).await.unwrap();
    expect("moved", [1, 1, 0, 0, 1, 0]).await;
    // Labels are hashes, so these lie before, among and after the others.
    let absent: Vec<_> = (0..24).map(|n| Lookup::Name(format!("absent-{n}"))).collect();
    assert_eq!(there(&names, &absent).await, [false; 24]);
    names.ask::<()>(bob, "release", ("alice",)).await.unwrap();
    expect("released", [0, 0, 0, 0, 1, 0]).await;
}

#[test]
fn what_time_clears_away_is_proven_to_be_gone() {
    let names = Timed::start();
    let look = |lookup: Lookup| {
        let answer: Result<Certified, Refusal> = names.0.query("certified", (&lookup,));
        is_there(&answer.unwrap(), &lookup, names.0.canister)
    };
    let challenge = || {
        let args = (request(Action::Link, "alice", Evm::new(7).wallet()),);
        names.ask::<ChallengeView>(2, "challenge", args).unwrap().nonce
    };
    names.register(2, "alice").unwrap();
    let first = challenge();
    names.pass(LIFETIME);
    assert!(look(Lookup::Challenge(first)), "expired, and not cleared yet");
    let second = challenge();
    assert!(!look(Lookup::Challenge(first)));
    assert!(look(Lookup::Challenge(second)));
    names.pass(names_api::record::YEAR + names_api::record::GRACE);
    assert!(look(Lookup::Name("alice".into())), "free, and not cleared yet");
    names.register(3, "bob").unwrap();
    assert!(!look(Lookup::Name("alice".into())));
}

#[tokio::test]
async fn malformed_questions_are_refused_by_the_rule_they_break() {
    let names = Names::start().await;
    let ask = async |lookup: Lookup| {
        let answer: Result<Certified, Refusal> = names.query("certified", (lookup,)).await;
        answer.unwrap_err()
    };
    assert_eq!(
        ask(Lookup::Name("a".into())).await,
        Refusal::NameLength { length: 1 }
    );
    let short = ask(Lookup::Claim(ByteBuf::from([1; 31]))).await;
    assert!(
        matches!(short, Refusal::WrongLength { actual: 31, .. }),
        "{short:?}"
    );
    let wallet = ask(Lookup::Wallet(Evm::new(7).wallet_on(0))).await;
    assert_eq!(wallet, Refusal::ZeroChain);
    let content = Lookup::Content {
        name: "\u{e9}".repeat(5),
        label: String::new(),
    };
    let content = ask(content).await;
    assert!(matches!(content, Refusal::NameCharacter { .. }), "{content:?}");
}
