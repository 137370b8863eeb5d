//! Wallets: each is linked by its own signature over a challenge, once.

use crate::common::{CHAIN, Evm, Key, Names, Solana, Timed, principal, request};
use names_api::{
    Refusal,
    challenge::LIFETIME,
    interface::{Action, ChallengeView, Cluster, NameView, Wallet, WalletSignature},
};
use serde_bytes::ByteBuf;

pub async fn name_of(names: &Names, wallet: Wallet) -> Option<String> {
    let found: Result<Option<NameView>, Refusal> = names.query("name_of_wallet", (wallet,)).await;
    found.unwrap().map(|view| view.name)
}

pub fn eip191(signature: Vec<u8>) -> WalletSignature {
    WalletSignature::Eip191(ByteBuf::from(signature))
}

#[tokio::test]
async fn wallets_of_both_kinds_are_linked_by_all_schemes_and_found_again() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let (evm, solana) = (Evm::new(7), Solana::new(8));
    names.link(&names.alice, "alice", &evm).await.unwrap();
    names.link(&names.alice, "alice", &solana).await.unwrap();
    let elsewhere = evm.wallet_on(8453);
    let challenge = names
        .challenge(&names.alice, Action::Link, "alice", elsewhere.clone())
        .await
        .unwrap();
    let linked = names
        .prove(&names.alice, challenge.nonce, evm.sign_typed(&challenge))
        .await
        .unwrap();
    let wallets: Vec<_> = linked.wallets.iter().map(|link| link.wallet.clone()).collect();
    assert_eq!(wallets, [evm.wallet(), solana.wallet(), elsewhere.clone()]);
    for wallet in wallets {
        assert_eq!(name_of(&names, wallet).await.as_deref(), Some("alice"));
    }
    assert_eq!(name_of(&names, evm.wallet_on(1)).await, None, "another chain");
    assert_eq!(names.blocks_of("wallet_linked").await.len(), 3);
}

#[tokio::test]
async fn the_challenge_names_what_is_signed() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let wallet = Evm::new(7).wallet();
    let challenge = names
        .challenge(&names.alice, Action::Link, "Alice", wallet.clone())
        .await
        .unwrap();
    assert_eq!(challenge.expires_at - challenge.issued_at, LIFETIME);
    for fact in [
        "Name: alice".to_owned(),
        format!("Requester: {}", principal(&names.alice)),
        format!("Wallet: evm:{CHAIN}:0x"),
        format!("Canister: {}", names.canister),
        format!("Nonce: {}", challenge.nonce),
        format!("Expires: {}", challenge.expires_at),
    ] {
        assert!(challenge.text.contains(&fact), "{fact}: {}", challenge.text);
    }
    let shown: Option<ChallengeView> = names.query("open_challenge", (challenge.nonce,)).await;
    assert_eq!(shown.as_ref(), Some(&challenge));
    let next = names
        .challenge(&names.alice, Action::Link, "alice", wallet)
        .await
        .unwrap();
    assert_ne!(next.nonce, challenge.nonce);
    assert_ne!(next.text, challenge.text);
}

#[tokio::test]
async fn a_challenge_counts_once_and_for_its_requester() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let key = Evm::new(7);
    let challenge = names
        .challenge(&names.alice, Action::Link, "alice", key.wallet())
        .await
        .unwrap();
    let (nonce, signature) = (challenge.nonce, key.sign(&challenge));
    let stolen = names.prove(&names.bob, nonce, signature.clone()).await;
    let caller = principal(&names.bob);
    assert_eq!(stolen, Err(Refusal::NotRequester { nonce, caller }));
    names.prove(&names.alice, nonce, signature.clone()).await.unwrap();
    // After an unlink as well: the signature does not bring the wallet back.
    names
        .ask::<NameView>(&names.alice, "unlink_wallet", ("alice", key.wallet()))
        .await
        .unwrap();
    let replayed = names.prove(&names.alice, nonce, signature).await;
    assert_eq!(replayed, Err(Refusal::ChallengeUnknown { nonce }));
    assert_eq!(name_of(&names, key.wallet()).await, None);
    let never = names.prove(&names.alice, 999, key.sign(&challenge)).await;
    assert_eq!(never, Err(Refusal::ChallengeUnknown { nonce: 999 }));
}

