//! The ICRC-3 log: complete, chained, certified, as its schema says, and in pages.

use crate::common::{Evm, Key, Names, content, principal};
use candid::Nat;
use canister_kit::icrc3::{
    ArchiveInfo, BlockType, GetArchivesArgs, GetBlocksResult, SupportedStandard, TipCertificate, Value,
};
use canister_testing::{get, log::range, person};
use ic_agent::{Agent, Certificate};
use ic_certification::{HashTree, LookupResult};
use names_api::interface::{Action, ClaimArgs, ClaimView, ContentView, Limits, NameView, Role};
use serde_bytes::ByteBuf;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Does everything that is logged, but for what time brings about.
async fn busy() -> Names {
    let names = Names::start().await;
    let (admin, alice, bob) = (&names.admin, &names.alice, &names.bob);
    names.grant(bob, Role::Issuer).await;
    let limits = Limits {
        names: 10,
        ..Limits::default()
    };
    names.ask::<()>(admin, "set_limits", (limits,)).await.unwrap();
    for method in ["pause", "resume"] {
        names.ask::<()>(admin, method, ()).await.unwrap();
    }
    for method in ["reserve_name", "unreserve_name"] {
        names.ask::<()>(admin, method, ("novate",)).await.unwrap();
    }
    names.register(alice, "alice").await.unwrap();
    names
        .ask::<NameView>(alice, "renew", ("alice", 1u32))
        .await
        .unwrap();
    let key = Evm::new(7);
    names.link(alice, "alice", &key).await.unwrap();
    names
        .ask::<ContentView>(alice, "set_content", (content("alice", "site", 1),))
        .await
        .unwrap();
    for n in 1..=2u8 {
        let claim = ClaimArgs {
            id: ByteBuf::from([n; 32]),
            name: "alice".into(),
            wallet: key.wallet(),
            subject: ByteBuf::from([9; 32]),
            amount: Nat::from(5u8),
            deadline: 4_102_444_800,
        };
        names
            .ask::<ClaimView>(bob, "issue_claim", (claim,))
            .await
            .unwrap();
    }
    let redeem = (ByteBuf::from([1; 32]), key.wallet());
    names
        .ask::<ClaimView>(alice, "redeem_claim", redeem)
        .await
        .unwrap();
    names
        .ask::<ClaimView>(bob, "revoke_claim", (ByteBuf::from([2; 32]),))
        .await
        .unwrap();
    let offer = async || {
        names
            .ask::<u64>(alice, "offer_transfer", ("alice", principal(bob)))
            .await
            .unwrap()
    };
    offer().await;
    names
        .ask::<()>(alice, "cancel_transfer", ("alice",))
        .await
        .unwrap();
    offer().await;
    names
        .ask::<NameView>(bob, "accept_transfer", ("alice",))
        .await
        .unwrap();
    names.ask::<()>(bob, "release", ("alice",)).await.unwrap();
    let revoke = (principal(bob), Role::Issuer, false);
    names.ask::<()>(admin, "set_role", revoke).await.unwrap();
    names
}

#[tokio::test]
async fn every_block_names_the_hash_of_its_parent() {
    let names = busy().await;
    let log = names.log().await;
    assert_eq!(get(&log[0], &["phash"]), None);
    for pair in log.windows(2) {
        assert_eq!(get(&pair[1], &["phash"]), Some(&Value::blob(pair[0].hash())));
    }
}

