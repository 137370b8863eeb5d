//! Values hash as ICRC-3 says. The numbers are the standard's own test vectors.

use candid::{Int, Nat};
use canister_kit::icrc3::Value;

fn hash(value: &Value) -> String {
    hex::encode(value.hash())
}

fn blob(digits: &str) -> Value {
    Value::blob(hex::decode(digits).unwrap())
}

#[test]
fn the_vectors_of_the_standard_hold() {
    let array = Value::Array(vec![Value::nat(3u8), Value::text("foo"), blob("0506")]);
    let map = Value::map([
        (
            "from",
            blob("00abcdef0012340056789a00bcdef000012345678900abcdef01"),
        ),
        ("to", blob("00ab0def0012340056789a00bcdef000012345678900abcdef01")),
        ("amount", Value::nat(42u8)),
        ("created_at", Value::nat(1_699_218_263u64)),
        ("memo", Value::nat(0u8)),
    ]);
    for (value, expected) in [
        (
            Value::Nat(Nat::from(42u8)),
            "684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c1095f494fc1",
        ),
        (
            Value::Int(Int::from(-42)),
            "de5a6f78116eca62d7fc5ce159d23ae6b889b365a1739ad2cf36f925a140d0cc",
        ),
        (
            Value::text("Hello, World!"),
            "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f",
        ),
        (
            blob("01020304"),
            "9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a",
        ),
        (
            array,
            "514a04011caa503990d446b7dec5d79e19c221ae607fb08b2848c67734d468d6",
        ),
        (
            map,
            "c56ece650e1de4269c5bdeff7875949e3e2033f85b2d193c2ff4f7f78bdcfc75",
        ),
    ] {
        assert_eq!(hash(&value), expected, "{value:?}");
    }
}

#[test]
fn the_order_of_a_map_does_not_matter_and_of_an_array_does() {
    let (a, b) = (("a", Value::nat(1u8)), ("b", Value::nat(2u8)));
    assert_eq!(
        Value::map([a.clone(), b.clone()]).hash(),
        Value::map([b, a]).hash()
    );
    let (one, two) = (Value::nat(1u8), Value::nat(2u8));
    assert_ne!(
        Value::Array(vec![one.clone(), two.clone()]).hash(),
        Value::Array(vec![two, one]).hash()
    );
}
