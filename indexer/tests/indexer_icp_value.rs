//! The hash of values, held to the vectors of the ICRC-3 standard (HASHINGVALUES.md).

use candid::{Int, Nat};
use novate_indexer::icp::{Value, block_index};
use serde_bytes::ByteBuf;

fn blob(digits: &str) -> Value {
    Value::Blob(ByteBuf::from(hex::decode(digits).unwrap()))
}

fn nat(n: u64) -> Value {
    Value::Nat(Nat::from(n))
}

#[test]
fn values_hash_as_the_standard_says() {
    let transfer = vec![
        (
            "from".to_owned(),
            blob("00abcdef0012340056789a00bcdef000012345678900abcdef01"),
        ),
        (
            "to".to_owned(),
            blob("00ab0def0012340056789a00bcdef000012345678900abcdef01"),
        ),
        ("amount".to_owned(), nat(42)),
        ("created_at".to_owned(), nat(1_699_218_263)),
        ("memo".to_owned(), nat(0)),
    ];
    let reversed = transfer.iter().rev().cloned().collect();
    let of_map = "c56ece650e1de4269c5bdeff7875949e3e2033f85b2d193c2ff4f7f78bdcfc75";
    for (value, hash) in [
        (
            nat(42),
            "684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c1095f494fc1",
        ),
        (
            Value::Int(Int::from(-42)),
            "de5a6f78116eca62d7fc5ce159d23ae6b889b365a1739ad2cf36f925a140d0cc",
        ),
        (
            Value::Text("Hello, World!".into()),
            "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f",
        ),
        (
            blob("01020304"),
            "9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a",
        ),
        (
            Value::Array(vec![nat(3), Value::Text("foo".into()), blob("0506")]),
            "514a04011caa503990d446b7dec5d79e19c221ae607fb08b2848c67734d468d6",
        ),
        (Value::Map(transfer), of_map),
        (Value::Map(reversed), of_map),
    ] {
        assert_eq!(hex::encode(value.hash()), hash, "{value:?}");
    }
}

#[test]
fn a_change_of_one_value_changes_the_hash() {
    let block = |amount| {
        Value::Map(vec![(
            "tx".into(),
            Value::Map(vec![("amount".into(), nat(amount))]),
        )])
    };
    assert_ne!(block(1).hash(), block(2).hash());
    assert_ne!(nat(1).hash(), Value::Int(Int::from(64)).hash());
}

#[test]
fn a_certified_index_is_read_in_both_encodings() {
    for (bytes, index) in [
        (&[0u8][..], Some(0)),
        (&[0x7f], Some(127)),
        (&[0x80, 0x01], Some(128)),
        (&[0xe5, 0x8e, 0x26], Some(624_485)),
        (&[0, 0, 0, 0, 0, 0, 0, 5], Some(5)),
        (&[0, 0, 0, 0, 0, 0, 1, 0], Some(256)),
        // Eight bytes of LEB128: 2^49.
        (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], Some(1 << 49)),
        (
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            Some(u64::MAX),
        ),
        // Too large, unfinished, with something after its end, nothing.
        (
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            None,
        ),
        (&[0x80], None),
        (&[0x01, 0x01], None),
        (&[], None),
    ] {
        assert_eq!(block_index(bytes), index, "{bytes:02x?}");
    }
}
