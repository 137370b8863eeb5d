//! The clearing service: takes signed intents in, nets them in windows, keeps the blobs that prove it, and settles the
//! batches on chain under the signer canister's threshold keys.
//!
//! | module | holds |
//! |---|---|
//! | [`audit`] | whether what is said holds |
//! | [`chain`] | what a batch needs of the chain that it settles on |
//! | [`grants`] | what an owner signs so that there is a session |
//! | [`secret`] | where keys and passwords are read from |
//! | [`intake`] | takes signed intents: checked, and on disk before they are answered |
//! | [`receipts`] | what became of intents, provable |
//! | [`signer`] | the canister that signs headers |
//! | [`state`] | what the index knows of a settlement: ledgers, sessions, items, batches |
//! | [`store`] | everything that the service must not forget, in Postgres |
//! | [`alert`] | what a person has to look at |
//! | [`batch_maker`] | closes windows: what waits becomes a batch |
//! | [`context`] | what everything that the leader does has in common |
//! | [`driver`] | brings batches to their end |
//! | [`failpoint`] | where tests kill the service |
//! | [`settlement`] | a settlement that is served |
//! | [`service`] | the process that clears |
//! | [`config`] | the section `[clearing]` of `novate.toml` |
//! | [`run`] | from a configuration to a service that runs |

pub mod alert;
pub mod audit;
pub mod batch_maker;
pub mod chain;
pub mod config;
pub mod context;
pub mod driver;
pub mod failpoint;
pub mod grants;
pub mod intake;
pub mod receipts;
pub mod run;
pub mod secret;
pub mod service;
pub mod settlement;
pub mod signer;
pub mod state;
pub mod store;
