//! A table of the catalog as the API shows it.

use crate::{
    names::{COMBINATORS, TableNames, camel},
    query::filter::Operator,
};
use novate_catalog::{COMMON_COLUMNS, CatalogError, ColumnType, Ident, Table};
use std::{collections::HashMap, sync::Arc};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Stored(ColumnType),
    /// Computed by the view from the block number, see [`crate::query::finality`].
    Finality,
}

/// A column of a table's view.
#[derive(Debug)]
pub struct ApiColumn {
    /// `v."<name>"`, where `v` is the alias of the view in every statement.
    pub sql: String,
    /// Name in GraphQL.
    pub field: String,
    /// Name among the columns to order by.
    pub enum_value: String,
    pub kind: Kind,
    pub nullable: bool,
    pub description: Option<String>,
}

impl ApiColumn {
    fn new(name: &Ident, kind: Kind, nullable: bool, description: Option<String>) -> Self {
        Self {
            sql: format!("v.{}", name.quoted()),
            field: camel(name.as_str()),
            enum_value: name.as_str().to_ascii_uppercase(),
            kind,
            nullable,
            description,
        }
    }

    /// Type to order by; none when the column has no order, or none of its own.
    pub fn order_type(&self) -> Option<ColumnType> {
        match self.kind {
            Kind::Stored(ColumnType::Json) | Kind::Finality => None,
            Kind::Stored(ty) => Some(ty),
        }
    }

    /// Field of the filter for an operator: `amount`, `amount_gt`; `and_is` for a column named like a combinator.
    pub fn filter_field(&self, operator: Operator) -> String {
        match operator {
            Operator::Is if COMBINATORS.contains(&self.field.as_str()) => format!("{}_is", self.field),
            Operator::Is => self.field.clone(),
            _ => format!("{}_{}", self.field, operator.suffix()),
        }
    }
}

/// Columns that order the rows of a table as its chain does.
pub struct ChainOrder {
    pub network: usize,
    pub block_number: usize,
    pub position: usize,
    pub id: usize,
}

/// A table with everything that is derived from its definition once.
#[derive(Debug)]
pub struct ApiTable {
    pub table: Table,
    pub names: TableNames,
    /// Common columns, own columns, finality: the order in which rows are selected.
    pub columns: Vec<Arc<ApiColumn>>,
    /// Filter fields: what they compare, and how.
    pub filters: HashMap<String, (usize, Operator)>,
}

impl ApiTable {
    /// # Errors
    /// Only if a name that is fixed in the source were no SQL name.
    pub fn new(table: Table) -> Result<Self, CatalogError> {
        let mut columns = Vec::new();
        for (name, ty, nullable, description) in COMMON_COLUMNS {
            let name = Ident::try_from(name.to_owned())?;
            columns.push(ApiColumn::new(
                &name,
                Kind::Stored(ty),
                nullable,
                Some(description.to_owned()),
            ));
        }
        for column in &table.columns {
            let kind = Kind::Stored(column.ty);
            columns.push(ApiColumn::new(
                &column.name,
                kind,
                column.nullable,
                column.description.clone(),
            ));
        }
        let finality = "How certain the event's block is, at the time of the query.".to_owned();
        columns.push(ApiColumn::new(
            &Ident::try_from("finality".to_owned())?,
            Kind::Finality,
            false,
            Some(finality),
        ));

        let mut filters = HashMap::new();
        for (index, column) in columns.iter().enumerate() {
            for operator in Operator::ALL
                .into_iter()
                .filter(|operator| operator.applies_to(column))
            {
                filters.insert(column.filter_field(operator), (index, operator));
            }
        }
        Ok(Self {
            names: TableNames::new(&table.name),
            columns: columns.into_iter().map(Arc::new).collect(),
            filters,
            table,
        })
    }

    /// Where [`COMMON_COLUMNS`] puts them.
    pub const CHAIN_ORDER: ChainOrder = ChainOrder {
        id: common("id"),
        network: common("network"),
        block_number: common("block_number"),
        position: common("position"),
    };
}

/// Index of a common column; evaluated at compile time, so a wrong name does not compile.
#[expect(clippy::panic, reason = "reached by the compiler only")]
const fn common(name: &str) -> usize {
    let mut index = 0;
    while index < COMMON_COLUMNS.len() {
        if equal(COMMON_COLUMNS[index].0.as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no such common column")
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}
