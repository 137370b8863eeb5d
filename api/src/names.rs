//! How tables and columns are called in GraphQL.
//!
//! Every rule depends on one name alone, so a new table never renames an old one. Two tables never share a name, because
//! [`camel`] loses nothing, and because what could be mistaken for a derived name gets a trailing underscore.

use novate_catalog::Ident;

/// Types that every schema has.
const RESERVED_TYPES: [&str; 17] = [
    "BigInt",
    "Boolean",
    "Bytes",
    "DateTime",
    "Direction",
    "Finality",
    "Float",
    "ID",
    "Int",
    "JSON",
    "Meta",
    "MetaTable",
    "Network",
    "PageInfo",
    "Query",
    "Source",
    "String",
];
/// Endings of the types that belong to a table's type.
const TYPE_ENDINGS: [&str; 5] = ["Connection", "Edge", "Where", "OrderBy", "Column"];
/// Ending of the field that looks up one row.
const BY_ID: &str = "ById";
/// Fields of a filter that combine filters.
pub const COMBINATORS: [&str; 3] = ["and", "or", "not"];

/// The names of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// `SettlementDeposited`
    pub object: String,
    /// `SettlementDepositedConnection`
    pub connection: String,
    /// `SettlementDepositedEdge`
    pub edge: String,
    /// `SettlementDepositedWhere`
    pub filter: String,
    /// `SettlementDepositedOrderBy`
    pub order_by: String,
    /// `SettlementDepositedColumn`
    pub column: String,
    /// `settlementDeposited`, the connection.
    pub list: String,
    /// `settlementDepositedById`, one row.
    pub by_id: String,
}

impl TableNames {
    pub fn new(table: &Ident) -> Self {
        let mut list = camel(table.as_str());
        let mut object = capitalised(&list);
        if RESERVED_TYPES.contains(&object.as_str())
            || TYPE_ENDINGS.iter().any(|ending| object.ends_with(ending))
        {
            object.push('_');
        }
        // `_meta` is ours.
        if list.ends_with(BY_ID) || list.starts_with('_') {
            list.push('_');
        }
        let [connection, edge, filter, order_by, column] =
            TYPE_ENDINGS.map(|ending| format!("{object}{ending}"));
        let by_id = format!("{list}{BY_ID}");
        Self {
            object,
            connection,
            edge,
            filter,
            order_by,
            column,
            list,
            by_id,
        }
    }
}

/// `block_number` gives `blockNumber`. An underscore that leads, or is not before a letter, stays (`word_2` is not
/// `word2`), so two snake-case names never give the same camel-case name.
pub fn camel(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    let mut chars = snake.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '_' && !camel.is_empty() && next.is_ascii_lowercase() => {
                camel.push(next.to_ascii_uppercase());
                chars.next();
            }
            _ => camel.push(c),
        }
    }
    camel
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}
