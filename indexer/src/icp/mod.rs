//! ICRC-3 block logs of ICP canisters (<https://github.com/dfinity/ICRC-1/tree/main/standards/ICRC-3>).

mod certificate;
mod chain;
mod decode;
mod error;
mod log;
mod schema;
mod source;
mod value;

pub use certificate::{Tip, block_index};
pub use decode::Decoder;
pub use error::{BlockError, SchemaError};
pub use log::{Archive, BlockWithId, GetBlocks, GetBlocksResult, Range, TipCertificate};
pub use schema::{BlockSchema, BlockType, Field, FieldType};
pub use source::{IcpOptions, IcpSource, RootKey};
pub use value::Value;
