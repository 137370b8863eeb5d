//! Types and constant answers of ICRC-3 and ICRC-10.

use super::Value;
use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;

/// A range of blocks.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct GetBlocksRequest {
    /// Index of the first.
    pub start: Nat,
    /// How many.
    pub length: Nat,
}

/// A block and its index.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct BlockWithId {
    /// Index in the log.
    pub id: Nat,
    /// The block.
    pub block: Value,
}

// Where archived blocks would be asked for.
candid::define_function!(
    pub GetBlocksCallback : (Vec<GetBlocksRequest>) -> (GetBlocksResult) query
);

/// Ranges that another canister holds.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct ArchivedBlocks {
    /// What to ask it for.
    pub args: Vec<GetBlocksRequest>,
    /// How to ask.
    pub callback: GetBlocksCallback,
}

/// Answer of `icrc3_get_blocks`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct GetBlocksResult {
    /// Blocks in the whole log.
    pub log_length: Nat,
    /// Those asked for, as far as they exist and fit one answer.
    pub blocks: Vec<BlockWithId>,
    /// Always empty here.
    pub archived_blocks: Vec<ArchivedBlocks>,
}

/// Argument of `icrc3_get_archives`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct GetArchivesArgs {
    /// The archive after which to go on.
    pub from: Option<Principal>,
}

/// An archive; this canister has none.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct ArchiveInfo {
    /// The archive's canister.
    pub canister_id: Principal,
    /// Its first block.
    pub start: Nat,
    /// Its last block.
    pub end: Nat,
}

/// Answer of `icrc3_get_tip_certificate`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct TipCertificate {
    /// The subnet's certificate, CBOR.
    pub certificate: ByteBuf,
    /// The certified tree with `last_block_index` and `last_block_hash`, CBOR.
    pub hash_tree: ByteBuf,
}

/// A type of block that the log can have.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct BlockType {
    /// The block's `btype`.
    pub block_type: String,
    /// Where it is described: an absolute URL.
    pub url: String,
}

/// A standard that the canister implements.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct SupportedStandard {
    /// As in `ICRC-3`.
    pub name: String,
    /// Where it is described.
    pub url: String,
}

/// Block types by name, described in the file `<canister>.icrc3.json` that is published with the canister's wasm.
///
/// The standard wants a URL, and the file has no host of its own: the URL is a `data:` one (RFC 2397) whose text says where
/// the description is. `canister` and `names` are letters, digits, `_` and `-`, which no URL escapes.
pub fn supported_block_types(canister: &str, names: &[&str]) -> Vec<BlockType> {
    let described = |name: &&str| BlockType {
        block_type: (*name).into(),
        url: format!(
            "data:text/plain,{name}%20is%20described%20in%20{canister}.icrc3.json,%20published%20with%20{canister}.wasm"
        ),
    };
    names.iter().map(described).collect()
}

/// A standard and where it is described.
pub fn standard(name: &str, url: &str) -> SupportedStandard {
    SupportedStandard {
        name: name.into(),
        url: url.into(),
    }
}

/// The standards of a canister with a block log.
pub fn supported_standards() -> Vec<SupportedStandard> {
    vec![
        standard(
            "ICRC-3",
            "https://github.com/dfinity/ICRC-1/tree/main/standards/ICRC-3",
        ),
        standard(
            "ICRC-10",
            "https://github.com/dfinity/ICRC/blob/main/ICRCs/ICRC-10/ICRC-10.md",
        ),
    ]
}
