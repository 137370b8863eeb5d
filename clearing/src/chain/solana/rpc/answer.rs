//! The JSON of a node's answers, as far as it is needed.
//!
//! The client's own types are not used for accounts: they panic on bytes that cannot be decoded.

use super::{Account, Executed, Failure, RpcError};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use solana_address::Address;
use solana_transaction_error::TransactionError;

#[derive(Deserialize)]
pub(super) struct Context {
    pub slot: u64,
}

/// A value, and as of which slot.
#[derive(Deserialize)]
pub(super) struct At<T> {
    pub context: Context,
    pub value: T,
}

#[derive(Deserialize)]
pub(super) struct AccountJson {
    owner: String,
    /// Base64, and the word `base64`.
    data: (String, String),
}

impl AccountJson {
    pub fn read(self, method: &'static str) -> Result<Account, RpcError> {
        let data = STANDARD.decode(&self.data.0);
        Ok(Account {
            owner: address(&self.owner, method)?,
            data: data.map_err(|error| RpcError::new(method, format!("an account's data: {error}")))?,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Keyed {
    pub pubkey: String,
}

#[derive(Deserialize)]
pub(super) struct KeyedAccount {
    pub pubkey: String,
    pub account: AccountJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blockhash {
    pub blockhash: String,
    pub last_valid_block_height: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Epoch {
    pub absolute_slot: u64,
    pub block_height: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Price {
    pub prioritization_fee: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Simulated {
    pub err: Option<TransactionError>,
    pub logs: Option<Vec<String>>,
    pub units_consumed: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusJson {
    pub confirmation_status: Option<String>,
    pub err: Option<TransactionError>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    pub signature: String,
    pub err: Option<serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct TransactionJson {
    transaction: Body,
    meta: Meta,
}

#[derive(Deserialize)]
struct Body {
    message: MessageJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageJson {
    account_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    err: Option<TransactionError>,
    fee: u64,
    compute_units_consumed: Option<u64>,
    log_messages: Option<Vec<String>>,
    inner_instructions: Option<Vec<Inner>>,
    loaded_addresses: Option<Loaded>,
}

#[derive(Deserialize)]
struct Inner {
    instructions: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    program_id_index: usize,
    /// Base58.
    data: String,
}

#[derive(Deserialize)]
struct Loaded {
    writable: Vec<String>,
    readonly: Vec<String>,
}

impl TransactionJson {
    pub fn read(self, method: &'static str) -> Result<Executed, RpcError> {
        let meta = self.meta;
        let mut keys = self.transaction.message.account_keys;
        if let Some(loaded) = meta.loaded_addresses {
            keys.extend(loaded.writable);
            keys.extend(loaded.readonly);
        }
        let call = |call: Call| {
            let program = keys.get(call.program_id_index);
            let program =
                program.ok_or_else(|| RpcError::new(method, "a call of an account that is not there"))?;
            let data = bs58::decode(&call.data).into_vec();
            let data = data.map_err(|error| RpcError::new(method, format!("a call's data: {error}")))?;
            Ok((address(program, method)?, data))
        };
        let inner = meta.inner_instructions.unwrap_or_default().into_iter();
        Ok(Executed {
            failure: meta.err.as_ref().map(Failure::from),
            fee: meta.fee,
            units: meta.compute_units_consumed.unwrap_or_default(),
            logs: meta.log_messages.unwrap_or_default(),
            calls: inner
                .flat_map(|inner| inner.instructions)
                .map(call)
                .collect::<Result<_, _>>()?,
        })
    }
}

pub(super) fn address(text: &str, method: &'static str) -> Result<Address, RpcError> {
    text.parse()
        .map_err(|_| RpcError::new(method, format!("`{text}` is no address")))
}
