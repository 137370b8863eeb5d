//! A receipt proves the outcome of one intent, and none of its parts can be changed unnoticed.

mod keys;
#[path = "keys/window.rs"]
mod window;
mod worlds;

use ed25519_dalek::Signer;
use keys::{Key, NOW, SCHEMES, asset, intent, item, owner};
use novate_netting::{
    Authority, Outcome, Receipt, Sealed, Signature, SignedIntent,
    receipt::{MAX_LEN, MAX_TRANSACTIONS},
};
use novate_protocol::{
    eip712::Domain,
    intent::{Action, Scheme},
    leaf::IntentLeaf,
    merkle::Tree,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use window::Window;

const CHECKS: [&str; 6] = ["intent", "settlement", "id", "signature", "proof", "authority"];

fn authority(scheme: Scheme) -> Authority {
    let id = Key::new(scheme, 77).id();
    match scheme {
        Scheme::Ed25519 => Authority::Ed25519(id),
        Scheme::Eip712 => Authority::Evm(id[12..].try_into().unwrap()),
    }
}

/// The receipt of every intent in the batch.
fn receipts(window: &Window, sealed: &Sealed) -> Vec<Receipt> {
    let (scheme, header) = (window.rules.scheme, sealed.header);
    let tree = Tree::new(sealed.intents.iter().map(IntentLeaf::hash).collect());
    let authority_signature = match Key::new(scheme, 77) {
        Key::Ed25519(key) => Signature::Ed25519(key.sign(&header.solana_message()).to_bytes()),
        key => {
            let contract = header.settlement[12..].try_into().unwrap();
            let domain = Domain::settlement(header.chain, contract);
            Signature::Eip712(key.sign_digest(&header.digest_eip712(&domain)))
        }
    };
    let window = window.entries.iter().zip(&window.signatures);
    let settled = window.zip(&sealed.outcomes);
    let settled = settled.filter(|(_, outcome)| **outcome != Outcome::Open);
    let receipt = |(index, ((entry, signature), outcome)): (usize, _)| {
        let (entry, signature, outcome): (&novate_netting::Entry, &Signature, &Outcome) =
            (entry, signature, outcome);
        Receipt {
            scheme,
            signed: SignedIntent {
                intent: entry.intent,
                signature: *signature,
            },
            id: entry.id,
            outcome: *outcome,
            index: index as u32,
            proof: tree.proof(index).unwrap(),
            header,
            authority_signature,
            transactions: vec!["a transaction".to_owned(), "another".to_owned()],
        }
    };
    settled.enumerate().map(receipt).collect()
}

/// A receipt of each action, in batches of five.
fn each_action(scheme: Scheme) -> Vec<Receipt> {
    let key = Key::new(scheme, 1);
    let mut window = Window::empty(scheme);
    let (item, currency) = (item(scheme, 3), asset(scheme, 4));
    let actions = [
        Action::Pay {
            to: owner(scheme, 2),
            asset: asset(scheme, 4),
            amount: 12,
            order: [5; 32],
        },
        Action::List {
            item,
            currency,
            price: u64::MAX.into(),
        },
        Action::Buy {
            item,
            currency,
            max_price: 1,
        },
        Action::Cancel { intent: [9; 32] },
        Action::Cancel { intent: [8; 32] },
    ];
    for (nonce, action) in (1..).zip(actions) {
        window.push(
            key.sign(intent(scheme, owner(scheme, 1), key.id(), nonce, action)),
            false,
        );
    }
    let sealed = window.seal();
    receipts(&window, &sealed)
}

fn failed(receipt: &Receipt) -> Vec<&'static str> {
    let checks = receipt.verify(&authority(receipt.scheme));
    assert_eq!(checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    let failed = checks.into_iter().filter(|check| !check.ok);
    failed.map(|check| check.name).collect()
}

#[test]
fn the_receipt_of_every_intent_in_a_batch_holds_and_is_read_as_it_was_written() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let window = Window::random(seed);
        for receipt in receipts(&window, &window.seal()) {
            assert_eq!(failed(&receipt), [""; 0], "{seed}: {receipt:?}");
            let json = receipt.to_json().unwrap();
            assert_eq!(Receipt::from_json(json.as_bytes()).unwrap(), receipt, "{json}");
            seen.insert(receipt.outcome);
        }
    }
    assert!(seen.len() >= 15, "{seen:?}");
}

