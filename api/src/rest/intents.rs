//! Intents: sent, looked at, taken back.

use super::{
    Clearing, account,
    model::{AnswerBody, CancelBody, IntentBody, IntentViewBody, ProblemBody},
    problem::Problem,
    stream,
    view::view,
};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{
        FromRequest, Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use novate_clearing::intake::{Answer, Form, Page};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::IntoParams;

/// How long a body may take to arrive.
const BODY: Duration = Duration::from_secs(10);
/// Most intents in one page.
const MAX_PAGE: u32 = 500;
/// Intents in a page when `limit` does not say.
const PAGE: u32 = 100;

/// Takes signed intents: one, an array, or a stream of lines (`application/x-ndjson`). What is accepted is on disk.
///
/// One intent is answered with its own status. An array with 202 when all are accepted, with the first one's status when all are
/// refused, and with 207 when some are. A stream is always answered with 200, and one line for each of its lines.
#[utoipa::path(
    post, path = "/api/intents", tag = "intents", request_body(content(
        (IntentBody = "application/json"), (Vec<IntentBody> = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 202, description = "Accepted and durable", body = AnswerBody),
              (status = 207, description = "Some are accepted", body = Vec<AnswerBody>),
              (status = 200, description = "A stream: one answer a line", body = String, content_type = "application/x-ndjson"),
              (status = 400, body = AnswerBody), (status = 401, body = AnswerBody), (status = 403, body = AnswerBody),
              (status = 409, body = AnswerBody), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
              (status = 422, body = AnswerBody), (status = 429, body = AnswerBody), (status = 503, body = AnswerBody))
)]
pub async fn submit(State(clearing): State<Clearing>, headers: HeaderMap, request: Request) -> Response {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    match media_type.trim().to_ascii_lowercase().as_str() {
        "application/json" => match timeout(BODY, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => document(&clearing, body).await,
            Ok(Err(rejection)) => Problem::from(rejection).into_response(),
            Err(_) => {
                let message = format!("the body did not arrive within {} s", BODY.as_secs());
                Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", message).into_response()
            }
        },
        "application/x-ndjson" | "application/jsonl" | "application/ndjson" => {
            let answers = stream::answers(clearing.intake, request.into_body().into_data_stream());
            (
                [(header::CONTENT_TYPE, "application/x-ndjson")],
                Body::from_stream(answers),
            )
                .into_response()
        }
        other => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("content-type {other:?} must be application/json or application/x-ndjson"),
        )
        .into_response(),
    }
}

async fn document(clearing: &Clearing, body: Bytes) -> Response {
    let many = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    match clearing.intake.submit_json(body, Form::Document).await {
        Err(refusal) => Problem::from(refusal).into_response(),
        Ok(answers) if many => (together(&answers), Json(answers)).into_response(),
        Ok(answers) => match answers.into_iter().next() {
            Some(Answer::Refused(refused)) if refused.id.is_none() => {
                Problem::from(refused.refusal).into_response()
            }
            Some(answer) => (status(&answer), Json(answer)).into_response(),
            None => Problem::bad("malformed_json", "the body holds no intent").into_response(),
        },
    }
}

fn status(answer: &Answer) -> StatusCode {
    StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn together(answers: &[Answer]) -> StatusCode {
    let accepted = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Accepted(_)))
        .count();
    match answers.first() {
        _ if accepted == answers.len() => StatusCode::ACCEPTED,
        Some(first) if accepted == 0 => status(first),
        _ => StatusCode::MULTI_STATUS,
    }
}

/// Which intents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// The owner.
    owner: String,
    /// Only those that came before this `seq`: that of the page's last one, for the next page.
    before: Option<i64>,
    /// At most so many, up to 500; 100 without it.
    limit: Option<u32>,
}

/// The intents of an owner, newest first.
#[utoipa::path(
    get, path = "/api/intents", tag = "intents", params(Of),
    responses((status = 200, body = Vec<IntentViewBody>), (status = 400, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn list(
    State(clearing): State<Clearing>,
    parameters: Result<Query<Of>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(of) = parameters?;
    let limit = of.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::bad(
            "bad_query",
            format!("limit must be 1 to {MAX_PAGE}"),
        ));
    }
    let page = Page {
        before: of.before,
        limit,
    };
    let owner = account::owner(&of.owner)?;
    let intents = clearing.intake.by_owner(&owner, page).await?;
    Ok(Json(intents.iter().map(view).collect::<Vec<_>>()).into_response())
}

/// One intent, with what has become of it.
#[utoipa::path(
    get, path = "/api/intents/{id}", tag = "intents", params(("id" = String, Path, description = "0x and 64 hex digits")),
    responses((status = 200, body = IntentViewBody), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn get(
    State(clearing): State<Clearing>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = account::intent_id(&id?.0)?;
    match clearing.intake.get(&id).await? {
        Some(found) => Ok(Json(view(&found)).into_response()),
        None => Err(Problem::not_found("no such intent was accepted here")),
    }
}

/// Takes an intent back: the body is a signed `cancel` intent that names it.
#[utoipa::path(
    delete, path = "/api/intents/{id}", tag = "intents", request_body = CancelBody,
    params(("id" = String, Path, description = "0x and 64 hex digits")),
    responses((status = 202, body = AnswerBody), (status = 400, body = ProblemBody), (status = 401, body = AnswerBody),
              (status = 403, body = AnswerBody), (status = 409, body = AnswerBody), (status = 503, body = AnswerBody))
)]
pub async fn cancel(
    State(clearing): State<Clearing>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Problem> {
    /// What must agree with the path; everything else is read by the intake.
    #[derive(Deserialize)]
    struct Named {
        action: String,
        intent: String,
    }
    let id = account::intent_id(&id?.0)?;
    let body = body?;
    let named: Named = serde_json::from_slice(&body).map_err(|_| {
        Problem::bad(
            "not_a_cancel",
            "the body must be a signed intent with action \"cancel\" that names this one",
        )
    })?;
    if named.action != "cancel" || account::intent_id(&named.intent)? != id {
        let message = "the body's action must be \"cancel\", and its intent the one in the path";
        return Err(Problem::bad("not_a_cancel", message));
    }
    Ok(document(&clearing, body).await)
}
