//! What a call that failed is answered with.

use candid::Principal;
use ic_error_types::{ErrorCode, RejectCode};
use std::fmt;

/// A rejected call: [reject code, message and error code][spec].
///
/// [spec]: https://internetcomputer.org/docs/references/ic-interface-spec#reject-codes
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The class of the failure, which canisters see as a number.
    pub code: RejectCode,
    /// What went wrong, for people.
    pub message: String,
    /// The cause more precisely, as the IC's own implementation numbers them; none for `ic0.msg_reject`.
    pub error: Option<ErrorCode>,
}

/// The answer to a call: reply data, or a reject.
pub type Response = Result<Vec<u8>, Reject>;

impl Reject {
    /// The reject code follows from the error code.
    pub(crate) fn new(error: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code: error.into(),
            message,
            error: Some(error),
        }
    }

    /// `ic0.msg_reject` by a canister.
    pub(crate) fn by_canister(message: String) -> Self {
        Self {
            code: RejectCode::CanisterReject,
            message,
            error: None,
        }
    }

    pub(crate) fn canister_not_found(canister: Principal) -> Self {
        Self::new(
            ErrorCode::CanisterNotFound,
            format!("Canister {canister} not found"),
        )
    }

    /// Something the IC offers and this emulator does not.
    pub(crate) fn not_modelled(what: impl fmt::Display) -> Self {
        Self::new(
            ErrorCode::UnknownManagementMessage,
            format!("{what} is not modelled by this emulator"),
        )
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match self.error {
            Some(error) => write!(f, " ({}, {error})", self.code),
            None => write!(f, " ({})", self.code),
        }
    }
}

impl std::error::Error for Reject {}
