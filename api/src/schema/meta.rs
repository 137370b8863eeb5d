//! `_meta`: how far the index is and which tables it has.

use super::{Context, value_field};
use crate::{
    model::ApiTable,
    status::{Network, Status},
};
use async_graphql::{
    Name, Value,
    dynamic::{Field, FieldFuture, FieldValue, Object, TypeRef},
    indexmap::IndexMap,
};
use chrono::{DateTime, SecondsFormat, Utc};
use novate_catalog::{SourceState, SourceStatus};
use std::sync::Arc;

pub fn field(tables: &[Arc<ApiTable>]) -> Field {
    let tables = Arc::new(Value::List(tables.iter().map(|table| describe(table)).collect()));
    Field::new("_meta", TypeRef::named_nn("Meta"), move |_| {
        FieldFuture::Value(Some(FieldValue::owned_any(tables.clone())))
    })
    .description("How far the index is, and which tables it has.")
}

pub fn types() -> [Object; 4] {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    let maybe_text = || TypeRef::named(TypeRef::STRING);
    let maybe_block = || TypeRef::named("BigInt");
    let time = || TypeRef::named_nn("DateTime");
    let meta = Object::new("Meta")
        .field(
            Field::new("catalogVersion", text(), |ctx| {
                FieldFuture::new(async move {
                    Ok(Some(Value::from(ctx.data::<Context>()?.catalog_version.as_str())))
                })
            })
            .description("Changes whenever a table does."),
        )
        .field(
            Field::new("networks", TypeRef::named_nn_list_nn("Network"), |ctx| {
                FieldFuture::new(async move {
                    let status = Status::read(&ctx.data::<Context>()?.reader).await?;
                    Ok(Some(Value::List(status.networks.iter().map(network).collect())))
                })
            })
            .description("Every network that is followed."),
        )
        .field(
            Field::new("sources", TypeRef::named_nn_list_nn("Source"), |ctx| {
                FieldFuture::new(async move {
                    let status = Status::read(&ctx.data::<Context>()?.reader).await?;
                    Ok(Some(Value::List(status.sources.iter().map(source).collect())))
                })
            })
            .description("Every source: an EVM network, a Solana program or an ICRC-3 canister."),
        )
        .field(
            Field::new("tables", TypeRef::named_nn_list_nn("MetaTable"), |ctx| {
                let tables = ctx.parent_value.downcast_ref::<Arc<Value>>();
                FieldFuture::from_value(tables.map(|tables| (**tables).clone()))
            })
            .description("Every table, with the fields that query it."),
        );
    let network = Object::new("Network")
        .description(
            "A network. Block numbers are inclusive, and null when unknown. On icp each canister counts its own: the numbers \
             are those of the one that is furthest behind.",
        )
        .field(value_field("name", text(), "Its name in the configuration."))
        .field(value_field("kind", text(), "evm, solana or icp."))
        .field(value_field("head", maybe_block(), "Newest block."))
        .field(value_field("confirmed", maybe_block(), "Newest confirmed block."))
        .field(value_field("finalized", maybe_block(), "Newest finalized block."))
        .field(value_field(
            "indexed",
            maybe_block(),
            "Every event up to this block can be queried.",
        ))
        .field(value_field(
            "lag",
            maybe_block(),
            "Blocks that its slowest source is behind.",
        ))
        .field(value_field(
            "headTime",
            TypeRef::named("DateTime"),
            "Time of the newest block.",
        ))
        .field(value_field(
            "state",
            maybe_text(),
            "The worst state of its sources.",
        ))
        .field(value_field("error", maybe_text(), "What is wrong, if anything."));
    let source = Object::new("Source")
        .description("A follower of one contract or network.")
        .field(value_field("id", text(), "Its id."))
        .field(value_field("network", text(), "Its network."))
        .field(value_field(
            "state",
            text(),
            "starting, backfill, live, retrying or stopped.",
        ))
        .field(value_field("error", maybe_text(), "What is wrong, if anything."))
        .field(value_field(
            "nextBlock",
            maybe_block(),
            "First block whose events may be missing.",
        ))
        .field(value_field(
            "events",
            TypeRef::named_nn("BigInt"),
            "Events written.",
        ))
        .field(value_field("updatedAt", time(), "When it last reported."));
    let table = Object::new("MetaTable")
        .description("A table: the events of one kind of one contract.")
        .field(value_field("name", text(), "Its name in the database."))
        .field(value_field(
            "field",
            text(),
            "The field of Query that lists its rows.",
        ))
        .field(value_field("type", text(), "The type of a row."))
        .field(value_field("network", text(), "Its network."))
        .field(value_field(
            "contract",
            text(),
            "Its contract in the configuration.",
        ))
        .field(value_field(
            "event",
            text(),
            "Its event in the ABI, IDL or block schema.",
        ));
    [meta, network, source, table]
}

fn describe(table: &ApiTable) -> Value {
    object([
        ("name", Value::from(table.table.name.as_str())),
        ("field", Value::from(table.names.list.as_str())),
        ("type", Value::from(table.names.object.as_str())),
        ("network", Value::from(table.table.network.as_str())),
        ("contract", Value::from(table.table.contract.as_str())),
        ("event", Value::from(table.table.event.as_str())),
    ])
}

fn network(network: &Network) -> Value {
    object([
        ("name", Value::from(network.name.as_str())),
        ("kind", Value::from(network.kind.as_str())),
        ("head", block(network.head)),
        ("confirmed", block(network.confirmed)),
        ("finalized", block(network.finalized)),
        ("indexed", block(network.indexed)),
        ("lag", block(network.lag)),
        ("headTime", network.head_time.map_or(Value::Null, time)),
        ("state", network.state.map_or(Value::Null, state)),
        ("error", text(&network.error)),
    ])
}

fn source(source: &SourceStatus) -> Value {
    object([
        ("id", Value::from(source.id.as_str())),
        ("network", Value::from(source.network.as_str())),
        ("state", state(source.state)),
        ("error", text(&source.error)),
        ("nextBlock", block(source.next_block)),
        ("head", block(source.head)),
        ("events", Value::from(source.events.to_string())),
        ("updatedAt", time(source.updated_at)),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(
        fields
            .into_iter()
            .map(|(name, value)| (Name::new(name), value))
            .collect::<IndexMap<_, _>>(),
    )
}

fn block(number: Option<i64>) -> Value {
    number.map_or(Value::Null, |number| Value::from(number.to_string()))
}

fn time(time: DateTime<Utc>) -> Value {
    Value::from(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn text(text: &Option<String>) -> Value {
    text.as_deref().map_or(Value::Null, Value::from)
}

fn state(state: SourceState) -> Value {
    Value::from(match state {
        SourceState::Starting => "starting",
        SourceState::Backfill => "backfill",
        SourceState::Live => "live",
        SourceState::Retrying => "retrying",
        SourceState::Stopped => "stopped",
    })
}
