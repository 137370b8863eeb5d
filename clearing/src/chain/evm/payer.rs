//! The account that pays for transactions.

use super::{
    config::{EvmConfig, EvmConfigError},
    nonces::Nonces,
};
use crate::chain::ChainError;
use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    network::TxSignerSync,
    primitives::Address,
    signers::local::PrivateKeySigner,
};
use std::sync::Arc;

pub(super) struct Payer {
    key: Key,
    pub address: Address,
    pub nonces: Arc<Nonces>,
}

/// Where the key is. Further kinds (a KMS, the signer canister's `sign_transaction`) become further variants.
enum Key {
    Local(PrivateKeySigner),
}

impl Payer {
    pub fn new(config: &EvmConfig) -> Result<Self, EvmConfigError> {
        // What is wrong with it is not told: the text would be that of the key.
        let key: PrivateKeySigner = config.key.read()?.parse().map_err(|_| EvmConfigError::Key)?;
        let address = key.address();
        Ok(Self {
            nonces: Nonces::of(config.chain_id, address),
            key: Key::Local(key),
            address,
        })
    }

    pub fn sign(&self, mut transaction: TxEip1559) -> Result<TxEnvelope, ChainError> {
        let signature = match &self.key {
            Key::Local(key) => key.sign_transaction_sync(&mut transaction),
        };
        let failed = |error| ChainError::Unavailable(format!("the payer's key does not sign: {error}"));
        Ok(transaction.into_signed(signature.map_err(failed)?).into())
    }
}
