//! Events by their IDL, for the comparison alone: no code and no types of the indexer's decoder, so that one can be wrong
//! without the other. It trusts its input, which comes from our own programs on our own node.

use anchor_lang::{AnchorDeserialize, prelude::Pubkey};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

/// A program's IDL, in the format since Anchor 0.30.
pub struct Idl(Value);

/// Name of an event, and its fields as GraphQL serves them.
pub type Event = (String, Map<String, Value>);

impl Idl {
    pub fn new(json: &str) -> Result<Self> {
        Ok(Self(serde_json::from_str(json).context("reading an IDL")?))
    }

    /// The event whose discriminator `data` begins with.
    pub fn event(&self, data: &[u8]) -> Result<Event> {
        let events = self.0["events"].as_array().context("an IDL without events")?;
        let event = events.iter().find_map(|event| {
            let discriminator: Vec<u8> = serde_json::from_value(event["discriminator"].clone()).ok()?;
            Some((event["name"].as_str()?, data.strip_prefix(&*discriminator)?))
        });
        let (name, mut fields) = event.with_context(|| format!("no event of the IDL: {data:?}"))?;
        let Value::Object(values) = self.defined(name, &mut fields)? else {
            bail!("event {name} has no named fields")
        };
        ensure!(fields.is_empty(), "{} bytes follow event {name}", fields.len());
        Ok((name.to_owned(), values))
    }

    /// A value of a type as an IDL spells it: integers of 64 bits and more are strings.
    fn value(&self, ty: &Value, bytes: &mut &[u8]) -> Result<Value> {
        if let Some(some) = ty.get("option") {
            return match u8::deserialize(bytes)? {
                0 => Ok(Value::Null),
                _ => self.value(some, bytes),
            };
        }
        if let Some(item) = ty.get("vec") {
            let length = u32::deserialize(bytes)?;
            return self.items(item, length.into(), bytes);
        }
        if let Some(array) = ty.get("array") {
            let length = array[1].as_u64().context("an array without a length")?;
            return self.items(&array[0], length, bytes);
        }
        if let Some(defined) = ty.get("defined") {
            return self.defined(defined["name"].as_str().context("a type without a name")?, bytes);
        }
        Ok(match ty.as_str().context("a type without a name")? {
            "bool" => json!(bool::deserialize(bytes)?),
            "u8" => json!(u8::deserialize(bytes)?),
            "u16" => json!(u16::deserialize(bytes)?),
            "u32" => json!(u32::deserialize(bytes)?),
            "i32" => json!(i32::deserialize(bytes)?),
            "u64" => json!(u64::deserialize(bytes)?.to_string()),
            "i64" => json!(i64::deserialize(bytes)?.to_string()),
            "u128" => json!(u128::deserialize(bytes)?.to_string()),
            "i128" => json!(i128::deserialize(bytes)?.to_string()),
            "pubkey" => json!(Pubkey::deserialize(bytes)?.to_string()),
            "string" => json!(String::deserialize(bytes)?),
            "bytes" => hex(&Vec::deserialize(bytes)?),
            other => bail!("the comparison does not know the type {other}"),
        })
    }

    fn items(&self, item: &Value, length: u64, bytes: &mut &[u8]) -> Result<Value> {
        let items: Vec<Value> = (0..length)
            .map(|_| self.value(item, bytes))
            .collect::<Result<_>>()?;
        if item == "u8" {
            let bytes: Vec<u8> = serde_json::from_value(Value::Array(items))?;
            return Ok(hex(&bytes));
        }
        Ok(Value::Array(items))
    }

    /// A struct or an enum of the IDL. A variant with fields is `{"Name": fields}`, one without is its name.
    fn defined(&self, name: &str, bytes: &mut &[u8]) -> Result<Value> {
        let types = self.0["types"].as_array().context("an IDL without types")?;
        let ty = types.iter().find(|ty| ty["name"] == name);
        let ty = &ty.with_context(|| format!("type {name} is not defined"))?["type"];
        if ty["kind"] == "struct" {
            return self.fields(&ty["fields"], bytes);
        }
        let variant = &ty["variants"][usize::from(u8::deserialize(bytes)?)];
        let chosen = variant["name"]
            .as_str()
            .with_context(|| format!("no such variant of {name}"))?;
        if variant["fields"].is_null() {
            return Ok(chosen.into());
        }
        Ok(Value::Object(Map::from_iter([(
            chosen.to_owned(),
            self.fields(&variant["fields"], bytes)?,
        )])))
    }

