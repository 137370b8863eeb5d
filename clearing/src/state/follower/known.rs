use super::{
    super::{
        ask::{AsOf, NotReady},
        fold::State,
        rows::Home,
    },
    FollowerConfig,
    catch_up::Moment,
    error::FollowError,
    heads::Heads,
};
use sqlx::PgPool;

/// A state, and what it is a state of.
#[derive(Debug)]
pub struct Known {
    /// After all events up to the end of [`AsOf::block`].
    pub state: State,
    /// How far that is.
    pub as_of: AsOf,
}

impl Known {
    /// Reads the index once, from the first row to the end of `block`; without one to the end of the last block that it is complete to.
    /// None while it is not complete to that, or to no block at all.
    ///
    /// # Errors
    /// [`NotReady`], with the reason.
    pub async fn read(
        pool: &PgPool,
        config: &FollowerConfig,
        block: Option<u64>,
    ) -> Result<Option<Self>, NotReady> {
        let known = read(pool, config, block).await;
        known.map_err(|error| NotReady {
            settlement: config.settlement.clone(),
            reason: error.to_string(),
        })
    }
}

async fn read(
    pool: &PgPool,
    config: &FollowerConfig,
    block: Option<u64>,
) -> Result<Option<Known>, FollowError> {
    let tables = Moment::tables(pool, config).await?;
    let mut moment = Moment::begin(pool, config).await?;
    let complete = moment.heads.complete;
    let until = block.map_or(complete, |block| i64::try_from(block).unwrap_or(i64::MAX));
    if complete < 0 || complete < until {
        return Ok(None);
    }
    moment.heads.complete = until;
    let mut home = Home::new(config.scheme, config.address);
    let (state, _) = moment.rebuild(config, &tables, &mut home).await?;
    let as_of = as_of(&state, moment.heads);
    Ok(Some(Known { state, as_of }))
}

pub(super) fn as_of(state: &State, heads: Heads) -> AsOf {
    let unsigned = |number| u64::try_from(number).unwrap_or(0);
    AsOf {
        block: unsigned(heads.complete),
        head: unsigned(heads.head),
        head_time: unsigned(heads.head_time),
        over: state.over(),
        opened: state.opened(),
        looked_at: heads.looked_at,
    }
}
