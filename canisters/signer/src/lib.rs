//! The signer: an ICP canister that holds Novate's threshold keys and signs only what its policy allows.
//!
//! It never signs an opaque hash: callers pass a claim, a batch with all its leaves, or a checkpoint. It builds the bytes
//! itself (`novate_protocol`), checks role and policy, charges the operator, and signs once per request id. All state is
//! in stable memory, and every decision, refusals included, and every setting is a block of a certified ICRC-3 log.
//!
//! Stop the canister before an upgrade: stopping waits for the calls that are open, and a call that is still open
//! when the code changes has its answer handed to code that does not know it.
//!
//! | module | holds |
//! |---|---|
//! | [`endpoints`] | the methods, and who may call each |
//! | [`requests`] | one id, one decision, one signature, whatever is signed |
//! | [`claims`], [`batch`], [`checkpoint`] | what can be signed, and the rules for each |
//! | [`transaction`], [`submission`] | EVM transactions, signed or also sent through [`evm_rpc`] |
//! | [`policy`] | what administrators allow |
//! | [`turns`], [`days`], [`credits`] | what is counted: sequences, daily totals, prepaid cycles |
//! | [`keys`] | threshold keys, their versions, addresses and signatures |
//! | [`roles`], `ingress` | who may do what; which messages of users are taken in at all |
//! | [`events`], [`audit`] | the block log, and the decisions in it |
//! | [`contract`], [`state`] | contracts on chains; stable memory |
//!
//! Types and refusals of the interface are in the crate `signer-api`.

pub mod audit;
pub mod batch;
pub mod checkpoint;
pub mod claims;
pub mod contract;
pub mod credits;
pub mod days;
pub mod endpoints;
pub mod events;
pub mod evm_rpc;
mod ingress;
pub mod keys;
pub mod policy;
pub mod requests;
pub mod roles;
pub mod state;
pub mod submission;
pub mod transaction;
pub mod turns;

pub use endpoints::candid_interface;
