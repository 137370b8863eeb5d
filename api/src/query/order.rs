//! The argument `orderBy` as a total order of a table's rows.

use crate::{error::Fault, model::ApiTable};
use async_graphql::Value;
use novate_catalog::ColumnType;
use std::fmt::Write;

/// Most columns in one `orderBy`.
const MAX_KEYS: usize = 8;

/// A column to order by. Null counts as the largest value, as it does in Postgres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Index into the table's columns.
    pub column: usize,
    pub descending: bool,
}

/// Columns to order by, the last of which is unique: no two rows are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order(Vec<Key>);

impl Order {
    /// Without an argument rows are ordered as their chain orders them. So they are by `BLOCK_NUMBER`: rows of one block
    /// are ordered by position. Every other tie is broken by `id`, in the direction of the last column.
    ///
    /// Both begin with the network, which is the same in all rows of a table, because its index does.
    pub fn parse(table: &ApiTable, argument: Option<&Value>) -> Result<Self, Fault> {
        let chain = ApiTable::CHAIN_ORDER;
        let mut keys = Vec::new();
        let items = match argument {
            None | Some(Value::Null) => &[],
            Some(Value::List(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        if items.len() > MAX_KEYS {
            let found = items.len();
            return Err(Fault::BadInput(format!(
                "orderBy has {found} columns; at most {MAX_KEYS} are allowed"
            )));
        }
        for item in items {
            let key = parse_key(table, item)?;
            if keys.iter().any(|earlier: &Key| earlier.column == key.column) {
                let name = &table.columns[key.column].enum_value;
                return Err(Fault::BadInput(format!(
                    "orderBy names {name} twice; leave one out"
                )));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            keys.push(Key {
                column: chain.block_number,
                descending: false,
            });
        }
        let (first, last) = (keys[0], keys[keys.len() - 1]);
        let mut append = |column| {
            if keys.iter().all(|key| key.column != column) {
                keys.push(Key {
                    column,
                    descending: last.descending,
                });
            }
        };
        if last.column == chain.block_number {
            append(chain.position);
        }
        append(chain.id);
        if first.column == chain.block_number && keys.iter().all(|key| key.column != chain.network) {
            keys.insert(
                0,
                Key {
                    column: chain.network,
                    descending: first.descending,
                },
            );
        }
        Ok(Self(keys))
    }

    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The same rows from the other end.
    pub fn reversed(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|key| Key {
                    descending: !key.descending,
                    ..*key
                })
                .collect(),
        )
    }

    /// Table, columns and directions as a word: what a cursor is good for.
    pub fn signature(&self, table: &ApiTable) -> String {
        let mut word = table.table.name.to_string();
        for key in &self.0 {
            let sign = if key.descending { '-' } else { '+' };
            // Writing into a string cannot fail.
            write!(word, "{sign}{}", table.columns[key.column].field).ok();
        }
        word
    }
}

impl Key {
    /// Type of the column; every column that can be a key has one.
    pub fn ty(self, table: &ApiTable) -> ColumnType {
        table.columns[self.column]
            .order_type()
            .unwrap_or(ColumnType::Text)
    }
}

fn parse_key(table: &ApiTable, item: &Value) -> Result<Key, Fault> {
    let bad = |what: String| Fault::BadInput(format!("orderBy: {what}"));
    let Value::Object(fields) = item else {
        return Err(bad("an item must be {column: …, direction: …}".into()));
    };
    let name = match fields.get("column") {
        Some(Value::Enum(name)) => name.as_str(),
        Some(Value::String(name)) => name.as_str(),
        _ => return Err(bad("column is missing".into())),
    };
    let column = (table.columns.iter())
        .position(|column| column.enum_value == name && column.order_type().is_some())
        .ok_or_else(|| {
            bad(format!(
                "{name} is no column of {} to order by",
                table.names.object
            ))
        })?;
    let descending = match fields.get("direction") {
        None | Some(Value::Null) => false,
        Some(Value::Enum(name)) if name == "ASC" => false,
        Some(Value::Enum(name)) if name == "DESC" => true,
        Some(Value::String(name)) if name == "ASC" => false,
        Some(Value::String(name)) if name == "DESC" => true,
        Some(other) => return Err(bad(format!("direction {other} must be ASC or DESC"))),
    };
    Ok(Key { column, descending })
}
