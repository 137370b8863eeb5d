//! From a step to a signed transaction.

use super::{
    Evm,
    chunks::MAX_GAS,
    fees::{Fees, Market},
    node::Connection,
    nonces::Counts,
    revert::Reason,
};
use crate::chain::{ChainError, Planned, SignedBatch, Step};
use alloy::{
    consensus::{Transaction, TxEip1559, TxEnvelope},
    eips::{BlockId, Decodable2718, Encodable2718},
    primitives::{Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    transports::{RpcError, TransportError},
};

/// What is asked for beyond the estimate, in percent: the state may be another when the transaction lands.
const MARGIN_PERCENT: u64 = 25;

impl Evm {
    pub(super) async fn simulate(&self, batch: &SignedBatch, step: &Step) -> Result<u64, ChainError> {
        let input = self.calls.encode(batch, step)?;
        self.estimate(&self.nodes.connect().await?, step, input).await
    }

    pub(super) async fn planned(
        &self,
        batch: &SignedBatch,
        step: &Step,
        replaces: Option<&Planned>,
    ) -> Result<Planned, ChainError> {
        let at = self.nodes.connect().await?;
        let stuck = replaces.map(|planned| Stuck::of(planned, &at)).transpose()?;
        let input = self.calls.encode(batch, step)?;
        let estimate = self.estimate(&at, step, input.clone()).await?;
        let margin = estimate.saturating_add(estimate.saturating_mul(MARGIN_PERCENT) / 100);
        let gas_limit = margin.min(MAX_GAS).max(estimate);

        let fees = Market::ask(&at)
            .await?
            .bid(&self.config, stuck.map(|stuck| stuck.fees));
        let fees = fees.map_err(|dear| ChainError::Rejected {
            step: step.clone(),
            reason: dear.to_string(),
            permanent: false,
        })?;
        self.check_funds(&at, gas_limit, fees).await?;
        let counts = self.counts(&at).await?;
        let nonce = match stuck {
            Some(stuck) => self.payer.nonces.replace(stuck.nonce, counts),
            None => self.payer.nonces.take(counts),
        };
        let signed = self.payer.sign(TxEip1559 {
            chain_id: self.config.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: fees.max,
            max_priority_fee_per_gas: fees.tip,
            to: self.config.settlement.into(),
            value: U256::ZERO,
            access_list: Default::default(),
            input,
        })?;
        Ok(Planned {
            step: step.clone(),
            id: signed.tx_hash().to_string(),
            raw: signed.encoded_2718(),
            payer: self.payer.address.to_checksum(None),
            nonce: Some(nonce),
            last_height: None,
            price: fees.max,
        })
    }

    /// Gas that the call takes on the newest block. Not on the pool: what waits there may never land.
    async fn estimate(&self, at: &Connection<'_>, step: &Step, input: Bytes) -> Result<u64, ChainError> {
        let call = self.request(input);
        let estimate = at.provider().estimate_gas(call).block(BlockId::latest()).await;
        estimate.map_err(|error| match reason_of(&error) {
            Some(reason) => ChainError::Rejected {
                step: step.clone(),
                reason: reason.text,
                permanent: reason.permanent,
            },
            None => self.refused(at, error),
        })
    }

    pub(super) fn request(&self, input: Bytes) -> TransactionRequest {
        TransactionRequest::default()
            .from(self.payer.address)
            .to(self.config.settlement)
            .input(input.into())
    }

    /// An error of the node: that the payer has too little, or anything else.
    pub(super) fn refused(&self, at: &Connection<'_>, error: TransportError) -> ChainError {
        match &error {
            RpcError::ErrorResp(refusal) if is_about_funds(&refusal.message) => ChainError::Payer {
                payer: self.payer.address.to_checksum(None),
                reason: refusal.message.to_string(),
            },
            _ => at.failed(error),
        }
    }

    async fn check_funds(&self, at: &Connection<'_>, gas: u64, fees: Fees) -> Result<(), ChainError> {
        let balance = at.provider().get_balance(self.payer.address).await;
        let balance = balance.map_err(|error| at.failed(error))?;
        let cost = U256::from(gas).saturating_mul(U256::from(fees.max));
        if balance >= cost {
            return Ok(());
        }
        Err(ChainError::Payer {
            payer: self.payer.address.to_checksum(None),
            reason: format!("the transaction may cost {cost} wei, and it has {balance}"),
        })
    }

    pub(super) async fn counts(&self, at: &Connection<'_>) -> Result<Counts, ChainError> {
        let of = |block| {
            let asked = at.provider().get_transaction_count(self.payer.address);
            asked.block_id(block).into_future()
        };
        let counts = futures_util::try_join!(of(BlockId::latest()), of(BlockId::pending()));
        let (mined, pending) = counts.map_err(|error| at.failed(error))?;
        Ok(Counts {
            mined,
            // Two nodes behind one URL may be at different blocks.
            pending: pending.max(mined),
        })
    }
}

/// A transaction that does not land.
#[derive(Clone, Copy)]
struct Stuck {
    nonce: u64,
    fees: Fees,
}

impl Stuck {
    fn of(planned: &Planned, at: &Connection<'_>) -> Result<Self, ChainError> {
        let envelope = decode(planned).ok_or_else(|| {
            at.nonsense(format!(
                "is asked to replace {}, which is no transaction",
                planned.id
            ))
        })?;
        Ok(Self {
            nonce: envelope.nonce(),
            fees: Fees {
                max: envelope.max_fee_per_gas(),
                tip: envelope.max_priority_fee_per_gas().unwrap_or_default(),
            },
        })
    }
}

pub(super) fn decode(planned: &Planned) -> Option<TxEnvelope> {
    TxEnvelope::decode_2718_exact(&planned.raw).ok()
}

/// The contract's reason, if it is the contract that refuses.
pub(super) fn reason_of(error: &TransportError) -> Option<Reason> {
    let RpcError::ErrorResp(refusal) = error else {
        return None;
    };
    if let Some(data) = refusal.as_revert_data() {
        return Some(Reason::decode(&data));
    }
    let message = refusal.message.to_lowercase();
    message.contains("revert").then(|| Reason {
        text: format!("reverted without a reason ({})", refusal.message),
        permanent: false,
    })
}

fn is_about_funds(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "insufficient funds",
        "insufficient balance",
        "gas required exceeds allowance",
    ]
    .iter()
    .any(|words| message.contains(words))
}
