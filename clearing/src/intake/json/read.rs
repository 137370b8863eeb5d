//! From JSON to a signed intent.

use super::{
    MAX_INTENT_BYTES,
    object::{Object, Value},
};
use crate::intake::Refusal;
use alloy::primitives::U256;
use novate_netting::{Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};

/// Digits of 2^128.
const MAX_U128_DIGITS: usize = 39;
/// Digits of 2^256.
const MAX_U256_DIGITS: usize = 78;

/// Reads one intent.
///
/// # Errors
/// [`Refusal`] with the field's name.
pub fn read(text: &[u8]) -> Result<SignedIntent, Refusal> {
    if text.len() > MAX_INTENT_BYTES {
        return Err(Refusal::IntentTooLarge {
            bytes: text.len(),
            limit: MAX_INTENT_BYTES,
        });
    }
    let mut object = Object::parse(text)?;
    let chain = whole("chain", object.must("chain")?)?;
    let settlement = object.must("settlement")?;
    let scheme = match &settlement {
        Value::Text(text) if text.starts_with("0x") => Scheme::Eip712,
        _ => Scheme::Ed25519,
    };
    let mut fields = Fields { object, scheme };
    let settlement = fields.account_in("settlement", settlement)?;
    let intent = Intent {
        chain,
        settlement,
        owner: Owner(fields.account("owner")?),
        session: fields.account("session")?,
        nonce: fields.whole("nonce")?,
        created_at: fields.whole("createdAt")?,
        expires_at: fields.whole("expiresAt")?,
        action: fields.action()?,
    };
    let signature = fields.signature()?;
    fields.object.end()?;
    Ok(SignedIntent { intent, signature })
}

struct Fields<'a> {
    object: Object<'a>,
    scheme: Scheme,
}

impl Fields<'_> {
    fn action(&mut self) -> Result<Action, Refusal> {
        let action = text("action", self.object.must("action")?)?;
        Ok(match &*action {
            "pay" => Action::Pay {
                to: Owner(self.account("to")?),
                asset: Asset(self.account("asset")?),
                amount: self.amount("amount")?,
                order: match self.object.take("order")? {
                    None => [0; 32],
                    Some(order) => word("order", &text("order", order)?)?,
                },
            },
            "list" => Action::List {
                item: self.item()?,
                currency: Asset(self.account("currency")?),
                price: self.amount("price")?,
            },
            "buy" => Action::Buy {
                item: self.item()?,
                currency: Asset(self.account("currency")?),
                max_price: self.amount("maxPrice")?,
            },
            "cancel" => Action::Cancel {
                intent: word("intent", &text("intent", self.object.must("intent")?)?)?,
            },
            _ => return Err(invalid("action", "must be pay, list, buy or cancel")),
        })
    }

    fn item(&mut self) -> Result<Item, Refusal> {
        Ok(Item {
            collection: Asset(self.account("collection")?),
            token_id: match self.scheme {
                // The mint is all; a field tokenId is left over, and so unknown.
                Scheme::Ed25519 => [0; 32],
                Scheme::Eip712 => token_id(&text("tokenId", self.object.must("tokenId")?)?)?,
            },
        })
    }

    fn whole(&mut self, field: &'static str) -> Result<u64, Refusal> {
        whole(field, self.object.must(field)?)
    }

    fn amount(&mut self, field: &'static str) -> Result<u128, Refusal> {
        let amount = text(field, self.object.must(field)?)?;
        decimal(field, &amount, MAX_U128_DIGITS)?
            .parse()
            .map_err(|_| invalid(field, "must be below 2^128"))
    }

    fn account(&mut self, field: &'static str) -> Result<[u8; 32], Refusal> {
        let value = self.object.must(field)?;
        self.account_in(field, value)
    }

    /// An EVM address, or a key of Solana.
    fn account_in(&self, field: &'static str, value: Value<'_>) -> Result<[u8; 32], Refusal> {
        let text = text(field, value)?;
        match self.scheme {
            Scheme::Eip712 => {
                let problem = "must be 0x and 40 hexadecimal digits, as the settlement is on an EVM chain";
                Ok(Owner::from_evm(bytes(field, &text, problem)?).0)
            }
            Scheme::Ed25519 => {
                let mut key = [0; 32];
                five8::decode_32(text.as_bytes(), &mut key).map_err(|_| {
                    invalid(
                        field,
                        "must be the base58 of 32 bytes, as the settlement is on Solana",
                    )
                })?;
                Ok(key)
            }
        }
    }

    fn signature(&mut self) -> Result<Signature, Refusal> {
        const FIELD: &str = "signature";
        let text = text(FIELD, self.object.must(FIELD)?)?;
        match self.scheme {
            Scheme::Eip712 => {
                let problem = "must be 0x and 130 hexadecimal digits: r, s and v";
                Ok(Signature::Eip712(bytes(FIELD, &text, problem)?))
            }
            Scheme::Ed25519 => {
                let mut signature = [0; 64];
                five8::decode_64(text.as_bytes(), &mut signature)
                    .map_err(|_| invalid(FIELD, "must be the base58 of 64 bytes"))?;
                Ok(Signature::Ed25519(signature))
            }
        }
    }
}

fn invalid(field: &'static str, problem: impl Into<String>) -> Refusal {
    Refusal::InvalidField {
        field,
        problem: problem.into(),
    }
}

fn text<'a>(field: &'static str, value: Value<'a>) -> Result<std::borrow::Cow<'a, str>, Refusal> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(_) => Err(invalid(field, "is a number; write it as a string")),
        Value::Other(kind) => Err(invalid(field, format!("is {kind}; write a string"))),
    }
}

/// A `u64`, as a number or in decimal.
fn whole(field: &'static str, value: Value<'_>) -> Result<u64, Refusal> {
    match value {
        Value::Number(number) => Ok(number),
        Value::Text(text) => decimal(field, &text, MAX_U128_DIGITS)?
            .parse()
            .map_err(|_| invalid(field, "must be below 2^64")),
        Value::Other(kind) => Err(invalid(field, format!("is {kind}; write a whole number"))),
    }
}

/// Digits only, in the one way to write a number. The length is bounded, so that no number is absurd.
fn decimal<'a>(field: &'static str, text: &'a str, most: usize) -> Result<&'a str, Refusal> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if text.is_empty() || !canonical {
        return Err(invalid(
            field,
            "must be a whole number in decimal digits, without sign, blanks or leading zeros",
        ));
    }
    if text.len() > most {
        return Err(invalid(
            field,
            format!("has {} digits; that is absurd", text.len()),
        ));
    }
    Ok(text)
}

fn token_id(text: &str) -> Result<[u8; 32], Refusal> {
    let text = decimal("tokenId", text, MAX_U256_DIGITS)?;
    U256::from_str_radix(text, 10)
        .map(|number| number.to_be_bytes())
        .map_err(|_| invalid("tokenId", "must be below 2^256"))
}

fn word(field: &'static str, text: &str) -> Result<[u8; 32], Refusal> {
    bytes(field, text, "must be 0x and 64 hexadecimal digits")
}

fn bytes<const N: usize>(field: &'static str, text: &str, problem: &str) -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
        .ok_or_else(|| invalid(field, problem))?;
    Ok(bytes)
}
