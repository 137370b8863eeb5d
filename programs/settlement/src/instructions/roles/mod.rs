//! Who may do what, and within which limits.

pub mod accept_admin;
pub mod activate_authority;
pub mod cancel_authority;
pub mod initialize;
pub mod pause;
pub mod propose_admin;
pub mod propose_authority;
pub mod set_batch_limit;
pub mod set_fees;
pub mod set_guardian;
pub mod set_limits;
pub mod unpause;

pub use accept_admin::*;
pub use activate_authority::*;
pub use cancel_authority::*;
pub use initialize::*;
pub use pause::*;
pub use propose_admin::*;
pub use propose_authority::*;
pub use set_batch_limit::*;
pub use set_fees::*;
pub use set_guardian::*;
pub use set_limits::*;
pub use unpause::*;
