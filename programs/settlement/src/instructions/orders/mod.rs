//! Checkpoints of completed orders.

pub mod checkpoint_orders;
pub mod order_completed;

pub use checkpoint_orders::*;
pub use order_completed::*;
