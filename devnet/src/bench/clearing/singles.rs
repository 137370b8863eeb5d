//! Some of the same payments as transfers of tokens between wallets, each signed and paid for by who pays.

use super::{
    Size,
    payments::{self, Payment},
    people::Party,
};
use crate::deploy::{
    Deployment,
    evm::mined,
    solana::{Client, tokens},
};
use alloy::{
    primitives::{Address as EvmAddress, U256},
    signers::local::PrivateKeySigner,
};
use anchor_spl::token::spl_token::{ID as TOKEN, instruction};
use anyhow::{Context, Result, bail};
use novate_bindings::evm::RewardToken;
use novate_protocol::ids::Owner;
use solana_address::Address;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction_status::{UiTransactionEncoding, option_serializer::OptionSerializer};

/// Transfers that are made on each chain, between owners who both have tokens.
const WARM: usize = 40;
/// Transfers to who had none.
const NEW: usize = 5;

/// What a transfer costs in the mean.
pub struct Singles {
    /// Gas, that of the transaction included.
    pub evm_gas: f64,
    /// The same to somebody who had none.
    pub evm_new_gas: f64,
    /// Lamports of fees.
    pub solana_lamports: f64,
    /// Compute units.
    pub solana_units: f64,
    /// Lamports of rent for the token account of somebody who had none.
    pub solana_new_rent: f64,
}

/// Makes the first payments as transfers.
pub async fn measure(at: &Deployment, parties: &[Party; 2], size: Size) -> Result<Singles> {
    let [on_evm, on_solana] = parties;
    let payments: Vec<_> = payments::all(size).take(WARM).collect();
    let (mut gas, mut new_gas) = (Vec::new(), Vec::new());
    let evm = |owner: Owner| EvmAddress::from_word(owner.0.into());
    for Payment { from, to, amount } in &payments {
        let (from, to) = (on_evm.members[*from].owner, on_evm.members[*to].owner);
        gas.push(erc20(at, evm(from), evm(to), *amount).await?);
    }
    for Payment { from, amount, .. } in payments.iter().take(NEW) {
        let from = on_evm.members[*from].owner;
        new_gas.push(erc20(at, evm(from), PrivateKeySigner::random().address(), *amount).await?);
    }
    let (mut lamports, mut units, mut rents) = (Vec::new(), Vec::new(), Vec::new());
    for Payment { from, to, amount } in &payments {
        let to = Address::from(on_solana.members[*to].owner.0);
        let (fee, used) = spl(at, &on_solana.wallets[*from], &to, *amount).await?;
        lamports.push(fee);
        units.push(used);
    }
    for _ in 0..NEW {
        rents.push(token_account(at).await?);
    }
    Ok(Singles {
        evm_gas: mean(&gas),
        evm_new_gas: mean(&new_gas),
        solana_lamports: mean(&lamports),
        solana_units: mean(&units),
        solana_new_rent: mean(&rents),
    })
}

fn mean(all: &[u64]) -> f64 {
    all.iter().sum::<u64>() as f64 / all.len().max(1) as f64
}

/// Gas of one transfer. Anvil signs for everybody.
async fn erc20(at: &Deployment, from: EvmAddress, to: EvmAddress, amount: u64) -> Result<u64> {
    let token = RewardToken::new(at.evm.token, &at.evm_rpc);
    let transfer = token.transfer(to, U256::from(amount));
    let sent = transfer.from(from).send().await;
    let receipt = mined(&at.evm_rpc, sent.context("a transfer on EVM")?).await?;
    Ok(receipt.gas_used)
}

/// Lamports and compute units of one transfer.
async fn spl(at: &Deployment, from: &Keypair, to: &Address, amount: u64) -> Result<(u64, u64)> {
    let client = Client::new(&at.solana_rpc.rpc.url(), from.insecure_clone());
    let owner = from.pubkey();
    let [source, target] = [&owner, to].map(|owner| at.solana.token_account(owner));
    let transfer = instruction::transfer(&TOKEN, &source, &target, &owner, &[], amount)?;
    let signature = client
        .send(&[transfer], &[])
        .await
        .context("a transfer on Solana")?;
    charged(&client, &signature).await
}

async fn charged(client: &Client, signature: &Signature) -> Result<(u64, u64)> {
    let config = RpcTransactionConfig {
        encoding: Some(UiTransactionEncoding::Base64),
        commitment: Some(CommitmentConfig::confirmed()),
        max_supported_transaction_version: Some(0),
    };
    let found = client.rpc.get_transaction_with_config(signature, config).await;
    let meta = found.context("reading a transfer")?.transaction.meta;
    let meta = meta.context("a transaction without what it cost")?;
    let OptionSerializer::Some(units) = meta.compute_units_consumed else {
        bail!("{signature} has no compute units");
    };
    Ok((meta.fee, units))
}

/// Lamports in the new token account of somebody.
async fn token_account(at: &Deployment) -> Result<u64> {
    let (client, owner) = (&at.solana_rpc, Keypair::new().pubkey());
    let open = tokens::open_account(&client.payer(), &owner, &at.solana.mint);
    client
        .send(&[open], &[])
        .await
        .context("opening a token account")?;
    let account = at.solana.token_account(&owner);
    client.rpc.get_balance(&account).await.context("reading its rent")
}
