//! The canister that signs batch headers under its policy.

mod canister;
mod config;
mod size;

pub use canister::{Canister, Credits};
pub use config::{CanisterConfig, RootKey, SignerConfigError};
pub use size::{MAX_MESSAGE_BYTES, fits, message_bytes};

use async_trait::async_trait;
use novate_bindings::icp::{BatchRequest, Refusal, Signed};

/// Signs batches. The same request id gives the same signature, so asking again costs nothing.
#[async_trait]
pub trait Signer: Send + Sync {
    /// Asks for the signature of a header with its leaves.
    ///
    /// # Errors
    /// [`SignerError`]
    async fn sign_batch(&self, request: BatchRequest) -> Result<Signed, SignerError>;

    /// Whether the canister has accepted the request with this id, signed or not: then its sequence is taken for good.
    ///
    /// # Errors
    /// [`SignerError::Unavailable`]
    async fn accepted(&self, id: [u8; 32]) -> Result<bool, SignerError>;
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The canister's policy does not allow it. Asking again gives the same until somebody acts.
    #[error("the signer refuses: {0}")]
    Refused(Box<Refusal>),
    /// The canister could not be asked, or its answer did not arrive.
    #[error("the signer cannot be asked: {0}; is the canister running, and the gateway's URL right?")]
    Unavailable(String),
    /// More than a message may hold.
    #[error(
        "{deltas} deltas and {items} items take {bytes} bytes, and a message to the signer holds {limit}: make smaller batches"
    )]
    TooLarge {
        /// Of the batch.
        deltas: usize,
        /// Of the batch.
        items: usize,
        /// Of the encoded request.
        bytes: usize,
        /// The most.
        limit: usize,
    },
}
