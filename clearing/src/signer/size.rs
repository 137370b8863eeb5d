//! How large a batch may be, because it is sent to the signer in one message.

use super::SignerError;
use candid::Encode;
use novate_bindings::icp::BatchRequest;

/// Most bytes of an encoded request: 2 MiB of a user's message, less 4 KiB for what surrounds it (names, expiry, public key and
/// signature: some 500 bytes). <https://docs.internetcomputer.org/references/execution-errors>
pub const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024 - 4 * 1024;

/// Bytes that the request takes: about 100 a delta and 170 an item.
///
/// # Errors
/// [`SignerError::Unavailable`], if it cannot be encoded.
pub fn message_bytes(request: &BatchRequest) -> Result<usize, SignerError> {
    encode(request).map(|bytes| bytes.len())
}

/// Whether the request can be sent to the signer.
pub fn fits(request: &BatchRequest) -> bool {
    message_bytes(request).is_ok_and(|bytes| bytes <= MAX_MESSAGE_BYTES)
}

/// The request as it is sent.
pub(super) fn encode_fitting(request: &BatchRequest) -> Result<Vec<u8>, SignerError> {
    let bytes = encode(request)?;
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(SignerError::TooLarge {
            deltas: request.deltas.len(),
            items: request.items.len(),
            bytes: bytes.len(),
            limit: MAX_MESSAGE_BYTES,
        });
    }
    Ok(bytes)
}

fn encode(request: &BatchRequest) -> Result<Vec<u8>, SignerError> {
    Encode!(request)
        .map_err(|error| SignerError::Unavailable(format!("the request cannot be encoded: {error}")))
}
