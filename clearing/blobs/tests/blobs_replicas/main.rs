//! Several stores as one.

#[path = "../common/mod.rs"]
mod common;

mod breaker;
mod config;
mod memory;
mod read;
mod write;
