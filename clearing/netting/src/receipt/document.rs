//! The JSON document of a receipt, of which there is one form.

use super::{
    MAX_LEN, MAX_TRANSACTIONS, Receipt,
    text::{
        Parsed, cid, hex, number, parse_amount, parse_cid, parse_hex, parse_number, parse_signature,
        parse_word, signature, word,
    },
};
use crate::{Outcome, SignedIntent};
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};
use serde::{Deserialize, Serialize};

const VERSION: &str = "Novate receipt v1";

/// Why a document is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than any receipt.
    #[error("the document has {0} bytes, and no receipt has more than {MAX_LEN}: is it another file?")]
    TooLong(usize),
    /// It is not JSON, or lacks fields, or has others.
    #[error("the document is no receipt: {0}")]
    Json(#[from] serde_json::Error),
    /// A field has a value that it cannot have.
    #[error("the receipt's {field} is not {expected}: get the receipt again")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it would have to be.
        expected: &'static str,
    },
    /// Something is written in another way than the one that is allowed, or is in the wrong place.
    #[error("the receipt's {0} is not written as receipts are: get the receipt again")]
    Form(String),
}

impl ReceiptError {
    pub(super) const fn field(field: &'static str, expected: &'static str) -> Self {
        Self::Field { field, expected }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    version: String,
    scheme: String,
    id: String,
    outcome: String,
    intent: Signed,
    index: u32,
    proof: Vec<String>,
    header: Header,
    authority_signature: String,
    transactions: Vec<String>,
}

/// A signed intent, as the API takes it.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signed {
    action: String,
    chain: u64,
    settlement: String,
    owner: String,
    session: String,
    nonce: u64,
    created_at: u64,
    expires_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    chain: u64,
    settlement: String,
    sequence: u64,
    intents_root: String,
    deltas_root: String,
    items_root: String,
    blob_cid: String,
    intent_count: u32,
    delta_count: u32,
    item_count: u32,
    opened_at: u64,
}

impl Receipt {
    /// The document, with two blanks before each line of a level.
    ///
    /// # Errors
    /// [`ReceiptError::TooLong`], [`ReceiptError::Field`] when there are too many transactions.
    pub fn to_json(&self) -> Result<String, ReceiptError> {
        let json = serde_json::to_string_pretty(&Document::from(self))?;
        self.limits(json.len())?;
        Ok(json)
    }

    /// Reads a document. It says nothing of whether the receipt is true: see [`Receipt::verify`].
    ///
    /// # Errors
    /// [`ReceiptError`]
    pub fn from_json(json: &[u8]) -> Result<Self, ReceiptError> {
        if json.len() > MAX_LEN {
            return Err(ReceiptError::TooLong(json.len()));
        }
        let document: Document = serde_json::from_slice(json)?;
        let receipt = Self::try_from(&document)?;
        receipt.limits(json.len())?;
        // One value is written in one way, and what an action does not have is not there.
        let (found, expected) = (fields(&document)?, fields(&Document::from(&receipt))?);
        match found
            .iter()
            .find(|(name, value)| expected.get(*name) != Some(value))
        {
            Some((name, _)) => Err(ReceiptError::Form(name.clone())),
            None => Ok(receipt),
        }
    }

    fn limits(&self, length: usize) -> Result<(), ReceiptError> {
        if length > MAX_LEN {
            return Err(ReceiptError::TooLong(length));
        }
        match self.transactions.len() {
            0..=MAX_TRANSACTIONS => Ok(()),
            _ => Err(ReceiptError::field("transactions", "a list of at most 64")),
        }
    }
}

type Fields = serde_json::Map<String, serde_json::Value>;

