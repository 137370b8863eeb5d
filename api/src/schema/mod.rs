//! The GraphQL schema, made from the catalog's tables.

mod connection;
mod meta;
mod table;

use crate::{ApiConfig, model::ApiTable, reader::Reader};
use async_graphql::dynamic::{Enum, EnumItem, Field, Object, Scalar, Schema, SchemaError, TypeRef};
use std::sync::Arc;

/// Most directives on one field; a query needs `@include` or `@skip`.
const MAX_DIRECTIVES: usize = 4;

/// What resolvers need.
#[derive(Clone)]
pub(crate) struct Context {
    pub config: Arc<ApiConfig>,
    pub reader: Reader,
    /// Tells this database from every other, see [`crate::catalog`].
    pub database: String,
    /// Changes whenever a table does.
    pub catalog_version: String,
}

/// Builds the schema. No table at all gives one that still answers `_meta`.
pub(crate) fn build(tables: &[Arc<ApiTable>], context: Context) -> Result<Schema, SchemaError> {
    let introspection = context.config.introspection;
    let mut query = Object::new("Query").field(meta::field(tables));
    let mut schema = Schema::build("Query", None, None);
    for ty in meta::types() {
        schema = schema.register(ty);
    }
    for table in tables {
        query = query
            .field(table::list_field(table))
            .field(table::by_id_field(table));
        schema = table::types(table)
            .into_iter()
            .fold(schema, |schema, ty| schema.register(ty));
    }
    schema = shared_scalars()
        .into_iter()
        .fold(schema, |schema, scalar| schema.register(scalar));
    schema = schema
        .register(finality())
        .register(direction())
        .register(page_info())
        .register(query);
    if !introspection {
        schema = schema.disable_introspection().disable_suggestions();
    }
    schema.data(context).limit_directives(MAX_DIRECTIVES).finish()
}

fn shared_scalars() -> [Scalar; 4] {
    [
        Scalar::new("BigInt").description(
            "An integer of any size, as a string of decimal digits. As an argument, a number is taken as well.",
        ),
        Scalar::new("Bytes").description("Bytes, as a string of 0x and hex digits."),
        Scalar::new("DateTime").description("A time of RFC 3339 in UTC, such as 2026-01-31T12:00:00Z."),
        Scalar::new("JSON").description("Any JSON value."),
    ]
}

fn finality() -> Enum {
    Enum::new("Finality")
        .description("How certain a block is: SEEN < CONFIRMED < FINALIZED.")
        .item(EnumItem::new("SEEN").description("In the best chain known."))
        .item(EnumItem::new("CONFIRMED").description("EVM: safe; Solana: confirmed."))
        .item(EnumItem::new("FINALIZED").description("EVM and Solana: finalized; IC: every certified block."))
}

fn direction() -> Enum {
    Enum::new("Direction")
        .description("Direction to order in. Null counts as the largest value.")
        .item(EnumItem::new("ASC").description("Smallest first."))
        .item(EnumItem::new("DESC").description("Largest first."))
}

fn page_info() -> Object {
    let cursor = TypeRef::named(TypeRef::STRING);
    let flag = TypeRef::named_nn(TypeRef::BOOLEAN);
    Object::new("PageInfo")
        .description("Where a page is in its connection.")
        .field(value_field(
            "hasNextPage",
            flag.clone(),
            "Rows follow. Going backwards: `before` was given.",
        ))
        .field(value_field(
            "hasPreviousPage",
            flag,
            "Rows precede. Going forwards: `after` was given.",
        ))
        .field(value_field(
            "startCursor",
            cursor.clone(),
            "Cursor of the first row; null on an empty page.",
        ))
        .field(value_field(
            "endCursor",
            cursor,
            "Cursor of the last row; null on an empty page.",
        ))
}

/// A field of an object whose value is a plain GraphQL object.
fn value_field(name: &'static str, ty: TypeRef, description: &str) -> Field {
    Field::new(name, ty, move |ctx| {
        let value = match ctx.parent_value.as_value() {
            Some(async_graphql::Value::Object(fields)) => fields.get(name).cloned(),
            _ => None,
        };
        async_graphql::dynamic::FieldFuture::from_value(value)
    })
    .description(description)
}
