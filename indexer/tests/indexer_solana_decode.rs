//! Events by their IDL: every type against Borsh's own encoder, and every way in which bytes can be wrong.

use borsh::BorshSerialize;
use novate_catalog::ColumnType;
use novate_indexer::{
    row::Value,
    solana::{Decoder, IdlError, Malformed},
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value as Json, json};

const EVERY_TYPE: &str = include_str!("fixtures/every_type_idl.json");
const SAMPLE: &str = include_str!("fixtures/sample_idl.json");
const EVERYTHING: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

#[derive(Clone, Debug, BorshSerialize)]
struct Inner {
    owner: [u8; 32],
    limit: Option<u128>,
    small: i32,
}

#[derive(Clone, Debug, BorshSerialize)]
enum Mode {
    Open,
    Limited { cap: u64 },
    Both(u8, String),
}

impl Inner {
    fn json(&self) -> Json {
        json!({
            "owner": base58(&self.owner),
            "limit": self.limit.map(|l| l.to_string()),
            "small": self.small,
        })
    }
}

fn base58(key: &[u8; 32]) -> String {
    bs58::encode(key).into_string()
}

impl Mode {
    fn json(&self) -> Json {
        match self {
            Self::Open => json!("Open"),
            Self::Limited { cap } => json!({ "Limited": { "cap": cap.to_string() } }),
            Self::Both(small, text) => json!({ "Both": [small, text] }),
        }
    }
}

/// The event of the fixture; the fields in its order.
#[derive(Clone, Debug, BorshSerialize)]
struct Everything {
    small: (bool, u8, i8, u16, i16, u32, i32),
    wide: (u64, i64, u128, i128, [u8; 32], [u8; 32]),
    floats: (f32, f64),
    strings: (Vec<u8>, String, [u8; 32]),
    hash: [u8; 32],
    options: (Option<u64>, Option<Option<u8>>),
    lists: (Vec<u64>, Vec<u8>, [i128; 2]),
    inner: Inner,
    point: (i64, bool),
    mode: Mode,
    modes: Vec<Mode>,
    inners: Vec<Inner>,
    maybe_key: Option<[u8; 32]>,
    cid: [u8; 36],
    boxed: [u16; 3],
    alias: u64,
    block_number: u32,
}

impl Everything {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = EVERYTHING.to_vec();
        self.serialize(&mut bytes).unwrap();
        bytes
    }

    /// The same through `to_string`, `format!` and `json!`.
    fn values(&self) -> Vec<Value> {
        let (flag, u8_, i8_, u16_, i16_, u32_, i32_) = self.small;
        let (u64_, i64_, u128_, i128_, u256_, i256_) = self.wide;
        let (maybe, nested) = self.options;
        vec![
            Value::Bool(flag),
            Value::Int(u8_.into()),
            Value::Int(i8_.into()),
            Value::Int(u16_.into()),
            Value::Int(i16_.into()),
            Value::Int(u32_.into()),
            Value::Int(i32_.into()),
            Value::Numeric(u64_.to_string()),
            Value::Int(i64_),
            Value::Numeric(u128_.to_string()),
            Value::Numeric(i128_.to_string()),
            Value::Numeric(decimal(&u256_)),
            Value::Numeric(match i256_[31] & 0x80 {
                0 => decimal(&i256_),
                _ => format!("-{}", decimal(&negated(i256_))),
            }),
            Value::Json(json!(f64::from(self.floats.0))),
            Value::Json(json!(self.floats.1)),
            Value::Bytes(self.strings.0.clone()),
            Value::Text(self.strings.1.replace('\0', "\u{fffd}")),
            Value::Text(base58(&self.strings.2)),
            Value::Bytes(self.hash.to_vec()),
            maybe.map_or(Value::Null, |m| Value::Numeric(m.to_string())),
            nested.map_or(Value::Null, |inner| Value::Json(json!({ "Some": inner }))),
            Value::Json(self.lists.0.iter().map(u64::to_string).collect()),
            Value::Bytes(self.lists.1.clone()),
            Value::Json(self.lists.2.iter().map(i128::to_string).collect()),
            Value::Json(self.inner.json()),
            Value::Json(json!([self.point.0.to_string(), self.point.1])),
            Value::Json(self.mode.json()),
            Value::Json(self.modes.iter().map(Mode::json).collect()),
            Value::Json(self.inners.iter().map(Inner::json).collect()),
            self.maybe_key
                .as_ref()
                .map_or(Value::Null, |key| Value::Text(base58(key))),
            Value::Bytes(self.cid.to_vec()),
            Value::Json(json!({ "items": self.boxed })),
            Value::Numeric(self.alias.to_string()),
            Value::Int(self.block_number.into()),
        ]
    }
}

