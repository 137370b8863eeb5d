use novate_catalog::CatalogError;
use std::fmt;

/// What is wrong with an IDL.
#[derive(Debug, thiserror::Error)]
pub enum IdlError {
    #[error("not an Anchor IDL: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error(
        "this IDL has the format from before Anchor 0.30; run `anchor idl convert` on it and use the result"
    )]
    OldFormat,
    #[error("IDL specification {0:?} is unknown here, which reads 0.1.x")]
    UnknownSpec(String),
    #[error("the IDL has no events, so there is nothing to index")]
    NoEvents,
    #[error("event {event}: {reason}")]
    Event { event: String, reason: String },
    #[error("event {event}, field {field}: {reason}")]
    Field {
        event: String,
        field: String,
        reason: String,
    },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Bytes that begin like an event of the IDL but do not go on like it: the IDL is of another version of the
/// program.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {event}, {at}: {reason}; the IDL must be the one of the program that is deployed")]
pub struct DecodeError {
    pub event: String,
    /// The field, or that all fields were read.
    pub at: String,
    pub reason: Malformed,
}

/// How bytes differ from the Borsh encoding of a type.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{wanted} bytes wanted, {left} left")]
    Short { wanted: usize, left: usize },
    #[error("{0} bytes left over")]
    Trailing(usize),
    #[error("byte {byte:#04x} is no {what}")]
    Tag { byte: u8, what: &'static str },
    #[error("not valid UTF-8")]
    Utf8,
    #[error("a float that is not a number, which Borsh forbids")]
    NotANumber,
}

/// A fault with the path to it, innermost name first.
#[derive(Debug)]
pub(super) struct Fault {
    path: Vec<String>,
    reason: Malformed,
}

impl Fault {
    pub fn within(mut self, name: impl fmt::Display) -> Self {
        self.path.push(name.to_string());
        self
    }

    pub fn of_event(mut self, event: &str) -> DecodeError {
        self.path.reverse();
        let at = format!("field {}", self.path.join("."));
        DecodeError {
            event: event.to_owned(),
            at,
            reason: self.reason,
        }
    }
}

impl From<Malformed> for Fault {
    fn from(reason: Malformed) -> Self {
        Self {
            path: Vec::new(),
            reason,
        }
    }
}
