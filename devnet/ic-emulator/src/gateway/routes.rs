//! Paths, bodies and status codes.

use super::{call, query, read_state};
use crate::{Error, Reject, emulator::Shared, subnet::to_cbor};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use candid::Principal;
use ic_transport_types::{RejectCode, RejectResponse};
use serde::Serialize;
use std::sync::Arc;

/// Largest request: a message of 2 MiB, as on the IC, and what surrounds it.
const MAX_BODY: usize = 2 * 1024 * 1024 + 64 * 1024;

/// A request that is refused before it becomes a message.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    message: String,
}

/// CBOR, or an empty body for a call that is still processed.
pub(super) type Answer = Result<Option<Vec<u8>>, Refused>;

impl Refused {
    /// The request is malformed, or asks for what it cannot get.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    /// The sender is not who it says, or may not see what it asks for.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            message: message.into(),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: error.to_string(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        tracing::debug!(status = self.status.as_u16(), message = self.message, "refused");
        (self.status, self.message).into_response()
    }
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v2/status", get(status))
        .route("/api/{version}/{scope}/{id}/{request}", post(request))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(shared)
}

/// The [status](https://internetcomputer.org/docs/references/ic-interface-spec#api-status), with the root key.
async fn status(State(shared): State<Arc<Shared>>) -> Result<Response, Refused> {
    #[derive(Serialize)]
    struct Status {
        root_key: serde_bytes::ByteBuf,
        replica_health_status: &'static str,
        impl_version: &'static str,
    }
    let status = Status {
        root_key: serde_bytes::ByteBuf::from(shared.lock().environment.subnet.root_key.to_vec()),
        replica_health_status: "healthy",
        impl_version: concat!("ic-emulator ", env!("CARGO_PKG_VERSION")),
    };
    Ok(cbor(Some(to_cbor(&status)?)))
}

async fn request(
    State(shared): State<Arc<Shared>>,
    Path((version, scope, id, request)): Path<(String, String, String, String)>,
    body: Bytes,
) -> Result<Response, Refused> {
    let id = Principal::from_text(&id).map_err(|e| Refused::bad(format!("{id} is not a principal: {e}")))?;
    // Executing canisters may take long and does not await.
    let handle = move || match (version.as_str(), scope.as_str(), request.as_str()) {
        ("v2", "canister", "call") => call::asynchronous(&shared, id, &body),
        ("v3" | "v4", "canister", "call") => call::synchronous(&shared, id, &body),
        ("v2" | "v3", "canister", "query") => query::query(&shared, id, &body),
        ("v2" | "v3", "canister", "read_state") => read_state::of_canister(&shared, id, &body),
        ("v2" | "v3", "subnet", "read_state") => read_state::of_subnet(&shared, id, &body),
        _ => Err(Refused {
            status: StatusCode::NOT_FOUND,
            message: format!("there is no endpoint /api/{version}/{scope}/.../{request} in this emulator"),
        }),
    };
    let answer = tokio::task::spawn_blocking(handle).await.map_err(|e| Refused {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        message: format!("the request failed inside the emulator: {e}"),
    })?;
    Ok(cbor(answer?))
}

fn cbor(body: Option<Vec<u8>>) -> Response {
    match body {
        Some(body) => ([(CONTENT_TYPE, "application/cbor")], body).into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    }
}

/// A reject in the form that agents read.
pub(super) fn reject_response(reject: Reject) -> RejectResponse {
    RejectResponse {
        // Code 6 answers best-effort calls between canisters only.
        reject_code: RejectCode::try_from(reject.code as u64).unwrap_or(RejectCode::SysTransient),
        reject_message: reject.message,
        error_code: reject.error.map(|error| error.to_string()),
    }
}
