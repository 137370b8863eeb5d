//! The names canister is in [`names`]. Here: Candid types of the signer canister; a test holds them to its interface, `artifacts/icp/signer.did`.

pub mod names;
mod refusal;
mod signer;

pub use refusal::Refusal;
pub use signer::{ClaimRequest, ClaimView, Distributor, InitArgs, Role, SignedClaim, Status};
