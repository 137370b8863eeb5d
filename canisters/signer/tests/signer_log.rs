//! The ICRC-3 log: complete, chained, certified, and as its schema says.

mod common;

use candid::{Nat, Principal};
use canister_kit::icrc3::{
    BlockType, GetBlocksRequest, GetBlocksResult, SupportedStandard, TipCertificate, Value,
};
use common::{CHAIN, DISTRIBUTOR, Signer, get, identity, principal, request};
use ic_agent::{Agent, Certificate, Identity};
use ic_certification::{HashTree, LookupResult};
use serde_bytes::ByteBuf;
use serde_json::Value as Json;
use signer::{api::Role, refusal::Refusal};
use std::collections::BTreeSet;

/// Does everything that is logged.
async fn busy() -> Signer {
    let signer = Signer::start().await;
    signer.sign(&signer.claimer, &request(1)).await.unwrap();
    signer
        .set_role(&signer.admin, principal(&signer.stranger), Role::Guardian, true)
        .await
        .unwrap();
    signer
        .set_role(&signer.admin, principal(&signer.stranger), Role::Guardian, false)
        .await
        .unwrap();
    signer.pause(&signer.admin).await.unwrap();
    signer.resume(&signer.admin).await.unwrap();
    let remove = (CHAIN, ByteBuf::from(DISTRIBUTOR.to_vec()));
    signer
        .update::<Result<(), Refusal>>(&signer.admin, "remove_distributor", remove)
        .await
        .unwrap()
        .unwrap();
    signer
}

async fn tip(signer: &Signer) -> (Certificate, HashTree) {
    let tip: Option<TipCertificate> = signer.query("icrc3_get_tip_certificate", ()).await;
    let tip = tip.unwrap();
    (
        serde_cbor::from_slice(&tip.certificate).unwrap(),
        serde_cbor::from_slice(&tip.hash_tree).unwrap(),
    )
}

fn leaf<'a>(tree: &'a HashTree, label: &str) -> &'a [u8] {
    match tree.lookup_path([label]) {
        LookupResult::Found(value) => value,
        other => panic!("{label}: {other:?}"),
    }
}

/// The certificate is the subnet's, for our canister, over this tree, and the tree is about this log.
async fn verify(signer: &Signer, agent: &Agent) -> Result<(), String> {
    let (certificate, tree) = tip(signer).await;
    agent
        .verify(&certificate, signer.canister)
        .map_err(|e| e.to_string())?;
    let path: [&[u8]; 3] = [b"canister", signer.canister.as_slice(), b"certified_data"];
    assert!(matches!(certificate.tree.lookup_path(path), LookupResult::Found(data) if data == tree.digest()));
    let log = signer.log().await;
    assert_eq!(leaf(&tree, "last_block_hash"), log.last().unwrap().hash());
    let mut index = leaf(&tree, "last_block_index");
    assert_eq!(Nat::decode(&mut index).unwrap(), Nat::from(log.len() - 1));
    Ok(())
}

#[tokio::test]
async fn every_block_names_the_hash_of_its_parent() {
    let signer = busy().await;
    let log = signer.log().await;
    assert_eq!(get(&log[0], &["phash"]), None);
    for pair in log.windows(2) {
        assert_eq!(get(&pair[1], &["phash"]), Some(&Value::blob(pair[0].hash())));
        let (Some(Value::Nat(earlier)), Some(Value::Nat(later))) =
            (get(&pair[0], &["ts"]), get(&pair[1], &["ts"]))
        else {
            panic!("a block without time: {pair:?}")
        };
        assert!(earlier <= later);
    }
}

#[tokio::test]
async fn the_tip_is_certified_by_the_root_key_also_after_an_upgrade() {
    let signer = busy().await;
    verify(&signer, &signer.anonymous).await.unwrap();
    let before = signer.log().await;
    signer.upgrade().await;
    assert_eq!(signer.log().await, before, "the log survives");
    verify(&signer, &signer.anonymous).await.unwrap();
    signer.pause(&signer.admin).await.unwrap();
    verify(&signer, &signer.anonymous).await.unwrap();
    assert_eq!(
        get(signer.log().await.last().unwrap(), &["phash"]),
        Some(&Value::blob(before.last().unwrap().hash()))
    );
}

