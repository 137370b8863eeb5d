//! The fields of one JSON object, each of which can be taken once.

use crate::intake::Refusal;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt};

/// Longest name of a field that is repeated to the sender.
const SHOWN: usize = 40;

/// What a field holds.
#[derive(Debug)]
pub enum Value<'a> {
    /// A string, without its escapes.
    Text(Cow<'a, str>),
    /// A whole number of 64 bits.
    Number(u64),
    /// What no field can hold: its kind.
    Other(&'static str),
}

/// Fields that nobody has taken yet.
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// # Errors
    /// [`Refusal::Json`]
    pub fn parse(text: &'a [u8]) -> Result<Self, Refusal> {
        let Fields(fields) = serde_json::from_slice(text).map_err(|e| Refusal::Json(e.to_string()))?;
        Ok(Self(fields))
    }

    /// Takes a field out; nothing when it is not there.
    ///
    /// # Errors
    /// [`Refusal::DuplicateField`]
    pub fn take(&mut self, name: &'static str) -> Result<Option<Value<'a>>, Refusal> {
        let Some(at) = self.0.iter().position(|(found, _)| found == name) else {
            return Ok(None);
        };
        let (_, value) = self.0.swap_remove(at);
        if self.0.iter().any(|(found, _)| found == name) {
            return Err(Refusal::DuplicateField(name));
        }
        Ok(Some(value))
    }

    /// Takes a field that must be there.
    ///
    /// # Errors
    /// [`Refusal::MissingField`], [`Refusal::DuplicateField`]
    pub fn must(&mut self, name: &'static str) -> Result<Value<'a>, Refusal> {
        self.take(name)?.ok_or(Refusal::MissingField(name))
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// [`Refusal::UnknownField`]
    pub fn end(self) -> Result<(), Refusal> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::UnknownField(name.chars().take(SHOWN).collect())),
        }
    }
}

struct Fields<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(Cow<'de, str>, Value<'de>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an intent as a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some(Name(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Reader).map(Fields)
    }
}

/// A string that is borrowed unless it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Text(text) => Ok(Self(text)),
            Value::Number(_) | Value::Other(_) => Err(serde::de::Error::custom("names are strings")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Value::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Value::Number(number))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Value::Other("a negative number"))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Value::Other("a fraction, or a number of more than 64 bits"))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Value::Other("a truth value"))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Value::Other("null"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Other("an array"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Value::Other("an object"))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
