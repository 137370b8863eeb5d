//! The types and root fields of one table.

use super::{
    Context,
    connection::{Connection, Edge},
};
use crate::{
    error::Fault,
    model::{ApiColumn, ApiTable, Kind},
    query::{
        filter::Operator,
        sql::{self, Record},
    },
};
use async_graphql::{
    Value,
    dynamic::{
        Enum, EnumItem, Field, FieldFuture, FieldValue, InputObject, InputValue, Object, Type, TypeRef,
    },
};
use novate_catalog::ColumnType;
use std::sync::Arc;

/// `settlementDeposited(where, orderBy, first, after, last, before)`
pub fn list_field(table: &Arc<ApiTable>) -> Field {
    let names = &table.names;
    let this = table.clone();
    let rows = TypeRef::named(TypeRef::INT);
    let cursor = TypeRef::named(TypeRef::STRING);
    Field::new(&names.list, TypeRef::named_nn(&names.connection), move |ctx| {
        let this = this.clone();
        FieldFuture::new(async move {
            let connection = Connection::new(ctx.data::<Context>()?, &this, &ctx.args)?;
            Ok(Some(FieldValue::owned_any(connection)))
        })
    })
    .description(format!(
        "{} A page of rows, oldest first unless ordered otherwise.",
        describe(table)
    ))
    .argument(
        InputValue::new("where", TypeRef::named(&names.filter)).description("Which rows; all when left out."),
    )
    .argument(
        InputValue::new("orderBy", TypeRef::named_nn_list(&names.order_by))
            .description("Columns to order by, the first one first. Ties are broken by id."),
    )
    .argument(InputValue::new("first", rows.clone()).description("Rows from the front."))
    .argument(InputValue::new("after", cursor.clone()).description("Only rows after this cursor."))
    .argument(InputValue::new("last", rows).description("Rows from the back."))
    .argument(InputValue::new("before", cursor).description("Only rows before this cursor."))
}

/// `settlementDepositedById(id)`
pub fn by_id_field(table: &Arc<ApiTable>) -> Field {
    let this = table.clone();
    Field::new(
        &table.names.by_id,
        TypeRef::named(&table.names.object),
        move |ctx| {
            let this = this.clone();
            FieldFuture::new(async move {
                let id = ctx.args.try_get("id")?.string()?;
                if id.contains('\0') {
                    return Err(Fault::BadInput("id must not hold NUL characters".into()).into());
                }
                let rows = ctx
                    .data::<Context>()?
                    .reader
                    .fetch_all(sql::by_id(&this, id))
                    .await?;
                let record = rows.first().map(|row| sql::record(&this, row)).transpose()?;
                Ok(record.map(|record| FieldValue::owned_any(Arc::new(record))))
            })
        },
    )
    .description(format!("{} The row with this id.", describe(table)))
    .argument(InputValue::new("id", TypeRef::named_nn(TypeRef::STRING)))
}

/// All types that belong to the table.
pub fn types(table: &Arc<ApiTable>) -> [Type; 6] {
    [
        object(table).into(),
        connection(table).into(),
        edge(table).into(),
        filter(table).into(),
        order_by(table).into(),
        order_column(table).into(),
    ]
}

fn describe(table: &ApiTable) -> String {
    let table = &table.table;
    let event = format!(
        "Event {} of {} on {}.",
        table.event, table.contract, table.network
    );
    match &table.description {
        Some(description) => format!("{event} {description}"),
        None => event,
    }
}

fn object(table: &Arc<ApiTable>) -> Object {
    let object = Object::new(&table.names.object).description(describe(table));
    table
        .columns
        .iter()
        .enumerate()
        .fold(object, |object, (index, column)| {
            let name = type_name(column);
            let ty = if column.nullable {
                TypeRef::named(name)
            } else {
                TypeRef::named_nn(name)
            };
            let field = Field::new(&column.field, ty, move |ctx| {
                let record = ctx.parent_value.downcast_ref::<Arc<Record>>();
                FieldFuture::from_value(record.and_then(|record| record.get(index).cloned()))
            });
            object.field(match &column.description {
                Some(description) => field.description(description),
                None => field,
            })
        })
}