#[test]
fn every_part_is_covered_by_the_check_that_names_it() {
    for scheme in SCHEMES {
        for receipt in each_action(scheme) {
            let with = |change: &dyn Fn(&mut Receipt)| {
                let mut changed = receipt.clone();
                change(&mut changed);
                failed(&changed)
            };
            assert_eq!(failed(&receipt), [""; 0]);
            assert_eq!(with(&|r| r.id[0] ^= 1), ["id", "proof"]);
            assert_eq!(with(&|r| r.outcome = Outcome::Filled), ["proof"]);
            assert_eq!(
                with(&|r| r.outcome = Outcome::BadSignature),
                ["signature", "proof"]
            );
            assert_eq!(with(&|r| r.index ^= 1), ["proof"]);
            assert_eq!(with(&|r| r.index = r.header.intent_count), ["proof"]);
            assert_eq!(with(&|r| r.index = u32::MAX), ["proof"]);
            assert_eq!(with(&|r| r.proof[0][0] ^= 1), ["proof"]);
            assert_eq!(with(&|r| r.proof.truncate(r.proof.len() - 1)), ["proof"]);
            assert_eq!(with(&|r| r.proof.push([0; 32])), ["proof"]);
            assert_eq!(
                with(&|r| keys::bytes(&mut r.signed.signature)[3] ^= 1),
                ["signature"]
            );
            assert_eq!(
                with(&|r| keys::bytes(&mut r.authority_signature)[3] ^= 1),
                ["authority"]
            );
            assert_eq!(
                with(&|r| r.authority_signature = r.signed.signature),
                ["authority"]
            );
            assert_eq!(with(&|r| r.header.sequence += 1), ["authority"]);
            assert_eq!(with(&|r| r.header.deltas_root[9] ^= 1), ["authority"]);
            assert_eq!(with(&|r| r.header.items_root[9] ^= 1), ["authority"]);
            assert_eq!(with(&|r| r.header.blob_cid[9] ^= 1), ["authority"]);
            assert_eq!(with(&|r| r.header.delta_count += 1), ["authority"]);
            assert_eq!(with(&|r| r.header.item_count += 1), ["authority"]);
            assert_eq!(with(&|r| r.header.opened_at += 1), ["authority"]);
            assert_eq!(with(&|r| r.header.intents_root[9] ^= 1), ["proof", "authority"]);
            assert_eq!(with(&|r| r.header.intent_count = 0), ["authority"]);
            assert_eq!(with(&|r| r.header.chain += 1), ["settlement", "authority"]);
            assert_eq!(
                with(&|r| r.header.settlement[20] ^= 1),
                ["settlement", "authority"]
            );
            for other in keys::variations(&receipt.signed.intent) {
                let failed = with(&|r| r.signed.intent = other);
                assert!(failed.contains(&"signature"), "{other:?}: {failed:?}");
                assert!(
                    failed.contains(&"id") || failed.contains(&"settlement"),
                    "{other:?}: {failed:?}"
                );
            }
        }
    }
}

#[test]
fn only_the_trusted_authority_counts() {
    for scheme in SCHEMES {
        let receipt = &each_action(scheme)[0];
        let others = [
            Authority::Ed25519(Key::new(Scheme::Ed25519, 78).id()),
            Authority::Evm(Key::new(Scheme::Eip712, 78).id()[12..].try_into().unwrap()),
            authority(if scheme == SCHEMES[0] {
                SCHEMES[1]
            } else {
                SCHEMES[0]
            }),
            Authority::Evm([0; 20]),
            Authority::Ed25519([0; 32]),
        ];
        for other in others {
            let checks = receipt.verify(&other);
            let ok: Vec<bool> = checks.iter().map(|check| check.ok).collect();
            assert_eq!(ok, [true, true, true, true, true, false], "{other:?}");
        }
    }
}

