//! Pages for a browser: GraphiQL, and a console that needs nothing from elsewhere.

use async_graphql::http::GraphiQLSource;
use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

/// The version of GraphiQL that its CDN is asked for.
const GRAPHIQL_VERSION: &str = "4.1.2";
const CONSOLE: &str = include_str!("../../assets/console.html");
/// Goes first: the page stays empty for as long as its scripts are waited for, and a network may swallow requests.
const WATCHDOG: &str =
    "<head><script>setTimeout(() => window.GraphiQL || location.replace('/graphql/console'), 8000);</script>";
/// Goes last: by then GraphiQL is there, or its CDN could not be reached.
const FALLBACK: &str = "<script>window.GraphiQL || location.replace('/graphql/console');</script></body>";

/// GraphiQL, which loads itself from a CDN and gives way to the console if it cannot.
pub fn graphiql() -> Response {
    let source = GraphiQLSource::build()
        .endpoint("/graphql")
        .version(GRAPHIQL_VERSION)
        .title("Novate GraphiQL")
        .finish();
    let html = source
        .replacen("<head>", WATCHDOG, 1)
        .replacen("</body>", FALLBACK, 1);
    page(
        html,
        "default-src 'self' https: data: blob: 'unsafe-inline'; frame-ancestors 'none'",
    )
}

/// `GET /graphql/console`
pub async fn console() -> Response {
    page(
        CONSOLE.to_owned(),
        "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    )
}

fn page(html: String, policy: &'static str) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}
