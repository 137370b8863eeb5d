//! `/health`, `/ready` and `/status`.

use super::App;
use crate::{catalog::fingerprint, error::Fault, status::Status};
use axum::{Json, extract::State, http::StatusCode};
use chrono::Utc;
use serde_json::{Value, json};

/// The process is alive. It asks nothing of the database: an orchestrator must not restart us because Postgres is away.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// 200 when every source is live and fresh and every table can be queried, else 503 with the reasons.
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let mut reasons = match Status::read(&app.reader).await {
        Ok(status) => status.reasons(&app.config, Utc::now()),
        Err(fault) => vec![database_reason(&fault)],
    };
    let catalog = app.catalog.borrow().clone();
    match catalog.fault {
        // Said above already.
        Some(Fault::Unavailable) => {}
        Some(fault) => reasons.push(format!("the catalog cannot be read: {}", fault.message())),
        None => {
            // A source may have made its tables since the catalog was last looked at.
            let served = catalog.served.as_ref().map(|served| &served.fingerprint);
            if fingerprint(&app.reader)
                .await
                .is_ok_and(|now| served != Some(&now))
            {
                reasons.push("the tables have changed and are about to be served".to_owned());
            }
        }
    }
    let code = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        code,
        Json(json!({ "ready": reasons.is_empty(), "reasons": reasons })),
    )
}

/// Versions, networks and sources.
pub async fn status(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let served = app.catalog.borrow().served.clone();
    let (code, read) = match Status::read(&app.reader).await {
        Ok(status) => (StatusCode::OK, json!(status)),
        Err(fault) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "error": database_reason(&fault) }),
        ),
    };
    let mut body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "catalog_version": served.as_ref().map(|served| &served.fingerprint.version),
        "tables": served.as_ref().map(|served| served.tables),
    });
    if let (Value::Object(body), Value::Object(read)) = (&mut body, read) {
        body.extend(read);
    }
    (code, Json(body))
}

fn database_reason(fault: &Fault) -> String {
    match fault {
        Fault::Unavailable => {
            "the database does not answer, or has no schema novate; start it, or run `novate db migrate`"
                .to_owned()
        }
        other => format!("the database cannot be read: {}", other.message()),
    }
}
