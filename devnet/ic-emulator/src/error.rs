//! Failures of the emulator itself; failures of calls are [`crate::Reject`]s.

use std::{io, net::SocketAddr};

/// Why the emulator or its gateway cannot start, or a certificate cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The interpreter refused the system API.
    #[error("the wasm interpreter refused the system API: {0}; this is a defect of the emulator")]
    SystemApi(#[from] wasmi::errors::LinkerError),
    /// The root key could not be made from the seed.
    #[error("no BLS key from the seed: {0}; choose another seed")]
    RootKey(String),
    /// A certificate could not be encoded.
    #[error("cannot encode a certificate: {0}; this is a defect of the emulator")]
    Encoding(#[from] serde_cbor::Error),
    /// The gateway cannot listen.
    #[error("the gateway cannot listen on {address}: {source}; choose another port, or 0 for any free one")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or runtime for the gateway.
    #[error("the gateway cannot start: {0}; free memory or file descriptors and try again")]
    Start(io::Error),
}
