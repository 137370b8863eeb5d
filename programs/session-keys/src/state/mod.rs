mod grants;
mod limit;
mod period;
mod session;

pub use grants::{Grants, MAX_SESSIONS, size_of_grants, view};
pub(crate) use grants::{find, found, initialize, resize, view_mut};
pub use limit::{LimitArgs, SpendLimit};
pub use period::Period;
pub(crate) use session::{Allowed, Spending};
pub use session::{MAX_CONSUMERS, MAX_LIMITS, MAX_SESSION_SECONDS, Session};
