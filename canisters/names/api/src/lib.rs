//! What the names canister takes, answers and refuses, and the bytes that wallets sign and that it certifies.
//!
//! The canister and its callers share this crate, so there is one definition of each.
//!
//! | module | holds |
//! |---|---|
//! | [`interface`] | the types of the Candid interface, whose fields may be wrong |
//! | [`refusal`] | why something is refused |
//! | [`name`] | what a name is, and which two look alike |
//! | [`wallet`] | an account on another chain, and how it is written |
//! | [`challenge`] | what a wallet signs to be linked or unlinked |
//! | [`content`] | digests of published content |
//! | [`record`] | what the canister stores and certifies, and under which key |
//! | [`convert`] | from the interface to what cannot be wrong, and back |

#![forbid(unsafe_code)]

pub mod challenge;
pub mod content;
pub mod convert;
pub mod interface;
pub mod name;
pub mod record;
pub mod refusal;
pub mod wallet;

pub use refusal::Refusal;
