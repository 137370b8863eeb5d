//! Values on their way between GraphQL and Postgres. All of the parsing of literals is here.

use async_graphql::Value;
use chrono::{DateTime, SecondsFormat, Utc};
use novate_catalog::ColumnType;
use sqlx::{Postgres, QueryBuilder, Row, postgres::PgRow, types::Json};

/// Digits of the widest integer we take; a 256-bit one has 78.
const MAX_DIGITS: usize = 200;
/// Digits of the widest integer that a numeric of Postgres holds.
const STORED_DIGITS: usize = 131_072;

/// A value that fits its column.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    /// Decimal digits with an optional `-`.
    Numeric(String),
    Text(String),
    Bytes(Vec<u8>),
    Timestamp(DateTime<Utc>),
    Json(serde_json::Value),
}

impl Scalar {
    /// Reads a GraphQL literal for a column of type `ty`; the error says what would have been right.
    pub fn parse(ty: ColumnType, value: &Value) -> Result<Self, &'static str> {
        Self::parse_within(ty, value, MAX_DIGITS)
    }

    /// As [`Scalar::parse`], for a value that a row has: an integer of any size that the database holds is right.
    pub fn parse_stored(ty: ColumnType, value: &Value) -> Result<Self, &'static str> {
        Self::parse_within(ty, value, STORED_DIGITS)
    }

    fn parse_within(ty: ColumnType, value: &Value, digits: usize) -> Result<Self, &'static str> {
        const INTEGER: &str =
            "an integer, as a number or (beyond 64 bits always) as a string of decimal digits";
        const TEXT: &str = "a string without NUL characters";
        match (ty, value) {
            (ColumnType::Bool, Value::Boolean(b)) => Ok(Self::Bool(*b)),
            (ColumnType::Int, _) => integer(value, digits)
                .ok_or(INTEGER)?
                .parse()
                .map(Self::Int)
                .map_err(|_| "an integer of 64 signed bits, since the column holds no other"),
            (ColumnType::Numeric, _) => integer(value, digits).map(Self::Numeric).ok_or(INTEGER),
            (ColumnType::Text, Value::String(s)) if !s.contains('\0') => Ok(Self::Text(s.clone())),
            (ColumnType::Text, _) => Err(TEXT),
            (ColumnType::Bytes, Value::String(s)) => s
                .strip_prefix("0x")
                .and_then(|digits| hex::decode(digits).ok())
                .map(Self::Bytes)
                .ok_or("0x and an even number of hex digits"),
            (ColumnType::Timestamp, Value::String(s)) => DateTime::parse_from_rfc3339(s)
                .map(|time| Self::Timestamp(time.to_utc()))
                .map_err(|_| "a time of RFC 3339, such as 2026-01-31T12:00:00Z"),
            (ColumnType::Json, _) => value
                .clone()
                .into_json()
                .ok()
                .filter(|json| !has_nul(json))
                .map(Self::Json)
                .ok_or("JSON without NUL characters"),
            (ColumnType::Bool, _) => Err("true or false"),
            (ColumnType::Bytes, _) => Err("a string of 0x and hex digits"),
            (ColumnType::Timestamp, _) => {
                Err("a string with a time of RFC 3339, such as 2026-01-31T12:00:00Z")
            }
        }
    }

    /// As GraphQL shows it: integers as strings of digits (JavaScript's numbers cannot hold them), bytes as 0x and hex
    /// digits, times as RFC 3339 in UTC. [`Scalar::parse_stored`] reads it back unchanged.
    pub fn into_graphql(self) -> Value {
        match self {
            Self::Bool(b) => Value::Boolean(b),
            Self::Int(i) => Value::String(i.to_string()),
            Self::Numeric(text) | Self::Text(text) => Value::String(text),
            Self::Bytes(bytes) => Value::String(format!("0x{}", hex::encode(bytes))),
            Self::Timestamp(time) => Value::String(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            // Conversion fails for non-string keys only, which JSON cannot have.
            Self::Json(json) => Value::from_json(json).unwrap_or_default(),
        }
    }

    /// What [`Scalar::read`] can read: a numeric has no lossless Rust type here, so it travels as text.
    pub fn select_sql(ty: ColumnType, column: &str) -> String {
        if ty == ColumnType::Numeric {
            format!("{column}::text")
        } else {
            column.to_owned()
        }
    }

    /// Column `index` of a row that was selected by [`Scalar::select_sql`].
    pub fn read(ty: ColumnType, row: &PgRow, index: usize) -> Result<Option<Self>, sqlx::Error> {
        Ok(match ty {
            ColumnType::Bool => row.try_get::<Option<_>, _>(index)?.map(Self::Bool),
            ColumnType::Int => row.try_get::<Option<_>, _>(index)?.map(Self::Int),
            ColumnType::Numeric => row.try_get::<Option<_>, _>(index)?.map(Self::Numeric),
            ColumnType::Text => row.try_get::<Option<_>, _>(index)?.map(Self::Text),
            ColumnType::Bytes => row.try_get::<Option<_>, _>(index)?.map(Self::Bytes),
            ColumnType::Timestamp => row.try_get::<Option<_>, _>(index)?.map(Self::Timestamp),
            ColumnType::Json => row
                .try_get::<Option<Json<_>>, _>(index)?
                .map(|Json(json)| Self::Json(json)),
        })
    }

    /// Appends the value as a bound parameter of the column's type.
    pub fn push_to(&self, sql: &mut QueryBuilder<Postgres>) {
        match self {
            Self::Bool(b) => sql.push_bind(*b),
            Self::Int(i) => sql.push_bind(*i),
            Self::Numeric(digits) => sql.push_bind(digits.clone()).push("::text::numeric"),
            Self::Text(text) => sql.push_bind(text.clone()),
            Self::Bytes(bytes) => sql.push_bind(bytes.clone()),
            Self::Timestamp(time) => sql.push_bind(*time),
            Self::Json(json) => sql.push_bind(Json(json.clone())),
        };
    }

    /// Appends the values, all of type `ty`, as one bound array, so that a list of any length is the same statement.
    pub fn push_array(ty: ColumnType, values: &[Self], sql: &mut QueryBuilder<Postgres>) {
        macro_rules! array {
            ($variant:ident) => {
                values
                    .iter()
                    .filter_map(|value| match value {
                        Self::$variant(inner) => Some(inner.clone()),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
            };
        }
        match ty {
            ColumnType::Bool => sql.push_bind(array!(Bool)),
            ColumnType::Int => sql.push_bind(array!(Int)),
            ColumnType::Numeric => sql.push_bind(array!(Numeric)).push("::text[]::numeric[]"),
            ColumnType::Text => sql.push_bind(array!(Text)),
            ColumnType::Bytes => sql.push_bind(array!(Bytes)),
            ColumnType::Timestamp => sql.push_bind(array!(Timestamp)),
            ColumnType::Json => sql.push_bind(array!(Json)),
        };
    }
}

/// The decimal digits of an integer, at most `max` of them.
fn integer(value: &Value, max: usize) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        // A number with a point, an exponent or more than 64 bits would have lost digits on its way here.
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let legal = (1..=max).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    legal.then_some(text)
}

/// Postgres stores no NUL in text, nor in strings and keys of jsonb.
fn has_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}
