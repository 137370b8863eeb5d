//! Intents as JSON: one way to write each, and nothing that breaks the reader.

use crate::common::Key;
use novate_clearing::intake::{
    Refusal,
    json::{Form, read, split, write},
};
use novate_netting::{Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item},
};
use proptest::{prelude::*, test_runner::TestCaseResult};
use serde_json::{Value, json};

fn word() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn address() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 20]>().prop_map(|address| Owner::from_evm(address).0)
}

/// Any intent that can be written, sensible or not.
fn signed() -> impl Strategy<Value = SignedIntent> {
    let of = |account: BoxedStrategy<[u8; 32]>, token: BoxedStrategy<[u8; 32]>| {
        let (a, b, c, d, e) = (
            account.clone(),
            account.clone(),
            account.clone(),
            account.clone(),
            account,
        );
        let whole = any::<(u64, u64, u64, u64)>();
        (a, b, c, (d, e), whole, any::<u128>(), word(), token, 0..4_u8).prop_map(
            |(
                settlement,
                owner,
                session,
                (first, second),
                (chain, nonce, from, to),
                amount,
                order,
                token_id,
                kind,
            )| {
                let item = Item {
                    collection: Asset(first),
                    token_id,
                };
                let currency = Asset(second);
                let action = match kind {
                    0 => Action::Pay {
                        to: Owner(first),
                        asset: currency,
                        amount,
                        order,
                    },
                    1 => Action::List {
                        item,
                        currency,
                        price: amount,
                    },
                    2 => Action::Buy {
                        item,
                        currency,
                        max_price: amount,
                    },
                    _ => Action::Cancel { intent: order },
                };
                Intent {
                    chain,
                    settlement,
                    owner: Owner(owner),
                    session,
                    nonce,
                    created_at: from,
                    expires_at: to,
                    action,
                }
            },
        )
    };
    let solana = (
        of(word().boxed(), Just([0; 32]).boxed()),
        any::<[u8; 32]>(),
        any::<[u8; 32]>(),
    )
        .prop_map(|(intent, r, s)| {
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(&r);
            bytes[32..].copy_from_slice(&s);
            SignedIntent {
                intent,
                signature: Signature::Ed25519(bytes),
            }
        });
    let evm = (
        of(address().boxed(), word().boxed()),
        any::<[u8; 32]>(),
        any::<[u8; 32]>(),
        any::<u8>(),
    )
        .prop_map(|(intent, r, s, v)| {
            let mut bytes = [v; 65];
            bytes[..32].copy_from_slice(&r);
            bytes[32..64].copy_from_slice(&s);
            SignedIntent {
                intent,
                signature: Signature::Eip712(bytes),
            }
        });
    prop_oneof![solana, evm]
}

