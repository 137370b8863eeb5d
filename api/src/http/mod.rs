//! The HTTP surface.

mod graphql;
mod health;
mod metrics;
mod page;

use crate::{
    ApiConfig, ApiError,
    catalog::Catalog,
    reader::Reader,
    rest::{self, Clearing},
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use std::sync::Arc;
use tokio::sync::watch;
use tower_http::cors::{Any, CorsLayer};

/// What handlers need.
#[derive(Clone)]
struct App {
    config: Arc<ApiConfig>,
    reader: Reader,
    catalog: watch::Receiver<Catalog>,
    metrics: PrometheusHandle,
}

/// All routes: `/graphql`, `/health`, `/ready`, `/status`, `/metrics`, and those below `/api` where there is a clearing service.
///
/// The database need not be there yet: until it is, `/ready` and queries answer 503. The task that follows the catalog
/// ends with the router.
///
/// # Errors
/// [`ApiError::Config`] for a value that makes no sense, [`ApiError::Metrics`] if another recorder is installed.
pub async fn router(
    config: &ApiConfig,
    pool: &PgPool,
    clearing: Option<Clearing>,
) -> Result<Router, ApiError> {
    config.validate()?;
    let config = Arc::new(config.clone());
    let reader = Reader::new(pool, &config);
    let catalog = crate::catalog::watch(config.clone(), reader.clone()).await;
    let app = App {
        metrics: metrics::recorder()?,
        catalog,
        reader,
        config,
    };
    let body_limit = DefaultBodyLimit::max(app.config.max_body_bytes);
    // No cookie is ever read, so any page may ask.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers(Any);
    let clearing = clearing.map(rest::routes).unwrap_or_default();
    Ok(Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/graphql/console", get(page::console))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/status", get(health::status))
        .route("/metrics", get(metrics::render))
        .layer(body_limit)
        .with_state(app)
        // These have a limit of their own.
        .merge(clearing)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(cors)
        .layer(middleware::map_response(add_security_headers))
        .layer(middleware::from_fn(metrics::measure)))
}

async fn add_security_headers(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in HEADERS {
        // The pages bring a policy of their own.
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn not_found(request: Request) -> Response {
    let path = request.uri().path();
    let message =
        format!("{path} is none of /graphql, /health, /ready, /status, /metrics, /api/openapi.json");
    problem(StatusCode::NOT_FOUND, "NOT_FOUND", &message)
}

async fn method_not_allowed(request: Request) -> Response {
    let message = format!("{} is not allowed here", request.method());
    problem(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", &message)
}

/// An error in the shape of a GraphQL response, whatever the route.
fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    (status, Json(body)).into_response()
}
