//! An ABI as tables, and logs as their rows. No code is made from it: the decoder interprets the types.

use super::shape::{Malformed, Shape, wire};
use crate::row::Value;
use alloy::{
    dyn_abi::{DynSolEvent, DynSolType, Specifier},
    json_abi::{Event, JsonAbi},
    primitives::{B256, hex},
};
use novate_catalog::{CatalogError, ColumnType, Table};
use std::{collections::BTreeMap, sync::Arc};

/// The events of one contract.
#[derive(Clone, Debug)]
pub struct Abi {
    tables: Vec<Arc<Table>>,
    events: Vec<Decoder>,
}

#[derive(Clone, Debug)]
struct Decoder {
    selector: B256,
    table: Arc<Table>,
    event: DynSolEvent,
    /// In the order of the ABI: whether it is a topic, and its shape.
    fields: Vec<(bool, Shape)>,
}

/// What is wrong with an ABI, or with the choice of its events.
#[derive(Debug, thiserror::Error)]
pub enum AbiError {
    #[error("neither an ABI (a JSON array) nor an artifact with a key `abi`: {0}")]
    NotAbi(serde_json::Error),
    #[error("the ABI has no events, so there is nothing to index")]
    NoEvents,
    #[error("the ABI has no event {given:?}; it has {known}")]
    UnknownEvent { given: String, known: String },
    #[error(
        "event {0} is anonymous: its logs do not say which event they are; list the others in `events` to go without it"
    )]
    Anonymous(String),
    #[error("event {0} is in the ABI twice")]
    Twice(String),
    #[error("event {event}, field {field}: {reason}")]
    Field {
        event: String,
        field: String,
        reason: String,
    },
    #[error("event {0} has more than three indexed fields")]
    Topics(String),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl AbiError {
    /// Whether the list `events` is at fault, and not the ABI.
    pub fn is_about_selection(&self) -> bool {
        matches!(self, Self::UnknownEvent { .. })
    }
}

/// A log that carries the selector of an event but not its fields: the ABI is of another version of the contract.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("event {event}: {reason}")]
    Event { event: String, reason: String },
    #[error("event {event}, field {field}: {reason}")]
    Field {
        event: String,
        field: String,
        reason: Malformed,
    },
}

/// What a log is: the table of its event, and its values as far as they can be read.
pub type Reading<'a> = (&'a Arc<Table>, Result<Vec<Value>, DecodeError>);

impl Abi {
    /// Reads an ABI, or an artifact of Foundry or Hardhat that contains one. `events` chooses some of its events by name or
    /// by signature (`Transfer(address,address,uint256)`); all when absent.
    ///
    /// Tables are named `<contract>_<event>`. Events of one name with different parameters also get the first eight digits of
    /// their selector, so that the name does not depend on their order.
    pub fn new(
        network: &str,
        contract: &str,
        json: &str,
        events: Option<&[String]>,
    ) -> Result<Self, AbiError> {
        let abi = parse(json).map_err(AbiError::NotAbi)?;
        let chosen = choose(&abi, events)?;
        if chosen.is_empty() {
            return Err(AbiError::NoEvents);
        }
        let mut decoders = BTreeMap::new();
        for event in chosen {
            let overloaded = abi.events.get(&event.name).is_some_and(|same| same.len() > 1);
            let decoder = Decoder::new(network, contract, event, overloaded)?;
            if decoders.insert(decoder.table.name.clone(), decoder).is_some() {
                return Err(AbiError::Twice(event.signature()));
            }
        }
        let events: Vec<Decoder> = decoders.into_values().collect();
        Ok(Self {
            tables: events.iter().map(|event| event.table.clone()).collect(),
            events,
        })
    }

    /// One per event, by name.
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The selector of each event, in the order of [`Abi::tables`].
    pub fn selectors(&self) -> impl Iterator<Item = B256> {
        self.events.iter().map(|event| event.selector)
    }

    /// Table and values of a log; none if it is of no event of this ABI. The values are an error when the selector is known
    /// and the rest does not fit it.
    pub fn decode(&self, topics: &[B256], data: &[u8]) -> Option<Reading<'_>> {
        let selector = topics.first()?;
        let event = self.events.iter().find(|event| event.selector == *selector)?;
        Some((&event.table, event.decode(topics, data)))
    }
}

