//! A session is prepared for who proves to be its owner, and a signed grant is passed on to the real contract.

use crate::{
    place::{hex_of, place, session},
    rig::{ASSET, CHAIN, Rig, now, unhurried, word},
};
use alloy::{
    primitives::{Address, B256},
    providers::ProviderBuilder,
    signers::{SignerSync, local::PrivateKeySigner},
};
use novate_api::rest::model::SessionPreparedBody;
use novate_bindings::evm::SessionKeys;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn signed_in(rig: &Rig, owner: &PrivateKeySigner, key: &PrivateKeySigner) -> Value {
    let (_, nonce) = rig.get("/api/user/nonce").await;
    let message = format!(
        "app.example.org wants you to sign in with your Ethereum account:\n{}\n\n\nURI: https://app.example.org\n\
         Version: 1\nChain ID: {CHAIN}\nNonce: {}\nIssued At: {}\nResources:\n- urn:novate:session:{}",
        owner.address().to_checksum(None),
        nonce["signIn"].as_str().unwrap(),
        chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        hex_of(key.address()),
    );
    let signature = owner.sign_message_sync(message.as_bytes()).unwrap().to_string();
    json!({ "message": message, "signature": signature })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prepared_grant_that_its_owner_signs_is_passed_on_and_holds_on_chain() {
    let place = place(Some(1_000)).await;
    let (sessions, consumer) = (place.sessions, place.consumer);
    let rig = Rig::with(unhurried(), place.contract).await;
    let (owner, key) = (PrivateKeySigner::random(), PrivateKeySigner::random());
    let session = session(&owner, &key);
    let sign_in = signed_in(&rig, &owner, &key).await;
    let ask = json!({ "settlement": "evm", "session": session, "signIn": sign_in });
    let (status, prepared) = rig.post("/api/session-keys/create", &ask).await;
    assert_eq!(status, StatusCode::OK, "{prepared}");
    serde_json::from_value::<SessionPreparedBody>(prepared.clone()).unwrap();
    let typed = &prepared["typedData"];

    // The wallet's digest of that typed data is the contract's.
    let node = ProviderBuilder::new().connect_http(rig.anvil.as_ref().unwrap().url().parse().unwrap());
    let at = SessionKeys::new(sessions, &node);
    let limits = vec![SessionKeys::Limit {
        asset: Address::from_word(ASSET.0.into()),
        amount: "100".parse().unwrap(),
        lifetime: "1000".parse().unwrap(),
        period: 86_400,
    }];
    let expires = session["expiresAt"].as_u64().unwrap();
    let grant = SessionKeys::Grant {
        owner: owner.address(),
        key: key.address(),
        consumer,
        actions: 9,
        expires: expires.try_into().unwrap(),
        limits,
        epoch: 0,
        nonce: Default::default(),
        deadline: typed["message"]["deadline"].as_str().unwrap().parse().unwrap(),
    };
    let digest: B256 = at.digestOf(grant).call().await.unwrap();
    let signature = owner.sign_hash_sync(&digest).unwrap().to_string();

    let pass_on = |signature: &str| {
        let message = &typed["message"];
        json!({ "settlement": "evm", "session": session, "grant": {
            "epoch": message["epoch"], "nonce": message["nonce"], "deadline": message["deadline"], "signature": signature,
        }})
    };
    let foreign = key.sign_hash_sync(&digest).unwrap().to_string();
    let (status, problem) = rig.post("/api/session-keys/create", &pass_on(&foreign)).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNAUTHORIZED, &json!("bad_signature"))
    );
    let (status, submitted) = rig.post("/api/session-keys/create", &pass_on(&signature)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{submitted}");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !at
        .allows(consumer, owner.address(), key.address(), 9)
        .call()
        .await
        .unwrap()
    {
        assert!(Instant::now() < deadline, "the grant did not arrive on chain");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (status, problem) = rig.post("/api/session-keys/create", &pass_on(&signature)).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("owner_quota")),
        "{problem}"
    );
    let path = format!("/api/session-keys/evm/{}/{}", owner.address(), key.address());
    let (_, known) = rig.get(&path).await;
    let told = &known["submitted"];
    assert_eq!(told["transactionHash"], submitted["transactionHash"]);
    assert!(now().abs_diff(told["sentAt"].as_u64().unwrap()) < 60, "{known}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_is_prepared_a_session_and_each_message_counts_once() {
    let rig = Rig::with(unhurried(), place(None).await.contract).await;
    let (owner, key, other) = (
        PrivateKeySigner::random(),
        PrivateKeySigner::random(),
        PrivateKeySigner::random(),
    );
    let ask = |session: Value, sign_in: &Value| json!({ "settlement": "evm", "session": session, "signIn": sign_in });
    let create = async |body: Value| {
        let (status, body) = rig.post("/api/session-keys/create", &body).await;
        (
            status.as_u16(),
            body["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let foreign = signed_in(&rig, &other, &key).await;
    assert_eq!(
        create(ask(session(&owner, &key), &foreign)).await,
        (401, "wrong_owner".into())
    );
    let for_another_key = signed_in(&rig, &owner, &other).await;
    assert_eq!(
        create(ask(session(&owner, &key), &for_another_key)).await,
        (401, "not_signed_in".into())
    );
    let good = signed_in(&rig, &owner, &key).await;
    assert_eq!(
        create(ask(session(&owner, &key), &good)).await,
        (200, String::new())
    );
    assert_eq!(
        create(ask(session(&owner, &key), &good)).await,
        (401, "nonce_used".into())
    );

    let both = json!({ "settlement": "evm", "session": session(&owner, &key) });
    assert_eq!(create(both).await, (400, "invalid_field".into()));
    let nowhere = json!({ "settlement": "mars", "session": session(&owner, &key), "signIn": good });
    assert_eq!(create(nowhere).await, (404, "not_found".into()));
    let grant = json!({ "epoch": "0", "nonce": "0", "deadline": "9999999999", "signature": "0x00" });
    let relayed = json!({ "settlement": "evm", "session": session(&owner, &key), "grant": grant });
    assert_eq!(create(relayed).await, (409, "no_relayer".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_the_chain_would_refuse_are_refused_before() {
    let rig = Rig::start().await;
    let (owner, key) = (PrivateKeySigner::random(), PrivateKeySigner::random());
    let good = session(&owner, &key);
    let limit = good["limits"][0].clone();
    let cases = [
        ("expiresAt", json!(now() - 1)),
        ("expiresAt", json!(now() + 31 * 24 * 3600)),
        ("actions", json!([])),
        ("key", json!(owner.address())),
        ("key", json!(Address::ZERO)),
        ("limits", json!([limit, limit])),
        ("limits", json!(vec![limit.clone(); 9])),
    ];
    for (field, value) in cases {
        let mut bad = good.clone();
        bad[field] = value.clone();
        let signer = if field == "key" {
            value.as_str().unwrap().parse().unwrap()
        } else {
            key.address()
        };
        let mut sign_in = signed_in(&rig, &owner, &key).await;
        let message = sign_in["message"]
            .as_str()
            .unwrap()
            .replace(&hex_of(key.address()), &hex_of(signer));
        sign_in["signature"] = json!(owner.sign_message_sync(message.as_bytes()).unwrap().to_string());
        sign_in["message"] = json!(message);
        let ask = json!({ "settlement": "evm", "session": bad, "signIn": sign_in });
        let (status, problem) = rig.post("/api/session-keys/create", &ask).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (422, &json!("invalid_session")),
            "{field} {value}: {problem}"
        );
    }
    for (field, value) in [
        ("actions", json!(["fly"])),
        ("owner", json!("me")),
        ("more", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let ask =
            json!({ "settlement": "evm", "session": bad, "signIn": { "message": "", "signature": "" } });
        assert!(
            rig.post("/api/session-keys/create", &ask)
                .await
                .0
                .is_client_error(),
            "{field}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_index_knows_of_a_session_is_told() {
    let rig = Rig::start().await;
    let path = format!(
        "/api/session-keys/evm/{}/{}",
        rig.owner.address(),
        rig.session.address()
    );
    let (status, known) = rig.get(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&known["state"], &known["block"]), (&json!("active"), &json!(7)));
    assert_eq!(known["actions"], json!(["pay", "list", "buy", "cancel"]));
    assert_eq!(known["limits"][0]["remaining"], json!("1000000"));
    let stranger = format!(
        "/api/session-keys/evm/{}/{}",
        rig.session.address(),
        rig.owner.address()
    );
    assert_eq!(rig.get(&stranger).await.1["state"], json!("none"));
    assert_eq!(word(&rig.owner)[..12], [0; 12]);
}
