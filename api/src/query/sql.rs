//! The only place where statements are put together. Names come from the catalog, quoted; values are always bound.

use super::{
    cursor::Place,
    filter::Condition,
    order::{Key, Order},
    page::Window,
    value::Scalar,
};
use crate::{
    error::Fault,
    model::{ApiTable, Kind},
};
use async_graphql::Value;
use novate_catalog::ColumnType;
use sqlx::{Postgres, QueryBuilder, postgres::PgRow};

/// Values of a row in the order of the table's columns, as GraphQL shows them.
pub type Record = Vec<Value>;

/// Selects the rows of a window, and one more that tells whether there are more. The rows of a backward window come in
/// the reverse of the order.
pub fn page(
    table: &ApiTable,
    condition: &Condition,
    order: &Order,
    window: &Window,
) -> QueryBuilder<Postgres> {
    let mut sql = select(table);
    sql.push(" where ");
    condition.push_to(&table.table.network, &mut sql);
    if let Some(place) = &window.after {
        sql.push(" and ");
        push_beyond(table, order, place, &mut sql);
    }
    if let Some(place) = &window.before {
        sql.push(" and ");
        push_beyond(table, &order.reversed(), place, &mut sql);
    }
    let order = if window.backward {
        order.reversed()
    } else {
        order.clone()
    };
    for (index, key) in order.keys().iter().enumerate() {
        sql.push(if index == 0 { " order by " } else { ", " });
        sql.push(format_args!(
            "{}{}",
            table.columns[key.column].sql,
            if key.descending { " desc" } else { "" }
        ));
    }
    sql.push(" limit ").push_bind(i64::from(window.limit) + 1);
    sql
}

/// Counts all rows that the condition selects.
pub fn count(table: &ApiTable, condition: &Condition) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!("select count(*) from {} v where ", table.table.view()));
    condition.push_to(&table.table.network, &mut sql);
    sql
}

/// Selects the row with this id.
pub fn by_id(table: &ApiTable, id: &str) -> QueryBuilder<Postgres> {
    let mut sql = select(table);
    sql.push(format_args!(
        " where {} = ",
        table.columns[ApiTable::CHAIN_ORDER.id].sql
    ));
    sql.push_bind(id.to_owned());
    sql
}

/// Reads a row of [`page`] or [`by_id`].
pub fn record(table: &ApiTable, row: &PgRow) -> Result<Record, Fault> {
    let mut record = Record::with_capacity(table.columns.len());
    for (index, column) in table.columns.iter().enumerate() {
        let value = match column.kind {
            Kind::Stored(ty) => Scalar::read(ty, row, index)?
                .map(Scalar::into_graphql)
                .unwrap_or_default(),
            Kind::Finality => match Scalar::read(ColumnType::Text, row, index)? {
                Some(Scalar::Text(finality)) => {
                    Value::Enum(async_graphql::Name::new(finality.to_ascii_uppercase()))
                }
                _ => Value::Null,
            },
        };
        record.push(value);
    }
    Ok(record)
}

fn select(table: &ApiTable) -> QueryBuilder<Postgres> {
    let columns: Vec<String> = (table.columns.iter())
        .map(|column| match column.kind {
            Kind::Stored(ty) => Scalar::select_sql(ty, &column.sql),
            Kind::Finality => column.sql.clone(),
        })
        .collect();
    QueryBuilder::new(format!(
        "select {} from {} v",
        columns.join(", "),
        table.table.view()
    ))
}

/// Appends the condition that a row comes after `place`: keyset paging, so page 1000 costs what page 1 does.
fn push_beyond(table: &ApiTable, order: &Order, place: &Place, sql: &mut QueryBuilder<Postgres>) {
    let keys = order.keys();
    let one_direction = keys
        .windows(2)
        .all(|pair| pair[0].descending == pair[1].descending);
    let no_nulls = keys.iter().all(|key| !table.columns[key.column].nullable);
    if one_direction && no_nulls {
        // A comparison of rows is one range of the index.
        let columns: Vec<&str> = keys
            .iter()
            .map(|key| table.columns[key.column].sql.as_str())
            .collect();
        let sign = if keys.first().is_some_and(|key| key.descending) {
            "<"
        } else {
            ">"
        };
        sql.push(format_args!("({}) {sign} (", columns.join(", ")));
        for (index, value) in place.iter().flatten().enumerate() {
            if index > 0 {
                sql.push(", ");
            }
            value.push_to(sql);
        }
        sql.push(")");
        return;
    }
    // Equal in the first i keys and beyond in the next one, for each i.
    sql.push("(");
    for (index, (key, value)) in keys.iter().zip(place).enumerate() {
        if index > 0 {
            sql.push(" or ");
        }
        sql.push("(");
        for (equal, value) in keys.iter().zip(place).take(index) {
            push_equal(table, *equal, value.as_ref(), sql);
            sql.push(" and ");
        }
        push_after(table, *key, value.as_ref(), sql);
        sql.push(")");
    }
    sql.push(")");
}

fn push_equal(table: &ApiTable, key: Key, value: Option<&Scalar>, sql: &mut QueryBuilder<Postgres>) {
    let column = &table.columns[key.column].sql;
    match value {
        Some(value) => {
            sql.push(format_args!("{column} = "));
            value.push_to(sql);
        }
        None => {
            sql.push(format_args!("{column} is null"));
        }
    }
}

/// Null is larger than every value.
fn push_after(table: &ApiTable, key: Key, value: Option<&Scalar>, sql: &mut QueryBuilder<Postgres>) {
    let column = &table.columns[key.column];
    match (value, key.descending) {
        (None, false) => {
            sql.push("false");
        }
        (None, true) => {
            sql.push(format_args!("{} is not null", column.sql));
        }
        (Some(value), descending) => {
            sql.push(format_args!(
                "({} {} ",
                column.sql,
                if descending { "<" } else { ">" }
            ));
            value.push_to(sql);
            sql.push(if column.nullable && !descending {
                format!(" or {} is null)", column.sql)
            } else {
                ")".into()
            });
        }
    }
}
