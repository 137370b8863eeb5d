//! The REST routes over a real Postgres and, where sessions are granted, real contracts on anvil.

mod bad_input;
mod batches;
mod feed;
mod intents;
mod openapi;
mod rig;
mod sessions;