fn connection(table: &ApiTable) -> Object {
    let names = &table.names;
    Object::new(&names.connection)
        .description(format!("A page of {}.", names.object))
        .field(
            Field::new("edges", TypeRef::named_nn_list_nn(&names.edge), |ctx| {
                FieldFuture::new(async move {
                    let connection = ctx.parent_value.try_downcast_ref::<Connection>()?;
                    Ok(Some(connection.page().await?.edges()))
                })
            })
            .description("The rows, each with its cursor."),
        )
        .field(
            Field::new("nodes", TypeRef::named_nn_list_nn(&names.object), |ctx| {
                FieldFuture::new(async move {
                    let connection = ctx.parent_value.try_downcast_ref::<Connection>()?;
                    Ok(Some(connection.page().await?.nodes()))
                })
            })
            .description("The rows."),
        )
        .field(
            Field::new("pageInfo", TypeRef::named_nn("PageInfo"), |ctx| {
                FieldFuture::new(async move {
                    let connection = ctx.parent_value.try_downcast_ref::<Connection>()?;
                    Ok(Some(connection.page().await?.info()))
                })
            })
            .description("Where the page is."),
        )
        .field(
            Field::new("totalCount", TypeRef::named_nn(TypeRef::INT), |ctx| {
                FieldFuture::new(async move {
                    let connection = ctx.parent_value.try_downcast_ref::<Connection>()?;
                    Ok(Some(Value::from(connection.total_count().await?)))
                })
            })
            .description("Rows that the filter selects, on all pages; counted only when asked for."),
        )
}

fn edge(table: &ApiTable) -> Object {
    let names = &table.names;
    Object::new(&names.edge)
        .description("A row and its cursor.")
        .field(Field::new("cursor", TypeRef::named_nn(TypeRef::STRING), |ctx| {
            let edge = ctx.parent_value.downcast_ref::<Edge>();
            FieldFuture::from_value(edge.map(|edge| Value::String(edge.page.cursor(&edge.record))))
        }))
        .field(Field::new("node", TypeRef::named_nn(&names.object), |ctx| {
            let edge = ctx.parent_value.downcast_ref::<Edge>();
            FieldFuture::Value(edge.map(|edge| FieldValue::owned_any(edge.record.clone())))
        }))
}

fn filter(table: &ApiTable) -> InputObject {
    let name = &table.names.filter;
    let mut filter = InputObject::new(name)
        .description("Conditions on a row. All of them must hold.")
        .field(InputValue::new("and", TypeRef::named_nn_list(name)).description("Each of these holds."))
        .field(
            InputValue::new("or", TypeRef::named_nn_list(name)).description("At least one of these holds."),
        )
        .field(InputValue::new("not", TypeRef::named(name)).description("This does not hold."));
    for column in &table.columns {
        for operator in Operator::ALL
            .into_iter()
            .filter(|operator| operator.applies_to(column))
        {
            let ty = match operator {
                Operator::In | Operator::NotIn => TypeRef::named_nn_list(type_name(column)),
                Operator::IsNull => TypeRef::named(TypeRef::BOOLEAN),
                _ => TypeRef::named(type_name(column)),
            };
            filter = filter.field(InputValue::new(column.filter_field(operator), ty));
        }
    }
    filter
}

fn order_by(table: &ApiTable) -> InputObject {
    InputObject::new(&table.names.order_by)
        .description("A column to order by.")
        .field(InputValue::new("column", TypeRef::named_nn(&table.names.column)))
        .field(
            InputValue::new("direction", TypeRef::named("Direction"))
                .default_value(Value::Enum(async_graphql::Name::new("ASC"))),
        )
}

fn order_column(table: &ApiTable) -> Enum {
    let columns = table
        .columns
        .iter()
        .filter(|column| column.order_type().is_some());
    Enum::new(&table.names.column)
        .description(format!(
            "Columns to order {} by. BLOCK_NUMBER is the order of the chain: position breaks its ties.",
            table.names.object
        ))
        .items(columns.map(|column| EnumItem::new(&column.enum_value)))
}

fn type_name(column: &ApiColumn) -> &'static str {
    match column.kind {
        Kind::Finality => "Finality",
        Kind::Stored(ColumnType::Bool) => TypeRef::BOOLEAN,
        Kind::Stored(ColumnType::Int | ColumnType::Numeric) => "BigInt",
        Kind::Stored(ColumnType::Text) => TypeRef::STRING,
        Kind::Stored(ColumnType::Bytes) => "Bytes",
        Kind::Stored(ColumnType::Json) => "JSON",
        Kind::Stored(ColumnType::Timestamp) => "DateTime",
    }
}