#[test]
fn a_signature_that_was_refused_may_not_be_good() {
    let scheme = Scheme::Ed25519;
    let key = Key::new(scheme, 1);
    let mut window = Window::empty(scheme);
    let mut forged = key.sign(keys::pay(scheme, key.id(), 1));
    keys::bytes(&mut forged.signature)[0] ^= 1;
    window.push(forged, false);
    let sealed = window.seal();
    let mut receipt = receipts(&window, &sealed).remove(0);
    assert_eq!(receipt.outcome, Outcome::BadSignature);
    assert_eq!(failed(&receipt), [""; 0]);
    keys::bytes(&mut receipt.signed.signature)[0] ^= 1;
    assert_eq!(failed(&receipt), ["signature"]);
}

#[test]
fn the_document_says_what_people_and_wallets_know() {
    let [solana, evm] = SCHEMES.map(|scheme| {
        let receipt = &each_action(scheme)[1];
        serde_json::from_str::<Value>(&receipt.to_json().unwrap()).unwrap()
    });
    assert_eq!(evm["version"], "Novate receipt v1");
    assert_eq!(
        (&evm["scheme"], &solana["scheme"]),
        (&json!("eip712"), &json!("ed25519"))
    );
    assert_eq!(evm["outcome"], "no_session");
    let listing = &evm["intent"];
    assert_eq!(listing["action"], "list");
    let address = owner(Scheme::Eip712, 1).0;
    assert_eq!(listing["owner"], format!("0x{}", hex::encode(&address[12..])));
    let token_id = "1362259873380190534394952764808093033567882172536947812228912753034272113411";
    assert_eq!(listing["tokenId"], token_id);
    assert_eq!(listing["price"], "18446744073709551615");
    assert_eq!(
        (&listing["chain"], &listing["createdAt"]),
        (&json!(31337), &json!(NOW - 60))
    );
    assert!(listing.get("amount").is_none() && solana["intent"].get("tokenId").is_none());
    let key = owner(Scheme::Ed25519, 1).0;
    assert_eq!(solana["intent"]["owner"], bs58::encode(key).into_string());
    assert!(
        solana["header"]["blobCid"]
            .as_str()
            .unwrap()
            .starts_with("bafkrei")
    );
}

/// What the reader says of a document with one field changed.
fn refusal(field: &str, value: Value) -> String {
    let receipt = &each_action(Scheme::Eip712)[1];
    let mut document: Value = serde_json::from_str(&receipt.to_json().unwrap()).unwrap();
    *document.pointer_mut(field).unwrap_or_else(|| panic!("{field}")) = value;
    let read = Receipt::from_json(document.to_string().as_bytes());
    read.unwrap_err().to_string()
}

