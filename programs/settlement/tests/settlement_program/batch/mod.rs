//! Net settlement of batches.

mod abandon_batch;
mod apply_deltas;
mod apply_deltas_limits;
mod apply_deltas_refused;
mod calls;
mod cancel_batch;
mod consent;
mod consumer;
pub mod crowd;
mod finalize_batch;
mod items;
mod large;
mod open_batch;
mod phases;
pub mod plan;
mod queue;
mod revert;
pub mod scene;
