//! The block log, after [ICRC-3](https://github.com/dfinity/ICRC-1/tree/main/standards/ICRC-3).
//!
//! Blocks form a hash chain; the hash and index of the last one are certified by the subnet, so that a reader
//! who trusts only the root key can verify the whole log. Nothing is archived elsewhere.

mod certify;
mod interface;
mod log;
mod value;

pub use certify::{certify, tip_certificate};
pub use interface::{
    ArchiveInfo, ArchivedBlocks, BlockType, BlockWithId, GetArchivesArgs, GetBlocksCallback,
    GetBlocksRequest, GetBlocksResult, SupportedStandard, TipCertificate, supported_block_types,
    supported_standards,
};
pub use log::{append, blocks};
pub use value::Value;