/// Whatever is read can be written and read again as the same.
fn canonical(text: &[u8]) -> TestCaseResult {
    if let Ok(signed) = read(text) {
        let again = Value::from(write(&signed)).to_string();
        prop_assert_eq!(read(again.as_bytes()), Ok(signed));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn what_is_written_is_read_as_the_same(signed in signed()) {
        let text = Value::from(write(&signed)).to_string();
        prop_assert_eq!(read(text.as_bytes()), Ok(signed));
        let all = format!("[{text},{text}]");
        prop_assert_eq!(split(all.as_bytes(), Form::Document, 2).unwrap(), vec![text.as_bytes(); 2]);
        let lines = format!("{text}\r\n\n{text}\n");
        prop_assert_eq!(split(lines.as_bytes(), Form::Lines, 2).unwrap(), vec![text.as_bytes(); 2]);
    }

    #[test]
    fn no_mutation_breaks_the_reader(
        signed in signed(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8),
    ) {
        let mut text = Value::from(write(&signed)).to_string().into_bytes();
        for (at, byte, kind) in changes {
            let at = at.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        canonical(&text)?;
        for form in [Form::Document, Form::Lines] {
            for part in split(&text, form, 10).unwrap_or_default() {
                canonical(part)?;
            }
        }
    }

    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        canonical(&noise)?;
        split(&noise, Form::Document, 10).ok();
    }
}

/// The intent with one field as `value`.
fn with(key: &Key, field: &str, value: Value) -> Result<SignedIntent, Refusal> {
    let mut object = write(&key.pay(1));
    object.insert(field.to_owned(), value);
    read(Value::from(object).to_string().as_bytes())
}

#[test]
fn numbers_are_whole_and_of_their_size() {
    let key = Key::evm(1);
    for value in [
        json!(18_446_744_073_709_551_615_u64),
        json!("18446744073709551615"),
        json!(0),
    ] {
        assert!(with(&key, "nonce", value).is_ok());
    }
    for value in [
        json!(-1),
        json!(1.0),
        json!(1e3),
        json!("18446744073709551616"),
        json!("-1"),
        json!("+1"),
        json!("01"),
        json!(" 1"),
        json!("1 "),
        json!("0x1"),
        json!("1e3"),
        json!(""),
        json!("١"),
        json!("１"),
        json!(null),
        json!([1]),
        json!({}),
        json!(true),
        json!("9".repeat(1_000)),
    ] {
        for field in ["nonce", "chain", "createdAt", "expiresAt"] {
            let refused = with(&key, field, value.clone()).unwrap_err();
            assert!(
                matches!(refused, Refusal::InvalidField { field: named, .. } if named == field),
                "{refused}"
            );
        }
    }
    for value in [
        json!(1),
        json!("340282366920938463463374607431768211456"),
        json!("1.5"),
        json!("00"),
        json!("1_000"),
    ] {
        let refused = with(&key, "amount", value).unwrap_err();
        assert!(
            matches!(refused, Refusal::InvalidField { field: "amount", .. }),
            "{refused}"
        );
    }
    assert!(with(&key, "amount", json!("340282366920938463463374607431768211455")).is_ok());
}

#[test]
fn ids_have_one_spelling() {
    let evm = Key::evm(1);
    for id in [
        "",
        "0x",
        "0X1111111111111111111111111111111111111111",
        "1111111111111111111111111111111111111111",
        "0x111111111111111111111111111111111111111",
        "0x11111111111111111111111111111111111111111",
        " 0x1111111111111111111111111111111111111111",
        "0x1111111111111111111111111111111111111111\n",
        "0x111111111111111111111111111111111111111g",
        "0x11111111111111111111111111111111111111１1",
        "0x111111111111111111111111111111111111а11",
        "0x11111111111111111111\u{200b}11111111111111111111",
        "11111111111111111111111111111111",
    ] {
        let refused = with(&evm, "to", json!(id)).unwrap_err();
        assert!(
            matches!(refused, Refusal::InvalidField { field: "to", .. }),
            "{id:?}: {refused}"
        );
    }
    let solana = Key::solana(1);
    let right = bs58::encode([7; 32]).into_string();
    assert!(with(&solana, "to", json!(right)).is_ok());
    for id in [
        "".into(),
        format!(" {right}"),
        format!("{right}\n"),
        format!("1{right}"),
        right[1..].to_owned(),
        right.replacen(&right[..1], "0", 1),
        right.replacen(&right[..1], "O", 1),
        right.replacen(&right[..1], "А", 1),
        format!("0x{}", "11".repeat(20)),
        "1".repeat(100_000),
    ] {
        let refused = with(&solana, "to", json!(id)).unwrap_err();
        assert!(
            matches!(
                refused,
                Refusal::InvalidField { field: "to", .. } | Refusal::IntentTooLarge { .. }
            ),
            "{refused}"
        );
    }
    for signature in [
        "0x".to_owned(),
        "0x".to_owned() + &"1".repeat(128),
        "0x".to_owned() + &"1".repeat(132),
    ] {
        assert_eq!(
            with(&evm, "signature", json!(signature)).unwrap_err().code(),
            "invalid_field"
        );
    }
}

#[test]
fn fields_are_those_of_the_action_each_once() {
    let key = Key::evm(1);
    let text = Value::from(write(&key.pay(1))).to_string();
    for field in [
        "price",
        "tokenId",
        "Amount",
        "amount\u{200b}",
        "аmount",
        "__proto__",
    ] {
        assert_eq!(
            with(&key, field, json!("1")).unwrap_err(),
            Refusal::UnknownField(field.into())
        );
    }
    let twice = text.replacen('{', r#"{"amount":"2","#, 1);
    assert_eq!(read(twice.as_bytes()), Err(Refusal::DuplicateField("amount")));
    let escaped = text.replacen('{', r#"{"\u0061mount":"2","#, 1);
    assert_eq!(read(escaped.as_bytes()), Err(Refusal::DuplicateField("amount")));
    for field in write(&key.pay(1)).keys().filter(|field| *field != "order") {
        let mut object = write(&key.pay(1));
        object.remove(field);
        let refused = read(Value::from(object).to_string().as_bytes()).unwrap_err();
        assert!(
            matches!(refused, Refusal::MissingField(named) if named == field),
            "{field}: {refused}"
        );
    }
    let mut object = write(&key.pay(1));
    object.remove("order");
    assert_eq!(read(Value::from(object).to_string().as_bytes()), Ok(key.pay(1)));
    // Many fields are many bytes.
    let many: Vec<String> = (0..100_000).map(|n| format!("\"f{n}\":1")).collect();
    assert_eq!(
        read(format!("{{{}}}", many.join(",")).as_bytes())
            .unwrap_err()
            .code(),
        "intent_too_large"
    );
    let nested = "[".repeat(2_000);
    assert_eq!(read(nested.as_bytes()).unwrap_err().code(), "malformed_json");
    assert_eq!(
        split(nested.as_bytes(), Form::Document, 10).unwrap_err().code(),
        "malformed_json"
    );
    assert_eq!(
        with(&key, "action", json!("PAY")).unwrap_err().code(),
        "invalid_field"
    );
    let item = Action::List {
        item: Item {
            collection: Asset([1; 32]),
            token_id: [0; 32],
        },
        currency: Asset([2; 32]),
        price: 1,
    };
    let solana = Key::solana(1);
    let mut listing = write(&solana.sign(Intent {
        action: item,
        ..solana.payment(1)
    }));
    assert!(!listing.contains_key("tokenId"));
    listing.insert("tokenId".into(), json!("0"));
    let refused = read(Value::from(listing).to_string().as_bytes()).unwrap_err();
    assert_eq!(refused, Refusal::UnknownField("tokenId".into()));
}
