//! What session keys sign equals what unrelated JavaScript made of the same intents, and is for one intent only.

#[path = "vectors/json.rs"]
mod json;

use json::{bytes, hex_bytes, list, number};
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::intent::{Action, Intent, Item, MAX_SOLANA_MESSAGE_LEN, SOLANA_PREFIX, Scheme};
use serde_json::Value;
use std::collections::HashSet;

/// The intents of a scheme, with the vector each comes from.
fn vectors(scheme: Scheme) -> Vec<(Intent, Value)> {
    let file: Value = serde_json::from_str(include_str!("../vectors/v1.json")).unwrap();
    let name = match scheme {
        Scheme::Ed25519 => "ed25519",
        Scheme::Eip712 => "eip712",
    };
    list(&file["signedIntents"][name], |v| (intent(scheme, v), v.clone()))
}

fn intent(scheme: Scheme, v: &Value) -> Intent {
    let word = |field: &str| match scheme {
        Scheme::Ed25519 => bytes(&v[field]),
        Scheme::Eip712 => Owner::from_evm(bytes(&v[field])).0,
    };
    let item = || Item {
        collection: Asset(word("collection")),
        token_id: match scheme {
            Scheme::Ed25519 => bytes(&v["tokenId"]),
            Scheme::Eip712 => decimal(v["tokenId"].as_str().unwrap()),
        },
    };
    Intent {
        chain: number(&v["chain"]),
        settlement: word("settlement"),
        owner: Owner(word("owner")),
        session: word("session"),
        nonce: number(&v["nonce"]),
        created_at: number(&v["createdAt"]),
        expires_at: number(&v["expiresAt"]),
        action: match v["action"].as_str().unwrap() {
            "pay" => Action::Pay {
                to: Owner(word("to")),
                asset: Asset(word("asset")),
                amount: number(&v["amount"]),
                order: bytes(&v["order"]),
            },
            "list" => Action::List {
                item: item(),
                currency: Asset(word("currency")),
                price: number(&v["price"]),
            },
            "buy" => Action::Buy {
                item: item(),
                currency: Asset(word("currency")),
                max_price: number(&v["maxPrice"]),
            },
            "cancel" => Action::Cancel {
                intent: bytes(&v["intent"]),
            },
            other => panic!("{other}"),
        },
    }
}

/// A decimal number below 2^256, big-endian.
fn decimal(text: &str) -> [u8; 32] {
    let mut word = [0_u8; 32];
    for digit in text.bytes() {
        let mut carry = u16::from(digit - b'0');
        for byte in word.iter_mut().rev() {
            let value = u16::from(*byte) * 10 + carry;
            (*byte, carry) = (value as u8, value >> 8);
        }
        assert_eq!(carry, 0, "{text}");
    }
    word
}

#[test]
fn messages_for_solana_match() {
    let vectors = vectors(Scheme::Ed25519);
    assert_eq!(vectors.len(), 12);
    for (intent, vector) in vectors {
        assert_eq!(
            intent.solana_message(),
            hex_bytes(&vector["message"]),
            "{intent:?}"
        );
        assert_eq!(intent.id(Scheme::Ed25519), bytes(&vector["id"]), "{intent:?}");
    }
}

#[test]
fn digests_for_evm_match() {
    let vectors = vectors(Scheme::Eip712);
    assert_eq!(vectors.len(), 12);
    for (intent, vector) in vectors {
        assert_eq!(intent.digest_eip712(), bytes(&vector["digest"]), "{intent:?}");
        assert_eq!(intent.id(Scheme::Eip712), bytes(&vector["digest"]), "{intent:?}");
    }
}

#[test]
fn every_action_is_in_the_vectors_with_the_highest_and_the_lowest_values() {
    for scheme in [Scheme::Ed25519, Scheme::Eip712] {
        let mut seen = HashSet::new();
        for (intent, _) in vectors(scheme) {
            let value = match intent.action {
                Action::Pay { amount, .. } => Some(amount),
                Action::List { price, .. } => Some(price),
                Action::Buy { max_price, .. } => Some(max_price),
                Action::Cancel { .. } => None,
            };
            seen.insert((intent.action.required(), intent.nonce, value));
        }
        for action in [1, 2, 4] {
            assert!(
                seen.contains(&(action, u64::MAX, Some(u128::MAX))),
                "{scheme:?} {action}"
            );
            assert!(seen.contains(&(action, 0, Some(0))), "{scheme:?} {action}");
        }
        assert!(seen.contains(&(8, u64::MAX, None)) && seen.contains(&(8, 0, None)));
    }
}

#[test]
fn an_intent_is_read_back_from_its_message_and_from_no_other() {
    for (intent, _) in vectors(Scheme::Ed25519) {
        let message = intent.solana_message();
        assert!(message.len() <= MAX_SOLANA_MESSAGE_LEN);
        let body = message.strip_prefix(SOLANA_PREFIX).unwrap();
        assert_eq!(borsh::from_slice::<Intent>(body).unwrap(), intent);
        assert!(borsh::from_slice::<Intent>(&body[..body.len() - 1]).is_err());
        assert!(borsh::from_slice::<Intent>(&[body, &[0]].concat()).is_err());
    }
}

#[test]
fn every_byte_of_an_intent_is_signed() {
    for scheme in [Scheme::Ed25519, Scheme::Eip712] {
        for (intent, _) in vectors(scheme) {
            let body = borsh::to_vec(&intent).unwrap();
            let mut ids = HashSet::from([intent.id(scheme)]);
            let mut changed = 1;
            for at in 0..body.len() {
                // The start of the settlement, which is zero in an EVM intent that `check` lets pass.
                if scheme == Scheme::Eip712 && (8..20).contains(&at) {
                    continue;
                }
                let mut other = body.clone();
                other[at] ^= 1;
                if let Ok(other) = borsh::from_slice::<Intent>(&other) {
                    ids.insert(other.id(scheme));
                    changed += 1;
                }
            }
            assert_eq!(ids.len(), changed, "{intent:?}");
            assert!(changed > body.len() - 16);
        }
    }
}
