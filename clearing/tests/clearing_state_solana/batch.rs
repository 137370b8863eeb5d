//! Of the settlement program's tests.

#[path = "../../../programs/settlement/tests/settlement_program/batch/calls.rs"]
mod calls;
#[path = "../../../programs/settlement/tests/settlement_program/batch/plan.rs"]
pub mod plan;
