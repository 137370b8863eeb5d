//! How the canister asks EVM chains: through the EVM RPC canister, which asks several providers for it.
//!
//! | module | holds |
//! |---|---|
//! | [`config`] | how each chain is reached, as administrators set it |
//! | [`client`] | the four questions of a submission |
//! | [`answer`] | what counts as an answer |

pub mod answer;
pub mod client;
pub mod config;