#[tokio::test]
async fn malformed_wallets_are_refused_by_the_rule_they_break() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let ask = async |wallet| {
        names
            .challenge(&names.alice, Action::Link, "alice", wallet)
            .await
            .unwrap_err()
    };
    let evm = |chain_id, address: Vec<u8>| Wallet::Evm {
        chain_id,
        address: ByteBuf::from(address),
    };
    let solana = |address: Vec<u8>| Wallet::Solana {
        cluster: Cluster::Mainnet,
        address: ByteBuf::from(address),
    };
    let length = |expected, actual| Refusal::WrongLength {
        field: "address".into(),
        expected,
        actual,
    };
    assert_eq!(ask(evm(0, vec![1; 20])).await, Refusal::ZeroChain);
    assert_eq!(ask(evm(1, vec![1; 32])).await, length(20, 32));
    assert_eq!(ask(evm(1, vec![])).await, length(20, 0));
    assert_eq!(ask(evm(1, vec![0; 20])).await, Refusal::ZeroAddress);
    assert_eq!(ask(solana(vec![1; 20])).await, length(32, 20));
    assert_eq!(ask(solana(vec![0; 32])).await, Refusal::ZeroAddress);
}

#[tokio::test]
async fn a_wallet_moves_to_the_name_that_it_signs_for_last() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    names.register(&names.bob, "bob").await.unwrap();
    let key = Evm::new(7);
    names.link(&names.alice, "alice", &key).await.unwrap();
    let again = names
        .challenge(&names.alice, Action::Link, "alice", key.wallet())
        .await;
    let expected = Refusal::AlreadyLinked {
        name: "alice".into(),
        wallet: key.wallet(),
    };
    assert_eq!(again, Err(expected));
    names.link(&names.bob, "bob", &key).await.unwrap();
    assert_eq!(name_of(&names, key.wallet()).await.as_deref(), Some("bob"));
    assert_eq!(names.name("alice").await.unwrap().wallets, []);
    let unlinked = names.blocks_of("wallet_unlinked").await;
    let reason = canister_testing::get(&unlinked[0], &["tx", "reason"]);
    assert_eq!(reason, Some(&canister_kit::icrc3::Value::text("moved")));
}

#[tokio::test]
async fn a_wallet_is_unlinked_by_the_holder_or_by_its_own_signature() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let (evm, solana) = (Evm::new(7), Solana::new(8));
    names.link(&names.alice, "alice", &evm).await.unwrap();
    names.link(&names.alice, "alice", &solana).await.unwrap();

    let unlink = async |who, wallet| {
        names
            .ask::<NameView>(who, "unlink_wallet", ("alice", wallet))
            .await
    };
    let stranger = unlink(&names.bob, evm.wallet()).await;
    assert!(matches!(stranger, Err(Refusal::NotHolder { .. })), "{stranger:?}");
    unlink(&names.alice, evm.wallet()).await.unwrap();
    let not_linked = Refusal::NotLinked {
        name: "alice".into(),
        wallet: evm.wallet(),
    };
    assert_eq!(unlink(&names.alice, evm.wallet()).await, Err(not_linked.clone()));
    let ask = names
        .challenge(&names.bob, Action::Unlink, "alice", evm.wallet())
        .await;
    assert_eq!(ask, Err(not_linked));

    // Bob has the wallet, and no name.
    let challenge = names
        .challenge(&names.bob, Action::Unlink, "alice", solana.wallet())
        .await
        .unwrap();
    let as_link = challenge
        .text
        .replace("Unlink this wallet from a name", "Link this wallet to a name");
    let wrong = WalletSignature::Ed25519(ByteBuf::from(solana.sign_text(&as_link)));
    let refused = names.prove(&names.bob, challenge.nonce, wrong).await;
    assert!(matches!(refused, Err(Refusal::WrongSigner { .. })), "{refused:?}");
    let after = names
        .prove(&names.bob, challenge.nonce, solana.sign(&challenge))
        .await
        .unwrap();
    assert_eq!(after.wallets, []);
    assert_eq!(name_of(&names, solana.wallet()).await, None);
}