/// A little-endian number in decimal digits, by long division.
fn decimal(bytes: &[u8; 32]) -> String {
    let mut rest = *bytes;
    let mut digits = Vec::new();
    while digits.is_empty() || rest.iter().any(|byte| *byte != 0) {
        let mut carry = 0u16;
        for byte in rest.iter_mut().rev() {
            let part = carry * 256 + u16::from(*byte);
            (*byte, carry) = ((part / 10) as u8, part % 10);
        }
        digits.push(char::from(b'0' + carry as u8));
    }
    digits.iter().rev().collect()
}

fn negated(bytes: [u8; 32]) -> [u8; 32] {
    let mut carry = true;
    bytes.map(|byte| {
        let (sum, over) = (!byte).overflowing_add(u8::from(carry));
        carry = over;
        sum
    })
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Open),
        any::<u64>().prop_map(|cap| Mode::Limited { cap }),
        (any::<u8>(), "[a-z]{0,5}").prop_map(|(small, text)| Mode::Both(small, text)),
    ]
}

fn inner() -> impl Strategy<Value = Inner> {
    (any::<[u8; 32]>(), option::of(any::<u128>()), any::<i32>()).prop_map(|(owner, limit, small)| Inner {
        owner,
        limit,
        small,
    })
}

prop_compose! {
    fn everything()(
        small: (bool, u8, i8, u16, i16, u32, i32),
        wide: (u64, i64, u128, i128, [u8; 32], [u8; 32]),
        floats in (proptest::num::f32::NORMAL, proptest::num::f64::NORMAL),
        strings in (vec(any::<u8>(), 0..40), any::<String>(), any::<[u8; 32]>()),
        hash: [u8; 32],
        options: (Option<u64>, Option<Option<u8>>),
        lists in (vec(any::<u64>(), 0..5), vec(any::<u8>(), 0..5), any::<[i128; 2]>()),
        (inner, inners) in (inner(), vec(inner(), 0..4)),
        maybe_key: Option<[u8; 32]>,
        cid in prop::array::uniform(any::<u8>()),
        (point, mode, modes) in (any::<(i64, bool)>(), mode(), vec(mode(), 0..4)),
        (boxed, alias, block_number) in any::<([u16; 3], u64, u32)>(),
    ) -> Everything {
        Everything {
            small, wide, floats, strings, hash, options, lists, inner, point, mode, modes, inners, maybe_key, cid, boxed, alias,
            block_number,
        }
    }
}

fn decoder() -> Decoder {
    Decoder::new("localnet", "every", EVERY_TYPE).unwrap()
}

/// Whether the store takes such a value in such a column.
fn fits(value: &Value, ty: ColumnType, nullable: bool) -> bool {
    match value {
        Value::Null => nullable,
        Value::Bool(_) => ty == ColumnType::Bool,
        Value::Int(_) => ty == ColumnType::Int,
        Value::Numeric(_) => ty == ColumnType::Numeric,
        Value::Text(_) => ty == ColumnType::Text,
        Value::Bytes(_) => ty == ColumnType::Bytes,
        Value::Json(_) => ty == ColumnType::Json,
        Value::Timestamp(_) => ty == ColumnType::Timestamp,
    }
}

