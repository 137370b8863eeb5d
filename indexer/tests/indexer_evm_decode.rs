//! From an ABI and a log to a row, without a chain.

use alloy::{
    dyn_abi::DynSolValue,
    primitives::{Address, B256, I256, U256, keccak256},
};
use novate_catalog::ColumnType;
use novate_indexer::{
    evm::{Abi, AbiError},
    row::Value,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn param(name: &str, ty: &str, indexed: bool) -> Json {
    json!({ "name": name, "type": ty, "indexed": indexed })
}

fn abi(events: &[(&str, Vec<Json>)]) -> Result<Abi, AbiError> {
    let events: Vec<Json> = events
        .iter()
        .map(|(name, inputs)| json!({ "type": "event", "name": name, "inputs": inputs }))
        .collect();
    Abi::new("anvil", "c", &json!(events).to_string(), None)
}

/// Decodes a log of the only event of `abi`.
fn decode(abi: &Abi, topics: &[B256], data: &[u8]) -> Result<Vec<Value>, String> {
    let selector = abi.selectors().next().unwrap();
    let topics = [&[selector], topics].concat();
    abi.decode(&topics, data).unwrap().1.map_err(|e| e.to_string())
}

fn one(ty: &str, value: DynSolValue) -> Result<Value, String> {
    let abi = abi(&[("E", vec![param("x", ty, false)])]).unwrap();
    decode(&abi, &[], &DynSolValue::Tuple(vec![value]).abi_encode_params()).map(|mut values| values.remove(0))
}

fn column(ty: &str, indexed: bool) -> ColumnType {
    abi(&[("E", vec![param("x", ty, indexed)])]).unwrap().tables()[0].columns[0].ty
}

#[test]
fn every_solidity_type_has_a_column_type() {
    use ColumnType::{Bool, Bytes, Int, Json, Numeric, Text};
    for (ty, plain, indexed) in [
        ("bool", Bool, Bool),
        ("uint8", Int, Int),
        ("uint56", Int, Int),
        ("uint64", Numeric, Numeric),
        ("uint256", Numeric, Numeric),
        ("int64", Int, Int),
        ("int72", Numeric, Numeric),
        ("address", Text, Text),
        ("bytes4", Bytes, Bytes),
        ("bytes32", Bytes, Bytes),
        ("bytes", Bytes, Bytes),
        ("function", Bytes, Bytes),
        ("string", Text, Bytes),
        ("uint256[]", Json, Bytes),
        ("address[2]", Json, Bytes),
    ] {
        assert_eq!((column(ty, false), column(ty, true)), (plain, indexed), "{ty}");
    }
}

#[test]
fn values_arrive_exactly() {
    let uint = |n: U256, bits| DynSolValue::Uint(n, bits);
    assert_eq!(
        one("uint256", uint(U256::MAX, 256)).unwrap(),
        Value::Numeric(U256::MAX.to_string())
    );
    assert_eq!(
        one("uint64", uint(U256::from(u64::MAX), 64)).unwrap(),
        Value::Numeric(u64::MAX.to_string())
    );
    assert_eq!(one("uint32", uint(U256::from(7), 32)).unwrap(), Value::Int(7));
    assert_eq!(
        one("int256", DynSolValue::Int(I256::MIN, 256)).unwrap(),
        Value::Numeric(I256::MIN.to_string())
    );
    assert_eq!(
        one("int64", DynSolValue::Int(I256::try_from(i64::MIN).unwrap(), 64)).unwrap(),
        Value::Int(i64::MIN)
    );
    let address: Address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".parse().unwrap();
    let lower = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
    assert_eq!(
        one("address", DynSolValue::Address(address)).unwrap(),
        Value::Text(lower.into())
    );
    let word = B256::right_padding_from(&[1, 2, 3, 4]);
    assert_eq!(
        one("bytes4", DynSolValue::FixedBytes(word, 4)).unwrap(),
        Value::Bytes(vec![1, 2, 3, 4])
    );
    assert_eq!(
        one("string", DynSolValue::String("grüße".into())).unwrap(),
        Value::Text("grüße".into())
    );
    assert_eq!(one("bool", DynSolValue::Bool(true)).unwrap(), Value::Bool(true));
}

#[test]
fn structures_are_json_with_the_names_of_the_abi() {
    let point = json!({ "name": "p", "type": "tuple[]", "indexed": false, "components": [
        { "name": "small", "type": "uint32" }, { "name": "wide", "type": "uint256" }, { "name": "", "type": "bytes2" },
        { "name": "inner", "type": "tuple", "components": [{ "name": "who", "type": "address" }, { "name": "s", "type": "string" }] },
    ]});
    let abi = abi(&[("E", vec![point])]).unwrap();
    let tuple = DynSolValue::Tuple(vec![
        DynSolValue::Uint(U256::from(1), 32),
        DynSolValue::Uint(U256::MAX, 256),
        DynSolValue::FixedBytes(B256::right_padding_from(&[0xab, 0xcd]), 2),
        DynSolValue::Tuple(vec![
            DynSolValue::Address(Address::ZERO),
            DynSolValue::String("hi".into()),
        ]),
    ]);
    let data = DynSolValue::Tuple(vec![DynSolValue::Array(vec![tuple])]).abi_encode_params();
    let expected = json!([{
        "small": 1, "wide": U256::MAX.to_string(), "2": "0xabcd",
        "inner": { "who": format!("0x{}", "0".repeat(40)), "s": "hi" },
    }]);
    assert_eq!(decode(&abi, &[], &data).unwrap(), [Value::Json(expected)]);
}

#[test]
fn topics_and_data_come_back_in_the_order_of_the_abi() {
    let inputs = vec![
        param("a", "uint8", false),
        param("b", "address", true),
        param("c", "bool", false),
        param("d", "string", true),
        param("", "uint8", true),
    ];
    let abi = abi(&[("E", inputs)]).unwrap();
    assert_eq!(abi.tables()[0].columns[4].name.as_str(), "arg4");
    let topics = [
        Address::ZERO.into_word(),
        keccak256("text"),
        B256::with_last_byte(9),
    ];
    let data = [B256::with_last_byte(5), B256::with_last_byte(1)].concat();
    let values = decode(&abi, &topics, &data).unwrap();
    let zero = Value::Text(format!("0x{}", "0".repeat(40)));
    // Of an indexed string the log has only the hash.
    let hash = Value::Bytes(keccak256("text").to_vec());
    assert_eq!(
        values,
        [Value::Int(5), zero, Value::Bool(true), hash, Value::Int(9)]
    );
}

#[test]
fn what_does_not_fit_the_type_is_an_error_and_not_another_value() {
    let refused = |ty: &str, data: &[u8], words: &str| {
        let abi = abi(&[("E", vec![param("x", ty, false)])]).unwrap();
        let error = decode(&abi, &[], data).unwrap_err();
        assert!(
            error.contains("event E") && error.contains(words),
            "{ty}: {error}"
        );
    };
    refused(
        "uint8",
        B256::from(U256::from(256)).as_slice(),
        "field x: a number that does not fit",
    );
    refused(
        "int8",
        B256::from(U256::from(128)).as_slice(),
        "field x: a number that does not fit",
    );
    refused("uint256", &[1; 31], "");
    refused(
        "string",
        &DynSolValue::Tuple(vec![DynSolValue::Bytes(vec![0xff])]).abi_encode_params(),
        "UTF-8",
    );
    // An offset and a length that point far outside.
    refused("bytes", &[0xff; 64], "");
    refused(
        "uint256[]",
        &[B256::with_last_byte(32), B256::repeat_byte(0x7f)].concat(),
        "",
    );
    let erc20 = abi(&[("E", vec![param("x", "uint8", true)])]).unwrap();
    assert!(decode(&erc20, &[], &[]).is_err(), "a topic is missing");
    assert!(
        decode(&erc20, &[B256::ZERO, B256::ZERO], &[]).is_err(),
        "a topic too many"
    );
}

#[test]
fn other_events_and_logs_without_topics_are_not_ours() {
    let abi = abi(&[("E", vec![])]).unwrap();
    assert!(abi.decode(&[], &[]).is_none());
    assert!(abi.decode(&[B256::ZERO], &[]).is_none());
}

#[test]
fn overloaded_events_have_names_that_do_not_depend_on_their_order() {
    let (one, two) = (
        ("Sent", vec![param("a", "uint8", false)]),
        ("Sent", vec![param("a", "bool", false)]),
    );
    let names = |events: &[(&str, Vec<Json>)]| -> Vec<String> {
        abi(events)
            .unwrap()
            .tables()
            .iter()
            .map(|table| table.name.to_string())
            .collect()
    };
    let both = names(&[one.clone(), two.clone()]);
    assert_eq!(both, names(&[two, one.clone()]));
    let selector = alloy::primitives::hex::encode(&keccak256("Sent(uint8)")[..4]);
    assert!(both.contains(&format!("c_sent_{selector}")), "{both:?}");
    assert_eq!(names(&[one]), ["c_sent"]);
}

#[test]
fn events_are_chosen_by_name_or_signature() {
    let json = json!([
        { "type": "event", "name": "A", "inputs": [] },
        { "type": "event", "name": "B", "inputs": [param("x", "uint8", false)] },
        { "type": "event", "name": "B", "inputs": [param("x", "bool", false)] },
        { "type": "function", "name": "f", "inputs": [], "outputs": [], "stateMutability": "view" },
    ]);
    let count = |events: &[&str]| {
        let events: Vec<String> = events.iter().map(|&name| name.to_owned()).collect();
        Abi::new("anvil", "c", &json.to_string(), Some(&events)).map(|abi| abi.tables().len())
    };
    assert_eq!(count(&["A"]).unwrap(), 1);
    assert_eq!(count(&["B"]).unwrap(), 2);
    assert_eq!(count(&["A", "B(bool)"]).unwrap(), 2);
    assert!(matches!(count(&["C"]), Err(AbiError::UnknownEvent { .. })));
    assert!(matches!(count(&[]), Err(AbiError::NoEvents)));
}

#[test]
fn artifacts_of_foundry_are_read_and_broken_abis_refused() {
    let artifact = include_str!("../../artifacts/evm/RewardToken.json");
    let token = Abi::new("anvil", "token", artifact, None).unwrap();
    let transfer = token
        .tables()
        .iter()
        .find(|table| table.name.as_str() == "token_transfer")
        .unwrap();
    let columns: Vec<_> = transfer.columns.iter().map(|c| (c.name.as_str(), c.ty)).collect();
    assert_eq!(
        columns,
        [
            ("from", ColumnType::Text),
            ("to", ColumnType::Text),
            ("value", ColumnType::Numeric)
        ]
    );

    let refused = |json: &str| Abi::new("anvil", "c", json, None).unwrap_err();
    assert!(matches!(refused("{"), AbiError::NotAbi(_)));
    assert!(matches!(refused("{}"), AbiError::NotAbi(_)));
    assert!(matches!(refused("[]"), AbiError::NoEvents));
    let anonymous = json!([{ "type": "event", "name": "A", "inputs": [], "anonymous": true }]).to_string();
    assert!(matches!(refused(&anonymous), AbiError::Anonymous(_)));
    let four: Vec<Json> = (0..4).map(|i| param(&format!("x{i}"), "bool", true)).collect();
    assert!(matches!(abi(&[("A", four)]), Err(AbiError::Topics(_))));
    assert!(matches!(
        abi(&[("A", vec![]), ("A", vec![])]),
        Err(AbiError::Twice(_))
    ));
    assert!(abi(&[("A", vec![param("x", "uint7", false)])]).is_err());
    assert!(matches!(
        abi(&[(&"a".repeat(70), vec![])]),
        Err(AbiError::Catalog(_))
    ));
}

proptest! {
    /// Logs are the input of strangers.
    #[test]
    fn no_bytes_make_it_panic(topics in prop::collection::vec(any::<[u8; 32]>(), 0..5), data: Vec<u8>) {
        let tuple = json!({ "name": "t", "type": "tuple[][2]", "indexed": false,
            "components": [{ "name": "s", "type": "string" }, { "name": "n", "type": "int40" }] });
        let inputs = vec![param("a", "string", false), tuple, param("b", "bytes7", true), param("c", "uint24[3]", false)];
        let abi = abi(&[("E", inputs)]).unwrap();
        let topics: Vec<B256> = topics.into_iter().map(B256::from).collect();
        let _ = decode(&abi, &topics, &data);
    }

    #[test]
    fn integers_keep_their_value(number: u64, negative: i64) {
        let uint = one("uint72", DynSolValue::Uint(U256::from(number), 72)).unwrap();
        prop_assert_eq!(uint, Value::Numeric(number.to_string()));
        let int = one("int64", DynSolValue::Int(I256::try_from(negative).unwrap(), 64)).unwrap();
        prop_assert_eq!(int, Value::Int(negative));
    }
}
