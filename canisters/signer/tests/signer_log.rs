//! The ICRC-3 log: complete, chained, certified, and as its schema says.

mod common;

use candid::{Nat, Principal};
use canister_kit::icrc3::{
    BlockType, GetBlocksRequest, GetBlocksResult, SupportedStandard, TipCertificate, Value,
};
use common::{
    CHAIN, DISTRIBUTOR, Signer,
    batch::{Batch, EVM, SOLANA, allowed, settlement, word},
    get, identity, principal, request, schema,
};
use ic_agent::{Agent, Certificate, Identity};
use ic_certification::{HashTree, LookupResult};
use serde_bytes::ByteBuf;
use signer_api::{
    Chain, CheckpointRequest, CollectionLimit, Hours, Refusal, Registry, Role, Settlement, Signed,
};
use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

/// Does everything that is logged, but what concerns transactions.
async fn busy() -> Signer {
    let signer = Signer::start().await;
    signer.sign(&signer.operator, &request(1)).await.unwrap();
    for granted in [true, false] {
        let guardian = principal(&signer.stranger);
        signer.set("set_role", (guardian, Role::Guardian, granted)).await;
    }
    signer.set("pause", ()).await;
    signer.set("resume", ()).await;
    settle(&signer).await;
    keep_orders(&signer).await;

    let remove = (CHAIN, ByteBuf::from(DISTRIBUTOR.to_vec()));
    signer.set("remove_distributor", remove).await;
    signer.sign(&signer.operator, &request(2)).await.unwrap_err();
    signer.set("set_margin", (Nat::from(1u8),)).await;
    let rotated: Result<u32, Refusal> = signer
        .update(&signer.admin, "rotate_key", (60u64,))
        .await
        .unwrap();
    rotated.unwrap();
    let rekeyed: Result<Signed, Refusal> = signer
        .update(
            &signer.operator,
            "complete_request",
            (ByteBuf::from([12; 32]), Some(2u32)),
        )
        .await
        .unwrap();
    rekeyed.unwrap();
    signer
}

/// Signs a batch on each chain.
async fn settle(signer: &Signer) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hours = Some(Hours {
        from_minute: 1,
        to_minute: 0,
    });
    for (n, chain) in [(11, EVM), (12, SOLANA)] {
        let policy = Settlement {
            collections: (chain == EVM).then(|| {
                vec![CollectionLimit {
                    collection: ByteBuf::from(word(EVM, 0x17, 0)),
                    max_per_day: 5,
                }]
            }),
            max_items_per_day: (chain == EVM).then_some(5),
            hours: hours.filter(|_| chain == SOLANA && !(now / 60).is_multiple_of(1_440)),
            ..allowed(chain)
        };
        signer.set("allow_settlement", (policy,)).await;
        let batch = Batch::empty(chain, 1, now - 60).paying(1, 0, 5).moving(0);
        let signed: Result<Signed, Refusal> = signer
            .update(&signer.operator, "sign_batch", (batch.request(n),))
            .await
            .unwrap();
        signed.unwrap();
    }
    let gone = (EVM, ByteBuf::from(settlement(EVM)));
    signer.set("remove_settlement", gone).await;
}

/// Signs a checkpoint of orders.
async fn keep_orders(signer: &Signer) {
    let (chain, address): (Chain, _) = (EVM, ByteBuf::from([0x0d; 20]));
    let registry = Registry {
        chain,
        address: address.clone(),
        max_orders: 10,
        next_number: None,
    };
    signer.set("allow_registry", (registry,)).await;
    let checkpoint = CheckpointRequest {
        id: ByteBuf::from([13; 32]),
        chain,
        contract: address.clone(),
        number: 1,
        root: ByteBuf::from([1; 32]),
        order_count: 3,
        key_version: None,
    };
    let signed: Result<Signed, Refusal> = signer
        .update(&signer.operator, "sign_checkpoint", (checkpoint,))
        .await
        .unwrap();
    signed.unwrap();
    signer.set("remove_registry", (chain, address)).await;
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
    let seen = schema::check(&signer.log().await);
    // Those of transactions and of their submission occur in tests of these.
    let elsewhere = ["call_", "transaction_", "evm_rpc_", "submission_"];
    let mut here = schema::block_types();
    here.retain(|name| !elsewhere.iter().any(|prefix| name.starts_with(prefix)));
    // A deposit comes from a canister.
    here.remove("credits_deposited");
    assert_eq!(seen, here, "every described type occurs");
    let supported: Vec<BlockType> = signer.query("icrc3_supported_block_types", ()).await;
    let supported: BTreeSet<_> = supported.into_iter().map(|t| t.block_type).collect();
    assert_eq!(supported, schema::block_types());
}

#[tokio::test]
async fn a_signed_claim_is_in_the_log_with_its_signature() {
    let signer = Signer::start().await;
    let signed = signer.sign(&signer.operator, &request(1)).await.unwrap();
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