proptest! {
    #[test]
    fn what_borsh_encodes_is_decoded(event in everything()) {
        let (table, values) = decoder().decode(&event.bytes()).unwrap().unwrap();
        prop_assert_eq!(table.name.as_str(), "every_everything");
        prop_assert_eq!(values, event.values());
    }

    #[test]
    fn every_value_fits_its_column(event in everything()) {
        let (table, values) = decoder().decode(&event.bytes()).unwrap().unwrap();
        prop_assert_eq!(values.len(), table.columns.len());
        for (column, value) in table.columns.iter().zip(&values) {
            prop_assert!(fits(value, column.ty, column.nullable), "{:?} in {:?}", value, column);
        }
    }

    #[test]
    fn an_event_cut_anywhere_is_refused(event in everything(), at in any::<prop::sample::Index>()) {
        let bytes = event.bytes();
        let at = EVERYTHING.len() + at.index(bytes.len() - EVERYTHING.len());
        prop_assert!(decoder().decode(&bytes[..at]).is_err());
    }

    #[test]
    fn an_event_with_a_byte_too_many_is_refused(event in everything(), byte: u8) {
        let mut bytes = event.bytes();
        bytes.push(byte);
        let error = decoder().decode(&bytes).unwrap_err();
        prop_assert_eq!(error.reason, Malformed::Trailing(1));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        let mut event = EVERYTHING.to_vec();
        event.extend(&bytes);
        let _ = decoder().decode(&event);
        let _ = decoder().decode(&bytes);
    }
}

#[test]
fn the_table_follows_the_idl() {
    let decoder = decoder();
    let table = &decoder.tables()[0];
    assert_eq!(
        (table.network.as_str(), table.contract.as_str()),
        ("localnet", "every")
    );
    assert_eq!(table.description.as_deref(), Some("Has a field of each type."));
    assert_eq!(
        table.columns[0].description.as_deref(),
        Some("A flag, and no more.")
    );
    let column = |name: &str| {
        let column = table.columns.iter().find(|c| c.name.as_str() == name);
        column
            .map(|c| (c.ty, c.nullable))
            .unwrap_or_else(|| panic!("no column {name}"))
    };
    assert_eq!(column("a_u32"), (ColumnType::Int, false));
    assert_eq!(column("a_i64"), (ColumnType::Int, false));
    assert_eq!(column("a_u64"), (ColumnType::Numeric, false));
    assert_eq!(column("a_i256"), (ColumnType::Numeric, false));
    assert_eq!(column("a_pubkey"), (ColumnType::Text, false));
    assert_eq!(column("hash"), (ColumnType::Bytes, false));
    assert_eq!(column("raw"), (ColumnType::Bytes, false));
    assert_eq!(column("maybe_amount"), (ColumnType::Numeric, true));
    assert_eq!(column("maybe_maybe"), (ColumnType::Json, true));
    assert_eq!(column("modes"), (ColumnType::Json, false));
    assert_eq!(column("inners"), (ColumnType::Json, false));
    assert_eq!(column("maybe_key"), (ColumnType::Text, true));
    assert_eq!(column("cid"), (ColumnType::Bytes, false));
    // A field must not hide the column that every table has.
    assert_eq!(column("arg_block_number"), (ColumnType::Int, false));
    assert!(decoder.tables()[1].columns.is_empty());
}

#[test]
fn an_event_without_fields_is_its_discriminator() {
    let (table, values) = decoder().decode(&[9]).unwrap().unwrap();
    assert_eq!((table.event.as_str(), values), ("Nothing", vec![]));
    assert_eq!(
        decoder().decode(&[9, 0]).unwrap_err().reason,
        Malformed::Trailing(1)
    );
    assert!(decoder().decode(&[]).unwrap().is_none());
    assert!(decoder().decode(&[8; 8]).unwrap().is_none());
}

/// `Opened` of the sample: vault, owner, fee_bps, label, mode.
fn opened(label: &[u8], mode: &[u8]) -> Vec<u8> {
    let mut bytes = vec![166, 172, 97, 9, 77, 76, 189, 109];
    bytes.extend([1; 32]);
    bytes.extend([2; 32]);
    bytes.extend(30u16.to_le_bytes());
    bytes.extend(u32::try_from(label.len()).unwrap().to_le_bytes());
    bytes.extend(label);
    bytes.extend(mode);
    bytes
}

