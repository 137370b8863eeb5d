//! From certified blocks to rows, by a [`BlockSchema`].

use super::{BlockError, BlockSchema, BlockType, Field, FieldType, SchemaError, Value, value::without_nul};
use crate::row::Value as Column;
use candid::Principal;
use chrono::{DateTime, Utc};
use novate_catalog::{ColumnType, Table};
use std::sync::Arc;

/// Decodes the blocks of one log.
#[derive(Debug)]
pub struct Decoder {
    types: Vec<BlockType>,
    tables: Vec<Arc<Table>>,
}

impl Decoder {
    /// Makes one table per block type, named `<contract>_<name>`.
    pub fn new(network: &str, contract: &str, schema_json: &str) -> Result<Self, SchemaError> {
        let types = BlockSchema::parse(schema_json)?.blocks;
        let mut tables: Vec<Arc<Table>> = Vec::with_capacity(types.len());
        for block in &types {
            let mut table = Table::new(network, contract, &block.name, block.fields.iter().map(column))?;
            table.description.clone_from(&block.description);
            if tables.iter().any(|other| other.name == table.name) {
                let reason = format!("another block type would have the same table, {}", table.name);
                return Err(SchemaError::BlockType {
                    btype: block.btype.clone(),
                    reason,
                });
            }
            tables.push(Arc::new(table));
        }
        Ok(Self { types, tables })
    }

    /// One per block type, in the order of the schema.
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The table and the column values of a block.
    pub fn decode(&self, block: &Value) -> Result<(Arc<Table>, Vec<Column>), BlockError> {
        let btype = btype(block);
        let known = self
            .types
            .iter()
            .zip(&self.tables)
            .find(|(ty, _)| ty.btype == btype);
        let (ty, table) = known.ok_or_else(|| BlockError::UnknownType(btype.to_owned()))?;
        let value = |field: &Field| {
            field_value(field, block).map_err(|reason| BlockError::Field {
                btype: btype.to_owned(),
                field: field.name.clone(),
                reason,
            })
        };
        Ok((
            table.clone(),
            ty.fields.iter().map(value).collect::<Result<_, _>>()?,
        ))
    }
}

/// The type of a block. Ledgers from before ICRC-3 have `tx.op` in place of `btype`, as the standard allows.
fn btype(block: &Value) -> &str {
    match block.get(["btype"]).or_else(|| block.get(["tx", "op"])) {
        Some(Value::Text(btype)) => btype,
        _ => "",
    }
}

/// The block's own time, from its `ts` in nanoseconds.
pub fn time(block: &Value) -> Option<DateTime<Utc>> {
    match block.get(["ts"]) {
        Some(Value::Nat(nanoseconds)) => timestamp(nanoseconds),
        _ => None,
    }
}

fn timestamp(nanoseconds: &candid::Nat) -> Option<DateTime<Utc>> {
    let nanoseconds = i64::try_from(u64::try_from(nanoseconds.0.clone()).ok()?).ok()?;
    Some(DateTime::from_timestamp_nanos(nanoseconds))
}

fn column(field: &Field) -> (&str, ColumnType, bool, Option<String>) {
    (
        &field.name,
        field.ty.column(),
        field.optional,
        field.description.clone(),
    )
}

fn field_value(field: &Field, block: &Value) -> Result<Column, String> {
    let Some(value) = block.get(field.path.iter().map(String::as_str)) else {
        let path = field.path.join(".");
        return if field.optional {
            Ok(Column::Null)
        } else {
            Err(format!("the block has no {path}"))
        };
    };
    let number = |bits: u64, nat: &candid::Nat| {
        if nat.0.bits() <= bits {
            Ok(nat.0.to_string())
        } else {
            Err(format!("{} has over {bits} bits", nat.0))
        }
    };
    Ok(match (field.ty, value) {
        (FieldType::Nat | FieldType::Int, Value::Nat(nat)) => Column::Numeric(nat.0.to_string()),
        (FieldType::Int, Value::Int(int)) => Column::Numeric(int.0.to_string()),
        (FieldType::Nat64, Value::Nat(nat)) => Column::Numeric(number(64, nat)?),
        (FieldType::Nat32, Value::Nat(nat)) => {
            let small = u32::try_from(nat.0.clone()).map_err(|_| format!("{} has over 32 bits", nat.0))?;
            Column::Int(small.into())
        }
        (FieldType::Text, Value::Text(text)) => Column::Text(without_nul(text)),
        (FieldType::Blob, Value::Blob(bytes)) => Column::Bytes(bytes.to_vec()),
        (FieldType::Principal, Value::Blob(bytes)) => {
            let principal = Principal::try_from_slice(bytes).map_err(|e| e.to_string())?;
            Column::Text(principal.to_text())
        }
        (FieldType::Timestamp, Value::Nat(nanoseconds)) => {
            let time = timestamp(nanoseconds)
                .ok_or_else(|| format!("{} is no time in nanoseconds", nanoseconds.0))?;
            Column::Timestamp(time)
        }
        (FieldType::Json, any) => Column::Json(any.to_json()),
        (ty, other) => return Err(format!("a {} where the schema says {ty:?}", other.kind())),
    })
}
