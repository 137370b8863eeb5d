//! From a body to the texts of its intents.

use crate::intake::Refusal;
use serde::{
    Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// How a body holds intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One object, or an array of objects.
    Document,
    /// One object a line (NDJSON). Empty lines do not count.
    Lines,
}

/// The texts of a body's intents, at most `limit`, which are not looked into: each is judged by itself.
///
/// # Errors
/// [`Refusal::Json`] for what is no JSON document, [`Refusal::TooMany`], [`Refusal::MissingField`] without any.
pub fn split(body: &[u8], form: Form, limit: usize) -> Result<Vec<&[u8]>, Refusal> {
    let texts = match form {
        Form::Document if body.trim_ascii_start().first() == Some(&b'[') => array(body, limit)?,
        Form::Document if body.trim_ascii().is_empty() => Vec::new(),
        Form::Document => vec![body],
        Form::Lines => {
            let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            let texts: Vec<_> = lines
                .filter(|line| !line.is_empty())
                .take(limit.saturating_add(1))
                .collect();
            if texts.len() > limit {
                return Err(Refusal::TooMany { limit });
            }
            texts
        }
    };
    if texts.is_empty() {
        return Err(Refusal::Json("it holds no intent".into()));
    }
    Ok(texts)
}

/// The texts of an array's elements, none of which is parsed further than to its end.
fn array(body: &[u8], limit: usize) -> Result<Vec<&[u8]>, Refusal> {
    let mut elements = Elements {
        limit,
        too_many: false,
        texts: Vec::new(),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = deserializer
        .deserialize_seq(&mut elements)
        .and_then(|()| deserializer.end());
    if elements.too_many {
        return Err(Refusal::TooMany { limit });
    }
    read.map_err(|e| Refusal::Json(e.to_string()))?;
    Ok(elements.texts)
}

struct Elements<'a> {
    limit: usize,
    too_many: bool,
    texts: Vec<&'a [u8]>,
}

impl<'a> Visitor<'a> for &mut Elements<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of intents")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(text) = array.next_element::<&'a RawValue>()? {
            if self.texts.len() == self.limit {
                self.too_many = true;
                return Err(A::Error::custom("too many"));
            }
            self.texts.push(text.get().as_bytes());
        }
        Ok(())
    }
}
