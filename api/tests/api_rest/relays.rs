//! What a relayer pays for is bounded, whoever asks, and nodes are not asked for nothing.

use crate::{
    place::{Place, place},
    rig::{CHAIN, now, word},
};
use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    signers::{SignerSync, local::PrivateKeySigner},
};
use futures_util::future::join_all;
use novate_bindings::evm::SessionKeys;
use novate_clearing::grants::{EvmGrants, GrantError, Period, SessionRequest, SignedGrant, SpendLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::actions,
};
use std::time::Instant;

fn request(owner: &PrivateKeySigner, limits: u8) -> SessionRequest {
    let limit = |n| SpendLimit {
        asset: Asset::from_evm([n; 20]),
        amount: 100,
        lifetime: 1 << 90,
        period: Period::Day,
    };
    SessionRequest {
        owner: Owner(word(owner)),
        key: word(&PrivateKeySigner::random()),
        expires_at: now() + 3600,
        actions: actions::PAY,
        limits: (1..=limits).map(limit).collect(),
    }
}

/// The owner's first grant, signed by `signer`.
async fn signed(
    place: &Place,
    owner: &PrivateKeySigner,
    signer: &PrivateKeySigner,
    limits: u8,
) -> SignedGrant {
    let session = request(owner, limits);
    let deadline = now() + 600;
    let grant = SessionKeys::Grant {
        owner: owner.address(),
        key: alloy::primitives::Address::from_word(session.key.into()),
        consumer: place.consumer,
        actions: actions::PAY.try_into().unwrap(),
        expires: session.expires_at.try_into().unwrap(),
        limits: session
            .limits
            .iter()
            .map(|limit| SessionKeys::Limit {
                asset: alloy::primitives::Address::from_word(limit.asset.0.into()),
                amount: limit.amount.try_into().unwrap(),
                lifetime: limit.lifetime.try_into().unwrap(),
                period: 86_400,
            })
            .collect(),
        epoch: 0,
        nonce: U256::ZERO,
        deadline,
    };
    let contract = SessionKeys::new(place.sessions, &place.node);
    let digest = contract.digestOf(grant).call().await.unwrap();
    SignedGrant {
        session,
        epoch: 0,
        nonce: U256::ZERO,
        deadline,
        signature: signer.sign_hash_sync(&digest).unwrap().as_bytes().into(),
    }
}