/// The document's fields, those of the intent among them under their own names.
fn fields(document: &Document) -> Parsed<Fields> {
    let mut fields = Fields::new();
    if let serde_json::Value::Object(all) = serde_json::to_value(document)? {
        for (name, value) in all {
            match value {
                serde_json::Value::Object(inner) => {
                    let inner = inner.into_iter();
                    fields.extend(inner.map(|(field, value)| (format!("{name}.{field}"), value)));
                }
                value => drop(fields.insert(name, value)),
            }
        }
    }
    Ok(fields)
}

impl From<&Receipt> for Document {
    fn from(receipt: &Receipt) -> Self {
        let (scheme, header) = (receipt.scheme, &receipt.header);
        Self {
            version: VERSION.to_owned(),
            scheme: name(scheme).to_owned(),
            id: hex(&receipt.id),
            outcome: receipt.outcome.name().to_owned(),
            intent: Signed::new(scheme, &receipt.signed),
            index: receipt.index,
            proof: receipt.proof.iter().map(|node| hex(node)).collect(),
            header: Header {
                chain: header.chain,
                settlement: word(scheme, &header.settlement),
                sequence: header.sequence,
                intents_root: hex(&header.intents_root),
                deltas_root: hex(&header.deltas_root),
                items_root: hex(&header.items_root),
                blob_cid: cid(&header.blob_cid),
                intent_count: header.intent_count,
                delta_count: header.delta_count,
                item_count: header.item_count,
                opened_at: header.opened_at,
            },
            authority_signature: signature(&receipt.authority_signature),
            transactions: receipt.transactions.clone(),
        }
    }
}

impl TryFrom<&Document> for Receipt {
    type Error = ReceiptError;

    fn try_from(document: &Document) -> Parsed<Self> {
        if document.version != VERSION {
            return Err(ReceiptError::field("version", VERSION));
        }
        let schemes = [Scheme::Ed25519, Scheme::Eip712];
        let scheme = schemes
            .into_iter()
            .find(|scheme| name(*scheme) == document.scheme);
        let scheme = scheme.ok_or(ReceiptError::field("scheme", "ed25519 or eip712"))?;
        let mut outcomes = Outcome::ALL
            .into_iter()
            .filter(|outcome| *outcome != Outcome::Open);
        let outcome = outcomes.find(|outcome| outcome.name() == document.outcome);
        let header = &document.header;
        let proof = document.proof.iter().map(|node| parse_hex("proof", node));
        Ok(Self {
            scheme,
            signed: document.intent.read(scheme)?,
            id: parse_hex("id", &document.id)?,
            outcome: outcome.ok_or(ReceiptError::field("outcome", "the name of one in a batch"))?,
            index: document.index,
            proof: proof.collect::<Parsed<_>>()?,
            header: BatchHeader {
                chain: header.chain,
                settlement: parse_word(scheme, "header.settlement", &header.settlement)?,
                sequence: header.sequence,
                intents_root: parse_hex("header.intentsRoot", &header.intents_root)?,
                deltas_root: parse_hex("header.deltasRoot", &header.deltas_root)?,
                items_root: parse_hex("header.itemsRoot", &header.items_root)?,
                blob_cid: parse_cid("header.blobCid", &header.blob_cid)?,
                intent_count: header.intent_count,
                delta_count: header.delta_count,
                item_count: header.item_count,
                opened_at: header.opened_at,
            },
            authority_signature: parse_signature("authoritySignature", &document.authority_signature)?,
            transactions: document.transactions.clone(),
        })
    }
}

const fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Ed25519 => "ed25519",
        Scheme::Eip712 => "eip712",
    }
}

