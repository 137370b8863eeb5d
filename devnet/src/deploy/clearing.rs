//! Accounts of the clearing service, which nobody else sends with.

use super::solana::Client;
use alloy::primitives::Address as EvmAddress;
use anyhow::{Context, Result, ensure};
use devnet_nodes::Anvil;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// What the payer on Solana gets: 100 SOL.
const FUNDS: u64 = 100_000_000_000;
/// Anvil's accounts, those of the service last: the first ones are the flow's.
const ACCOUNTS: usize = 10;

/// Who pays for transactions, and who gets the fees.
pub struct Accounts {
    /// Private key in hexadecimal.
    pub evm_payer: String,
    /// Of who submits grants of sessions, likewise.
    pub evm_relayer: String,
    pub evm_fees: EvmAddress,
    pub solana_payer: Keypair,
    pub solana_fees: Address,
}

/// Takes three of anvil's accounts, and funds one on Solana.
pub async fn accounts(anvil: &Anvil, solana: &Client) -> Result<Accounts> {
    let all = anvil.accounts();
    ensure!(
        all.len() >= ACCOUNTS,
        "anvil has {} accounts, and {ACCOUNTS} are needed",
        all.len()
    );
    let payer = Keypair::new();
    let funded = solana_system_interface::instruction::transfer(&solana.payer(), &payer.pubkey(), FUNDS);
    solana
        .send(&[funded], &[])
        .await
        .context("funding its payer on Solana")?;
    let fees = &all[7].address;
    Ok(Accounts {
        evm_payer: all[9].private_key.clone(),
        evm_relayer: all[8].private_key.clone(),
        evm_fees: fees.parse().with_context(|| format!("anvil's account {fees}"))?,
        solana_payer: payer,
        solana_fees: Keypair::new().pubkey(),
    })
}
