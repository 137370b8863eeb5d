//! Whose signature of a header counts, as the chain tells it.

use crate::config::{ChainConfig, SettlementPlan};
use alloy::providers::ProviderBuilder;
use anchor_lang::AccountDeserialize;
use novate_bindings::{evm::Settlement, solana::settlement::accounts::Config};
use novate_netting::receipt::Authority;
use solana_address::Address;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;

/// Why the authority is not known.
#[derive(Debug, thiserror::Error)]
#[error(
    "the authority of settlement {settlement} cannot be read: {reason}; is the node of its network there?"
)]
pub struct AuthorityError {
    /// Its name.
    pub settlement: String,
    /// What was said.
    pub reason: String,
}

/// The settlement's authority now. A header that an earlier one signed is still settled: then name that one.
///
/// # Errors
/// [`AuthorityError`]
pub async fn authority(plan: &SettlementPlan) -> Result<Authority, AuthorityError> {
    let failed = |reason: String| AuthorityError {
        settlement: plan.name.clone(),
        reason,
    };
    match &plan.chain {
        ChainConfig::Evm(config) => {
            let url = config.rpc.first().cloned().unwrap_or_default();
            let url = url.parse().map_err(|_| failed(format!("{url:?} is no URL")))?;
            let node = ProviderBuilder::new().connect_http(url);
            let settlement = Settlement::new(config.settlement, &node);
            let authority = settlement.authority().call().await;
            let authority = authority.map_err(|error| failed(error.to_string()))?;
            Ok(Authority::Evm(authority.into()))
        }
        ChainConfig::Solana(config) => {
            let node = RpcClient::new(config.rpc.clone());
            let data = node.get_account_data(&Address::from(plan.address)).await;
            let data = data.map_err(|error| failed(error.to_string()))?;
            let config = Config::try_deserialize(&mut data.as_slice());
            let config = config.map_err(|error| failed(format!("{error}: it is no config account")))?;
            Ok(Authority::Ed25519(config.authority.to_bytes()))
        }
    }
}
