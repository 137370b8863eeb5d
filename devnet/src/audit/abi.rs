//! Logs by the ABI of their contract, for the comparison alone: no code and no types of the indexer's decoder, so that one
//! can be wrong without the other. It trusts its input, which comes from our own contracts on our own node.
//!
//! Encoding: <https://docs.soliditylang.org/en/latest/abi-spec.html>

use alloy::primitives::{B256, I256, U256, keccak256};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

/// Bytes of a word.
const WORD: usize = 32;

/// A contract's ABI.
pub struct Abi(Value);

/// Name of an event, and its fields as GraphQL serves them, in the order of the ABI.
pub type Event = (String, Vec<(String, Value)>);

impl Abi {
    /// Of an artifact with a key `abi`.
    pub fn new(artifact: &str) -> Result<Self> {
        let mut artifact: Value = serde_json::from_str(artifact).context("reading an artifact")?;
        Ok(Self(artifact["abi"].take()))
    }

    /// The event whose selector is the first topic.
    pub fn event(&self, topics: &[B256], data: &[u8]) -> Result<Event> {
        let (selector, mut topics) = topics.split_first().context("a log without topics")?;
        let items = self.0.as_array().context("an ABI that is no list")?;
        let event = items
            .iter()
            .filter(|item| item["type"] == "event")
            .find(|event| signature(event).is_ok_and(|signature| keccak256(signature) == *selector))
            .with_context(|| format!("no event of the ABI has the selector {selector}"))?;
        let inputs = event["inputs"].as_array().context("an event without inputs")?;
        let (mut fields, mut at) = (Vec::new(), 0);
        for input in inputs {
            let value = if input["indexed"] == true {
                let (topic, rest) = topics.split_first().context("a log with too few topics")?;
                topics = rest;
                indexed(input, topic)
            } else {
                member(input, data, &mut at)
            };
            let name = text(&input["name"])?;
            fields.push((name.to_owned(), value.with_context(|| format!("field {name}"))?));
        }
        ensure!(topics.is_empty(), "{} topics are left", topics.len());
        Ok((text(&event["name"])?.to_owned(), fields))
    }
}

/// Name and types, as they are hashed for the selector.
fn signature(item: &Value) -> Result<String> {
    let inputs = item["inputs"].as_array().context("an event without inputs")?;
    let types: Vec<String> = inputs.iter().map(canonical).collect::<Result<_>>()?;
    Ok(format!("{}({})", text(&item["name"])?, types.join(",")))
}

/// The type of a parameter; a tuple's is the list of its components'.
fn canonical(parameter: &Value) -> Result<String> {
    let ty = text(&parameter["type"])?;
    let Some(brackets) = ty.strip_prefix("tuple") else {
        return Ok(ty.to_owned());
    };
    let types: Vec<String> = components(parameter)?
        .iter()
        .map(canonical)
        .collect::<Result<_>>()?;
    Ok(format!("({}){brackets}", types.join(",")))
}

/// A value of more than one word is not in its topic: only its hash is.
fn indexed(parameter: &Value, topic: &B256) -> Result<Value> {
    let ty = text(&parameter["type"])?;
    if ty.ends_with(']') || ["string", "bytes", "tuple"].contains(&ty) {
        return Ok(json!(topic.to_string()));
    }
    word(ty, topic.as_slice())
}

/// The parameter whose head is at `at` in `data`, the encoding of a tuple; moves on to the next head.
fn member(parameter: &Value, data: &[u8], at: &mut usize) -> Result<Value> {
    if is_dynamic(parameter)? {
        let offset = length(data, *at)?;
        *at += WORD;
        let tail = data.get(offset..).context("an offset beyond the data")?;
        return value(parameter, tail, &mut 0);
    }
    value(parameter, data, at)
}

