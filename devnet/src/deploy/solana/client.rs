//! Sends transactions to the local Solana node.

use anyhow::{Context, Result, bail};
use solana_address::Address;
use solana_commitment_config::CommitmentConfig;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{Message, VersionedMessage};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use std::time::{Duration, Instant};

/// Longest wait for a transaction to be confirmed.
const CONFIRMATION: Duration = Duration::from_secs(30);

/// Sends transactions paid by the node's funded account.
pub struct Client {
    pub rpc: RpcClient,
    payer: Keypair,
}

impl Client {
    pub fn new(url: &str, payer: Keypair) -> Self {
        Self {
            rpc: RpcClient::new_with_commitment(url.to_owned(), CommitmentConfig::confirmed()),
            payer,
        }
    }

    pub fn payer(&self) -> Address {
        self.payer.pubkey()
    }

    /// Sends one transaction and waits until it is confirmed; fails when it fails.
    pub async fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signature> {
        let signature = self.submit(instructions, signers).await?;
        let deadline = Instant::now() + CONFIRMATION;
        while Instant::now() < deadline {
            let statuses = self
                .rpc
                .get_signature_statuses(&[signature])
                .await
                .context("asking for a status")?;
            match statuses.value.into_iter().next().flatten() {
                Some(status) if status.err.is_some() => {
                    bail!("transaction {signature} failed: {:?}", status.err)
                }
                Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {
                    return Ok(signature);
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        bail!("transaction {signature} was not confirmed within {CONFIRMATION:?}")
    }

    /// Sends one transaction and does not wait.
    pub async fn submit(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signature> {
        let blockhash = self
            .rpc
            .get_latest_blockhash()
            .await
            .context("asking for a blockhash")?;
        let message = Message::new_with_blockhash(instructions, Some(&self.payer()), &blockhash);
        let signers: Vec<&Keypair> = std::iter::once(&self.payer)
            .chain(signers.iter().copied())
            .collect();
        let transaction = VersionedTransaction::try_new(VersionedMessage::Legacy(message), &signers)?;
        self.rpc
            .send_transaction(&transaction)
            .await
            .context("sending a Solana transaction")
    }
}
