//! From a signed intent to the JSON that [`read`](super::read) takes.

use alloy::primitives::U256;
use novate_netting::{Signature, SignedIntent};
use novate_protocol::intent::{Action, Item, Scheme};
use serde_json::{Map, Value, json};

/// The object of an intent. Its signature tells which chain's texts it is written in.
pub fn write(signed: &SignedIntent) -> Map<String, Value> {
    let scheme = match signed.signature {
        Signature::Ed25519(_) => Scheme::Ed25519,
        Signature::Eip712(_) => Scheme::Eip712,
    };
    let account = |bytes: &[u8; 32]| Value::from(account(scheme, bytes));
    let intent = &signed.intent;
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    put("chain", json!(intent.chain));
    put("settlement", account(&intent.settlement));
    put("owner", account(&intent.owner.0));
    put("session", account(&intent.session));
    put("nonce", json!(intent.nonce));
    put("createdAt", json!(intent.created_at));
    put("expiresAt", json!(intent.expires_at));
    let item = |put: &mut dyn FnMut(&str, Value), item: &Item| {
        put("collection", account(&item.collection.0));
        if scheme == Scheme::Eip712 {
            put("tokenId", json!(U256::from_be_bytes(item.token_id).to_string()));
        }
    };
    match &intent.action {
        Action::Pay {
            to,
            asset,
            amount,
            order,
        } => {
            put("action", json!("pay"));
            put("to", account(&to.0));
            put("asset", account(&asset.0));
            put("amount", json!(amount.to_string()));
            put("order", json!(hex(order)));
        }
        Action::List {
            item: of,
            currency,
            price,
        } => {
            put("action", json!("list"));
            item(&mut put, of);
            put("currency", account(&currency.0));
            put("price", json!(price.to_string()));
        }
        Action::Buy {
            item: of,
            currency,
            max_price,
        } => {
            put("action", json!("buy"));
            item(&mut put, of);
            put("currency", account(&currency.0));
            put("maxPrice", json!(max_price.to_string()));
        }
        Action::Cancel { intent } => {
            put("action", json!("cancel"));
            put("intent", json!(hex(intent)));
        }
    }
    put(
        "signature",
        match &signed.signature {
            Signature::Ed25519(bytes) => json!(bs58::encode(bytes).into_string()),
            Signature::Eip712(bytes) => json!(hex(bytes)),
        },
    );
    map
}

/// An account, asset or key as people of its chain write it.
pub fn account(scheme: Scheme, bytes: &[u8; 32]) -> String {
    match scheme {
        Scheme::Ed25519 => bs58::encode(bytes).into_string(),
        Scheme::Eip712 => hex(&bytes[12..]),
    }
}

/// `0x` and lower case digits.
pub fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
