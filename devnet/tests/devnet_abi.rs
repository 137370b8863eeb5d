//! The audit's own reading of logs, by words laid out by hand.

use alloy::primitives::{B256, keccak256};
use anyhow::Result;
use novate_devnet::audit::abi::Abi;
use serde_json::{Value, json};

fn abi(event: Value) -> Abi {
    Abi::new(&json!({ "abi": [event] }).to_string()).unwrap()
}

/// Words of a log, each given by its last bytes.
fn words(ends: &[&[u8]]) -> Vec<u8> {
    ends.iter()
        .flat_map(|end| B256::left_padding_from(end).0)
        .collect()
}

/// The field `f` of an event `E(ty)` with this data.
fn read(ty: &str, parameter: Value, data: &[u8]) -> Result<Value> {
    let mut parameter = parameter;
    parameter["name"] = "f".into();
    let event = json!({ "type": "event", "name": "E", "inputs": [parameter] });
    let selector = keccak256(format!("E({ty})"));
    let (name, fields) = abi(event).event(&[selector], data)?;
    assert_eq!((name.as_str(), fields[0].0.as_str()), ("E", "f"));
    Ok(fields[0].1.clone())
}

fn plain(ty: &str, data: &[u8]) -> Value {
    read(ty, json!({ "type": ty }), data).unwrap()
}

#[test]
fn values_are_as_solidity_lays_them() {
    assert_eq!(plain("uint256", &words(&[&[1, 0]])), "256");
    assert_eq!(plain("uint32", &words(&[&[1, 0]])), 256);
    assert_eq!(plain("int64", &[0xff; 32]), "-1");
    assert_eq!(plain("bool", &words(&[&[1]])), true);
    assert_eq!(
        plain("address", &words(&[&[7; 20]])),
        format!("0x{}", "07".repeat(20))
    );
    assert_eq!(plain("bytes4", &[9; 32]), "0x09090909");
    let bytes = [words(&[&[32], &[2]]), vec![1, 2], vec![0; 30]].concat();
    assert_eq!(plain("bytes", &bytes), "0x0102");
    assert_eq!(plain("uint8[2]", &words(&[&[1], &[2]])), json!([1, 2]));
    assert_eq!(
        plain("uint64[]", &words(&[&[32], &[2], &[5], &[6]])),
        json!(["5", "6"])
    );
    let name = [words(&[&[32], &[1], &[32], &[2]]), b"hi".to_vec(), vec![0; 30]].concat();
    assert_eq!(plain("string[]", &name), json!(["hi"]));
}

#[test]
fn tuples_have_names_and_offsets_of_their_own() {
    let components = json!([{ "name": "who", "type": "uint8" }, { "name": "why", "type": "string" }]);
    let data = [
        words(&[&[32], &[1], &[32], &[3], &[64], &[1]]),
        b"x".to_vec(),
        vec![0; 31],
    ]
    .concat();
    let lines = read(
        "(uint8,string)[]",
        json!({ "type": "tuple[]", "components": components }),
        &data,
    )
    .unwrap();
    assert_eq!(lines, json!([{ "who": 3, "why": "x" }]));
    let flat = json!([{ "name": "a", "type": "uint8" }, { "name": "b", "type": "bool" }]);
    let pair = read(
        "(uint8,bool)",
        json!({ "type": "tuple", "components": flat }),
        &words(&[&[3], &[0]]),
    )
    .unwrap();
    assert_eq!(pair, json!({ "a": 3, "b": false }));
}

#[test]
fn topics_and_data_are_told_apart() {
    let event = json!({ "type": "event", "name": "E", "inputs": [
        { "name": "a", "type": "uint8", "indexed": false },
        { "name": "b", "type": "string", "indexed": true },
        { "name": "c", "type": "uint8", "indexed": true },
    ] });
    let selector = keccak256("E(uint8,string,uint8)");
    let (hash, three) = (keccak256("text"), B256::with_last_byte(3));
    let abi = abi(event);
    let (_, fields) = abi.event(&[selector, hash, three], &words(&[&[5]])).unwrap();
    let values: Vec<Value> = fields.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, [json!(5), json!(hash.to_string()), json!(3)]);
    assert!(
        abi.event(&[selector, hash, three, three], &words(&[&[5]]))
            .is_err()
    );
    assert!(abi.event(&[selector, hash], &words(&[&[5]])).is_err());
    assert!(abi.event(&[selector, hash, three], &[]).is_err());
    assert!(abi.event(&[hash], &[]).is_err());
}
