//! What the EVM chain says: every log of the contracts, decoded by our own reading of their ABIs, not by the indexer's.

use super::{
    abi::Abi,
    rows::{Rows, column, snake, text},
};
use crate::deploy::evm::{Contract, EvmDeployment};
use alloy::{
    network::Ethereum,
    providers::{Provider, RootProvider},
    rpc::types::Filter,
};
use anyhow::{Context, Result, bail};

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
    for contract in at.contracts() {
        events(rpc, chain_id, &contract, head, rows)
            .await
            .with_context(|| format!("reading the logs of {}", contract.name))?;
    }
    Ok(())
}

async fn events(
    rpc: &RootProvider<Ethereum>,
    chain_id: u64,
    contract: &Contract,
    head: u64,
    rows: &mut Rows,
) -> Result<()> {
    let abi = Abi::new(contract.artifact)?;
    let filter = Filter::new()
        .address(contract.address)
        .from_block(0)
        .to_block(head);
    for log in rpc.get_logs(&filter).await? {
        let (event, fields) = abi.event(log.topics(), &log.data().data)?;
        let (Some(block), Some(hash), Some(tx), Some(index), Some(time)) = (
            log.block_number,
            log.block_hash,
            log.transaction_hash,
            log.log_index,
            log.block_timestamp,
        ) else {
            bail!("the node gave a log without its block");
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (column(name), text(value)))
            .collect();
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let common = [
            ("blockNumber", block.to_string()),
            ("blockHash", hash.to_string()),
            ("blockTime", time.to_string()),
            ("txHash", tx.to_string()),
            ("position", index.to_string()),
            ("address", format!("{:#x}", contract.address)),
        ];
        let table = format!("{}_{}", contract.name, snake(&event));
        rows.add(&table, format!("{chain_id}:{hash}:{index}"), fields.chain(common));
    }
    Ok(())
}
