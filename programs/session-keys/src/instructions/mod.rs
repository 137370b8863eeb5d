pub mod close_expired;
pub mod consume;
pub mod consume_many;
pub mod create_session;
pub mod revoke_all;
pub mod revoke_session;
pub mod set_limit;

pub use close_expired::*;
pub use consume::*;
pub use consume_many::*;
pub use create_session::*;
pub use revoke_all::*;
pub use revoke_session::*;
pub use set_limit::*;
