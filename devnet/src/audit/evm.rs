//! What the EVM chain says: every log of the contracts, decoded by their compiled bindings, not by the indexer's decoder.

use super::rows::Rows;
use crate::deploy::evm::EvmDeployment;
use alloy::{
    network::Ethereum,
    primitives::Address,
    providers::{Provider, RootProvider},
    rpc::types::{Filter, Log},
    sol_types::SolEventInterface,
};
use anyhow::{Context, Result, bail};
use novate_bindings::evm::{RewardDistributor, RewardToken, Settlement};

type Fields = Vec<(&'static str, String)>;

/// Contract names of the configuration, with the address each has.
pub fn contracts(at: &EvmDeployment) -> [(&'static str, Address); 4] {
    [
        ("reward_token", at.token),
        ("replay_token", at.replay),
        ("evm_settlement", at.settlement),
        ("reward_distributor", at.distributor),
    ]
}

/// Adds a row for every log of the contracts up to block `head`.
pub async fn read(
    rpc: &RootProvider<Ethereum>,
    at: &EvmDeployment,
    head: u64,
    rows: &mut Rows,
) -> Result<()> {
    let chain_id = rpc
        .get_chain_id()
        .await
        .context("asking the EVM node for its chain id")?;
    for (contract, address) in contracts(at) {
        let filter = Filter::new().address(address).from_block(0).to_block(head);
        for log in rpc
            .get_logs(&filter)
            .await
            .with_context(|| format!("reading the logs of {contract}"))?
        {
            let (event, mut fields) = match contract {
                "evm_settlement" => settlement(&log)?,
                "reward_distributor" => distributor(&log)?,
                _ => token(&log)?,
            };
            let (Some(block), Some(hash), Some(tx), Some(index), Some(time)) = (
                log.block_number,
                log.block_hash,
                log.transaction_hash,
                log.log_index,
                log.block_timestamp,
            ) else {
                bail!("the node gave a log of {contract} without its block");
            };
            fields.extend([
                ("blockNumber", block.to_string()),
                ("blockHash", hash.to_string()),
                ("blockTime", time.to_string()),
                ("txHash", tx.to_string()),
                ("position", index.to_string()),
                ("address", hex(address)),
            ]);
            rows.add(
                &format!("{contract}_{event}"),
                format!("{chain_id}:{hash}:{index}"),
                fields,
            );
        }
    }
    Ok(())
}

fn hex(address: Address) -> String {
    format!("{address:#x}")
}

fn token(log: &Log) -> Result<(&'static str, Fields)> {
    use RewardToken::RewardTokenEvents as E;
    Ok(
        match E::decode_log(&log.inner).context("a log of a token")?.data {
            E::Transfer(e) => (
                "transfer",
                vec![
                    ("from", hex(e.from)),
                    ("to", hex(e.to)),
                    ("value", e.value.to_string()),
                ],
            ),
            E::Approval(e) => (
                "approval",
                vec![
                    ("owner", hex(e.owner)),
                    ("spender", hex(e.spender)),
                    ("value", e.value.to_string()),
                ],
            ),
            E::RoleGranted(e) => (
                "role_granted",
                vec![
                    ("role", e.role.to_string()),
                    ("account", hex(e.account)),
                    ("sender", hex(e.sender)),
                ],
            ),
            other => bail!("the demo flow causes no such token event: {other:?}"),
        },
    )
}

fn settlement(log: &Log) -> Result<(&'static str, Fields)> {
    use Settlement::SettlementEvents as E;
    Ok(
        match E::decode_log(&log.inner).context("a log of Settlement")?.data {
            E::Deposited(e) => (
                "deposited",
                vec![
                    ("owner", hex(e.owner)),
                    ("asset", hex(e.asset)),
                    ("amount", e.amount.to_string()),
                    ("balance", e.balance.to_string()),
                ],
            ),
            E::Withdrawn(e) => (
                "withdrawn",
                vec![
                    ("owner", hex(e.owner)),
                    ("asset", hex(e.asset)),
                    ("to", hex(e.to)),
                    ("amount", e.amount.to_string()),
                    ("balance", e.balance.to_string()),
                ],
            ),
            E::AuthorityChanged(e) => (
                "authority_changed",
                vec![("previous", hex(e.previous)), ("current", hex(e.current))],
            ),
            E::GuardianChanged(e) => (
                "guardian_changed",
                vec![("previous", hex(e.previous)), ("current", hex(e.current))],
            ),
            E::OwnershipTransferred(e) => (
                "ownership_transferred",
                vec![
                    ("previousOwner", hex(e.previousOwner)),
                    ("newOwner", hex(e.newOwner)),
                ],
            ),
            other => bail!("the demo flow causes no such Settlement event: {other:?}"),
        },
    )
}

fn distributor(log: &Log) -> Result<(&'static str, Fields)> {
    use RewardDistributor::RewardDistributorEvents as E;
    Ok(
        match E::decode_log(&log.inner)
            .context("a log of RewardDistributor")?
            .data
        {
            E::Claimed(e) => (
                "claimed",
                vec![
                    ("argId", e.id.to_string()),
                    ("account", hex(e.account)),
                    ("amount", e.amount.to_string()),
                ],
            ),
            E::SignerChanged(e) => (
                "signer_changed",
                vec![("previous", hex(e.previous)), ("current", hex(e.current))],
            ),
            E::GuardianChanged(e) => (
                "guardian_changed",
                vec![("previous", hex(e.previous)), ("current", hex(e.current))],
            ),
            E::OwnershipTransferred(e) => (
                "ownership_transferred",
                vec![
                    ("previousOwner", hex(e.previousOwner)),
                    ("newOwner", hex(e.newOwner)),
                ],
            ),
            other => bail!("the demo flow causes no such RewardDistributor event: {other:?}"),
        },
    )
}
