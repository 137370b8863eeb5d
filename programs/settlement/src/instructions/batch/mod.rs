//! Net settlement of batches.

pub mod abandon_batch;
pub mod apply_deltas;
pub mod apply_items;
pub mod cancel_batch;
mod chunk;
pub mod close_batch;
mod consent;
mod credits;
mod debits;
mod deltas;
pub mod finalize_batch;
mod items;
pub mod open_batch;
pub mod revert_deltas;
pub mod revert_items;
mod vaults;

pub use abandon_batch::*;
pub use apply_deltas::*;
pub use apply_items::*;
pub use cancel_batch::*;
pub use close_batch::*;
pub use finalize_batch::*;
pub use open_batch::*;
pub use revert_deltas::*;
pub use revert_items::*;
