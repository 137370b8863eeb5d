//! Intake on a real Postgres: what is refused, what is stored, and what survives.

mod bounds;
mod common;
mod crash;
mod documented;
mod json;
mod nonces;
mod order;
mod refusals;
mod repeats;
mod views;
