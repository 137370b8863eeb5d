//! What the blocks of a log look like: ICRC-3 has no machine-readable form of it, so a canister ships this
//! small one.

use super::SchemaError;
use novate_catalog::ColumnType;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The block types of one log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSchema {
    /// `ICRC-3`
    pub standard: String,
    pub blocks: Vec<BlockType>,
}

/// One block type; it gets a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockType {
    /// Value of the block's `btype`.
    pub btype: String,
    /// Name of the event; the table is `<contract>_<name>`.
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub fields: Vec<Field>,
}

/// A field of a block; it gets a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    /// Map keys from the block to the value, for example `["tx", "amount"]`.
    pub path: Vec<String>,
    #[serde(rename = "type")]
    pub ty: FieldType,
    /// Whether the value may be absent: then it is null.
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub description: Option<String>,
}

/// How a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A `Nat` of any size.
    Nat,
    /// An `Int` (or `Nat`) of any size.
    Int,
    /// A `Nat` below 2^32.
    Nat32,
    /// A `Nat` below 2^64.
    Nat64,
    Text,
    Blob,
    /// A `Blob` that is a principal; text form.
    Principal,
    /// A `Nat` of nanoseconds since 1970.
    Timestamp,
    /// Anything.
    Json,
}

impl FieldType {
    /// The type of its column.
    pub fn column(self) -> ColumnType {
        match self {
            Self::Nat | Self::Int | Self::Nat64 => ColumnType::Numeric,
            Self::Nat32 => ColumnType::Int,
            Self::Text | Self::Principal => ColumnType::Text,
            Self::Blob => ColumnType::Bytes,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Json => ColumnType::Json,
        }
    }
}

impl BlockSchema {
    /// Reads a schema, refusing one that is not unambiguous.
    pub fn parse(json: &str) -> Result<Self, SchemaError> {
        let schema: Self = serde_json::from_str(json)?;
        if schema.standard != "ICRC-3" {
            return Err(SchemaError::Standard(schema.standard));
        }
        if schema.blocks.is_empty() {
            return Err(SchemaError::Empty);
        }
        let mut seen = BTreeSet::new();
        for BlockType { btype, fields, .. } in &schema.blocks {
            let fault = |reason: String| SchemaError::BlockType {
                btype: btype.clone(),
                reason,
            };
            if !seen.insert(btype) {
                return Err(fault("is described twice".into()));
            }
            if let Some(field) = fields.iter().find(|field| field.path.is_empty()) {
                return Err(fault(format!("field {} has an empty path", field.name)));
            }
        }
        Ok(schema)
    }
}
