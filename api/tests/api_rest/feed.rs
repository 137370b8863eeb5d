//! The feed tells every reader what was accepted, and only their owner's if they want that.

use crate::rig::Rig;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::{connect_async, tungstenite::Message};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn accepted_intents_are_told_over_websocket_and_server_sent_events() {
    let rig = Rig::start().await;
    let owner = rig.owner.address();
    let (mut socket, _) = connect_async(format!("{}/api/feed/ws?owner={owner}", rig.ws))
        .await
        .unwrap();
    let (mut others, _) = connect_async(format!("{}/api/feed/ws?owner={}", rig.ws, rig.session.address()))
        .await
        .unwrap();
    let mut response = rig
        .http
        .get(format!("{}/api/feed", rig.url))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");

    // The feed begins where it stands when it first looks: until it has, nothing is told.
    let (mut nonce, mut told) = (0, None);
    while told.is_none() {
        nonce += 1;
        rig.post("/api/intents", &rig.pay(nonce, 1)).await;
        told = timeout(Duration::from_millis(500), text(&mut socket)).await.ok();
        assert!(nonce < 60, "nothing was told");
    }
    let told: Value = serde_json::from_str(&told.unwrap()).unwrap();
    assert_eq!(told["event"], "accepted");
    assert_eq!(told["intents"][0]["status"]["state"], json!("waiting"));
    let mut heard = String::new();
    while !heard.contains("event: accepted") {
        let bytes = timeout(PATIENCE, response.chunk())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        heard.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    // Everything of this owner was told by now, and nothing of another's.
    assert!(
        timeout(Duration::from_millis(300), text(&mut others))
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_nobody_is_refused() {
    let rig = Rig::start().await;
    assert_eq!(rig.get("/api/feed?owner=nobody").await.0, 400);
    assert!(
        connect_async(format!("{}/api/feed/ws?owner=nobody", rig.ws))
            .await
            .is_err()
    );
}

async fn text(
    socket: &mut (impl StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin),
) -> String {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return text.to_string();
        }
    }
}
