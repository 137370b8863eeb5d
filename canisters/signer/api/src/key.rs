//! Versions of the threshold keys.

use candid::CandidType;
use serde::{Deserialize, Serialize};

/// Which versions of the keys sign.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeyStatus {
    /// The version that signs unless a request asks for another. The first is 1.
    pub current: u32,
    /// The version before, as long as it signs for those who ask for it.
    pub retiring: Option<RetiringKey>,
}

/// A version that signs until its end.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RetiringKey {
    /// The version.
    pub version: u32,
    /// Unix seconds: from then on it signs no more.
    pub until: u64,
}
