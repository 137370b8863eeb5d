//! Pages for a browser: GraphiQL, and a console that needs nothing from elsewhere.

use async_graphql::http::GraphiQLSource;
use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

/// The version of GraphiQL that its CDN is asked for.
const GRAPHIQL_VERSION: &str = "4.1.2";
const CONSOLE: &str = include_str!("../../assets/console.html");
/// Shown until GraphiQL is there. Its scripts come before the end of the body, so by then it is there or never will be.
const LOADING: &str = "<p style=\"padding: 1em\">Loading GraphiQL from its CDN. \
     <a href=\"/graphql/console\">Without internet access use the built-in console.</a></p>";
const FALLBACK: &str = "<script>window.GraphiQL || location.replace('/graphql/console');</script></body>";

/// GraphiQL, which loads itself from a CDN and gives way to the console if it cannot.
pub fn graphiql() -> Response {
    let source = GraphiQLSource::build()
        .endpoint("/graphql")
        .version(GRAPHIQL_VERSION)
        .title("Novate GraphiQL")
        .finish();
    let html = source
        .replacen("Loading...", LOADING, 1)
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
