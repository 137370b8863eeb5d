//! The tables that a settlement's state is made of, and how they are read.

use super::{
    super::rows::{Contract, Kind, Of, kinds},
    FollowerConfig,
    error::FollowError,
};
use novate_catalog::{ColumnType, Ident, Table};
use std::fmt::Write;

/// Rows per statement. More gains nothing.
pub(super) const PAGE: usize = 5_000;

/// Columns of a page before those of the event: id, block, position, hash, time.
pub(super) const COMMON: usize = 5;

/// A table, and the statements that read it.
pub(super) struct Source {
    pub kind: &'static Kind,
    /// Index in [`FollowerConfig::sources`].
    pub source: usize,
    pub name: Ident,
    /// The rows above block $2, position $3 and id $4, up to block $5, of network $1.
    pub page: String,
    /// Whether `page` also wants the settlement, as $6.
    pub filtered: bool,
    /// Whether row $1 is in block $2 with hash $3 at position $4.
    pub known: String,
}

/// All tables, and one statement that tells which of them have rows above a block and position of their source.
pub(super) struct Tables {
    pub all: Vec<Source>,
    /// $1 is the network, $2 the last block; then a block and a position for each source.
    pub news: String,
}

impl Tables {
    /// Finds the tables in the catalog of the index.
    pub fn find(config: &FollowerConfig, catalog: &[Table]) -> Result<Self, FollowError> {
        let per_program = config.sources().len() > 1;
        let mut all = Vec::new();
        let mut news = String::new();
        for kind in kinds(config.scheme) {
            let (contract, own) = match kind.contract {
                Contract::Settlement => (&config.contract, 0),
                Contract::Sessions => (&config.sessions, 1),
            };
            let table = catalog.iter().find(|table| {
                (&table.network, &table.contract) == (&config.network, contract) && table.event == kind.event
            });
            let table = table.ok_or_else(|| FollowError::NoTable {
                network: config.network.clone(),
                contract: contract.clone(),
                event: kind.event,
                hint: "check the names of network and contract in the configuration, list the contract with all its \
                       events, and start the indexer",
            })?;
            let source = if per_program { own } else { 0 };
            if !all.is_empty() {
                news.push_str(" union all ");
            }
            // Writing to a string cannot fail.
            let _ = write!(
                news,
                "select {} where exists (select from {} where \"network\" = $1 and \"block_number\" <= $2 \
                 and (\"block_number\", \"position\") > (${}, ${}))",
                all.len(),
                table.view(),
                3 + 2 * source,
                4 + 2 * source
            );
            all.push(Source::new(kind, source, table)?);
        }
        Ok(Self { all, news })
    }
}

impl Source {
    fn new(kind: &'static Kind, source: usize, table: &Table) -> Result<Self, FollowError> {
        let column = |field: &'static str| {
            let found = table.columns.iter().find(|column| column.field == field);
            found.ok_or_else(|| FollowError::NoColumn {
                table: table.name.to_string(),
                field,
            })
        };
        let mut page = "select \"id\", \"block_number\", \"position\", \"block_hash\", \
                        floor(extract(epoch from \"block_time\"))::bigint"
            .to_owned();
        for field in kind.fields {
            let column = column(field)?;
            let cast = match column.ty {
                ColumnType::Int | ColumnType::Numeric => "::text",
                _ => "",
            };
            let _ = write!(page, ", {}{cast}", column.name.quoted());
        }
        let view = table.view();
        let _ = write!(
            page,
            " from {view} where \"network\" = $1 and (\"block_number\", \"position\", \"id\") > ($2, $3, $4) \
             and \"block_number\" <= $5"
        );
        let filter = match kind.of {
            Of::Any => None,
            Of::Emitter => Some("\"address\"".to_owned()),
            Of::Field(field) => Some(column(field)?.name.quoted()),
        };
        if let Some(filter) = &filter {
            let _ = write!(page, " and {filter} = $6");
        }
        let _ = write!(
            page,
            " order by \"block_number\", \"position\", \"id\" limit {PAGE}"
        );
        Ok(Self {
            kind,
            source,
            name: table.name.clone(),
            page,
            filtered: filter.is_some(),
            known: format!(
                "select exists (select from {view} where \"id\" = $1 and \"block_number\" = $2 \
                 and \"block_hash\" = $3 and \"position\" = $4)"
            ),
        })
    }
}
