//! Who may do what, and within which limits.

pub mod initialize;
pub mod pause;
pub mod unpause;

pub use initialize::*;
pub use pause::*;
pub use unpause::*;
