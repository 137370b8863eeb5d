//! A node over JSON-RPC.

use super::{
    Account, Accounts, Executed, Failure, History, Level, MAX_ADDRESSES, Rpc, RpcError, Simulation, Status,
    Tip,
    answer::{
        AccountJson, At, Blockhash, Entry, Epoch, Keyed, KeyedAccount, Price, Simulated, StatusJson,
        TransactionJson, address,
    },
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use solana_address::Address;
use solana_address_lookup_table_interface::program::ID as TABLES;
use solana_commitment_config::CommitmentConfig;
use solana_message::Hash;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::{
    client_error::ErrorKind,
    request::{RpcError as Answered, RpcRequest},
};
use solana_signature::Signature;
use std::time::Duration;

/// Offset of the authority in a lookup table's account: the kind (4), two slots (8 each), an index (1), and that there is
/// an authority (1).
const AUTHORITY_OFFSET: usize = 22;
/// The most entries of a history that a node returns at once.
const PAGE: usize = 1_000;
/// A node's answer that it has processed this very transaction already.
const ALREADY: &str = "already been processed";

/// A node over JSON-RPC.
pub struct Client {
    rpc: RpcClient,
}

impl Client {
    /// Nothing is asked yet. `timeout` is for each request.
    pub fn new(url: String, timeout: Duration) -> Self {
        let level = CommitmentConfig::confirmed();
        Self {
            rpc: RpcClient::new_with_timeout_and_commitment(url, timeout, level),
        }
    }

    /// All accounts of a program, and the confirmed slot that they are all as of.
    ///
    /// # Errors
    /// [`RpcError`]; many public nodes refuse this.
    pub async fn program_accounts(
        &self,
        program: &Address,
    ) -> Result<(u64, Vec<(Address, Account)>), RpcError> {
        let method = "getProgramAccounts";
        let config = json!({ "encoding": "base64", "commitment": "confirmed", "withContext": true });
        let params = json!([program.to_string(), config]);
        let answer: At<Vec<KeyedAccount>> = self.ask(RpcRequest::GetProgramAccounts, method, params).await?;
        let read = |keyed: KeyedAccount| Ok((address(&keyed.pubkey, method)?, keyed.account.read(method)?));
        let accounts = answer.value.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((answer.context.slot, accounts))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        method: &'static str,
        params: Value,
    ) -> Result<T, RpcError> {
        let answer = self.rpc.send(request, params).await;
        answer.map_err(|error| RpcError::new(method, error))
    }
}

#[async_trait]
impl Rpc for Client {
    async fn accounts(&self, addresses: &[Address], level: Level) -> Result<Accounts, RpcError> {
        let method = "getMultipleAccounts";
        let params = json!([texts(addresses), { "encoding": "base64", "commitment": name(level) }]);
        let answer: At<Vec<Option<AccountJson>>> =
            self.ask(RpcRequest::GetMultipleAccounts, method, params).await?;
        require_as_many(addresses, answer.value.len(), method)?;
        let read = |account: Option<AccountJson>| account.map(|account| account.read(method)).transpose();
        Ok(Accounts {
            slot: answer.context.slot,
            found: answer.value.into_iter().map(read).collect::<Result<_, _>>()?,
        })
    }

    async fn existing(&self, addresses: &[Address]) -> Result<Vec<bool>, RpcError> {
        let method = "getMultipleAccounts";
        let nothing = json!({ "offset": 0, "length": 0 });
        let config = json!({ "encoding": "base64", "commitment": "confirmed", "dataSlice": nothing });
        let params = json!([texts(addresses), config]);
        let answer: At<Vec<Option<Value>>> =
            self.ask(RpcRequest::GetMultipleAccounts, method, params).await?;
        require_as_many(addresses, answer.value.len(), method)?;
        Ok(answer.value.iter().map(Option::is_some).collect())
    }

    async fn lookup_tables(&self, authority: &Address) -> Result<Vec<Address>, RpcError> {
        let method = "getProgramAccounts";
        let of_authority =
            json!({ "memcmp": { "offset": AUTHORITY_OFFSET, "bytes": authority.to_string() } });
        let nothing = json!({ "offset": 0, "length": 0 });
        let config = json!({
            "encoding": "base64", "commitment": "confirmed", "dataSlice": nothing, "filters": [of_authority]
        });
        let params = json!([TABLES.to_string(), config]);
        let answer: Vec<Keyed> = self.ask(RpcRequest::GetProgramAccounts, method, params).await?;
        answer
            .iter()
            .map(|table| address(&table.pubkey, method))
            .collect()
    }

    async fn blockhash(&self) -> Result<(Hash, u64), RpcError> {
        let method = "getLatestBlockhash";
        let params = json!([{ "commitment": "confirmed" }]);
        let answer: At<Blockhash> = self.ask(RpcRequest::GetLatestBlockhash, method, params).await?;
        let hash = answer.value.blockhash.parse();
        let hash = hash.map_err(|error| RpcError::new(method, format!("a blockhash: {error}")))?;
        Ok((hash, answer.value.last_valid_block_height))
    }

    async fn finalized(&self) -> Result<Tip, RpcError> {
        let params = json!([{ "commitment": "finalized" }]);
        let epoch: Epoch = self.ask(RpcRequest::GetEpochInfo, "getEpochInfo", params).await?;
        Ok(Tip {
            slot: epoch.absolute_slot,
            height: epoch.block_height,
        })
    }

    async fn prices(&self, writable: &[Address]) -> Result<Vec<u64>, RpcError> {
        let method = "getRecentPrioritizationFees";
        let params = json!([texts(writable)]);
        let answer: Vec<Price> = self
            .ask(RpcRequest::GetRecentPrioritizationFees, method, params)
            .await?;
        Ok(answer.into_iter().map(|price| price.prioritization_fee).collect())
    }

    async fn simulate(&self, raw: &[u8]) -> Result<Simulation, RpcError> {
        // The blockhash is replaced, so that a node that does not know it yet can simulate too.
        let config = json!({
            "encoding": "base64", "commitment": "confirmed", "sigVerify": false, "replaceRecentBlockhash": true
        });
        let params = json!([STANDARD.encode(raw), config]);
        let answer: At<Simulated> = self
            .ask(RpcRequest::SimulateTransaction, "simulateTransaction", params)
            .await?;
        Ok(Simulation {
            failure: answer.value.err.as_ref().map(Failure::from),
            logs: answer.value.logs.unwrap_or_default(),
            units: answer.value.units_consumed.unwrap_or_default(),
        })
    }

    async fn send(&self, raw: &[u8]) -> Result<Signature, RpcError> {
        let method = "sendTransaction";
        let config = json!({ "encoding": "base64", "skipPreflight": true, "maxRetries": 0 });
        let params = json!([STANDARD.encode(raw), config]);
        let answer: Result<String, _> = self.rpc.send(RpcRequest::SendTransaction, params).await;
        let text = match answer {
            Ok(text) => text,
            Err(error) => match error.kind() {
                ErrorKind::RpcError(Answered::RpcResponseError { message, .. })
                    if message.contains(ALREADY) =>
                {
                    return super::super::transaction::signature(raw)
                        .ok_or_else(|| RpcError::new(method, "these bytes are no transaction"));
                }
                _ => return Err(RpcError::new(method, error)),
            },
        };
        text.parse()
            .map_err(|_| RpcError::new(method, format!("`{text}` is no signature")))
    }

    async fn status(&self, signature: &Signature) -> Result<(u64, Option<Status>), RpcError> {
        let method = "getSignatureStatuses";
        let params = json!([[signature.to_string()], { "searchTransactionHistory": true }]);
        let answer: At<Vec<Option<StatusJson>>> =
            self.ask(RpcRequest::GetSignatureStatuses, method, params).await?;
        let [status] = <[_; 1]>::try_from(answer.value)
            .map_err(|several| RpcError::new(method, format!("{} statuses for one", several.len())))?;
        let status = status.map(|status| Status {
            level: match status.confirmation_status.as_deref() {
                Some("finalized") => Some(Level::Finalized),
                Some("confirmed") => Some(Level::Confirmed),
                _ => None,
            },
            failure: status.err.as_ref().map(Failure::from),
        });
        Ok((answer.context.slot, status))
    }

    async fn transaction(&self, signature: &Signature) -> Result<Option<Executed>, RpcError> {
        let method = "getTransaction";
        let config =
            json!({ "encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0 });
        let params = json!([signature.to_string(), config]);
        let answer: Option<TransactionJson> = self.ask(RpcRequest::GetTransaction, method, params).await?;
        answer.map(|transaction| transaction.read(method)).transpose()
    }

    async fn history(&self, of: &Address, before: Option<&Signature>) -> Result<History, RpcError> {
        let method = "getSignaturesForAddress";
        let mut config = json!({ "commitment": "confirmed", "limit": PAGE });
        if let (Some(before), Some(config)) = (before, config.as_object_mut()) {
            config.insert("before".into(), json!(before.to_string()));
        }
        let params = json!([of.to_string(), config]);
        let answer: Vec<Entry> = self
            .ask(RpcRequest::GetSignaturesForAddress, method, params)
            .await?;
        let signature = |entry: &Entry| {
            let parsed = entry.signature.parse();
            parsed.map_err(|_| RpcError::new(method, format!("`{}` is no signature", entry.signature)))
        };
        let next = answer.get(PAGE - 1).map(signature).transpose()?;
        let done = answer.iter().filter(|entry| entry.err.is_none());
        Ok(History {
            done: done.map(signature).collect::<Result<_, _>>()?,
            next,
        })
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Confirmed => "confirmed",
        Level::Finalized => "finalized",
    }
}

fn texts(addresses: &[Address]) -> Vec<String> {
    debug_assert!(addresses.len() <= MAX_ADDRESSES);
    addresses.iter().map(Address::to_string).collect()
}

fn require_as_many(asked: &[Address], answered: usize, method: &'static str) -> Result<(), RpcError> {
    match answered == asked.len() {
        true => Ok(()),
        false => {
            let reason = format!("{answered} answers for {} addresses", asked.len());
            Err(RpcError::new(method, reason))
        }
    }
}
