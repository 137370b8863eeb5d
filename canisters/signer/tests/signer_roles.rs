//! Who may set what.

mod common;

use candid::{Nat, Principal, encode_one};
use common::{CHAIN, DISTRIBUTOR, Signer, identity, principal, wasm};
use devnet_nodes::IcNode;
use ic_agent::Identity;
use serde_bytes::ByteBuf;
use signer_api::{Distributor, InitArgs, Refusal, Role};

#[tokio::test]
async fn only_administrators_administer() {
    let signer = Signer::start().await;
    let before = signer.status().await.log_length;
    for who in [&signer.stranger, &signer.operator, &signer.anonymous] {
        let grant = (principal(who), Role::Admin, true);
        signer.turned_away(who, "set_role", grant).await;
        let distributor = Distributor {
            chain_id: CHAIN,
            address: ByteBuf::from(DISTRIBUTOR.to_vec()),
            max_amount: Nat::from(5u8),
            max_per_day: None,
        };
        signer.turned_away(who, "allow_distributor", (distributor,)).await;
        let remove = (CHAIN, ByteBuf::from(DISTRIBUTOR.to_vec()));
        signer.turned_away(who, "remove_distributor", remove).await;
        signer.turned_away(who, "pause", ()).await;
        signer.turned_away(who, "resume", ()).await;
    }
    assert_eq!(
        signer.status().await.log_length,
        before,
        "a refusal is not logged"
    );
}

#[tokio::test]
async fn a_guardian_pauses_and_an_administrator_resumes() {
    let signer = Signer::start().await;
    let guardian = &signer.stranger;
    signer
        .set_role(&signer.admin, principal(guardian), Role::Guardian, true)
        .await
        .unwrap();
    signer.pause(guardian).await.unwrap();
    signer.pause(guardian).await.unwrap();
    assert!(signer.status().await.paused);
    signer.turned_away(guardian, "resume", ()).await;
    signer.resume(&signer.admin).await.unwrap();
    assert!(!signer.status().await.paused);
    assert_eq!(
        signer.blocks_of("paused").await.len(),
        1,
        "what changes nothing is not logged"
    );
}

#[tokio::test]
async fn somebody_always_administers() {
    let signer = Signer::start().await;
    let (first, second) = (principal(&signer.admin), identity(9).sender().unwrap());
    assert_eq!(
        signer.set_role(&signer.admin, first, Role::Admin, false).await,
        Err(Refusal::LastAdmin)
    );
    signer
        .set_role(&signer.admin, second, Role::Admin, true)
        .await
        .unwrap();
    signer
        .set_role(&signer.admin, first, Role::Admin, false)
        .await
        .unwrap();
    let again = (first, Role::Admin, true);
    signer.turned_away(&signer.admin, "set_role", again).await;
    let successor = signer.node.agent(identity(9)).unwrap();
    signer
        .set_role(&successor, first, Role::Admin, true)
        .await
        .unwrap();
}

#[tokio::test]
async fn anybody_can_be_anonymous_so_that_gets_no_role() {
    let signer = Signer::start().await;
    for role in Role::ALL {
        let refused = signer
            .set_role(&signer.admin, Principal::anonymous(), role, true)
            .await;
        assert_eq!(refused, Err(Refusal::Anonymous));
    }
}

#[tokio::test]
async fn an_anonymous_administrator_stops_the_installation() {
    let node = IcNode::start().await.unwrap();
    let admin = node.agent(identity(1)).unwrap();
    let canister = node.create_canister(&admin, 10_000_000_000_000).await.unwrap();
    let init = InitArgs {
        admin: Principal::anonymous(),
        key_name: "dfx_test_key".into(),
    };
    let refused = node
        .install(&admin, canister, &wasm(), encode_one(init).unwrap())
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("cannot be the administrator"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_distributor_can_be_changed_and_removed() {
    let signer = Signer::start().await;
    signer.allow(&signer.admin, 10).await.unwrap();
    signer.allow(&signer.admin, 10).await.unwrap();
    let address = ByteBuf::from(DISTRIBUTOR.to_vec());
    let changed = Distributor {
        chain_id: CHAIN,
        address: address.clone(),
        max_amount: Nat::from(10u8),
        max_per_day: None,
    };
    assert_eq!(signer.status().await.distributors, [changed]);
    assert_eq!(
        signer.blocks_of("distributor_allowed").await.len(),
        2,
        "what changes nothing is not logged"
    );

    let remove = async || -> Result<(), Refusal> {
        signer
            .update(&signer.admin, "remove_distributor", (CHAIN, address.clone()))
            .await
            .unwrap()
    };
    remove().await.unwrap();
    assert_eq!(signer.status().await.distributors, []);
    let unknown = Refusal::DistributorNotAllowed {
        chain_id: CHAIN,
        distributor: address.clone(),
    };
    assert_eq!(remove().await, Err(unknown));
    assert_eq!(signer.allow(&signer.admin, 0).await, Err(Refusal::ZeroAmount));
}
