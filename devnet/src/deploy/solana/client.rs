//! Sends transactions to the local Solana node.

use anchor_lang::{InstructionData, ToAccountMetas};
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

/// The account that tells the time, in its last eight bytes.
const CLOCK: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// Between two looks at the node.
const LOOK: Duration = Duration::from_millis(20);

/// Sends transactions paid by the node's funded account.
pub struct Client {
    pub rpc: RpcClient,
    payer: Keypair,
}

/// A call of `program`.
pub fn call(program: Address, accounts: impl ToAccountMetas, args: impl InstructionData) -> Instruction {
    Instruction {
        program_id: program,
        accounts: accounts.to_account_metas(None),
        data: args.data(),
    }
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
        self.confirmed(&[signature]).await?;
        Ok(signature)
    }

    /// Waits until transactions are confirmed, at most 256; fails when one fails.
    pub async fn confirmed(&self, sent: &[Signature]) -> Result<()> {
        let mut open = sent.to_vec();
        let deadline = Instant::now() + CONFIRMATION;
        while Instant::now() < deadline {
            let statuses = self.rpc.get_signature_statuses(&open).await;
            let statuses = statuses.context("asking for statuses")?.value;
            let mut waiting = Vec::new();
            for (signature, status) in open.into_iter().zip(statuses) {
                match status {
                    Some(status) if status.err.is_some() => {
                        bail!("transaction {signature} failed: {:?}", status.err)
                    }
                    Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {}
                    _ => waiting.push(signature),
                }
            }
            if waiting.is_empty() {
                return Ok(());
            }
            open = waiting;
            tokio::time::sleep(LOOK).await;
        }
        bail!("transactions {open:?} were not confirmed within {CONFIRMATION:?}")
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

    /// The account at `address`, as `T`.
    pub async fn read<T: anchor_lang::AccountDeserialize>(&self, address: &Address) -> Result<T> {
        let data = self.rpc.get_account_data(address).await;
        let data = data.with_context(|| format!("reading account {address}"))?;
        T::try_deserialize(&mut data.as_slice()).with_context(|| format!("account {address}"))
    }

    /// The chain's time, in Unix seconds.
    pub async fn now(&self) -> Result<i64> {
        let data = self.rpc.get_account_data(&CLOCK).await;
        let data = data.context("reading the clock")?;
        let last = data.last_chunk().context("a clock without a time")?;
        Ok(i64::from_le_bytes(*last))
    }

    /// Waits until the chain's time is `time`.
    pub async fn until(&self, time: i64) -> Result<()> {
        let deadline = Instant::now() + CONFIRMATION;
        while self.now().await? < time {
            if Instant::now() > deadline {
                bail!("the chain's time was not {time} within {CONFIRMATION:?}");
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}
