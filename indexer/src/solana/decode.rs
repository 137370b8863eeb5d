//! Events of any Anchor program, by nothing but its IDL.

use super::{
    DecodeError, IdlError,
    borsh::Reader,
    error::Malformed,
    layout::{Layout, Resolver},
};
use crate::row::Value;
use anchor_lang_idl_spec::{Idl, IdlDefinedFields, IdlEvent, IdlSerialization, IdlTypeDefTy};
use novate_catalog::{ColumnType, Table};
use std::{collections::BTreeSet, sync::Arc};

/// Decodes the events of one program.
#[derive(Debug)]
pub struct Decoder {
    program: String,
    events: Vec<EventLayout>,
    tables: Vec<Arc<Table>>,
}

#[derive(Debug)]
struct EventLayout {
    discriminator: Vec<u8>,
    fields: Vec<(String, Layout)>,
    table: Arc<Table>,
}

/// A table with a value for each of its own columns.
pub type Row = (Arc<Table>, Vec<Value>);

impl Decoder {
    /// Reads an IDL of the format since Anchor 0.30, and makes one table per event, named
    /// `<contract>_<event>`.
    pub fn new(network: &str, contract: &str, idl_json: &str) -> Result<Self, IdlError> {
        let idl = parse(idl_json)?;
        let mut resolver = Resolver::new(&idl.types);
        let events = idl
            .events
            .iter()
            .map(|event| event_layout(network, contract, event, &mut resolver))
            .collect::<Result<Vec<_>, _>>()?;
        unambiguous(&events)?;
        let tables = events.iter().map(|e| e.table.clone()).collect();
        Ok(Self {
            program: idl.address,
            events,
            tables,
        })
    }

    /// Address of the program as the IDL has it, base58.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// One per event, in the order of the IDL.
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The table and the column values of an event: its discriminator, then its Borsh fields, then nothing.
    /// `None` when the discriminator is none of the IDL's.
    pub fn decode(&self, data: &[u8]) -> Result<Option<Row>, DecodeError> {
        let Some((event, fields)) = self
            .events
            .iter()
            .find_map(|e| Some((e, data.strip_prefix(e.discriminator.as_slice())?)))
        else {
            return Ok(None);
        };
        let name = &event.table.event;
        let mut reader = Reader::new(fields);
        let mut values = Vec::with_capacity(event.fields.len());
        for (field, layout) in &event.fields {
            values.push(
                reader
                    .value(layout)
                    .map_err(|fault| fault.within(field).of_event(name))?,
            );
        }
        reader.end().map_err(|reason: Malformed| DecodeError {
            event: name.clone(),
            at: "after the last field".into(),
            reason,
        })?;
        Ok(Some((event.table.clone(), values)))
    }
}

fn parse(json: &str) -> Result<Idl, IdlError> {
    let document: serde_json::Value = serde_json::from_str(json)?;
    if document.get("address").is_none() && document.get("version").is_some() {
        return Err(IdlError::OldFormat);
    }
    let idl: Idl = serde_json::from_value(document)?;
    if !idl.metadata.spec.starts_with("0.1.") {
        return Err(IdlError::UnknownSpec(idl.metadata.spec));
    }
    if idl.events.is_empty() {
        return Err(IdlError::NoEvents);
    }
    Ok(idl)
}

fn event_layout(
    network: &str,
    contract: &str,
    event: &IdlEvent,
    resolver: &mut Resolver<'_>,
) -> Result<EventLayout, IdlError> {
    let name = &event.name;
    let fault = |reason: String| IdlError::Event {
        event: name.clone(),
        reason,
    };
    let definition = resolver.definition(name).map_err(fault)?;
    if definition.serialization != IdlSerialization::Borsh || !definition.generics.is_empty() {
        return Err(fault(
            "only Borsh structs without generics are read as events".into(),
        ));
    }
    let IdlTypeDefTy::Struct { fields } = &definition.ty else {
        return Err(fault("its type is not a struct".into()));
    };
    let named: Vec<_> = match fields {
        None => Vec::new(),
        Some(IdlDefinedFields::Named(fields)) => fields
            .iter()
            .map(|f| (f.name.clone(), &f.ty, f.docs.join(" ")))
            .collect(),
        Some(IdlDefinedFields::Tuple(types)) => types
            .iter()
            .enumerate()
            .map(|(i, ty)| (format!("field_{i}"), ty, String::new()))
            .collect(),
    };
    let mut layouts = Vec::with_capacity(named.len());
    let mut columns: Vec<(&str, ColumnType, bool, Option<String>)> = Vec::with_capacity(named.len());
    for (field, ty, docs) in &named {
        let layout = resolver.resolve(ty).map_err(|reason| IdlError::Field {
            event: name.clone(),
            field: field.clone(),
            reason,
        })?;
        let (column, nullable) = layout.column();
        columns.push((
            field,
            column,
            nullable,
            Some(docs.clone()).filter(|d| !d.is_empty()),
        ));
        layouts.push((field.clone(), layout));
    }
    let mut table = Table::new(network, contract, name, columns)?;
    table.description = Some(definition.docs.join(" ")).filter(|docs| !docs.is_empty());
    Ok(EventLayout {
        discriminator: event.discriminator.clone(),
        fields: layouts,
        table: Arc::new(table),
    })
}

/// No event may be taken for another, nor share its table.
fn unambiguous(events: &[EventLayout]) -> Result<(), IdlError> {
    let mut names = BTreeSet::new();
    for (i, event) in events.iter().enumerate() {
        let fault = |reason: String| {
            Err(IdlError::Event {
                event: event.table.event.clone(),
                reason,
            })
        };
        let clash = events[..i].iter().find(|other| {
            other.discriminator.starts_with(&event.discriminator)
                || event.discriminator.starts_with(&other.discriminator)
        });
        if event.discriminator.is_empty() {
            return fault("its discriminator is empty".into());
        }
        if let Some(other) = clash {
            return fault(format!(
                "its discriminator begins like that of event {}",
                other.table.event
            ));
        }
        if !names.insert(&event.table.name) {
            return fault(format!(
                "another event would have the same table, {}",
                event.table.name
            ));
        }
    }
    Ok(())
}
