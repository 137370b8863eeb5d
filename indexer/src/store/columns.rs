//! Values by column, as arrays that Postgres can unnest.

use crate::row::Value;
use chrono::{DateTime, Utc};
use novate_catalog::ColumnType;
use sqlx::{Postgres, postgres::PgArguments, query::Query, types::Json};

/// The values of one column, one per row.
pub enum Values<'a> {
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i64>>),
    /// Digits, which Postgres reads: no Rust integer is wide enough.
    Numeric(Vec<Option<&'a str>>),
    Text(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Json(Vec<Option<Json<&'a serde_json::Value>>>),
    Timestamp(Vec<Option<DateTime<Utc>>>),
}

impl<'a> Values<'a> {
    pub fn new(ty: ColumnType, rows: usize) -> Self {
        match ty {
            ColumnType::Bool => Self::Bool(Vec::with_capacity(rows)),
            ColumnType::Int => Self::Int(Vec::with_capacity(rows)),
            ColumnType::Numeric => Self::Numeric(Vec::with_capacity(rows)),
            ColumnType::Text => Self::Text(Vec::with_capacity(rows)),
            ColumnType::Bytes => Self::Bytes(Vec::with_capacity(rows)),
            ColumnType::Json => Self::Json(Vec::with_capacity(rows)),
            ColumnType::Timestamp => Self::Timestamp(Vec::with_capacity(rows)),
        }
    }

    /// Adds the value of one more row, unless it is of another type.
    #[must_use]
    pub fn push(&mut self, value: &'a Value) -> bool {
        match (self, value) {
            (Self::Bool(column), Value::Bool(v)) => column.push(Some(*v)),
            (Self::Int(column), Value::Int(v)) => column.push(Some(*v)),
            (Self::Numeric(column), Value::Numeric(v)) => column.push(Some(v)),
            (Self::Text(column), Value::Text(v)) => column.push(Some(v)),
            (Self::Bytes(column), Value::Bytes(v)) => column.push(Some(v)),
            (Self::Json(column), Value::Json(v)) => column.push(Some(Json(v))),
            (Self::Timestamp(column), Value::Timestamp(v)) => column.push(Some(*v)),
            (Self::Bool(column), Value::Null) => column.push(None),
            (Self::Int(column), Value::Null) => column.push(None),
            (Self::Numeric(column) | Self::Text(column), Value::Null) => column.push(None),
            (Self::Bytes(column), Value::Null) => column.push(None),
            (Self::Json(column), Value::Null) => column.push(None),
            (Self::Timestamp(column), Value::Null) => column.push(None),
            _ => return false,
        }
        true
    }

    pub fn bind<'q>(self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        match self {
            Self::Bool(column) => query.bind(column),
            Self::Int(column) => query.bind(column),
            Self::Numeric(column) | Self::Text(column) => query.bind(column),
            Self::Bytes(column) => query.bind(column),
            Self::Json(column) => query.bind(column),
            Self::Timestamp(column) => query.bind(column),
        }
    }
}

/// Type of the array that is bound for a column.
pub fn array_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Numeric => "text[]",
        ColumnType::Bool => "boolean[]",
        ColumnType::Int => "bigint[]",
        ColumnType::Text => "text[]",
        ColumnType::Bytes => "bytea[]",
        ColumnType::Json => "jsonb[]",
        ColumnType::Timestamp => "timestamptz[]",
    }
}

/// What a value is, for messages.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "64-bit integer",
        Value::Numeric(_) => "wide integer",
        Value::Text(_) => "text",
        Value::Bytes(_) => "byte string",
        Value::Json(_) => "structure",
        Value::Timestamp(_) => "time",
    }
}

/// Whether Postgres can hold it: neither text nor jsonb takes the character U+0000, which contracts may emit.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.contains('\0'),
        Value::Json(json) => json_has_nul(json),
        _ => false,
    }
}

/// With U+FFFD, the sign for a character that could not be kept, in place of U+0000.
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// As [`without_nul`], for every string and key within.
pub fn json_without_nul(json: &serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::String(text) => serde_json::Value::String(without_nul(text)),
        serde_json::Value::Array(items) => items.iter().map(json_without_nul).collect(),
        serde_json::Value::Object(fields) => fields
            .iter()
            .map(|(key, v)| (without_nul(key), json_without_nul(v)))
            .collect(),
        other => other.clone(),
    }
}

fn json_has_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(json_has_nul),
        serde_json::Value::Object(fields) => fields
            .iter()
            .any(|(key, v)| key.contains('\0') || json_has_nul(v)),
        _ => false,
    }
}
