//! The paging arguments of a connection: <https://relay.dev/graphql/connections.htm>.

use super::{
    cursor::{self, Place},
    order::Order,
};
use crate::{ApiConfig, error::Fault, model::ApiTable};

/// Paging arguments as they were given.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub first: Option<i64>,
    pub after: Option<String>,
    pub last: Option<i64>,
    pub before: Option<String>,
}

/// Which rows of an order to read.
#[derive(Clone, Debug)]
pub struct Window {
    pub limit: u32,
    /// Read from the end of the order, and shown in the order all the same.
    pub backward: bool,
    pub after: Option<Place>,
    pub before: Option<Place>,
}

impl Window {
    /// Checks the arguments; `database` is the one whose cursors are good.
    pub fn new(
        arguments: &Arguments,
        config: &ApiConfig,
        database: &str,
        table: &ApiTable,
        order: &Order,
    ) -> Result<Self, Fault> {
        let bad = |what: String| Err(Fault::BadInput(what));
        let (name, rows) = match (arguments.first, arguments.last) {
            (Some(_), Some(_)) => return bad("first and last exclude each other; give one of them".into()),
            (Some(rows), None) => ("first", rows),
            (None, Some(rows)) => ("last", rows),
            (None, None) => ("first", config.default_page_size.into()),
        };
        let Ok(limit) = u32::try_from(rows) else {
            return bad(format!("{name}: {rows} must be 0 to {}", config.max_page_size));
        };
        if limit > config.max_page_size {
            return bad(format!(
                "{name}: {rows} is more than a page of {} rows; use after or before",
                config.max_page_size
            ));
        }
        let place = |cursor: &Option<String>| {
            cursor
                .as_deref()
                .map(|text| cursor::decode(text, database, table, order))
                .transpose()
        };
        Ok(Self {
            limit,
            backward: arguments.last.is_some(),
            after: place(&arguments.after)?,
            before: place(&arguments.before)?,
        })
    }
}
