//! Whether what is said holds, for anybody who wants to know.

mod authority;
pub mod batch;
mod check;
mod indexed;
pub mod vault;

pub use authority::{AuthorityError, authority};
pub use batch::{AuditError, BatchReport, Place};
pub use check::Check;
pub use indexed::{Indexed, IndexedError};
pub use vault::{VaultError, VaultReport};

/// Most differences of one kind that are listed.
const LISTED: usize = 20;
