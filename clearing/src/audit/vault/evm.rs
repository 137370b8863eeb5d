//! The vaults of the contract, by calls at one block.

use super::{Snapshot, Vault, VaultError};
use crate::{
    chain::{
        ChainError,
        evm::{
            EvmConfig,
            node::{Connection, Nodes},
        },
    },
    intake::json::account,
    state::Known,
};
use alloy::{
    contract,
    eips::BlockId,
    primitives::{Address, B256, U256},
    providers::{Provider, RootProvider},
    sol,
};
use futures_util::{StreamExt, TryStreamExt, stream, try_join};
use novate_bindings::evm::Settlement::{self, SettlementInstance};
use novate_protocol::intent::Scheme;

/// Ledgers that are asked for at a time.
const PARALLEL: usize = 16;

sol! {
    #[sol(rpc)]
    interface Token {
        function balanceOf(address account) external view returns (uint256);
    }
}

/// What the first node that answers says at the block of `known`.
pub(super) async fn read(
    config: &EvmConfig,
    settlement: [u8; 32],
    known: &Known,
) -> Result<Snapshot, VaultError> {
    let nodes = Nodes::new(config)?;
    let mut others = config.rpc.len().saturating_sub(1);
    loop {
        match read_once(&nodes, settlement, known).await {
            // The next one is asked, if this one did not answer.
            Err(VaultError::Evm(_)) if others > 0 => others = others.saturating_sub(1),
            end => return end,
        }
    }
}

async fn read_once(nodes: &Nodes, settlement: [u8; 32], known: &Known) -> Result<Snapshot, VaultError> {
    let node = nodes.connect().await?;
    let block = known.as_of.block;
    let (hash, _) = node.block_at(block).await?.ok_or(VaultError::Moved(block))?;
    let (at, vault) = (BlockId::hash(hash), address(&settlement));
    let code = node.provider().get_code_at(vault).block_id(at).await;
    if code.map_err(|error| node.failed(error))?.is_empty() {
        return Err(VaultError::NoSettlement {
            address: account(Scheme::Eip712, &settlement),
            block,
        });
    }
    let contract = Settlement::new(vault, node.provider());
    let mut snapshot = Snapshot {
        block,
        ..Snapshot::default()
    };
    for (asset, _) in known.state.owed() {
        let vault = read_vault(&node, &contract, address(&asset.0), at).await?;
        snapshot.vaults.insert(*asset, vault);
    }
    let ledgers = known.state.ledgers().map(|(ledger, _)| *ledger);
    let calls: Vec<_> = ledgers
        .map(async |(owner, asset)| {
            let ledger = contract.ledger(address(&owner.0), address(&asset.0));
            let balance = ledger.block(at).call().await;
            let balance = balance.map_err(|error| lost(&node, "a ledger", error))?;
            Ok::<_, VaultError>(((owner, asset), amount(balance)))
        })
        .collect();
    snapshot.ledgers = stream::iter(calls)
        .buffer_unordered(PARALLEL)
        .try_collect()
        .await?;
    // A block that has left the chain can still be asked.
    match node.block_at(block).await? {
        Some((still, _)) if still == hash => Ok(snapshot),
        _ => Err(VaultError::Moved(block)),
    }
}

async fn read_vault(
    node: &Connection<'_>,
    contract: &SettlementInstance<&RootProvider>,
    asset: Address,
    at: BlockId,
) -> Result<Vault, VaultError> {
    let token = Token::new(asset, node.provider());
    let held = token.balanceOf(*contract.address()).block(at);
    let held = held.call().await;
    let held = held.map_err(|error| lost(node, "a balance of a token", error))?;
    let (owed, in_flight, stranded) = (
        contract.totalLedgers(asset).block(at),
        contract.inFlight(asset).block(at),
        contract.stranded(asset).block(at),
    );
    let parts = try_join!(
        owed.call().into_future(),
        in_flight.call().into_future(),
        stranded.call().into_future()
    );
    let (owed, in_flight, stranded) = parts.map_err(|error| lost(node, "what the vault owes", error))?;
    Ok(Vault {
        held: amount(held),
        owed: amount(owed),
        escrow: 0,
        in_flight,
        stranded: amount(stranded),
    })
}

fn lost(node: &Connection<'_>, what: &str, error: contract::Error) -> ChainError {
    match error {
        contract::Error::TransportError(error) => node.failed(error),
        other => node.nonsense(format!("does not tell {what}: {other}")),
    }
}

/// The contract lets no sum of an asset reach 2^128. What is above is of a token that does as it likes, or of a contract that differs
/// from everything the index can have.
fn amount(value: U256) -> u128 {
    u128::try_from(value).unwrap_or(u128::MAX)
}

fn address(word: &[u8; 32]) -> Address {
    Address::from_word(B256::from(*word))
}
