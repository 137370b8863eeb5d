//! The block log, after [ICRC-3](https://github.com/dfinity/ICRC-1/tree/main/standards/ICRC-3).
//!
//! Blocks form a hash chain; the hash and index of the last one are certified by the subnet, so that a reader
//! who trusts only the root key can verify the whole log. Nothing is archived elsewhere.
//!
//! A canister owns a [`BlockLog`] and certifies a tree that contains its [`tip_tree`], alone or beside what else it
//! certifies; it does so at every append, and again after an upgrade.

mod certify;
mod interface;
mod log;
mod value;

pub use certify::{tip_certificate, tip_tree};
pub use interface::{
    ArchiveInfo, ArchivedBlocks, BlockType, BlockWithId, GetArchivesArgs, GetBlocksCallback,
    GetBlocksRequest, GetBlocksResult, SupportedStandard, TipCertificate, standard, supported_block_types,
    supported_standards,
};
pub use log::{BlockLog, Tip};
pub use value::Value;