async fn own(place: &Place, limits: u8) -> SignedGrant {
    let owner = PrivateKeySigner::random();
    signed(place, &owner, &owner, limits).await
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_of_many_owners_at_once_all_land() {
    let place = place(Some(1_000)).await;
    let grants = join_all((0..12).map(|_| own(&place, 1))).await;
    let sent = join_all(grants.iter().map(|grant| place.grants.relay(grant, now()))).await;
    for hash in sent {
        let hash = hash.unwrap();
        let receipt = place.node.get_transaction_receipt(hash).await.unwrap().unwrap();
        assert!(receipt.status());
    }
    assert_eq!(place.counted().await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn gas_is_enough_for_every_number_of_limits_and_not_much_more() {
    let place = place(Some(1_000)).await;
    for limits in [0, 1, 2, 8] {
        let grant = own(&place, limits).await;
        let hash = place.grants.relay(&grant, now()).await.unwrap();
        let receipt = place.node.get_transaction_receipt(hash).await.unwrap().unwrap();
        let sent = place.node.get_transaction_by_hash(hash).await.unwrap().unwrap();
        let (used, limit) = (receipt.gas_used, alloy::consensus::Transaction::gas_limit(&sent));
        assert!(receipt.status(), "{limits} limits");
        assert!(
            used * 105 / 100 < limit && limit < used * 2,
            "{limits} limits: {used} of {limit}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_has_one_an_hour_and_everybody_together_so_many_a_day_in_all_processes() {
    let place = place(Some(2)).await;
    let owner = PrivateKeySigner::random();
    let first = signed(&place, &owner, &owner, 1).await;
    place.grants.relay(&first, now()).await.unwrap();
    let again = signed(&place, &owner, &owner, 1).await;
    let refused = place.another().relay(&again, now()).await;
    assert!(
        matches!(
            refused,
            Err(GrantError::OwnerQuota {
                seconds: 3_500..=3_600
            })
        ),
        "{refused:?}"
    );
    place.another().relay(&own(&place, 1).await, now()).await.unwrap();
    let refused = place.grants.relay(&own(&place, 1).await, now()).await;
    assert!(matches!(refused, Err(GrantError::DayQuota)), "{refused:?}");
    // Yesterday's do not count.
    sqlx::query("update accounts.relayed set sent_at = sent_at - interval '25 hours'")
        .execute(&place.pool)
        .await
        .unwrap();
    place.grants.relay(&own(&place, 1).await, now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_sent_while_three_have_not_landed() {
    let place = place(Some(1_000)).await;
    place.node.anvil_set_auto_mine(false).await.unwrap();
    for _ in 0..3 {
        place.grants.relay(&own(&place, 1).await, now()).await.unwrap();
    }
    let fourth = own(&place, 1).await;
    let refused = place.grants.relay(&fourth, now()).await;
    assert!(matches!(refused, Err(GrantError::Busy)), "{refused:?}");
    assert_eq!(place.counted().await, 3, "what was not sent does not count");
    place.node.anvil_mine(Some(1), None).await.unwrap();
    place.grants.relay(&fourth, now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sent_does_not_count() {
    let place = place(Some(1_000)).await;
    // A contract account.
    let owner = PrivateKeySigner::random();
    let grant = signed(&place, &owner, &owner, 1).await;
    place
        .node
        .anvil_set_code(owner.address(), vec![0x60, 0x00].into())
        .await
        .unwrap();
    let refused = place.grants.relay(&grant, now()).await;
    assert!(matches!(refused, Err(GrantError::ContractOwner)), "{refused:?}");
    // One that the contract refuses: its deadline is another than the one that was signed for.
    let owner = PrivateKeySigner::random();
    let mut grant = signed(&place, &owner, &owner, 1).await;
    grant.deadline += 1;
    let refused = place.grants.relay(&grant, now()).await;
    assert!(matches!(refused, Err(GrantError::Signature)), "{refused:?}");
    // One whose key has a session already: the contract says so when it is tried.
    let grant = signed(&place, &owner, &owner, 1).await;
    place.grants.relay(&grant, now()).await.unwrap();
    sqlx::query("delete from accounts.relayed")
        .execute(&place.pool)
        .await
        .unwrap();
    let refused = place.grants.relay(&grant, now()).await;
    assert!(matches!(refused, Err(GrantError::Refused(_))), "{refused:?}");
    assert_eq!(place.counted().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_of_others_ask_no_node_and_take_nobodys_tokens() {
    let mut place = place(Some(1_000)).await;
    let owner = PrivateKeySigner::random();
    let good = own(&place, 1).await;
    let foreign = signed(&place, &owner, &PrivateKeySigner::random(), 1).await;
    place.grants.relay(&good, now()).await.unwrap();
    // The contract is known, and the node is gone.
    place.contract.anvil = None;
    let mut forms = vec![foreign.clone(); 200];
    forms[0].signature.clear();
    forms[1].signature.push(0);
    forms[2].signature[64] = 0;
    for grant in &forms {
        let refused = place.grants.relay(grant, now()).await;
        assert!(matches!(refused, Err(GrantError::Signature)), "{refused:?}");
    }
    assert_eq!(place.counted().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_asked_so_often_and_their_addresses_are_kept() {
    let url = "http://127.0.0.1:1/v2/a-secret-key".parse().unwrap();
    let grants = novate_clearing::grants::Grants::Evm(EvmGrants::new(url, CHAIN, [1; 20].into(), None));
    let request = request(&PrivateKeySigner::random(), 1);
    let mut busy = 0;
    for _ in 0..200 {
        let error = grants.prepare(&request, now()).await.unwrap_err();
        assert!(
            !error.to_string().contains("secret") && !error.to_string().contains("127.0.0.1"),
            "{error}"
        );
        busy += usize::from(matches!(error, GrantError::Busy));
    }
    assert!(busy > 100, "{busy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_answer_is_not_waited_for() {
    rustls::crypto::ring::default_provider().install_default().ok();
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let grants = EvmGrants::new(url.parse().unwrap(), CHAIN, [1; 20].into(), None);
    let grants = novate_clearing::grants::Grants::Evm(grants);
    let began = Instant::now();
    let refused = grants
        .prepare(&request(&PrivateKeySigner::random(), 1), now())
        .await;
    assert!(matches!(refused, Err(GrantError::Unavailable)), "{refused:?}");
    assert!(began.elapsed().as_secs() < 15);
}
