//! Rows of several tables in the order of their chain.

use super::{
    super::{
        event::Event,
        rows::{Fields, Home},
    },
    error::FollowError,
    tables::{COMMON, PAGE, Source},
};
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};
use std::collections::VecDeque;

/// Where a row is in the chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub block: i64,
    pub position: i64,
    pub id: String,
    pub hash: String,
    /// Index of its table.
    pub table: usize,
}

/// A row.
pub(super) struct Found {
    pub mark: Mark,
    /// Index of its source.
    pub source: usize,
    /// Unix seconds.
    pub time: u64,
    /// None when it is about another settlement.
    pub event: Option<Event>,
}

/// Reads tables a page at a time.
pub(super) struct Merge<'a> {
    pub connection: &'a mut PgConnection,
    pub network: &'a str,
    pub home: &'a mut Home,
    /// The last block to read.
    pub until: i64,
    pub tables: Vec<Cursor<'a>>,
}

/// How far a table is read.
pub(super) struct Cursor<'a> {
    index: usize,
    table: &'a Source,
    after: (i64, i64, String),
    page: VecDeque<Found>,
    more: bool,
}

impl<'a> Cursor<'a> {
    /// Begins after `mark`, or at the first row.
    pub fn new(index: usize, table: &'a Source, mark: Option<&Mark>) -> Self {
        let (block, position) = mark.map_or((-1, -1), |mark| (mark.block, mark.position));
        let id = mark.map_or_else(String::new, |mark| mark.id.clone());
        Self {
            index,
            table,
            after: (block, position, id),
            page: VecDeque::new(),
            more: true,
        }
    }
}

impl Merge<'_> {
    /// The next row, if there is one.
    pub async fn next(&mut self) -> Result<Option<Found>, FollowError> {
        for at in 0..self.tables.len() {
            self.fill(at).await?;
        }
        let place = |cursor: &Cursor| {
            cursor
                .page
                .front()
                .map(|found| (found.mark.block, found.mark.position))
        };
        let first = self
            .tables
            .iter_mut()
            .filter_map(|cursor| place(cursor).map(|place| (place, cursor)));
        let first = first.min_by_key(|(place, _)| *place);
        Ok(first.and_then(|(_, cursor)| cursor.page.pop_front()))
    }

    async fn fill(&mut self, at: usize) -> Result<(), FollowError> {
        let Some(cursor) = self.tables.get_mut(at) else {
            return Ok(());
        };
        if !cursor.more || !cursor.page.is_empty() {
            return Ok(());
        }
        let (block, position, id) = &cursor.after;
        // The statement is made of validated, quoted names only.
        let mut query = sqlx::query(AssertSqlSafe(cursor.table.page.as_str()))
            .bind(self.network)
            .bind(block)
            .bind(position)
            .bind(id)
            .bind(self.until);
        if cursor.table.filtered {
            query = query.bind(&self.home.spelled);
        }
        let rows = query.fetch_all(&mut *self.connection).await?;
        cursor.more = rows.len() == PAGE;
        for row in &rows {
            let found = read(row, cursor.index, cursor.table, self.home)?;
            cursor.after = (found.mark.block, found.mark.position, found.mark.id.clone());
            cursor.page.push_back(found);
        }
        Ok(())
    }
}

fn read(row: &PgRow, index: usize, table: &Source, home: &mut Home) -> Result<Found, FollowError> {
    let mark = Mark {
        id: row.try_get(0)?,
        block: row.try_get(1)?,
        position: row.try_get(2)?,
        hash: row.try_get(3)?,
        table: index,
    };
    let time: i64 = row.try_get(4)?;
    let fields = Fields { row, before: COMMON };
    let event = (table.kind.read)(&fields, home).map_err(|reason| FollowError::Row {
        table: table.name.to_string(),
        id: mark.id.clone(),
        reason,
    })?;
    Ok(Found {
        mark,
        source: table.source,
        time: u64::try_from(time).unwrap_or(0),
        event,
    })
}
