//! `submit_transaction`: transactions that the canister sends itself, through the EVM RPC canister.
//!
//! A submission has one nonce and one content; its attempts differ in fees only, so at most one of them gets into the
//! chain, and a signed batch in its data is carried once, whichever attempt it is. Each step is kept before the next one
//! begins. Nothing runs by itself: `submit_transaction` goes as far as it can, `advance` goes on from there, also after
//! an error, a trap or an upgrade.
//!
//! | module | holds |
//! |---|---|
//! | [`record`] | what is kept of a submission |
//! | [`fees`] | what an attempt offers |
//! | [`may`] | whether somebody may go on, and can pay |
//! | [`accept`], [`advance`] | its beginning, and its steps |
//! | [`stuck`] | what helps a transaction that does not get into the chain |
//! | [`settle`] | whether the chain has one of its attempts |

pub mod accept;
pub mod advance;
pub mod fees;
pub mod may;
pub mod record;
pub mod settle;
pub mod stuck;

pub use accept::submit;
pub use advance::advance;
pub use record::view;
