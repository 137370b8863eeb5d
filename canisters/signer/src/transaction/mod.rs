//! `sign_transaction`: EIP-1559 transactions that call allowed functions with allowed arguments.
//!
//! | module | holds |
//! |---|---|
//! | [`eip1559`] | the bytes that are signed and sent |
//! | [`function`], [`rules`] | a call's arguments, and what they may be |
//! | [`calls`], [`policy`] | what an administrator allows, and whether a transaction keeps to it |
//! | [`nonces`] | one content for each nonce |
//! | [`request`] | a transaction as a request for a signature |

pub mod calls;
pub mod eip1559;
pub mod function;
pub mod nonces;
pub mod policy;
pub mod request;
pub mod rules;

pub use request::{Call, sign};