#[test]
fn an_error_names_event_field_and_reason() {
    let decoder = Decoder::new("localnet", "sample", SAMPLE).unwrap();
    let limited = [1, 7, 0, 0, 0, 0, 0, 0, 0];
    let (_, values) = decoder.decode(&opened(b"x", &limited)).unwrap().unwrap();
    assert_eq!(
        values[2..],
        [
            Value::Int(30),
            Value::Text("x".into()),
            Value::Json(json!({ "Limited": { "cap": "7" } })),
        ]
    );
    let error = |bytes: Vec<u8>| {
        let error = decoder.decode(&bytes).unwrap_err();
        (error.event, error.at, error.reason)
    };
    let at = |field: &str| format!("field {field}");
    assert_eq!(
        error(opened(b"x", &limited[..8])),
        (
            "Opened".into(),
            at("mode.Limited.cap"),
            Malformed::Short { wanted: 8, left: 7 }
        )
    );
    assert_eq!(
        error(opened(b"x", &[2])),
        (
            "Opened".into(),
            at("mode"),
            Malformed::Tag {
                byte: 2,
                what: "variant"
            }
        )
    );
    assert_eq!(
        error(opened(b"\xff", &[0])),
        ("Opened".into(), at("label"), Malformed::Utf8)
    );
    let mut long = opened(b"x", &[0]);
    long[74..78].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(
        error(long),
        (
            "Opened".into(),
            at("label"),
            Malformed::Short {
                wanted: u32::MAX as usize,
                left: 2
            }
        )
    );
}

#[test]
fn a_false_length_allocates_nothing() {
    let idl = idl_with(json!({ "vec": { "vec": "bool" } }), json!([]));
    let decoder = Decoder::new("n", "c", &idl).unwrap();
    let mut bytes = vec![1];
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.extend([0, 0, 0, 0]);
    let error = decoder.decode(&bytes).unwrap_err();
    assert_eq!(
        (error.at.as_str(), error.reason),
        ("field f.1", Malformed::Short { wanted: 4, left: 0 })
    );
}

#[test]
fn a_float_that_is_no_number_is_refused_and_an_infinite_one_kept() {
    let decoder = Decoder::new("n", "c", &idl_with(json!("f64"), json!([]))).unwrap();
    let decode = |float: f64| decoder.decode(&[&[1], &float.to_le_bytes()[..]].concat());
    assert_eq!(decode(f64::NAN).unwrap_err().reason, Malformed::NotANumber);
    assert_eq!(
        decode(f64::NEG_INFINITY).unwrap().unwrap().1,
        [Value::Json(json!("-inf"))]
    );
    assert_eq!(decode(-1.5).unwrap().unwrap().1, [Value::Json(json!(-1.5))]);
}

#[test]
fn a_zero_copy_type_in_an_event_is_borsh() {
    let fields = json!([{ "name": "small", "type": "u8" }, { "name": "wide", "type": "u64" }]);
    let zero_copy = json!([{
        "name": "Z",
        "serialization": "bytemuck",
        "repr": { "kind": "c" },
        "type": { "kind": "struct", "fields": fields },
    }]);
    let field = json!({ "defined": { "name": "Z" } });
    let decoder = Decoder::new("n", "c", &idl_with(field, zero_copy)).unwrap();
    let (_, values) = decoder.decode(&[1, 7, 9, 0, 0, 0, 0, 0, 0, 0]).unwrap().unwrap();
    assert_eq!(values, [Value::Json(json!({ "small": 7, "wide": "9" }))]);
}

/// An IDL with an event of one field `f`.
fn idl_with(ty: Json, types: Json) -> String {
    let mut idl = json!({
        "address": "11111111111111111111111111111111",
        "metadata": { "name": "x", "version": "0.1.0", "spec": "0.1.0" },
        "instructions": [],
        "events": [{ "name": "E", "discriminator": [1] }],
        "types": [{ "name": "E", "type": { "kind": "struct", "fields": [{ "name": "f", "type": ty }] } }],
    });
    idl["types"]
        .as_array_mut()
        .unwrap()
        .extend(types.as_array().unwrap().clone());
    idl.to_string()
}

