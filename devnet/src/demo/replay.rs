//! Replays real ERC-20 transfers through a token on anvil: same senders, receivers, values and order.

use crate::deploy::evm::{EvmDeployment, mined};
use alloy::{
    network::Ethereum,
    primitives::{Address, U256},
    providers::{RootProvider, ext::AnvilApi},
};
use anyhow::{Context, Result};
use novate_bindings::evm::RewardToken;
use std::collections::BTreeMap;

/// 520 consecutive Transfer events of rETH on Ethereum mainnet.
const TRANSFERS: &str = include_str!("../../data/reth-transfers.csv");

/// One `Transfer(from, to, value)`; the zero address mints and burns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: Address,
    pub to: Address,
    pub value: U256,
}

/// The recorded events, in order.
pub fn transfers() -> Result<Vec<Transfer>> {
    // Contract, from, to, value, …: read by place, as the file's header names two columns more than its rows have.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(TRANSFERS.as_bytes());
    reader
        .deserialize()
        .map(|row| {
            let (_, from, to, value): (String, Address, Address, String) =
                row.context("reading the recorded transfers")?;
            let value =
                U256::from_str_radix(&value, 10).with_context(|| format!("transfer value {value:?}"))?;
            Ok(Transfer { from, to, value })
        })
        .collect()
}

/// Sends every transfer, after giving each account what it held before the first of them.
pub async fn replay(rpc: &RootProvider<Ethereum>, at: &EvmDeployment) -> Result<()> {
    let transfers = transfers()?;
    let token = RewardToken::new(at.replay, rpc);
    let opening = opening_balances(&transfers);
    rpc.anvil_auto_impersonate_account(true)
        .await
        .context("letting anvil act for any account")?;
    for (&account, &amount) in &opening {
        mined(rpc, token.mint(account, amount).from(at.admin).send().await?).await?;
    }
    for account in transfers.iter().map(|t| t.from).filter(|from| !from.is_zero()) {
        rpc.anvil_set_balance(account, U256::from(10).pow(U256::from(18)))
            .await?;
    }
    for (i, &Transfer { from, to, value }) in transfers.iter().enumerate() {
        let sent = if from.is_zero() {
            token.mint(to, value).from(at.admin).send().await
        } else if to.is_zero() {
            token.burn(value).from(from).send().await
        } else {
            token.transfer(to, value).from(from).send().await
        };
        mined(rpc, sent.with_context(|| format!("replaying transfer {i}"))?).await?;
    }
    rpc.anvil_auto_impersonate_account(false).await?;
    Ok(())
}

/// Says what is missing when not every recorded transfer, with the mints before them, was served.
pub fn missing(rows: &BTreeMap<String, usize>) -> Result<Option<String>> {
    let transfers = transfers()?;
    let expected = transfers.len() + opening_balances(&transfers).len();
    let served = rows.get("replay_token_transfer").copied().unwrap_or(0);
    Ok(
        (served != expected)
            .then(|| format!("{served} replayed transfers were served, {expected} were sent")),
    )
}

/// The least each account must have held so that no transfer overdraws it.
fn opening_balances(transfers: &[Transfer]) -> BTreeMap<Address, U256> {
    let mut held: BTreeMap<Address, U256> = BTreeMap::new();
    let mut opening: BTreeMap<Address, U256> = BTreeMap::new();
    for &Transfer { from, to, value } in transfers {
        if !from.is_zero() {
            let balance = held.entry(from).or_default();
            if *balance < value {
                *opening.entry(from).or_default() += value - *balance;
                *balance = value;
            }
            *balance -= value;
        }
        if !to.is_zero() {
            *held.entry(to).or_default() += value;
        }
    }
    opening
}
