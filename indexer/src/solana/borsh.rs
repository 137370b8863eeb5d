//! Reads values by their [`Layout`] from Borsh bytes (<https://borsh.io>), strictly and without trusting a
//! length.

use super::{
    error::{Fault, Malformed},
    layout::Layout,
};
use crate::row::Value;
use alloy::primitives::{I256, U256};
use serde_json::{Map, Number, Value as Json};

/// The bytes that are not read yet.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// All bytes must have been read.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Malformed::Trailing(self.0.len()))
        }
    }

    fn take(&mut self, wanted: usize) -> Result<&'a [u8], Malformed> {
        let short = Malformed::Short {
            wanted,
            left: self.0.len(),
        };
        let (taken, rest) = self.0.split_at_checked(wanted).ok_or(short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn tag(&mut self, what: &'static str, below: usize) -> Result<usize, Malformed> {
        let [byte] = self.array()?;
        if usize::from(byte) < below {
            Ok(byte.into())
        } else {
            Err(Malformed::Tag { byte, what })
        }
    }

    /// A `u32` length as Borsh puts it before lists. Nothing may be allocated by it.
    fn length(&mut self) -> Result<usize, Malformed> {
        // Lossless: a `usize` has at least 32 bits wherever this runs.
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.length()?;
        self.take(length)
    }

    /// Postgres' text and jsonb cannot hold U+0000, and a user of the program must not be able to stop the
    /// index with one: it becomes U+FFFD, as other text that cannot be shown.
    fn string(&mut self) -> Result<String, Malformed> {
        let text = std::str::from_utf8(self.bytes()?).map_err(|_| Malformed::Utf8)?;
        Ok(text.replace('\0', "\u{fffd}"))
    }

    fn int(&mut self, bytes: usize, signed: bool) -> Result<Integer, Malformed> {
        let taken = self.take(bytes)?;
        let negative = signed && taken.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; 32];
        wide[..bytes].copy_from_slice(taken);
        let wide = U256::from_le_bytes(wide);
        Ok(if signed {
            Integer::Signed(I256::from_raw(wide))
        } else {
            Integer::Unsigned(wide)
        })
    }

    fn float(&mut self, layout: &Layout) -> Result<f64, Malformed> {
        let float = match layout {
            Layout::F32 => f32::from_le_bytes(self.array()?).into(),
            _ => f64::from_le_bytes(self.array()?),
        };
        if float.is_nan() {
            Err(Malformed::NotANumber)
        } else {
            Ok(float)
        }
    }

    /// A value for a column of the type [`Layout::column`] says.
    pub(super) fn value(&mut self, layout: &Layout) -> Result<Value, Fault> {
        Ok(match layout {
            Layout::Bool => Value::Bool(self.tag("bool", 2)? == 1),
            Layout::Int { bytes, signed } => {
                let int = self.int(*bytes, *signed)?;
                let narrow = *bytes < 8 || (*bytes == 8 && *signed);
                match int.small() {
                    Some(small) if narrow => Value::Int(small),
                    _ => Value::Numeric(int.decimal()),
                }
            }
            Layout::Bytes => Value::Bytes(self.bytes()?.to_vec()),
            Layout::ByteArray(length) => Value::Bytes(self.take(*length)?.to_vec()),
            Layout::String => Value::Text(self.string()?),
            Layout::Pubkey => Value::Text(bs58::encode(self.take(32)?).into_string()),
            Layout::Option(some) => match self.tag("option", 2)? {
                0 => Value::Null,
                // A column cannot tell `Some(None)` from `None`, so that one keeps its JSON form.
                _ if matches!(**some, Layout::Option(_)) => Value::Json(self.some(some)?),
                _ => self.value(some)?,
            },
            _ => Value::Json(self.json(layout)?),
        })
    }

    /// The JSON form: integers of 64 bits and more are decimal strings, as JSON's numbers are not exact
    /// there; public keys are base58 and bytes hex with 0x; an enum without fields is its name, one with
    /// fields `{"Name": fields}`.
    fn json(&mut self, layout: &Layout) -> Result<Json, Fault> {
        Ok(match layout {
            Layout::Bool => Json::Bool(self.tag("bool", 2)? == 1),
            Layout::Int { bytes, signed } => {
                let int = self.int(*bytes, *signed)?;
                match int.small() {
                    Some(small) if *bytes < 8 => small.into(),
                    _ => int.decimal().into(),
                }
            }
            Layout::F32 | Layout::F64 => {
                let float = self.float(layout)?;
                Number::from_f64(float).map_or_else(|| float.to_string().into(), Json::Number)
            }
            Layout::Bytes => hex(self.bytes()?),
            Layout::ByteArray(length) => hex(self.take(*length)?),
            Layout::String => self.string()?.into(),
            Layout::Pubkey => bs58::encode(self.take(32)?).into_string().into(),
            Layout::Option(some) => match self.tag("option", 2)? {
                0 => Json::Null,
                _ => self.some(some)?,
            },
            Layout::List(item) => {
                let length = self.length()?;
                self.items(item, length)?
            }
            Layout::Array(item, length) => self.items(item, *length)?,
            Layout::Struct(fields) => {
                let mut object = Map::new();
                for (name, field) in fields {
                    object.insert(name.clone(), self.json(field).map_err(|f| f.within(name))?);
                }
                Json::Object(object)
            }
            Layout::Tuple(fields) => {
                let fields = fields.iter().enumerate();
                fields
                    .map(|(i, f)| self.json(f).map_err(|f| f.within(i)))
                    .collect::<Result<Vec<_>, _>>()?
                    .into()
            }
            Layout::Enum(variants) => {
                let (name, fields) = &variants[self.tag("variant", variants.len())?];
                match fields {
                    Layout::Tuple(none) if none.is_empty() => name.as_str().into(),
                    _ => {
                        let fields = self.json(fields).map_err(|f| f.within(name))?;
                        Json::Object(Map::from_iter([(name.clone(), fields)]))
                    }
                }
            }
        })
    }

    /// What an option holds; an option in it is wrapped, so that `Some(None)` is not taken for `None`.
    fn some(&mut self, some: &Layout) -> Result<Json, Fault> {
        let inner = self.json(some)?;
        let wrap = matches!(some, Layout::Option(_));
        Ok(if wrap {
            Json::Object(Map::from_iter([("Some".into(), inner)]))
        } else {
            inner
        })
    }

    /// `length` items. Each takes a byte at least, so the bytes run out before a false length can do harm.
    fn items(&mut self, item: &Layout, length: usize) -> Result<Json, Fault> {
        (0..length)
            .map(|i| self.json(item).map_err(|f| f.within(i)))
            .collect::<Result<Vec<_>, _>>()
            .map(Json::Array)
    }
}

enum Integer {
    Signed(I256),
    Unsigned(U256),
}

impl Integer {
    fn small(&self) -> Option<i64> {
        match self {
            Self::Signed(int) => i64::try_from(*int).ok(),
            Self::Unsigned(int) => i64::try_from(*int).ok(),
        }
    }

    fn decimal(&self) -> String {
        match self {
            Self::Signed(int) => int.to_string(),
            Self::Unsigned(int) => int.to_string(),
        }
    }
}

fn hex(bytes: &[u8]) -> Json {
    format!("0x{}", hex::encode(bytes)).into()
}
