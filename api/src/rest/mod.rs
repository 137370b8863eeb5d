//! REST: what the clients of intents call. The OpenAPI document is made of the routes themselves and served at
//! `/api/openapi.json`.

mod account;
mod batches;
mod feed;
mod intents;
pub mod model;
mod nonce;
mod open;
mod problem;
mod sessions;
mod stream;
mod view;

pub use open::OpenError;

use crate::sign_in::nonces::Nonces;
use axum::{Extension, Json, Router, extract::DefaultBodyLimit, routing::get};
use novate_clearing::{grants::Grants, intake::Intake, receipts::Receipts, state::Sessions};
use novate_protocol::intent::Scheme;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Most bytes of a body, streams aside. The intake's own limit is below it.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// Most readers of the feed at a time.
const MAX_READERS: usize = 1_000;

/// What the routes need of the clearing service.
#[derive(Clone)]
pub struct Clearing {
    /// Takes intents in.
    pub intake: Intake,
    /// What it clears.
    pub settlements: Arc<[Settlement]>,
    /// Batches and receipts.
    pub receipts: Receipts,
    /// Of sign-in messages.
    pub nonces: Nonces,
    /// Domains whose pages may ask users to sign in.
    pub domains: Arc<[String]>,
}

/// One settlement that intents can be for.
#[derive(Clone)]
pub struct Settlement {
    /// In the database.
    pub id: i16,
    /// In the configuration.
    pub name: String,
    /// As in its headers.
    pub chain: u64,
    /// As in its headers.
    pub address: [u8; 32],
    /// How its session keys sign.
    pub scheme: Scheme,
    /// What the index knows of sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Where sessions are granted.
    pub grants: Grants,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Novate clearing",
    description = "Signed intents in; batches and receipts out. Amounts are base units, as decimal strings; times are Unix seconds. \
                   Ids of EVM chains are 0x and hex, those of Solana base58.",
    license(name = "Apache-2.0", identifier = "Apache-2.0"),
))]
struct Document;

/// The routes below `/api`, with the document that describes them.
pub fn routes(clearing: Clearing) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(nonce::get))
        .routes(routes!(sessions::create))
        .routes(routes!(sessions::get))
        .routes(routes!(intents::submit, intents::list))
        .routes(routes!(intents::get, intents::cancel))
        .routes(routes!(batches::batch))
        .routes(routes!(batches::receipt))
        .routes(routes!(feed::sse))
        .routes(routes!(feed::websocket))
        .split_for_parts();
    let document = Arc::new(document);
    router
        .route(
            "/api/openapi.json",
            get(async move || Json(document.as_ref().clone())),
        )
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(Extension(feed::Readers::new(MAX_READERS)))
        .with_state(clearing)
}

impl Clearing {
    /// The settlement with this name.
    fn settlement(&self, name: &str) -> Result<&Settlement, problem::Problem> {
        let found = self.settlements.iter().find(|settlement| settlement.name == name);
        found.ok_or_else(|| {
            let names: Vec<_> = self.settlements.iter().map(|s| s.name.as_str()).collect();
            problem::Problem::not_found(format!("no settlement {name:?}; there are {}", names.join(", ")))
        })
    }
}