#[test]
fn what_is_written_in_another_way_is_refused_by_its_name() {
    let upper = |text: &str| json!(format!("0x{}", text.repeat(20).to_uppercase()));
    assert!(refusal("/version", json!("Novate receipt v2")).contains("version"));
    assert!(refusal("/scheme", json!("EIP712")).contains("scheme"));
    assert!(refusal("/outcome", json!("open")).contains("outcome"));
    assert!(refusal("/outcome", json!("Filled")).contains("outcome"));
    assert!(refusal("/id", json!("00")).contains("id"));
    assert!(refusal("/proof/0", json!("0x00")).contains("proof"));
    assert!(refusal("/intent/owner", upper("ab")).contains("intent.owner"));
    assert!(
        refusal(
            "/intent/owner",
            json!(format!("0x{}{}", "0".repeat(24), "ab".repeat(20)))
        )
        .contains("intent.owner")
    );
    assert!(refusal("/intent/price", json!("01")).contains("intent.price"));
    assert!(refusal("/intent/price", json!("-1")).contains("intent.price"));
    assert!(
        refusal("/intent/price", json!("340282366920938463463374607431768211456")).contains("intent.price")
    );
    assert!(refusal("/intent/tokenId", json!("007")).contains("intent.tokenId"));
    assert!(refusal("/intent/tokenId", json!("9".repeat(78))).contains("intent.tokenId"));
    assert!(refusal("/intent/tokenId", json!("9".repeat(90_000))).contains("intent.tokenId"));
    assert!(refusal("/intent/action", json!("pay")).contains("intent.to"));
    assert!(refusal("/intent/action", json!("sell")).contains("intent.action"));
    assert!(refusal("/intent/nonce", json!(-1)).contains("receipt"));
    assert!(refusal("/intent/nonce", json!(1.5)).contains("receipt"));
    assert!(refusal("/intent/nonce", json!("1")).contains("receipt"));
    assert!(refusal("/intent/signature", json!("1111")).contains("intent.signature"));
    assert!(refusal("/header/blobCid", json!("bafkrei")).contains("header.blobCid"));
    assert!(refusal("/authoritySignature", json!("0x")).contains("authoritySignature"));
    assert!(refusal("/transactions", json!(vec!["x"; MAX_TRANSACTIONS + 1])).contains("transactions"));
    assert!(refusal("/transactions", json!(["x".repeat(MAX_LEN)])).contains("bytes"));
}

#[test]
fn fields_that_do_not_belong_are_refused() {
    let receipt = &each_action(Scheme::Eip712)[1];
    let document: Value = serde_json::from_str(&receipt.to_json().unwrap()).unwrap();
    let refused = |place: &str, name: &str, value: Value| {
        let mut changed = document.clone();
        let object = changed.pointer_mut(place).unwrap().as_object_mut().unwrap();
        object.insert(name.to_owned(), value);
        let read = Receipt::from_json(changed.to_string().as_bytes());
        assert!(read.unwrap_err().to_string().contains(name), "{place} {name}");
    };
    refused("", "more", json!(1));
    refused("/intent", "memo", json!("x"));
    // Another action's field.
    refused("/intent", "maxPrice", json!("1"));
    refused("/header", "number", json!(1));
    let twice = receipt
        .to_json()
        .unwrap()
        .replacen("\"index\"", "\"index\": 1, \"index\"", 1);
    assert!(
        Receipt::from_json(twice.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("index")
    );
}

#[test]
fn a_receipt_is_small_enough_to_be_anchored() {
    let mut receipt = each_action(Scheme::Ed25519).remove(0);
    receipt.proof = vec![[255; 32]; 32];
    receipt.transactions = vec!["1".repeat(88); MAX_TRANSACTIONS];
    assert!(receipt.to_json().unwrap().len() < 20_000);
    receipt.transactions.push(String::new());
    assert!(receipt.to_json().is_err());
    receipt.transactions = vec!["1".repeat(MAX_LEN)];
    assert!(receipt.to_json().is_err());
}

proptest! {
    #[test]
    fn changed_documents_are_refused_or_read_as_they_are(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..3),
        action in 0..5_usize,
        eip in any::<bool>(),
    ) {
        let receipt = &each_action(SCHEMES[usize::from(eip)])[action];
        let mut json = receipt.to_json().unwrap().into_bytes();
        for (at, byte, kind) in edits {
            let at = at.index(json.len());
            match kind {
                0 => json[at] = byte,
                1 => json.insert(at, byte),
                _ => drop(json.remove(at)),
            }
        }
        if let Ok(read) = Receipt::from_json(&json) {
            let (given, written): (Value, Value) =
                (serde_json::from_slice(&json).unwrap(), serde_json::from_str(&read.to_json().unwrap()).unwrap());
            prop_assert_eq!(given, written);
        }
    }
}
