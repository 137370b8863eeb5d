//! Candid types of the signer canister; a test holds them to its interface, `artifacts/icp/signer.did`.

mod refusal;
mod signer;

pub use refusal::Refusal;
pub use signer::{ClaimRequest, ClaimView, Distributor, InitArgs, Role, SignedClaim, Status};