#[tokio::test]
async fn a_tip_under_another_root_key_is_refused() {
    let signer = Signer::start().await;
    let elsewhere = signer.node.agent(identity(4)).unwrap();
    let mut key = signer.node.root_key().to_vec();
    // A valid key that is not the root's: the generator of G2, compressed.
    let generator = hex::decode("93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8").unwrap();
    let point = key.len() - generator.len();
    key[point..].copy_from_slice(&generator);
    elsewhere.set_root_key(key);
    verify(&signer, &elsewhere).await.unwrap_err();
}

#[tokio::test]
async fn blocks_are_as_the_schema_says() {
    let signer = busy().await;
    let schema: Json = serde_json::from_str(include_str!("../signer.icrc3.json")).unwrap();
    let mut seen = BTreeSet::new();
    for block in signer.log().await {
        let Some(Value::Text(name)) = get(&block, &["btype"]) else {
            panic!("{block:?}")
        };
        let described = schema["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|b| b["btype"] == **name);
        let fields = described.unwrap_or_else(|| panic!("{name} is not in the schema"))["fields"]
            .as_array()
            .unwrap();
        for field in fields {
            let path = field["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p.as_str().unwrap())
                .collect::<Vec<_>>();
            let kind = match get(&block, &path) {
                Some(Value::Nat(_)) => "nat",
                Some(Value::Int(_)) => "int",
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
    let described = schema["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["btype"].as_str().unwrap().to_owned());
    assert_eq!(seen, described.collect(), "every described type occurs");
    let supported: Vec<BlockType> = signer.query("icrc3_supported_block_types", ()).await;
    assert_eq!(seen, supported.into_iter().map(|t| t.block_type).collect());
}

#[tokio::test]
async fn a_signed_claim_is_in_the_log_with_its_signature() {
    let signer = Signer::start().await;
    let signed = signer.sign(&signer.claimer, &request(1)).await.unwrap();
    let block = signer.blocks_of("claim_signed").await.remove(0);
    assert_eq!(
        get(&block, &["tx", "signature"]),
        Some(&Value::Blob(signed.signature))
    );
    assert_eq!(
        get(&block, &["tx", "claim_id"]),
        Some(&Value::Blob(request(1).id))
    );
    assert_eq!(
        get(&block, &["tx", "amount"]),
        Some(&Value::Nat(request(1).amount))
    );
    let caller = identity(2).sender().unwrap();
    assert_eq!(get(&block, &["tx", "caller"]), Some(&Value::text(caller)));
}

#[tokio::test]
async fn ranges_are_cut_to_what_exists() {
    let signer = Signer::start().await;
    let all = signer.log().await;
    let length = all.len() as u64;
    let range = |start: u64, length: u64| GetBlocksRequest {
        start: Nat::from(start),
        length: Nat::from(length),
    };
    let ids = async |ranges: Vec<GetBlocksRequest>| {
        let answer: GetBlocksResult = signer.query("icrc3_get_blocks", (ranges,)).await;
        assert_eq!(answer.log_length, Nat::from(length));
        assert!(answer.archived_blocks.is_empty());
        for block in &answer.blocks {
            let id = u64::try_from(block.id.0.clone()).unwrap();
            assert_eq!(block.block, all[id as usize]);
        }
        answer
            .blocks
            .into_iter()
            .map(|b| u64::try_from(b.id.0).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(vec![range(1, 2)]).await, [1, 2]);
    assert_eq!(
        ids(vec![range(length - 1, 10), range(0, 1)]).await,
        [length - 1, 0]
    );
    assert_eq!(ids(vec![range(length, 1)]).await, [0u64; 0]);
    assert_eq!(ids(vec![range(0, 0)]).await, [0u64; 0]);
    assert_eq!(ids(vec![]).await, [0u64; 0]);
    let huge = GetBlocksRequest {
        start: Nat::from(u128::MAX),
        length: Nat::from(u128::MAX),
    };
    assert_eq!(ids(vec![huge]).await, [0u64; 0]);
}

#[tokio::test]
async fn the_standards_are_named_and_there_are_no_archives() {
    let signer = Signer::start().await;
    let standards: Vec<SupportedStandard> = signer.query("icrc10_supported_standards", ()).await;
    assert!(standards.iter().any(|s| s.name == "ICRC-3"));
    let from = canister_kit::icrc3::GetArchivesArgs {
        from: None::<Principal>,
    };
    let archives: Vec<canister_kit::icrc3::ArchiveInfo> = signer.query("icrc3_get_archives", (from,)).await;
    assert!(archives.is_empty());
}
