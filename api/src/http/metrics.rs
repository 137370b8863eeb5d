//! `/metrics` for Prometheus: requests as they come, sources as the database has them when it is asked.

use super::App;
use crate::{ApiError, status::Status};
use axum::{
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{sync::OnceLock, time::Instant};

const SECONDS: &str = "novate_http_request_seconds";
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The recorder of the process, which keeps the metrics of every crate in it. Installed once.
pub fn recorder() -> Result<PrometheusHandle, ApiError> {
    static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    let install = || {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(SECONDS.into()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| error.to_string())
    };
    RECORDER.get_or_init(install).clone().map_err(ApiError::Metrics)
}

/// Counts and times every request by its route, never by its raw path: that anyone can make up.
pub async fn measure(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "DELETE" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    counter!("novate_http_requests_total", "path" => path.clone(), "method" => method, "status" => status)
        .increment(1);
    histogram!(SECONDS, "path" => path).record(start.elapsed().as_secs_f64());
    response
}

pub async fn render(State(app): State<App>) -> Response {
    let status = Status::read(&app.reader).await;
    gauge!("novate_database_up").set(if status.is_ok() { 1.0 } else { 0.0 });
    if let Ok(status) = status {
        record(&status);
    }
    // Moves recorded durations into their buckets; nothing else does it for us.
    app.metrics.run_upkeep();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.render(),
    )
        .into_response()
}

fn record(status: &Status) {
    for network in &status.networks {
        let name = network.name.clone();
        if let Some(head) = network.head {
            gauge!("novate_network_head_block", "network" => name.clone()).set(head as f64);
        }
        if let Some(finalized) = network.finalized {
            gauge!("novate_network_finalized_block", "network" => name).set(finalized as f64);
        }
    }
    for source in &status.sources {
        let labels = [("source", source.id.clone()), ("network", source.network.clone())];
        let (indexed, behind) = status.progress(source);
        if let Some(block) = indexed {
            gauge!("novate_source_last_synced_block", &labels).set(block as f64);
        }
        if let Some(blocks) = behind {
            gauge!("novate_source_blocks_behind", &labels).set(blocks as f64);
        }
        gauge!("novate_source_events", &labels).set(source.events as f64);
        let live = source.state == novate_catalog::SourceState::Live;
        gauge!("novate_source_live", &labels).set(if live { 1.0 } else { 0.0 });
    }
}
