//! Batches, and receipts of their intents.

use super::{
    Clearing, account,
    model::{BatchBody, ProblemBody},
    problem::Problem,
};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use novate_clearing::receipts::ReceiptsError;

/// A batch: how far it is, its header, its transactions.
#[utoipa::path(
    get, path = "/api/batches/{number}", tag = "batches", params(("number" = i64, Path)),
    responses((status = 200, body = BatchBody), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn batch(
    State(clearing): State<Clearing>,
    number: Result<Path<i64>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(number) = number?;
    match clearing.receipts.batch(number).await? {
        Some(batch) => Ok(Json(batch).into_response()),
        None => Err(Problem::not_found(format!("no batch has the number {number}"))),
    }
}

/// The receipt of an intent in a settled batch: what `novate audit receipt` checks offline. docs/batches.md has the format.
#[utoipa::path(
    get, path = "/api/receipts/{intent}", tag = "batches",
    params(("intent" = String, Path, description = "0x and 64 hex digits")),
    responses((status = 200, description = "A receipt", content_type = "application/json", body = serde_json::Value),
              (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn receipt(
    State(clearing): State<Clearing>,
    intent: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = account::intent_id(&intent?.0)?;
    let receipt = clearing.receipts.receipt(&id).await?;
    let json = receipt.to_json().map_err(|error| {
        tracing::error!(%error, "a receipt cannot be written");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "internal error; the log of the server has the cause",
        )
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

impl From<ReceiptsError> for Problem {
    fn from(error: ReceiptsError) -> Self {
        match error {
            ReceiptsError::Unknown => Self::not_found(error.to_string()),
            ReceiptsError::NotSettled { .. } => {
                Self::new(StatusCode::CONFLICT, "not_settled", error.to_string())
            }
            ReceiptsError::Busy => Self::unavailable(error.to_string()),
            ReceiptsError::Store(cause) => cause.into(),
        }
    }
}
