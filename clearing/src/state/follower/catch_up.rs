//! One look at the index: what has come since the last one, or why everything has to be read again.

use super::{
    super::{fold::State, rows::Home},
    FollowerConfig,
    error::FollowError,
    heads::Heads,
    merge::{Cursor, Found, Mark, Merge},
    tables::Tables,
};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// How far a state is.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The last block that it is complete to.
    pub block: i64,
    /// The last row of each source.
    pub marks: Vec<Option<Mark>>,
}

/// What was found.
pub(super) enum News {
    /// These follow on what is known.
    Rows(Vec<Found>),
    /// The chain has left what is known: rows of it are gone, or others came between them.
    Rewritten,
}

/// The index in one moment: nothing that is committed meanwhile is seen.
pub(super) struct Moment<'p> {
    transaction: sqlx::Transaction<'p, sqlx::Postgres>,
    pub heads: Heads,
}

impl Moment<'_> {
    /// Begins.
    pub async fn begin(pool: &PgPool, config: &FollowerConfig) -> Result<Moment<'static>, FollowError> {
        let mut transaction = pool
            .begin_with("begin isolation level repeatable read, read only")
            .await?;
        let heads = Heads::read(&mut transaction, config).await?;
        Ok(Moment { transaction, heads })
    }

    /// The tables of the settlement.
    pub async fn tables(pool: &PgPool, config: &FollowerConfig) -> Result<Tables, FollowError> {
        Tables::find(config, &novate_catalog::tables(pool).await?)
    }

    /// What has come since `place`.
    pub async fn news(
        &mut self,
        config: &FollowerConfig,
        tables: &Tables,
        home: &mut Home,
        place: &Place,
    ) -> Result<News, FollowError> {
        if self.heads.complete < place.block {
            return Ok(News::Rewritten);
        }
        for mark in place.marks.iter().flatten() {
            if !is_known(&mut self.transaction, tables, mark).await? {
                return Ok(News::Rewritten);
            }
        }
        let mut merge = self.merge(config, tables, home, place).await?;
        let mut rows = Vec::new();
        while let Some(found) = merge.next().await? {
            if found.mark.block <= place.block {
                return Ok(News::Rewritten);
            }
            rows.push(found);
        }
        Ok(News::Rows(rows))
    }

    /// The state from the first row on, and where it is.
    pub async fn rebuild(
        &mut self,
        config: &FollowerConfig,
        tables: &Tables,
        home: &mut Home,
    ) -> Result<(State, Place), FollowError> {
        let mut place = Place {
            block: -1,
            marks: vec![None; config.sources().len()],
        };
        let block = self.heads.complete;
        let mut state = State::new(config.scheme);
        let mut merge = self.merge(config, tables, home, &place).await?;
        let mut marks = place.marks.clone();
        while let Some(found) = merge.next().await? {
            fold(&mut state, &found)?;
            set(&mut marks, found);
        }
        (place.block, place.marks) = (block, marks);
        Ok((state, place))
    }

    async fn merge<'a>(
        &'a mut self,
        config: &'a FollowerConfig,
        tables: &'a Tables,
        home: &'a mut Home,
        place: &Place,
    ) -> Result<Merge<'a>, FollowError> {
        let mark = |source: usize| place.marks.get(source).and_then(Option::as_ref);
        // The statement is made of validated, quoted names only.
        let mut query = sqlx::query_scalar(AssertSqlSafe(tables.news.as_str()))
            .bind(&config.network)
            .bind(self.heads.complete);
        for source in 0..place.marks.len() {
            let (block, position) = mark(source).map_or((-1, -1), |mark| (mark.block, mark.position));
            query = query.bind(block).bind(position);
        }
        let indexes: Vec<i32> = query.fetch_all(&mut *self.transaction).await?;
        let cursors = indexes.into_iter().filter_map(|index| {
            let index = usize::try_from(index).ok()?;
            let table = tables.all.get(index)?;
            Some(Cursor::new(index, table, mark(table.source)))
        });
        Ok(Merge {
            tables: cursors.collect(),
            connection: &mut self.transaction,
            network: &config.network,
            home,
            until: self.heads.complete,
        })
    }
}

/// Applies a row.
pub(super) fn fold(state: &mut State, found: &Found) -> Result<(), FollowError> {
    let Some(event) = &found.event else {
        return Ok(());
    };
    state
        .apply(found.time, event)
        .map_err(|reason| FollowError::Diverged {
            id: found.mark.id.clone(),
            reason,
        })
}

/// Notes that a row is the last of its source.
pub(super) fn set(marks: &mut [Option<Mark>], found: Found) {
    if let Some(mark) = marks.get_mut(found.source) {
        *mark = Some(found.mark);
    }
}

async fn is_known(db: &mut PgConnection, tables: &Tables, mark: &Mark) -> Result<bool, FollowError> {
    let Some(table) = tables.all.get(mark.table) else {
        return Ok(false);
    };
    // The statement is made of validated, quoted names only.
    let known = sqlx::query_scalar(AssertSqlSafe(table.known.as_str()))
        .bind(&mark.id)
        .bind(mark.block)
        .bind(&mark.hash)
        .bind(mark.position);
    Ok(known.fetch_one(db).await?)
}