#[tokio::test]
async fn only_the_holder_asks_to_link() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let refused = names
        .challenge(&names.bob, Action::Link, "alice", Evm::new(7).wallet())
        .await;
    assert!(matches!(refused, Err(Refusal::NotHolder { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_transfer_ends_links_and_open_challenges() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let (key, late) = (Evm::new(7), Evm::new(9));
    names.link(&names.alice, "alice", &key).await.unwrap();
    let open = names
        .challenge(&names.alice, Action::Link, "alice", late.wallet())
        .await
        .unwrap();
    let transfer = async |from, to| {
        names
            .ask::<u64>(from, "offer_transfer", ("alice", principal(to)))
            .await
            .unwrap();
        names
            .ask::<NameView>(to, "accept_transfer", ("alice",))
            .await
            .unwrap()
    };
    assert_eq!(transfer(&names.alice, &names.bob).await.wallets, []);
    assert_eq!(name_of(&names, key.wallet()).await, None);
    let outdated = Err(Refusal::ChallengeOutdated {
        nonce: open.nonce,
        name: "alice".into(),
    });
    assert_eq!(
        names.prove(&names.alice, open.nonce, late.sign(&open)).await,
        outdated
    );
    transfer(&names.bob, &names.alice).await;
    assert_eq!(
        names.prove(&names.alice, open.nonce, late.sign(&open)).await,
        outdated,
        "the same holder again is another tenure"
    );
}

#[test]
fn a_challenge_is_void_after_ten_minutes() {
    let names = Timed::start();
    names.register(2, "alice").unwrap();
    let key = Evm::new(7);
    let ask = || -> ChallengeView {
        names
            .ask(2, "challenge", (request(Action::Link, "alice", key.wallet()),))
            .unwrap()
    };
    let challenge = ask();
    names.pass(LIFETIME);
    let late: Result<NameView, _> = names.ask(2, "prove_wallet", (challenge.nonce, key.sign(&challenge)));
    let Err(Refusal::ChallengeExpired { expired_at, now, .. }) = late else {
        panic!("{late:?}")
    };
    assert!(expired_at == challenge.expires_at && now >= expired_at);
    let shown: Option<ChallengeView> = names.0.query("open_challenge", (challenge.nonce,));
    assert_eq!(shown, None);
    ask();
    assert_eq!(names.status().challenges, 1, "the expired one is cleared away");
}

#[test]
fn a_principal_has_eight_challenges_and_a_name_sixteen_wallets() {
    let names = Timed::start();
    names.register(2, "alice").unwrap();
    let ask = |n: u8| {
        names.ask::<ChallengeView>(
            2,
            "challenge",
            (request(Action::Link, "alice", Evm::new(n).wallet()),),
        )
    };
    let first = ask(1).unwrap();
    for n in 2..=8 {
        ask(n).unwrap();
    }
    let expected = Refusal::TooManyChallenges {
        limit: 8,
        again_at: first.expires_at,
    };
    assert_eq!(ask(9), Err(expected));
    names.pass(LIFETIME);
    for n in 1..=16 {
        names.link(2, "alice", &Evm::new(n)).unwrap();
    }
    let expected = Refusal::TooManyWallets {
        name: "alice".into(),
        limit: 16,
    };
    assert_eq!(ask(17), Err(expected));
}
