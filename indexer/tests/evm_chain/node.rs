//! A node between the index and anvil that can be cut off, or lie.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

type Answer = dyn Fn(&str, &Value) -> Option<Value> + Send + Sync;

/// Passes requests on, unless it is down or has an answer of its own.
#[derive(Clone)]
pub struct Node {
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    upstream: String,
    client: reqwest::Client,
    down: AtomicBool,
    requests: AtomicUsize,
    answer: Mutex<Arc<Answer>>,
}

impl Node {
    pub async fn start(upstream: String) -> Self {
        let inner = Arc::new(Inner {
            upstream,
            client: reqwest::Client::new(),
            down: AtomicBool::new(false),
            requests: AtomicUsize::new(0),
            answer: Mutex::new(Arc::new(|_, _| None)),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/secret-key", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/secret-key", post(serve))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub fn set_down(&self, down: bool) {
        self.inner.down.store(down, Ordering::SeqCst);
    }

    pub fn requests(&self) -> usize {
        self.inner.requests.load(Ordering::SeqCst)
    }

    /// `answer(method, params)` may give `{"result": ...}` or `{"error": ...}`.
    pub fn answer(&self, answer: impl Fn(&str, &Value) -> Option<Value> + Send + Sync + 'static) {
        *self.inner.answer.lock().unwrap() = Arc::new(answer);
    }
}

async fn serve(
    State(node): State<Arc<Inner>>,
    Json(request): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    node.requests.fetch_add(1, Ordering::SeqCst);
    if node.down.load(Ordering::SeqCst) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let answer = node.answer.lock().unwrap().clone();
    if let Some(mut own) = answer(request["method"].as_str().unwrap(), &request["params"]) {
        own["jsonrpc"] = json!("2.0");
        own["id"] = request["id"].clone();
        return Ok(Json(own));
    }
    let answer = node.client.post(&node.upstream).json(&request).send().await;
    Ok(Json(
        answer
            .map_err(|_| StatusCode::BAD_GATEWAY)?
            .json()
            .await
            .map_err(|_| StatusCode::BAD_GATEWAY)?,
    ))
}
