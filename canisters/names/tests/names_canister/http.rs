//! Plain HTTP: metrics and recent blocks.

use crate::common::{Names, Timed};
use canister_kit::http::{HttpRequest, HttpResponse};
use serde_bytes::ByteBuf;

fn request(method: &str, url: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: vec![],
        body: ByteBuf::new(),
    }
}

#[tokio::test]
async fn metrics_and_logs_are_served_and_nothing_else() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let ask = async |method: &str, url: &str| -> (u16, String) {
        let answer: HttpResponse = names.query("http_request", (request(method, url),)).await;
        (
            answer.status_code,
            String::from_utf8(answer.body.into_vec()).unwrap(),
        )
    };
    let (status, metrics) = ask("GET", "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "names_names 1\n",
        "names_paused 0\n",
        "names_wallets 0\n",
        "# TYPE names_log_blocks_total counter\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let (status, logs) = ask("GET", "/logs?x=1").await;
    assert_eq!(status, 200);
    let last = logs.lines().last().unwrap();
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["block"]["btype"], "name_registered");
    assert_eq!(last["block"]["tx"]["name"], "alice");
    assert_eq!(ask("GET", "/").await.0, 404);
    assert_eq!(ask("GET", "/metrics/more").await.0, 404);
    assert_eq!(ask("POST", "/metrics").await.0, 405);
}

#[test]
fn logs_show_the_last_hundred_blocks() {
    let names = Timed::start();
    for _ in 0..60 {
        for method in ["pause", "resume"] {
            names.ask::<()>(1, method, ()).unwrap();
        }
    }
    let answer: HttpResponse = names.0.query("http_request", (request("GET", "/logs"),));
    let text = String::from_utf8(answer.body.into_vec()).unwrap();
    assert_eq!(text.lines().count(), 100);
    assert_eq!(names.status().log_length, 122);
    assert!(text.lines().last().unwrap().starts_with("{\"index\":121,"));
}
