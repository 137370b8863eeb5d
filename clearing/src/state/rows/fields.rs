use super::words;
use novate_protocol::ids::{Asset, Owner};
use serde::Deserialize;
use sqlx::{Column, Row, postgres::PgRow, types::Json};
use std::str::FromStr;

/// The event's own columns of a row, in the order in which its [`Kind`](super::Kind) names them. Integers are selected as text.
pub(in crate::state) struct Fields<'r> {
    pub row: &'r PgRow,
    /// How many columns come before them.
    pub before: usize,
}

/// A column holds what the indexer never writes there.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: {reason}")]
pub(in crate::state) struct Unreadable {
    column: String,
    reason: String,
}

type Read<T> = Result<T, Unreadable>;

impl<'r> Fields<'r> {
    pub fn text(&self, column: usize) -> Read<&'r str> {
        self.get(column)
    }

    pub fn word(&self, column: usize) -> Read<[u8; 32]> {
        let text = self.text(column)?;
        let reason = "is neither a public key in base58 nor an EVM address";
        words::word(text).ok_or_else(|| self.unreadable(column, format_args!("{text:?} {reason}")))
    }

    pub fn owner(&self, column: usize) -> Read<Owner> {
        self.word(column).map(Owner)
    }

    pub fn asset(&self, column: usize) -> Read<Asset> {
        self.word(column).map(Asset)
    }

    pub fn int<T: FromStr>(&self, column: usize) -> Read<T> {
        let text = self.text(column)?;
        text.parse()
            .map_err(|_| self.unreadable(column, format_args!("{text} is out of range")))
    }

    pub fn json<T: Deserialize<'r> + 'r>(&self, column: usize) -> Read<T> {
        self.get(column).map(|Json(value)| value)
    }

    fn get<T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>>(
        &self,
        column: usize,
    ) -> Read<T> {
        let found = self.row.try_get(self.before.saturating_add(column));
        found.map_err(|error| self.unreadable(column, error))
    }

    pub fn unreadable(&self, column: usize, reason: impl std::fmt::Display) -> Unreadable {
        let column = self.row.columns().get(self.before.saturating_add(column));
        Unreadable {
            column: column.map_or_else(String::new, |column| column.name().to_owned()),
            reason: reason.to_string(),
        }
    }
}
