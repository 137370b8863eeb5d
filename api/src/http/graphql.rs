//! `/graphql`: the transport of <https://graphql.github.io/graphql-over-http/draft/>, one query per request.

use super::{App, page, problem};
use crate::{
    error::Fault,
    limits::{check_document, check_text},
};
use async_graphql::{Request, Response as GraphqlResponse, ServerError, Value, Variables};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Query, Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tokio::time::{Instant, timeout_at};

/// The members of a request; others (`extensions`) are of no use here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<HashMap<String, serde_json::Value>>,
}

/// `POST /graphql` with a JSON body. The time of the request runs from its headers on, so that a body which never comes
/// holds nothing.
pub async fn post(State(app): State<App>, headers: HeaderMap, request: HttpRequest) -> Response {
    let deadline = Instant::now() + app.config.request_timeout();
    let body = timeout_at(deadline, Bytes::from_request(request, &())).await;
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = format!("content-type {media_type:?} must be application/json");
        return problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            &message,
        );
    }
    let body = match body {
        Ok(body) => body,
        Err(_) => {
            let limit = app.config.request_timeout_ms;
            let message = format!("the body did not arrive within {limit} ms");
            return problem(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", &message);
        }
    };
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("the body is larger than {} bytes", app.config.max_body_bytes);
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &message);
        }
        Err(rejection) => return problem(rejection.status(), "BAD_REQUEST", "the body ended early"),
    };
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let message = "batches are not taken; send one request per query";
        return problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    }
    match serde_json::from_slice::<Body>(&body) {
        Ok(body) => run(&app, body, deadline).await,
        Err(error) => {
            let message = format!("the body is no GraphQL request in JSON: {error}");
            problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message)
        }
    }
}

/// `GET /graphql`: GraphiQL for a browser, the answer for `?query=`.
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let deadline = Instant::now() + app.config.request_timeout();
    let Some(query) = parameters.get("query") else {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if app.config.graphiql && accept.contains("text/html") {
            return page::graphiql();
        }
        let message = "POST a query as JSON, or give it as ?query=";
        return problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    };
    let variables = match parameters
        .get("variables")
        .map(|text| serde_json::from_str(text))
        .transpose()
    {
        Ok(variables) => variables,
        Err(error) => {
            let message = format!("variables are no JSON object: {error}");
            return problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message);
        }
    };
    let operation_name = parameters.get("operationName").cloned();
    run(
        &app,
        Body {
            query: query.clone(),
            operation_name,
            variables,
        },
        deadline,
    )
    .await
}

async fn run(app: &App, body: Body, deadline: Instant) -> Response {
    let answer = execute(app, body);
    let response = match timeout_at(deadline, answer).await {
        Ok(response) => response,
        Err(_) => failed(Fault::Timeout),
    };
    for error in &response.errors {
        metrics::counter!("novate_graphql_errors_total", "code" => code(error).unwrap_or_default())
            .increment(1);
    }
    let status = status(&response);
    let mut http = (status, Json(response)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        http.headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    http
}

async fn execute(app: &App, body: Body) -> GraphqlResponse {
    let Some(served) = app.catalog.borrow().served.clone() else {
        return failed(app.catalog.borrow().fault.clone().unwrap_or(Fault::Unavailable));
    };
    if let Err(fault) = check_text(&body.query) {
        return failed(fault);
    }
    let variables = match serde_json::to_value(body.variables.unwrap_or_default()) {
        Ok(json) => Variables::from_json(json),
        Err(_) => return failed(Fault::Internal),
    };
    let mut request = Request::new(body.query).variables(variables.clone());
    request.operation_name = body.operation_name;
    match request.parsed_query() {
        Err(error) => return GraphqlResponse::from_errors(coded(vec![error], "GRAPHQL_PARSE_FAILED")),
        Ok(document) => {
            if let Err(fault) = check_document(document, &variables, &served.lists, &app.config) {
                return failed(fault);
            }
        }
    }
    let mut response = served.schema.execute(request).await;
    // What the schema itself refuses carries no code, what a resolver refuses does.
    response.errors = coded(response.errors, "GRAPHQL_VALIDATION_FAILED");
    response
}

fn failed(fault: Fault) -> GraphqlResponse {
    let mut error = ServerError::new(fault.message(), None);
    error.extensions.get_or_insert_default().set("code", fault.code());
    GraphqlResponse::from_errors(vec![error])
}

/// The errors, with a code on those that have none.
fn coded(mut errors: Vec<ServerError>, missing: &str) -> Vec<ServerError> {
    for error in errors.iter_mut().filter(|error| code(error).is_none()) {
        error.extensions.get_or_insert_default().set("code", missing);
    }
    errors
}

fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// 200 when the query ran, even if a field failed; else what a proxy can act upon.
fn status(response: &GraphqlResponse) -> StatusCode {
    let has = |wanted: &str| {
        response
            .errors
            .iter()
            .any(|error| code(error).as_deref() == Some(wanted))
    };
    if has("UNAVAILABLE") {
        StatusCode::SERVICE_UNAVAILABLE
    } else if has("TIMEOUT") {
        StatusCode::GATEWAY_TIMEOUT
    } else if has("INTERNAL") {
        StatusCode::INTERNAL_SERVER_ERROR
    } else if response.errors.iter().any(|error| error.path.is_empty()) {
        // Nothing ran.
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    }
}