fn parse(json: &str) -> Result<JsonAbi, serde_json::Error> {
    let mut abi: serde_json::Value = serde_json::from_str(json)?;
    if let Some(inner) = abi.get_mut("abi") {
        abi = inner.take();
    }
    for item in abi.as_array_mut().into_iter().flatten() {
        // Absent from ABIs of early compilers, and from those written by hand.
        if let Some(event) = item
            .as_object_mut()
            .filter(|item| item.get("type").is_some_and(|ty| ty == "event"))
        {
            event.entry("anonymous").or_insert(false.into());
        }
    }
    serde_json::from_value(abi)
}

fn choose<'a>(abi: &'a JsonAbi, events: Option<&[String]>) -> Result<Vec<&'a Event>, AbiError> {
    let Some(names) = events else {
        return Ok(abi.events().collect());
    };
    for given in names {
        if !abi
            .events()
            .any(|event| event.name == *given || event.signature() == *given)
        {
            let known = abi
                .events()
                .map(|event| event.name.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(AbiError::UnknownEvent {
                given: given.clone(),
                known,
            });
        }
    }
    let is_named = |event: &&Event| {
        names
            .iter()
            .any(|name| event.name == *name || event.signature() == *name)
    };
    Ok(abi.events().filter(is_named).collect())
}

impl Decoder {
    fn new(network: &str, contract: &str, event: &Event, overloaded: bool) -> Result<Self, AbiError> {
        if event.anonymous {
            return Err(AbiError::Anonymous(event.signature()));
        }
        let selector = event.selector();
        let (mut indexed, mut body, mut fields, mut columns) = (vec![], vec![], vec![], vec![]);
        for (i, input) in event.inputs.iter().enumerate() {
            let name = if input.name.is_empty() {
                format!("arg{i}")
            } else {
                input.name.clone()
            };
            let bad = |reason| AbiError::Field {
                event: event.name.clone(),
                field: name.clone(),
                reason,
            };
            let ty: DynSolType = input.resolve().map_err(|e| bad(e.to_string()))?;
            let shape = Shape::new(&ty, &input.components);
            let shape = if input.indexed { shape.indexed(&ty) } else { shape };
            if input.indexed {
                indexed.push(wire(&ty));
            } else {
                body.push(wire(&ty));
            }
            let description = match shape {
                Shape::Hash => format!("keccak-256 of a {ty}: the log does not hold the value itself"),
                _ => ty.to_string(),
            };
            columns.push((name, shape.column(), description));
            fields.push((input.indexed, shape));
        }
        if indexed.len() > 3 {
            return Err(AbiError::Topics(event.signature()));
        }
        let name = if overloaded {
            format!("{}_{}", event.name, hex::encode(&selector[..4]))
        } else {
            event.name.clone()
        };
        let columns = columns
            .iter()
            .map(|(name, ty, about)| -> (&str, ColumnType, bool, Option<String>) {
                (name, *ty, false, Some(about.clone()))
            });
        let mut table = Table::new(network, contract, &name, columns)?;
        table.description = Some(format!("event {}", event.full_signature()));
        let event = DynSolEvent::new_unchecked(Some(selector), indexed, DynSolType::Tuple(body));
        Ok(Self {
            selector,
            table: Arc::new(table),
            event,
            fields,
        })
    }

    fn decode(&self, topics: &[B256], data: &[u8]) -> Result<Vec<Value>, DecodeError> {
        let event = || self.table.event.clone();
        let decoded = self.event.decode_log_parts(topics.iter().copied(), data);
        let decoded = decoded.map_err(|e| DecodeError::Event {
            event: event(),
            reason: e.to_string(),
        })?;
        let (mut indexed, mut body) = (decoded.indexed.iter(), decoded.body.iter());
        let mut values = Vec::with_capacity(self.fields.len());
        for ((is_topic, shape), column) in self.fields.iter().zip(&self.table.columns) {
            let field = || column.field.clone();
            let value = if *is_topic { indexed.next() } else { body.next() };
            let value = value.ok_or(Malformed::Type).and_then(|value| shape.value(value));
            values.push(value.map_err(|reason| DecodeError::Field {
                event: event(),
                field: field(),
                reason,
            })?);
        }
        Ok(values)
    }
}
