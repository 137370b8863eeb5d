//! Filters on `finality` as ranges of block numbers.
//!
//! The view computes `finality` of a row from its block number and its network's heads. A filter on that column would
//! compute it for every row; the same filter on the block number reads the index. All rows of a table are of the
//! table's network, so the heads are looked up once per statement.

use novate_catalog::Finality;
use sqlx::{Postgres, QueryBuilder};

/// A set of finalities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalitySet {
    pub seen: bool,
    pub confirmed: bool,
    pub finalized: bool,
}

impl FinalitySet {
    pub fn of(accepts: impl Fn(Finality) -> bool) -> Self {
        Self {
            seen: accepts(Finality::Seen),
            confirmed: accepts(Finality::Confirmed),
            finalized: accepts(Finality::Finalized),
        }
    }

    /// Appends a condition on the rows of `network`.
    pub fn push_to(self, network: &str, sql: &mut QueryBuilder<Postgres>) {
        // As in `novate.finality`: what is finalized counts as confirmed even where that head lags behind.
        const FINALIZED: &str = "n.finalized";
        const CONFIRMED: &str = "greatest(n.confirmed, n.finalized)";
        let bounds: &[(&str, &str, &str)] = match (self.seen, self.confirmed, self.finalized) {
            (false, false, false) => &[("false", "", "")],
            (true, true, true) => &[("true", "", "")],
            (false, false, true) => &[("", "<=", FINALIZED)],
            (false, true, true) => &[("", "<=", CONFIRMED)],
            (true, false, false) => &[("", ">", CONFIRMED)],
            (true, true, false) => &[("", ">", FINALIZED)],
            (false, true, false) => &[("", ">", FINALIZED), (" and ", "<=", CONFIRMED)],
            (true, false, true) => &[("", "<=", FINALIZED), (" or ", ">", CONFIRMED)],
        };
        // The network leads the index.
        sql.push("(v.\"network\" = ")
            .push_bind(network.to_owned())
            .push(" and (");
        for (word, comparison, head) in bounds {
            sql.push(word);
            if !head.is_empty() {
                sql.push(format_args!(
                    "v.\"block_number\" {comparison} coalesce((select {head} from novate.networks n where n.name = "
                ));
                sql.push_bind(network.to_owned()).push("), -1)");
            }
        }
        sql.push("))");
    }
}
