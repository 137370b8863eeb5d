//! Against a server that answers as the specification of pinning services has it
//! (<https://ipfs.github.io/pinning-services-api-spec/>).

use crate::{
    common::{
        blob, ready,
        server::{Fault, Server},
    },
    conformance::anchors,
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use novate_blobs::{BlobStore, StoreError, Writes, pinning::Pinning};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// An account: requests by id, each with the looks that it takes until the service has the blob.
#[derive(Clone, Default)]
struct Service {
    pins: Arc<Mutex<Vec<(String, u32)>>>,
    looks: u32,
    answers_for_another: bool,
    fails: bool,
}

type Answer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

fn authorized(headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    match headers
        .get("authorization")
        .is_some_and(|token| token == "Bearer letter")
    {
        true => Ok(()),
        false => Err((
            StatusCode::UNAUTHORIZED,
            Json(json!({"error": {"reason": "UNAUTHORIZED"}})),
        )),
    }
}

impl Service {
    fn show(&self, id: usize, pin: &(String, u32)) -> Value {
        let status = match pin.1 {
            0 if self.fails => "failed",
            0 => "pinned",
            1 => "pinning",
            _ => "queued",
        };
        let cid = if self.answers_for_another {
            blob(200, 3).0.to_string()
        } else {
            pin.0.clone()
        };
        json!({"requestid": id.to_string(), "status": status, "created": "2026-01-01T00:00:00Z",
               "pin": {"cid": cid, "name": "", "origins": [], "meta": {}}, "delegates": [], "info": {}})
    }
}

async fn list(
    State(service): State<Service>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    authorized(&headers)?;
    let pins = service.pins.lock().unwrap();
    let shown = pins.iter().enumerate().filter(|(_, pin)| pin.0 == query["cid"]);
    let shown = shown.map(|(id, pin)| service.show(id, pin));
    let states: Vec<&str> = query["status"].split(',').collect();
    let results: Vec<Value> = shown
        .filter(|pin| states.contains(&pin["status"].as_str().unwrap()))
        .collect();
    Ok((
        StatusCode::OK,
        Json(json!({"count": results.len(), "results": results})),
    ))
}

async fn add(State(service): State<Service>, headers: HeaderMap, Json(pin): Json<Value>) -> Answer {
    authorized(&headers)?;
    assert_eq!(pin["origins"], json!(["/ip4/127.0.0.1/tcp/4001"]));
    let mut pins = service.pins.lock().unwrap();
    pins.push((pin["cid"].as_str().unwrap().to_owned(), service.looks));
    let id = pins.len() - 1;
    Ok((StatusCode::ACCEPTED, Json(service.show(id, &pins[id]))))
}

async fn look(State(service): State<Service>, headers: HeaderMap, Path(id): Path<usize>) -> Answer {
    authorized(&headers)?;
    let mut pins = service.pins.lock().unwrap();
    pins[id].1 = pins[id].1.saturating_sub(1);
    Ok((StatusCode::OK, Json(service.show(id, &pins[id]))))
}

async fn account(service: Service, token: &str) -> (Server, Pinning) {
    ready();
    let router = Router::new()
        .route("/psa/pins", get(list).post(add))
        .route("/psa/pins/{id}", get(look))
        .with_state(service);
    let server = Server::start(router).await;
    let url = server.url.join("psa/").unwrap();
    let origins = vec!["/ip4/127.0.0.1/tcp/4001".to_owned()];
    let patience = Duration::from_millis(1500);
    let pinning = Pinning::new("pinning", url, token.to_owned(), origins, Writes::Blobs, patience).unwrap();
    (server, pinning)
}

#[tokio::test]
async fn a_pin_counts_once_the_service_has_fetched_the_blob() {
    let service = Service {
        looks: 2,
        ..Service::default()
    };
    let (_server, pinning) = account(service.clone(), "letter").await;
    let (cid, bytes) = blob(1, 300_000);
    assert_eq!(pinning.head(&cid).await.unwrap(), None);
    pinning.put(&cid, &bytes).await.unwrap();
    assert!(pinning.head(&cid).await.unwrap().is_some());
    pinning.put(&cid, &bytes).await.unwrap();
    assert_eq!(service.pins.lock().unwrap().len(), 1, "it is asked for once");
    anchors(&pinning).await;
}

#[tokio::test]
async fn a_service_that_is_slow_to_fetch_is_no_copy_yet() {
    let service = Service {
        looks: 1_000,
        ..Service::default()
    };
    let (_server, pinning) = account(service.clone(), "letter").await;
    let (cid, bytes) = blob(1, 10);
    for _ in 0..2 {
        let error = pinning.put(&cid, &bytes).await.unwrap_err();
        assert!(matches!(error, StoreError::Pending { .. }), "{error}");
        assert_eq!(pinning.head(&cid).await.unwrap(), None);
    }
    assert_eq!(service.pins.lock().unwrap().len(), 1, "it is asked for once");
}

#[tokio::test]
async fn a_service_that_could_not_fetch_is_asked_again() {
    let service = Service {
        looks: 1,
        fails: true,
        ..Service::default()
    };
    let (_server, pinning) = account(service.clone(), "letter").await;
    let (cid, bytes) = blob(1, 10);
    for times in 1..=2 {
        let error = pinning.put(&cid, &bytes).await.unwrap_err();
        assert!(error.to_string().contains("could not fetch"), "{error}");
        assert_eq!(service.pins.lock().unwrap().len(), times);
    }
}

#[tokio::test]
async fn a_service_that_misbehaves_is_not_believed() {
    let service = Service {
        answers_for_another: true,
        ..Service::default()
    };
    let (server, pinning) = account(service, "letter").await;
    let (cid, bytes) = blob(1, 10);
    let error = pinning.put(&cid, &bytes).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongCid { .. }), "{error}");
    for fault in [
        Fault::WrongBytes,
        Fault::Cut,
        Fault::Endless,
        Fault::RedirectLoop,
        Fault::Status(429),
        Fault::Status(500),
    ] {
        server.set(fault);
        pinning.put(&cid, &bytes).await.unwrap_err();
        pinning.head(&cid).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_not_told() {
    let (_server, pinning) = account(Service::default(), "wrong").await;
    let said = pinning.put(&blob(1, 10).0, &[]).await.unwrap_err().to_string();
    assert!(
        said.contains("check its credentials") && !said.contains("wrong"),
        "{said}"
    );
}

#[tokio::test]
async fn nothing_is_read_from_it() {
    let (_server, pinning) = account(Service::default(), "letter").await;
    assert!(!pinning.reads());
    pinning.get(&blob(1, 10).0).await.unwrap_err();
}
