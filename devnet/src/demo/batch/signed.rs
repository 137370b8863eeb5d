//! Signatures of the canister's threshold keys.

use super::Batch;
use crate::deploy::icp::IcpDeployment;
use anyhow::{Context, Result, ensure};
use candid::Encode;
use novate_bindings::icp::{BatchRequest, Chain, CheckpointRequest, Refusal, Signed};
use novate_protocol::{keccak::keccak256, order::OrderCheckpoint};
use serde_bytes::ByteBuf;

/// Asks for the signature of a batch.
pub async fn sign(at: &IcpDeployment, batch: &Batch) -> Result<Result<Signed, Refusal>> {
    let id = keccak256(&[b"demo batch", &batch.header.solana_message()]);
    let request = BatchRequest::new(id, batch.chain, &batch.header, &batch.deltas, &batch.items);
    at.update("sign_batch", Encode!(&request)?).await
}

/// The signature of a batch that the policy allows. Asked for again, the canister gives the same bytes.
pub async fn batch(at: &IcpDeployment, batch: &Batch) -> Result<Vec<u8>> {
    let signed = sign(at, batch).await?.context("the signer refused a batch")?;
    let again = sign(at, batch)
        .await?
        .context("the signer refused a batch again")?;
    ensure!(signed == again, "one request has two signatures");
    Ok(signed.signature.into_vec())
}

/// The signature of a checkpoint of orders.
pub async fn checkpoint(at: &IcpDeployment, chain: Chain, checkpoint: &OrderCheckpoint) -> Result<Vec<u8>> {
    let contract = match chain {
        Chain::Evm(_) => &checkpoint.settlement[12..],
        Chain::Solana(_) => &checkpoint.settlement[..],
    };
    let request = CheckpointRequest {
        id: ByteBuf::from(keccak256(&[b"demo checkpoint", &checkpoint.solana_message()])),
        chain,
        contract: ByteBuf::from(contract),
        number: checkpoint.number,
        root: ByteBuf::from(checkpoint.root),
        order_count: checkpoint.order_count,
        key_version: None,
    };
    let signed: Result<Signed, Refusal> = at.update("sign_checkpoint", Encode!(&request)?).await?;
    let signed = signed.context("the signer refused a checkpoint")?;
    Ok(signed.signature.into_vec())
}
