//! The REST routes over a real Postgres and, where sessions are granted, real contracts on anvil.

mod bad_input;
mod batches;
mod feed;
mod intents;
mod nonces;
mod openapi;
mod place;
mod relayer_key;
mod relays;
mod rig;
mod sessions;
