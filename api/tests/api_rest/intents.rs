//! Intents are accepted once, answered one by one, and can be looked at and taken back.

use crate::rig::{LIMIT, Rig, read};
use novate_api::rest::model::{AnswerBody, IntentViewBody};
use novate_protocol::intent::Action;
use reqwest::StatusCode;
use serde_json::{Value, json};

fn accepted(answer: &Value) -> (String, u64) {
    match serde_json::from_value(answer.clone()).unwrap() {
        AnswerBody::Accepted { id, seq, .. } => (id, seq),
        refused => panic!("{refused:?}"),
    }
}

fn code(answer: &Value) -> String {
    match serde_json::from_value(answer.clone()).unwrap() {
        AnswerBody::Refused { code, .. } => code,
        accepted => panic!("{accepted:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_intent_is_accepted_and_the_same_again_gets_the_same_answer() {
    let rig = Rig::start().await;
    let intent = rig.pay(1, 100);
    let (status, first) = rig.post("/api/intents", &intent).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    let (id, _) = accepted(&first);
    let (status, again) = rig.post("/api/intents", &intent).await;
    assert_eq!((status, again), (StatusCode::ACCEPTED, first));
    assert_eq!(rig.stored().await, 1);

    let (status, view) = rig.get(&format!("/api/intents/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&view["status"]["state"], &view["intent"]["amount"]),
        (&json!("waiting"), &json!("100"))
    );
    assert_eq!(view["intent"], intent);
    serde_json::from_value::<IntentViewBody>(view).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_is_answered_in_its_order_with_a_status_for_all() {
    let rig = Rig::start().await;
    let mixed = json!([rig.pay(1, 1), rig.pay(2, LIMIT + 1), rig.pay(3, 3)]);
    let (status, answers) = rig.post("/api/intents", &mixed).await;
    assert_eq!(status, StatusCode::MULTI_STATUS, "{answers}");
    accepted(&answers[0]);
    assert_eq!(code(&answers[1]), "over_limit");
    accepted(&answers[2]);
    let all = json!([rig.pay(4, 1), rig.pay(5, 1)]);
    assert_eq!(rig.post("/api/intents", &all).await.0, StatusCode::ACCEPTED);
    let none = json!([rig.pay(4, 2), rig.pay(5, 2)]);
    let (status, answers) = rig.post("/api/intents", &none).await;
    assert_eq!(
        (status, code(&answers[0])),
        (StatusCode::CONFLICT, "nonce_used".into())
    );
    assert_eq!(rig.stored().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_answered_line_by_line() {
    let rig = Rig::start().await;
    let mut lines: Vec<String> = (1..=1_500).map(|nonce| rig.pay(nonce, 1).to_string()).collect();
    lines.insert(700, "no json".to_owned());
    lines.insert(1_200, String::new());
    let (status, text) = rig.send("application/x-ndjson", lines.join("\n")).await;
    assert_eq!(status, StatusCode::OK);
    let answers: Vec<Value> = text
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 1_501);
    assert_eq!(code(&answers[700]), "malformed_json");
    let seqs: Vec<u64> = answers
        .iter()
        .filter(|a| a["status"] == "accepted")
        .map(|a| accepted(a).1)
        .collect();
    assert_eq!(seqs.len(), 1_500);
    assert!(seqs.is_sorted(), "the order of the lines is the order of arrival");
    assert_eq!(rig.stored().await, 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owners_intents_come_in_pages() {
    let rig = Rig::start().await;
    let intents: Vec<Value> = (1..=5).map(|nonce| rig.pay(nonce, 1)).collect();
    rig.post("/api/intents", &json!(intents)).await;
    let owner = rig.owner.address();
    let (_, page) = rig.get(&format!("/api/intents?owner={owner}&limit=2")).await;
    let nonces = |page: &Value| -> Vec<u64> {
        page.as_array()
            .unwrap()
            .iter()
            .map(|view| view["intent"]["nonce"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(nonces(&page), [5, 4]);
    let before = &page[1]["seq"];
    let (_, page) = rig
        .get(&format!("/api/intents?owner={owner}&limit=2&before={before}"))
        .await;
    assert_eq!(nonces(&page), [3, 2]);
    let (_, page) = rig
        .get(&format!("/api/intents?owner={}", rig.session.address()))
        .await;
    assert_eq!(page, json!([]));
    for bad in ["limit=0", "limit=501", "limit=x", "before=x", "other=1"] {
        let (status, _) = rig.get(&format!("/api/intents?owner={owner}&{bad}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_is_a_signed_cancel_of_the_intent_in_the_path() {
    let rig = Rig::start().await;
    let (_, answer) = rig.post("/api/intents", &rig.pay(1, 1)).await;
    let (id, _) = accepted(&answer);
    let intent: [u8; 32] = hex::decode(&id[2..]).unwrap().try_into().unwrap();
    let delete = async |id: &str, body: &Value| {
        let request = rig
            .http
            .delete(format!("{}/api/intents/{id}", rig.url))
            .json(body);
        read(request.send().await.unwrap()).await
    };
    let cancel = rig.signed(2, Action::Cancel { intent });
    let elsewhere = format!("0x{}", "11".repeat(32));
    for (path, body) in [
        (elsewhere.as_str(), &cancel),
        (&id, &rig.pay(2, 1)),
        (&id, &json!({})),
        ("0x12", &cancel),
    ] {
        let (status, problem) = delete(path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    }
    let mut forged = cancel.clone();
    forged["nonce"] = json!(3);
    assert_eq!(delete(&id, &forged).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(rig.stored().await, 1);
    let (status, answer) = delete(&id, &cancel).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    assert_eq!(rig.stored().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_nonce_is_above_the_last_one() {
    let rig = Rig::start().await;
    let of = format!(
        "settlement=evm&owner={}&session={}",
        rig.owner.address(),
        rig.session.address()
    );
    let (_, before) = rig.get(&format!("/api/user/nonce?{of}")).await;
    rig.post("/api/intents", &rig.pay(41, 1)).await;
    let (_, after) = rig.get(&format!("/api/user/nonce?{of}")).await;
    assert_eq!((&before["intent"], &after["intent"]), (&json!("0"), &json!("42")));
    let (_, sign_in) = rig.get("/api/user/nonce").await;
    assert!(sign_in["signIn"].as_str().unwrap().len() >= 8);
    for bad in [
        "owner=1",
        "settlement=other&owner=1&session=1",
        &of.replace("0x", "0y"),
    ] {
        let (status, problem) = rig.get(&format!("/api/user/nonce?{bad}")).await;
        assert!(status.is_client_error(), "{bad}: {problem}");
    }
}
