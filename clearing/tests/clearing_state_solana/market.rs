//! Of the settlement program's tests.

#[path = "../../../programs/settlement/tests/settlement_program/market/calls.rs"]
mod calls;
#[path = "../../../programs/settlement/tests/settlement_program/market/world.rs"]
mod world;

pub use world::*;
