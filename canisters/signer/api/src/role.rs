//! Who may do what.

use candid::CandidType;
use serde::{Deserialize, Serialize};

/// What a principal may do.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Role {
    /// Sets roles, policy, prices and keys; pauses and resumes.
    Admin,
    /// Asks for signatures, and pays for them.
    Operator,
    /// May pause, but not resume.
    Guardian,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Operator, Self::Guardian];

    /// Its name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Guardian => "guardian",
        }
    }
}