impl Signed {
    fn new(scheme: Scheme, signed: &SignedIntent) -> Self {
        let intent = &signed.intent;
        let own = Self {
            chain: intent.chain,
            settlement: word(scheme, &intent.settlement),
            owner: word(scheme, &intent.owner.0),
            session: word(scheme, &intent.session),
            nonce: intent.nonce,
            created_at: intent.created_at,
            expires_at: intent.expires_at,
            signature: signature(&signed.signature),
            ..Self::default()
        };
        // On Solana items have no number.
        let token_id = |item: &Item| match (scheme, &item.token_id) {
            (Scheme::Ed25519, [0, rest @ ..]) if *rest == [0; 31] => None,
            (_, token_id) => Some(number(token_id)),
        };
        match &intent.action {
            Action::Pay {
                to,
                asset,
                amount,
                order,
            } => Self {
                action: "pay".to_owned(),
                to: Some(word(scheme, &to.0)),
                asset: Some(word(scheme, &asset.0)),
                amount: Some(amount.to_string()),
                order: Some(hex(order)),
                ..own
            },
            Action::List {
                item,
                currency,
                price,
            } => Self {
                action: "list".to_owned(),
                collection: Some(word(scheme, &item.collection.0)),
                token_id: token_id(item),
                currency: Some(word(scheme, &currency.0)),
                price: Some(price.to_string()),
                ..own
            },
            Action::Buy {
                item,
                currency,
                max_price,
            } => Self {
                action: "buy".to_owned(),
                collection: Some(word(scheme, &item.collection.0)),
                token_id: token_id(item),
                currency: Some(word(scheme, &currency.0)),
                max_price: Some(max_price.to_string()),
                ..own
            },
            Action::Cancel { intent } => Self {
                action: "cancel".to_owned(),
                intent: Some(hex(intent)),
                ..own
            },
        }
    }

    fn read(&self, scheme: Scheme) -> Parsed<SignedIntent> {
        Ok(SignedIntent {
            intent: Intent {
                chain: self.chain,
                settlement: parse_word(scheme, "intent.settlement", &self.settlement)?,
                owner: Owner(parse_word(scheme, "intent.owner", &self.owner)?),
                session: parse_word(scheme, "intent.session", &self.session)?,
                nonce: self.nonce,
                created_at: self.created_at,
                expires_at: self.expires_at,
                action: self.action(scheme)?,
            },
            signature: parse_signature("intent.signature", &self.signature)?,
        })
    }

    fn action(&self, scheme: Scheme) -> Parsed<Action> {
        let item = || -> Parsed<Item> {
            Ok(Item {
                collection: Asset(parse_word(
                    scheme,
                    "intent.collection",
                    text("intent.collection", &self.collection)?,
                )?),
                token_id: match &self.token_id {
                    Some(number) => parse_number("intent.tokenId", number)?,
                    None => [0; 32],
                },
            })
        };
        let currency = || {
            parse_word(
                scheme,
                "intent.currency",
                text("intent.currency", &self.currency)?,
            )
            .map(Asset)
        };
        match self.action.as_str() {
            "pay" => Ok(Action::Pay {
                to: Owner(parse_word(scheme, "intent.to", text("intent.to", &self.to)?)?),
                asset: Asset(parse_word(
                    scheme,
                    "intent.asset",
                    text("intent.asset", &self.asset)?,
                )?),
                amount: parse_amount("intent.amount", text("intent.amount", &self.amount)?)?,
                order: parse_hex("intent.order", text("intent.order", &self.order)?)?,
            }),
            "list" => Ok(Action::List {
                item: item()?,
                currency: currency()?,
                price: parse_amount("intent.price", text("intent.price", &self.price)?)?,
            }),
            "buy" => Ok(Action::Buy {
                item: item()?,
                currency: currency()?,
                max_price: parse_amount("intent.maxPrice", text("intent.maxPrice", &self.max_price)?)?,
            }),
            "cancel" => Ok(Action::Cancel {
                intent: parse_hex("intent.intent", text("intent.intent", &self.intent)?)?,
            }),
            _ => Err(ReceiptError::field("intent.action", "pay, list, buy or cancel")),
        }
    }
}

/// A field that the action must have.
fn text<'a>(field: &'static str, value: &'a Option<String>) -> Parsed<&'a str> {
    value
        .as_deref()
        .ok_or(ReceiptError::field(field, "there, as the action demands"))
}