/// A value that begins at `at`.
fn value(parameter: &Value, data: &[u8], at: &mut usize) -> Result<Value> {
    let ty = text(&parameter["type"])?;
    if let Some((item, count)) = ty.strip_suffix(']').and_then(|ty| ty.rsplit_once('[')) {
        let mut element = parameter.clone();
        element["type"] = item.into();
        let count = match count {
            "" => {
                let count = length(data, *at)?;
                *at += WORD;
                count
            }
            fixed => fixed.parse()?,
        };
        return list(&vec![element; count], data, at).map(Value::Array);
    }
    match ty {
        "tuple" => {
            let components = components(parameter)?;
            let values = list(components, data, at)?;
            let named = components.iter().zip(values);
            let named = named.map(|(component, value)| Ok((text(&component["name"])?.to_owned(), value)));
            Ok(Value::Object(named.collect::<Result<Map<_, _>>>()?))
        }
        "string" | "bytes" => {
            let start = *at + WORD;
            let bytes = data.get(start..start + length(data, *at)?);
            let bytes = bytes.context("a length beyond the data")?;
            match ty {
                "string" => Ok(String::from_utf8(bytes.to_vec())?.into()),
                _ => Ok(hex(bytes)),
            }
        }
        ty => {
            let word = word(ty, data.get(*at..*at + WORD).context("the data ends early")?);
            *at += WORD;
            word
        }
    }
}

/// Values whose heads follow each other from `at` on; offsets count from there.
fn list(parameters: &[Value], data: &[u8], at: &mut usize) -> Result<Vec<Value>> {
    let within = data.get(*at..).context("the data ends early")?;
    let mut head = 0;
    let values = parameters
        .iter()
        .map(|parameter| member(parameter, within, &mut head));
    let values = values.collect::<Result<_>>();
    *at += head;
    values
}

/// Whether an offset stands in the place of the value.
fn is_dynamic(parameter: &Value) -> Result<bool> {
    let ty = text(&parameter["type"])?;
    if ty.ends_with("[]") || ty == "string" || ty == "bytes" {
        return Ok(true);
    }
    if !ty.starts_with("tuple") {
        return Ok(ty.starts_with("string[") || ty.starts_with("bytes[") || ty.contains("[]"));
    }
    let dynamic: Vec<bool> = components(parameter)?
        .iter()
        .map(is_dynamic)
        .collect::<Result<_>>()?;
    Ok(ty.contains("[]") || dynamic.contains(&true))
}

/// A value of one word. Integers of more than 32 bits are strings.
fn word(ty: &str, word: &[u8]) -> Result<Value> {
    let number = U256::from_be_slice(word);
    if let Some(bits) = ty.strip_prefix("uint") {
        return Ok(integer(bits, &number.to_string()));
    }
    if let Some(bits) = ty.strip_prefix("int") {
        return Ok(integer(bits, &I256::from_raw(number).to_string()));
    }
    if let Some(bytes) = ty.strip_prefix("bytes") {
        return Ok(hex(word
            .get(..bytes.parse()?)
            .context("a longer bytesN than a word")?));
    }
    match ty {
        "bool" => Ok(json!(number == U256::ONE)),
        "address" => Ok(hex(&word[12..])),
        other => bail!("the comparison does not know the type {other}"),
    }
}

fn integer(bits: &str, decimal: &str) -> Value {
    match (bits.parse::<u16>(), decimal.parse::<i64>()) {
        (Ok(..=32), Ok(number)) => json!(number),
        _ => json!(decimal),
    }
}

fn length(data: &[u8], at: usize) -> Result<usize> {
    let word = data.get(at..at + WORD).context("the data ends early")?;
    usize::try_from(U256::from_be_slice(word)).context("a length of more than 64 bits")
}

fn components(parameter: &Value) -> Result<&Vec<Value>> {
    parameter["components"]
        .as_array()
        .context("a tuple without components")
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("a part of the ABI that is no text")
}

fn hex(bytes: &[u8]) -> Value {
    format!("0x{}", hex::encode(bytes)).into()
}
