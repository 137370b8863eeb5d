//! A subnet of the Internet Computer in one process, to develop and test canisters on.
//!
//! **It is an emulator, never the IC**: one machine, no consensus, keys that everybody knows. It follows the
//! [interface specification][spec], from which each module links the section it implements. Canister code runs in
//! the interpreter `wasmi`; clients connect by HTTP with an ordinary agent, which checks the certificates.
//!
//! ```
//! # fn main() -> Result<(), ic_emulator::Error> {
//! use ic_emulator::{Emulator, Options};
//!
//! let gateway = Emulator::new(Options::default())?.start_gateway(([127, 0, 0, 1], 0).into())?;
//! println!("{} with root key {:02x?}", gateway.url(), gateway.root_key());
//! # Ok(())
//! # }
//! ```
//!
//! # What it does not model
//!
//! - More than one subnet or node, consensus, block times: messages are executed in the order in which they were sent.
//! - Prices of execution and messages, which are accounted on demand ([`Charges`]) and never taken, and of storage; only
//!   threshold signatures and `create_canister` cost cycles. No
//!   freezing threshold, no memory and compute allocations, no queue limits.
//! - Composite queries, 64-bit memory, SIMD, modules compressed by gzip, mutable globals of a reference type. Changes that
//!   code makes to its table are undone with the message.
//! - Of the management canister: HTTP outcalls, Bitcoin, vetKD, BIP-340 signatures, snapshots, logs, canister
//!   history. A call of these, or an import that is missing, is an error that names it.
//! - Of the HTTP interface: delegations in certificates (the subnet is the root subnet), canister signatures, WebAuthn
//!   and P-256 keys, `sender_info`.
//! - Instructions that limits and `performance_counter` count are the interpreter's, not the IC's: close enough to see an
//!   endless loop. Those of [`Charges`] are the IC's.
//!
//! [spec]: https://internetcomputer.org/docs/references/ic-interface-spec

mod canister;
mod charges;
mod code;
mod emulator;
mod error;
mod execution;
mod fees;
mod gateway;
mod ic0;
mod instrument;
mod management;
mod metering;
mod reject;
mod sandbox;
mod stable;
mod state_tree;
mod subnet;
mod world;

pub use charges::Charges;
pub use emulator::{Emulator, Options};
pub use error::Error;
pub use gateway::Gateway;
pub use reject::{Reject, Response};
