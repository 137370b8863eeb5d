//! Whatever is sent: a 4xx with a code, and nothing stored.

use crate::rig::{Rig, now, read};
use futures_util::future::join_all;
use novate_api::rest::model::{AnswerBody, ProblemBody};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The code of a refusal, in either of its two shapes.
fn code(answer: &Value) -> String {
    if let Ok(ProblemBody { code, .. }) = serde_json::from_value(answer.clone()) {
        return code;
    }
    match serde_json::from_value(answer.clone()) {
        Ok(AnswerBody::Refused { code, .. }) => code,
        other => panic!("{answer} is no refusal: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_intents_are_refused_as_what_they_are() {
    let rig = Rig::start().await;
    let many_fields: String = (0..100_000).map(|n| format!("\"f{n}\":1,")).collect();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: [(&[u8], &str); 10] = [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b"null", "malformed_json"),
        (b"\"pay\"", "malformed_json"),
        (b"{\"action\":\"pay\"}", "missing_field"),
        (b"{\"action\":\"steal\"}", "missing_field"),
        (b"\xff\xfe{}", "malformed_json"),
        (b"[[]]", "malformed_json"),
        (deep.as_bytes(), "intent_too_large"),
        (
            &format!("{{{many_fields}\"action\":\"pay\"}}").into_bytes(),
            "body_too_large",
        ),
    ];
    for (body, expected) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let (status, answer) = rig.send("application/json", body.to_vec()).await;
        assert!(status.is_client_error(), "{shown}: {status} {answer}");
        let first = answer.get(0).unwrap_or(&answer);
        assert_eq!(code(first), expected, "{shown}");
    }
    assert_eq!(rig.stored().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_ten_megabytes_and_of_other_types_are_refused() {
    let rig = Rig::start().await;
    let large = vec![b' '; 10 << 20];
    let (status, problem) = rig.send("application/json", large.clone()).await;
    assert_eq!(
        (status, code(&problem)),
        (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large".into())
    );
    // A stream may be long, a line of it may not.
    let mut endless = vec![b'x'; 10 << 20];
    endless.extend(b"\n{}\n");
    let (_, answers) = rig.send("application/x-ndjson", endless).await;
    let codes = answers
        .as_str()
        .unwrap()
        .lines()
        .map(|line| code(&serde_json::from_str(line).unwrap()));
    assert_eq!(codes.collect::<Vec<_>>(), ["malformed_json", "missing_field"]);
    for other in ["text/plain", "application/xml", ""] {
        let (status, problem) = rig.send(other, "{}").await;
        assert_eq!(
            (status, code(&problem)),
            (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type".into()
            )
        );
    }
    assert_eq!(rig.stored().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_cannot_be_are_refused_by_name() {
    let rig = Rig::start().await;
    let good = rig.pay(1, 1);
    let cases = [
        ("amount", json!("-1"), "invalid_field"),
        ("amount", json!("1e18"), "invalid_field"),
        ("amount", json!("0"), "malformed_intent"),
        ("amount", json!("9".repeat(60)), "invalid_field"),
        ("amount", json!("٣"), "invalid_field"),
        ("amount", json!(" 1"), "invalid_field"),
        ("nonce", json!(-1), "invalid_field"),
        ("nonce", json!(u64::MAX), "invalid_field"),
        ("nonce", json!(1.5), "invalid_field"),
        ("createdAt", json!(now() + 300), "from_the_future"),
        ("createdAt", json!(now() - 3600), "too_old"),
        ("expiresAt", json!(now() - 1), "malformed_intent"),
        (
            "owner",
            json!("0xＡ".to_owned() + &"a".repeat(39)),
            "invalid_field",
        ),
        ("owner", json!("0x12"), "invalid_field"),
        (
            "to",
            json!("0x00000000000000000000000000000000000000zz"),
            "invalid_field",
        ),
        ("to", good["owner"].clone(), "malformed_intent"),
        ("chain", json!(1), "unknown_settlement"),
        (
            "settlement",
            json!("0x1111111111111111111111111111111111111111"),
            "unknown_settlement",
        ),
        ("signature", json!("0x"), "invalid_field"),
        (
            "signature",
            json!(format!("0x{}1b", "11".repeat(64))),
            "bad_signature",
        ),
        ("action", json!("PAY"), "invalid_field"),
        ("extra", json!(1), "unknown_field"),
    ];
    for (field, value, expected) in cases {
        let mut bad = good.clone();
        bad[field] = value.clone();
        let (status, answer) = rig.post("/api/intents", &bad).await;
        assert!(status.is_client_error(), "{field} = {value}: {status} {answer}");
        assert_eq!(code(&answer), expected, "{field} = {value}: {answer}");
    }
    let twice = good.to_string().replacen('{', "{\"nonce\":1,", 1);
    let (_, answer) = rig.send("application/json", twice).await;
    assert_eq!(code(&answer), "duplicate_field");
    assert_eq!(rig.stored().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_connections_with_one_nonce_one_is_accepted() {
    let rig = Rig::start().await;
    let races = (1..=100).map(|amount| {
        let (rig, intent) = (&rig, rig.pay(5, amount));
        async move { rig.post("/api/intents", &intent).await }
    });
    let answers = join_all(races).await;
    let accepted = answers
        .iter()
        .filter(|(status, _)| *status == StatusCode::ACCEPTED)
        .count();
    assert_eq!(accepted, 1);
    for (status, answer) in answers
        .iter()
        .filter(|(status, _)| *status != StatusCode::ACCEPTED)
    {
        assert_eq!(
            (*status, code(answer)),
            (StatusCode::CONFLICT, "nonce_used".to_owned())
        );
    }
    assert_eq!(rig.stored().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_and_paths_that_cannot_be_are_refused() {
    let rig = Rig::start().await;
    let none = format!("/api/intents/0x{}", "ab".repeat(32));
    assert_eq!(rig.get(&none).await.0, StatusCode::NOT_FOUND);
    for id in ["0x", "12", "0xzz", "%00", "%F0%9F%92%A9", &"a".repeat(5_000)] {
        let (status, problem) = rig.get(&format!("/api/intents/{id}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{id}: {problem}");
        code(&problem);
    }
    let (status, problem) = rig.get("/api/intents?owner=0OIl").await;
    assert_eq!(
        (status, code(&problem)),
        (StatusCode::BAD_REQUEST, "invalid_field".into())
    );
    let put = rig
        .http
        .put(format!("{}/api/intents", rig.url))
        .send()
        .await
        .unwrap();
    assert_eq!(read(put).await.0, StatusCode::METHOD_NOT_ALLOWED);
}