    /// Named fields are an object, others a list.
    fn fields(&self, fields: &Value, bytes: &mut &[u8]) -> Result<Value> {
        let Some(fields) = fields.as_array() else {
            return Ok(Value::Object(Map::new()));
        };
        if fields.iter().any(|field| field.get("name").is_none()) {
            return fields.iter().map(|ty| self.value(ty, bytes)).collect();
        }
        let mut object = Map::new();
        for field in fields {
            let name = field["name"].as_str().context("a field without a name")?;
            let value = self
                .value(&field["type"], bytes)
                .with_context(|| format!("field {name}"))?;
            object.insert(name.to_owned(), value);
        }
        Ok(Value::Object(object))
    }
}

fn hex(bytes: &[u8]) -> Value {
    format!("0x{}", hex::encode(bytes)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idl(field: Value) -> Idl {
        let mode = json!([{ "name": "Off" }, { "name": "Up", "fields": ["u8", "u8"] }]);
        let line = json!([{ "name": "who", "type": "pubkey" }, { "name": "by", "type": "i64" }]);
        Idl(json!({
            "events": [{ "name": "E", "discriminator": [7, 7] }],
            "types": [
                { "name": "E", "type": { "kind": "struct", "fields": [{ "name": "f", "type": field }] } },
                { "name": "Mode", "type": { "kind": "enum", "variants": mode } },
                { "name": "Line", "type": { "kind": "struct", "fields": line } },
            ],
        }))
    }

    /// The field, of this type and with these bytes.
    fn read(ty: Value, bytes: &[u8]) -> Result<Value> {
        let (name, mut fields) = idl(ty).event(&[&[7, 7], bytes].concat())?;
        assert_eq!(name, "E");
        fields.remove("f").context("no field")
    }

    #[test]
    fn values_are_as_borsh_lays_them() {
        let max = u128::MAX;
        assert_eq!(
            read(json!("u128"), &max.to_le_bytes()).unwrap(),
            json!(max.to_string())
        );
        assert_eq!(read(json!("u32"), &[1, 2, 0, 0]).unwrap(), json!(513));
        assert_eq!(read(json!({ "option": "pubkey" }), &[0]).unwrap(), Value::Null);
        assert_eq!(read(json!({ "array": ["u8", 2] }), &[1, 255]).unwrap(), "0x01ff");
        assert_eq!(read(json!("bytes"), &[1, 0, 0, 0, 9]).unwrap(), "0x09");
        let mode = json!({ "defined": { "name": "Mode" } });
        assert_eq!(read(mode.clone(), &[0]).unwrap(), "Off");
        assert_eq!(read(mode, &[1, 3, 4]).unwrap(), json!({ "Up": [3, 4] }));
        let bytes = [&[1, 0, 0, 0][..], &[0; 32], &(-5i64).to_le_bytes()].concat();
        let lines = read(json!({ "vec": { "defined": { "name": "Line" } } }), &bytes).unwrap();
        assert_eq!(lines, json!([{ "who": "1".repeat(32), "by": "-5" }]));
    }

    #[test]
    fn bytes_that_are_no_event_are_refused() {
        let refused = |ty: Value, bytes: &[u8]| read(ty, bytes).unwrap_err().root_cause().to_string();
        assert_eq!(refused(json!("u8"), &[1, 2]), "1 bytes follow event E");
        assert_eq!(
            refused(json!("f128"), &[1]),
            "the comparison does not know the type f128"
        );
        assert!(read(json!("u64"), &[1]).is_err());
        assert!(read(json!({ "defined": { "name": "Mode" } }), &[2]).is_err());
        assert!(idl(json!("u8")).event(&[8, 7, 1]).is_err());
    }
}
