//! Solidity types as column types, and their values as column values.

use crate::row::Value;
use alloy::{
    dyn_abi::{DynSolType, DynSolValue},
    hex,
    json_abi::Param,
    primitives::{Address, I256, U256},
};
use novate_catalog::ColumnType;
use serde_json::{Map, Value as Json, json};

/// A Solidity type with the names that the ABI gives its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Bool,
    Uint(usize),
    Int(usize),
    Address,
    /// `bytesN`, `bytes` and function pointers.
    Bytes,
    String,
    /// An indexed value of a dynamic type: the log holds only its keccak-256 hash.
    Hash,
    Tuple(Vec<(String, Shape)>),
    List(Box<Shape>),
}

/// A word or byte string that is no value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("a number that does not fit its type")]
    Range,
    #[error("a string that is not UTF-8")]
    Utf8,
    #[error("a value of another type")]
    Type,
}

impl Shape {
    /// `components` are those of the parameter of this type, however deep in lists it is.
    pub fn new(ty: &DynSolType, components: &[Param]) -> Self {
        match ty {
            DynSolType::Bool => Self::Bool,
            DynSolType::Uint(bits) => Self::Uint(*bits),
            DynSolType::Int(bits) => Self::Int(*bits),
            DynSolType::Address => Self::Address,
            DynSolType::FixedBytes(_) | DynSolType::Bytes | DynSolType::Function => Self::Bytes,
            DynSolType::String => Self::String,
            DynSolType::Array(inner) | DynSolType::FixedArray(inner, _) => {
                Self::List(Box::new(Self::new(inner, components)))
            }
            DynSolType::Tuple(types) => {
                let mut fields = Vec::with_capacity(types.len());
                for (i, ty) in types.iter().enumerate() {
                    let component = components.get(i);
                    let name = component.map(|c| c.name.clone()).filter(|name| !name.is_empty());
                    let inner = component.map_or(&[][..], |c| &c.components);
                    fields.push((name.unwrap_or_else(|| i.to_string()), Self::new(ty, inner)));
                }
                Self::Tuple(fields)
            }
        }
    }

    /// As a topic: values of one word are there as they are, all others as their hash.
    pub fn indexed(self, ty: &DynSolType) -> Self {
        match (&self, ty) {
            (Self::String | Self::Tuple(_) | Self::List(_), _) | (Self::Bytes, DynSolType::Bytes) => {
                Self::Hash
            }
            _ => self,
        }
    }

    pub fn column(&self) -> ColumnType {
        match self {
            Self::Bool => ColumnType::Bool,
            Self::Uint(bits) if *bits < 64 => ColumnType::Int,
            Self::Int(bits) if *bits <= 64 => ColumnType::Int,
            Self::Uint(_) | Self::Int(_) => ColumnType::Numeric,
            Self::Address | Self::String => ColumnType::Text,
            Self::Bytes | Self::Hash => ColumnType::Bytes,
            Self::Tuple(_) | Self::List(_) => ColumnType::Json,
        }
    }

    /// The value as its column takes it.
    pub fn value(&self, value: &DynSolValue) -> Result<Value, Malformed> {
        Ok(match self {
            Self::Bool => Value::Bool(value.as_bool().ok_or(Malformed::Type)?),
            Self::Uint(bits) => {
                let number = uint(value, *bits)?;
                match (self.column(), i64::try_from(number)) {
                    (ColumnType::Int, Ok(number)) => Value::Int(number),
                    _ => Value::Numeric(number.to_string()),
                }
            }
            Self::Int(bits) => {
                let number = int(value, *bits)?;
                match (self.column(), i64::try_from(number)) {
                    (ColumnType::Int, Ok(number)) => Value::Int(number),
                    _ => Value::Numeric(number.to_string()),
                }
            }
            Self::Address => Value::Text(lower(value.as_address().ok_or(Malformed::Type)?)),
            Self::String => Value::Text(string(value)?),
            Self::Bytes | Self::Hash => Value::Bytes(bytes(value)?.to_vec()),
            Self::Tuple(_) | Self::List(_) => Value::Json(self.json(value)?),
        })
    }

    /// The value inside a structure. Integers above 32 bits are strings, since many readers of JSON round them.
    fn json(&self, value: &DynSolValue) -> Result<Json, Malformed> {
        Ok(match self {
            Self::Bool => json!(value.as_bool().ok_or(Malformed::Type)?),
            Self::Uint(bits) => {
                let number = uint(value, *bits)?;
                match u32::try_from(number) {
                    Ok(small) if *bits <= 32 => json!(small),
                    _ => json!(number.to_string()),
                }
            }
            Self::Int(bits) => {
                let number = int(value, *bits)?;
                match i32::try_from(number) {
                    Ok(small) if *bits <= 32 => json!(small),
                    _ => json!(number.to_string()),
                }
            }
            Self::Address => json!(lower(value.as_address().ok_or(Malformed::Type)?)),
            Self::String => json!(string(value)?),
            Self::Bytes | Self::Hash => json!(hex::encode_prefixed(bytes(value)?)),
            Self::Tuple(fields) => {
                let values = value.as_tuple().filter(|values| values.len() == fields.len());
                let mut object = Map::new();
                for ((name, shape), value) in fields.iter().zip(values.ok_or(Malformed::Type)?) {
                    object.insert(name.clone(), shape.json(value)?);
                }
                Json::Object(object)
            }
            Self::List(shape) => {
                let values = value
                    .as_array()
                    .or_else(|| value.as_fixed_array())
                    .ok_or(Malformed::Type)?;
                Json::Array(
                    values
                        .iter()
                        .map(|value| shape.json(value))
                        .collect::<Result<_, _>>()?,
                )
            }
        })
    }
}

/// The type that logs are decoded with: strings as bytes, which are encoded alike, so that what is not UTF-8 is noticed
/// instead of replaced.
pub fn wire(ty: &DynSolType) -> DynSolType {
    match ty {
        DynSolType::String => DynSolType::Bytes,
        DynSolType::Array(inner) => DynSolType::Array(Box::new(wire(inner))),
        DynSolType::FixedArray(inner, size) => DynSolType::FixedArray(Box::new(wire(inner)), *size),
        DynSolType::Tuple(types) => DynSolType::Tuple(types.iter().map(wire).collect()),
        other => other.clone(),
    }
}

/// Lower-case hexadecimal, so that equal addresses are equal text.
pub fn lower(address: Address) -> String {
    hex::encode_prefixed(address)
}

fn uint(value: &DynSolValue, bits: usize) -> Result<U256, Malformed> {
    let (number, _) = value.as_uint().ok_or(Malformed::Type)?;
    if number.bit_len() <= bits {
        Ok(number)
    } else {
        Err(Malformed::Range)
    }
}

fn int(value: &DynSolValue, bits: usize) -> Result<I256, Malformed> {
    let (number, _) = value.as_int().ok_or(Malformed::Type)?;
    if number.bits() as usize <= bits {
        Ok(number)
    } else {
        Err(Malformed::Range)
    }
}

fn string(value: &DynSolValue) -> Result<String, Malformed> {
    let bytes = value.as_bytes().ok_or(Malformed::Type)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Malformed::Utf8)
}

fn bytes(value: &DynSolValue) -> Result<&[u8], Malformed> {
    match value {
        DynSolValue::Bytes(bytes) => Ok(bytes),
        DynSolValue::FixedBytes(word, size) => word.get(..*size).ok_or(Malformed::Type),
        DynSolValue::Function(function) => Ok(function.as_slice()),
        _ => Err(Malformed::Type),
    }
}
