//! A node that misbehaves: it stands before anvil and passes on what it is not told to spoil.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinHandle;

/// What is done to calls of a method.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Says that it has taken the transaction, and throws it away.
    Swallow,
    /// Passes it on twice, and gives the second answer.
    Twice,
    /// Answers after so long.
    Late(Duration),
    /// Passes it on, and answers with this HTTP status.
    Status(u16),
    /// Answers so without passing it on.
    Says(Value),
}

#[derive(Default)]
struct Faults {
    /// By method, and for how many calls yet.
    faults: HashMap<String, (Fault, u32)>,
    calls: HashMap<String, u32>,
}

pub struct Proxy {
    pub url: String,
    faults: Arc<Mutex<Faults>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    target: String,
    http: reqwest::Client,
    faults: Arc<Mutex<Faults>>,
}

impl Proxy {
    pub async fn start(target: String) -> Self {
        let faults = Arc::<Mutex<Faults>>::default();
        let shared = Shared {
            target,
            http: reqwest::Client::new(),
            faults: faults.clone(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(serve)).with_state(shared);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, faults, server }
    }

    /// Spoils the next `times` calls of the method.
    pub fn spoil(&self, method: &str, fault: Fault, times: u32) {
        self.faults
            .lock()
            .unwrap()
            .faults
            .insert(method.into(), (fault, times));
    }

    /// How often the method was called.
    pub fn calls(&self, method: &str) -> u32 {
        self.faults
            .lock()
            .unwrap()
            .calls
            .get(method)
            .copied()
            .unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(State(shared): State<Shared>, body: Bytes) -> Response {
    let call: Value = serde_json::from_slice(&body).unwrap();
    let method = call["method"].as_str().unwrap().to_owned();
    let fault = {
        let mut faults = shared.faults.lock().unwrap();
        *faults.calls.entry(method.clone()).or_default() += 1;
        // Faults of one tag or hash come first: `eth_getBlockByNumber:safe`.
        let narrow = format!("{method}:{}", call["params"][0].as_str().unwrap_or_default());
        [narrow, method].into_iter().find_map(|name| {
            let (fault, left) = faults.faults.get_mut(&name)?;
            *left = left.checked_sub(1)?;
            Some(fault.clone())
        })
    };
    let says = |answer: Value| {
        let mut whole = json!({ "jsonrpc": "2.0", "id": call["id"] });
        let name = if answer.get("code").is_some() {
            "error"
        } else {
            "result"
        };
        whole[name] = answer;
        Json(whole).into_response()
    };
    let pass = || pass(&shared, body.clone());
    match fault {
        None => pass().await,
        Some(Fault::Swallow) => {
            let raw = call["params"][0].as_str().unwrap();
            let raw = hex::decode(raw.trim_start_matches("0x")).unwrap();
            says(json!(alloy::primitives::keccak256(raw)))
        }
        Some(Fault::Twice) => {
            pass().await;
            pass().await
        }
        Some(Fault::Late(delay)) => {
            let answer = pass().await;
            tokio::time::sleep(delay).await;
            answer
        }
        Some(Fault::Status(status)) => {
            pass().await;
            StatusCode::from_u16(status).unwrap().into_response()
        }
        Some(Fault::Says(answer)) => says(answer),
    }
}

async fn pass(shared: &Shared, body: Bytes) -> Response {
    let sent = shared
        .http
        .post(&shared.target)
        .header("content-type", "application/json")
        .body(body);
    let answer = sent.send().await.unwrap().bytes().await.unwrap();
    ([("content-type", "application/json")], answer).into_response()
}
