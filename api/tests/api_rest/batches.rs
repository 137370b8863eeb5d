//! Batches are shown, and settled intents get receipts that prove themselves.

use crate::rig::{ASSET, CHAIN, Rig, SETTLEMENT, now, word};
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use novate_api::rest::model::BatchBody;
use novate_clearing::store::{Leaves, batches, outcomes};
use novate_netting::{
    Balance, Draft, Entry, Fees, Opening, Outcome, Receipt, Rules, Sealed, Session, SessionLimit, Signature,
    receipt::Authority, seal,
};
use novate_protocol::{
    eip712::Domain,
    ids::Owner,
    intent::{Scheme, actions},
};
use reqwest::StatusCode;
use serde_json::json;

/// A batch of the three intents that were sent, as the batch maker would make it.
async fn batch(rig: &Rig, authority: &PrivateKeySigner) -> (i64, Sealed) {
    let rows = sqlx::query_as::<_, (i64, Vec<u8>, Vec<u8>, Vec<u8>, i64)>(
        "select seq, id, body, signature, received_at from clearing.intents order by seq",
    );
    let rows = rows.fetch_all(&rig.pool).await.unwrap();
    let entry = |(_, id, body, _, received_at): &(i64, Vec<u8>, Vec<u8>, Vec<u8>, i64)| Entry {
        intent: borsh::from_slice(body).unwrap(),
        id: id.as_slice().try_into().unwrap(),
        signed: true,
        received_at: u64::try_from(*received_at).unwrap(),
        carried: false,
    };
    let entries: Vec<Entry> = rows.iter().map(entry).collect();
    let signatures: Vec<Signature> = rows
        .iter()
        .map(|row| Signature::Eip712(row.3.as_slice().try_into().unwrap()))
        .collect();
    let owner = Owner(word(&rig.owner));
    let opening = Opening {
        balances: vec![Balance {
            owner,
            asset: ASSET,
            amount: 150,
        }],
        sessions: vec![Session {
            owner,
            key: word(&rig.session),
            expires_at: now() + 3600,
            actions: actions::PAY,
            next_nonce: 0,
            limits: vec![SessionLimit {
                asset: ASSET,
                remaining: 1_000,
            }],
        }],
        items: vec![],
    };
    let rules = Rules {
        scheme: Scheme::Eip712,
        chain: CHAIN,
        settlement: SETTLEMENT,
        fees: Fees {
            owner: Owner::from_evm([0xfe; 20]),
            pay_bps: 0,
            sale_bps: 0,
        },
        closed_at: now(),
    };
    let draft = Draft {
        rules: &rules,
        sequence: 1,
        opened_at: now(),
        opening: &opening,
        entries: &entries,
        signatures: &signatures,
    };
    let sealed = seal(&draft).unwrap();
    let leaves = Leaves::from(&sealed);
    let mut db = rig.pool.acquire().await.unwrap();
    let filled = sealed
        .outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Filled)
        .count();
    let new = batches::NewBatch {
        settlement: 1,
        header: &sealed.header,
        leaves: &leaves,
        filled: u32::try_from(filled).unwrap(),
    };
    let number = batches::insert(&mut db, new).await.unwrap();
    let seqs = rows.iter().map(|row| row.0);
    let decided: Vec<(i64, Outcome)> = seqs.zip(sealed.outcomes.iter().copied()).collect();
    outcomes::insert(&mut db, number, &decided).await.unwrap();
    let digest = sealed
        .header
        .digest_eip712(&Domain::settlement(CHAIN, [0x5e; 20]));
    let signature = authority.sign_hash_sync(&digest.into()).unwrap().as_bytes();
    batches::sign(&mut db, number, &signature).await.unwrap();
    (number, sealed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_intent_has_a_receipt_that_proves_its_outcome() {
    let rig = Rig::start().await;
    let authority = PrivateKeySigner::random();
    // The third is more than the owner has.
    let (_, answers) = rig
        .post(
            "/api/intents",
            &json!([rig.pay(1, 100), rig.pay(2, 50), rig.pay(3, 60)]),
        )
        .await;
    let id = |n: usize| answers[n]["id"].as_str().unwrap().to_owned();
    let (status, problem) = rig.get(&format!("/api/receipts/{}", id(0))).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("not_settled"))
    );

    let (number, _) = batch(&rig, &authority).await;
    let (status, problem) = rig.get(&format!("/api/receipts/{}", id(0))).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("not_settled")),
        "signed is not settled"
    );
    sqlx::query("update clearing.batches set state = 'settled', settled_at = now() where number = $1")
        .bind(number)
        .execute(&rig.pool)
        .await
        .unwrap();

    for (n, expected) in [Outcome::Filled, Outcome::Filled, Outcome::InsufficientFunds]
        .into_iter()
        .enumerate()
    {
        let response = rig
            .http
            .get(format!("{}/api/receipts/{}", rig.url, id(n)))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let receipt = Receipt::from_json(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(receipt.outcome, expected);
        let checks = receipt.verify(&Authority::Evm(authority.address().into()));
        assert!(checks.iter().all(|check| check.ok), "{checks:?}");
        let foreign = receipt.verify(&Authority::Evm([1; 20]));
        assert!(foreign.iter().any(|check| check.name == "authority" && !check.ok));
    }
    let (_, view) = rig.get(&format!("/api/intents/{}", id(2))).await;
    assert_eq!(view["status"]["state"], json!("rejected"));
    assert_eq!(view["status"]["outcome"], json!("insufficient_funds"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_shown_with_its_header() {
    let rig = Rig::start().await;
    rig.post("/api/intents", &json!([rig.pay(1, 100), rig.pay(2, 60)]))
        .await;
    let (number, sealed) = batch(&rig, &PrivateKeySigner::random()).await;
    let (status, shown) = rig.get(&format!("/api/batches/{number}")).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    let body: BatchBody = serde_json::from_value(shown).unwrap();
    assert_eq!(
        (body.settlement.as_str(), body.sequence, body.state.as_str()),
        ("evm", 1, "made")
    );
    assert_eq!((body.intents, body.filled, body.deltas), (2, 1, 2));
    assert_eq!(
        body.intents_root,
        format!("0x{}", hex::encode(sealed.header.intents_root))
    );
    assert!(body.blob.starts_with("bafkrei"), "{}", body.blob);

    for (number, expected) in [
        ("2", 404),
        ("0", 404),
        ("-1", 404),
        ("x", 400),
        ("99999999999999999999", 400),
    ] {
        assert_eq!(
            rig.get(&format!("/api/batches/{number}")).await.0,
            expected,
            "{number}"
        );
    }
    let unknown = format!("/api/receipts/0x{}", "00".repeat(32));
    assert_eq!(rig.get(&unknown).await.0, StatusCode::NOT_FOUND);
    assert_eq!(rig.get("/api/receipts/0x12").await.0, StatusCode::BAD_REQUEST);
}