fn refusal(idl: &str) -> String {
    Decoder::new("n", "c", idl).unwrap_err().to_string()
}

#[test]
fn an_idl_that_cannot_be_read_says_why() {
    let old = json!({ "version": "0.1.0", "name": "x", "instructions": [], "events": [] });
    assert!(matches!(
        Decoder::new("n", "c", &old.to_string()),
        Err(IdlError::OldFormat)
    ));
    assert!(matches!(
        Decoder::new("n", "c", "{"),
        Err(IdlError::Unreadable(_))
    ));
    assert!(matches!(
        Decoder::new("n", "c", "{}"),
        Err(IdlError::Unreadable(_))
    ));

    let mut idl: Json = serde_json::from_str(&idl_with(json!("u8"), json!([]))).unwrap();
    idl["metadata"]["spec"] = json!("9.0.0");
    assert!(matches!(
        Decoder::new("n", "c", &idl.to_string()),
        Err(IdlError::UnknownSpec(_))
    ));
    idl["metadata"]["spec"] = json!("0.1.0");
    idl["events"] = json!([]);
    assert!(matches!(
        Decoder::new("n", "c", &idl.to_string()),
        Err(IdlError::NoEvents)
    ));
    idl["events"] = json!([{ "name": "Gone", "discriminator": [1] }]);
    assert!(refusal(&idl.to_string()).contains("does not define type Gone"));
    idl["events"] = json!([{ "name": "E", "discriminator": [] }]);
    assert!(refusal(&idl.to_string()).contains("discriminator is empty"));
    idl["events"] = json!([{ "name": "E", "discriminator": [1] }, { "name": "E", "discriminator": [1, 2] }]);
    assert!(refusal(&idl.to_string()).contains("begins like"));
    idl["events"] = json!([{ "name": "E", "discriminator": [1] }, { "name": "E", "discriminator": [2] }]);
    assert!(refusal(&idl.to_string()).contains("same table"));
}

#[test]
fn a_type_that_cannot_be_read_is_refused_with_its_field() {
    let defined = |name: &str| json!({ "defined": { "name": name } });
    let field = |ty: Json| json!({ "kind": "struct", "fields": [{ "name": "x", "type": ty }] });
    let refused = |ty: Json, types: Json, why: &str| {
        let message = refusal(&idl_with(ty, types));
        assert!(
            message.starts_with("event E, field f: ") && message.contains(why),
            "{message}"
        );
    };
    refused(defined("Nowhere"), json!([]), "does not define type Nowhere");
    let custom = json!([{ "name": "Z", "serialization": { "custom": "own" }, "type": field(json!("u8")) }]);
    refused(defined("Z"), custom, "encoded as own; only Borsh");
    let recursive = json!([{ "name": "R", "type": field(json!({ "vec": defined("R") })) }]);
    refused(defined("R"), recursive, "recursive");
    // Two of the one below, 30 times over: a thousand million parts.
    let mut doubling = vec![json!({ "name": "D0", "type": field(json!("u8")) })];
    for i in 1..=30 {
        let below = defined(&format!("D{}", i - 1));
        doubling
            .push(json!({ "name": format!("D{i}"), "type": { "kind": "struct", "fields": [below, below] } }));
    }
    refused(defined("D30"), doubling.into(), "of them");
    let empty = json!([{ "name": "N", "type": { "kind": "struct" } }]);
    refused(json!({ "vec": defined("N") }), empty, "without bytes");
    refused(
        json!({ "array": ["u8", { "generic": "N" }] }),
        json!([]),
        "generic N",
    );
    let generic = json!([{ "name": "G", "generics": [{ "kind": "type", "name": "T" }],
                           "type": field(json!({ "generic": "T" })) }]);
    refused(defined("G"), generic, "takes 1 generics, not 0");
}
