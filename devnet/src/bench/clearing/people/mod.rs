//! Owners with tokens in their wallets, as many in their ledgers, and a session each. All by real transactions; only ether for gas comes
//! from nowhere.

mod evm;
mod solana;

pub use self::{evm::on_evm, solana::on_solana};

use crate::{
    demo::clearing::party::Member,
    deploy::{Deployment, evm::mined, solana::LOCAL_CHAIN},
    stack::Stack,
};
use anyhow::{Context, Result};
use candid::{Encode, Nat};
use novate_bindings::{
    evm::Settlement,
    icp::{self, AssetLimit, Chain, Refusal},
};
use novate_protocol::{ids::Asset, intent::Scheme};
use serde_bytes::ByteBuf;
use solana_keypair::Keypair;

/// Base units of six decimals in each ledger, and in each wallet: 100,000 tokens.
const HELD: u64 = 100_000_000_000;
/// What a session may spend in a day, and in its life; and what a batch may debit.
const LIMIT: u64 = 1_000 * HELD;
/// Owners whose transactions are sent at once.
const PARALLEL: usize = 8;

/// The owners on one chain.
pub struct Party {
    /// Name of the settlement in the configuration.
    pub settlement: &'static str,
    /// As in headers.
    pub chain: u64,
    /// As in headers.
    pub address: [u8; 32],
    pub scheme: Scheme,
    /// What is paid with.
    pub asset: Asset,
    pub members: Vec<Member>,
    /// The keys of the owners on Solana, in the same order: they sign transfers of tokens. On EVM anvil signs for them.
    pub wallets: Vec<Keypair>,
}

/// The demo's limits are for a few small payments: batches may debit more here.
pub async fn allow(stack: &Stack, at: &Deployment) -> Result<()> {
    let contract = Settlement::new(at.evm.settlement, &at.evm_rpc);
    let limited = contract.setBatchLimit(at.evm.token, LIMIT.into());
    mined(&at.evm_rpc, limited.from(at.evm.admin).send().await?).await?;
    for (chain, address, asset) in [
        (
            Chain::Evm(stack.anvil.chain_id()),
            at.evm.settlement.to_vec(),
            at.evm.token.into_word().0,
        ),
        (
            Chain::Solana(LOCAL_CHAIN),
            at.solana.config.to_bytes().to_vec(),
            at.solana.mint.to_bytes(),
        ),
    ] {
        let settlement = icp::Settlement {
            chain,
            address: ByteBuf::from(address),
            assets: vec![AssetLimit {
                asset: ByteBuf::from(asset),
                max_per_batch: Nat::from(LIMIT),
                max_per_day: Nat::from(LIMIT),
            }],
            max_deltas: 10_000,
            max_items: 1_000,
            max_intents: 100_000,
            next_sequence: None,
            hours: None,
            collections: None,
            max_items_per_day: None,
        };
        let allowed: Result<(), Refusal> = at.icp.update("allow_settlement", Encode!(&settlement)?).await?;
        allowed.context("the signer refused allow_settlement")?;
    }
    Ok(())
}