#[tokio::test]
async fn blocks_are_as_the_schema_says() {
    let names = busy().await;
    let schema: Json = serde_json::from_str(include_str!("../../names.icrc3.json")).unwrap();
    let described = schema["blocks"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for block in names.log().await {
        let Some(Value::Text(name)) = get(&block, &["btype"]) else {
            panic!("{block:?}")
        };
        let fields = described
            .iter()
            .find(|b| b["btype"] == **name)
            .unwrap_or_else(|| panic!("{name} is not in the schema"))["fields"]
            .as_array()
            .unwrap();
        for field in fields {
            let path = field["path"].as_array().unwrap();
            let path: Vec<_> = path.iter().map(|p| p.as_str().unwrap()).collect();
            let kind = match get(&block, &path) {
                Some(Value::Nat(_)) => "nat",
                Some(Value::Text(_)) => "text",
                Some(Value::Blob(_)) => "blob",
                other => panic!("{name}.{path:?}: {other:?}"),
            };
            assert_eq!(field["type"], kind, "{name}.{path:?}");
        }
        let Some(Value::Map(tx)) = get(&block, &["tx"]) else {
            panic!("{block:?}")
        };
        assert_eq!(
            tx.len(),
            fields.len(),
            "{name} has a field that the schema does not know"
        );
        seen.insert(name.clone());
    }
    seen.insert("name_expired".into()); // it takes a year; its fields are those of `name_released`
    let name = |block: &Json| block["btype"].as_str().unwrap().to_owned();
    assert_eq!(
        seen,
        described.iter().map(name).collect(),
        "every described type occurs"
    );
    let supported: Vec<BlockType> = names.query("icrc3_supported_block_types", ()).await;
    assert_eq!(seen, supported.into_iter().map(|t| t.block_type).collect());
    let fields = |wanted: &str| &described.iter().find(|b| b["btype"] == wanted).unwrap()["fields"];
    assert_eq!(fields("name_expired"), fields("name_released"));
}

#[tokio::test]
async fn blocks_tell_who_did_what() {
    let names = busy().await;
    let block = names.blocks_of("wallet_linked").await.remove(0);
    let field = |name| get(&block, &["tx", name]);
    assert_eq!(field("caller"), Some(&Value::text(person(2))));
    assert_eq!(field("address"), Some(&Value::blob(Evm::new(7).address())));
    assert_eq!(field("chain"), Some(&Value::text("evm:31337")));
    assert_eq!(field("scheme"), Some(&Value::text("eip191")));
    let block = names.blocks_of("name_transferred").await.remove(0);
    let field = |name| get(&block, &["tx", name]);
    assert_eq!(field("from"), Some(&Value::text(person(2))));
    assert_eq!(field("owner"), Some(&Value::text(person(3))));
    let unlinked = names.blocks_of("wallet_unlinked").await.remove(0);
    assert_eq!(
        get(&unlinked, &["tx", "reason"]),
        Some(&Value::text("transferred"))
    );
}

/// The certificate is the subnet's, for our canister, over a tree about this log.
async fn verify(names: &Names, agent: &Agent) {
    let tip: Option<TipCertificate> = names.query("icrc3_get_tip_certificate", ()).await;
    let tip = tip.unwrap();
    let certificate: Certificate = serde_cbor::from_slice(&tip.certificate).unwrap();
    let tree: HashTree = serde_cbor::from_slice(&tip.hash_tree).unwrap();
    agent.verify(&certificate, names.canister).unwrap();
    let path: [&[u8]; 3] = [b"canister", names.canister.as_slice(), b"certified_data"];
    assert!(matches!(certificate.tree.lookup_path(path), LookupResult::Found(data) if data == tree.digest()));
    let leaf = |label: &str| match tree.lookup_path([label]) {
        LookupResult::Found(value) => value.to_vec(),
        other => panic!("{label}: {other:?}"),
    };
    let log = names.log().await;
    assert_eq!(leaf("last_block_hash"), log.last().unwrap().hash());
    let index = leaf("last_block_index");
    assert_eq!(
        Nat::decode(&mut index.as_slice()).unwrap(),
        Nat::from(log.len() - 1)
    );
    assert_eq!(
        tree.lookup_path(["names", "anything"]),
        LookupResult::Unknown,
        "pruned"
    );
}

#[tokio::test]
async fn the_tip_is_certified_after_every_kind_of_change() {
    let names = Names::start().await;
    verify(&names, &names.anonymous).await;
    names.register(&names.alice, "alice").await.unwrap();
    verify(&names, &names.anonymous).await;
    for method in ["pause", "resume"] {
        names.ask::<()>(&names.admin, method, ()).await.unwrap();
        verify(&names, &names.anonymous).await;
    }
    let wallet = Evm::new(7).wallet();
    names
        .challenge(&names.alice, Action::Link, "alice", wallet)
        .await
        .unwrap();
    verify(&names, &names.anonymous).await;
    names.upgrade(&crate::common::wasm()).await;
    verify(&names, &names.anonymous).await;
}

#[tokio::test]
async fn pages_are_cut_to_what_exists() {
    let names = busy().await;
    let length = names.log().await.len() as u64;
    let ids = async |ranges: Vec<(u64, u64)>| {
        let ranges: Vec<_> = ranges
            .into_iter()
            .map(|(start, count)| range(start, count))
            .collect();
        let answer: GetBlocksResult = names.query("icrc3_get_blocks", (ranges,)).await;
        assert_eq!(answer.log_length, Nat::from(length));
        let ids = answer.blocks.into_iter().map(|b| u64::try_from(b.id.0).unwrap());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(vec![(1, 2)]).await, [1, 2]);
    assert_eq!(ids(vec![(length - 1, 10), (0, 1)]).await, [length - 1, 0]);
    assert_eq!(ids(vec![(length, 1), (u64::MAX, u64::MAX)]).await, [0u64; 0]);
}

#[tokio::test]
async fn the_standards_are_named_and_there_are_no_archives() {
    let names = Names::start().await;
    let standards: Vec<SupportedStandard> = names.query("icrc10_supported_standards", ()).await;
    assert!(standards.iter().any(|s| s.name == "ICRC-3"));
    let archives: Vec<ArchiveInfo> = names
        .query("icrc3_get_archives", (GetArchivesArgs { from: None },))
        .await;
    assert!(archives.is_empty());
}
