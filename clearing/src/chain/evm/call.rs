//! The call that does a step.

use crate::chain::{ChainError, SignedBatch, Step};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use novate_bindings::evm::Settlement::{
    ItemMove, applyDeltasCall, applyItemsCall, closeBatchCall, finalizeBatchCall, openBatchCall,
    revertDeltasCall, revertItemsCall,
};
use novate_protocol::{
    leaf::{DeltaLeaf, ItemLeaf},
    merkle::Tree,
};
use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

/// `Side` of the contract.
const DEBIT: u8 = 0;
const CREDIT: u8 = 1;

/// The trees of the batch that calls were made for last: all chunks of a batch are proved by the same ones.
#[derive(Default)]
pub(super) struct Calls {
    last: Mutex<Option<Arc<Trees>>>,
}

struct Trees {
    deltas: Tree,
    items: Tree,
}

impl Calls {
    /// The call's data.
    pub fn encode(&self, batch: &SignedBatch, step: &Step) -> Result<Bytes, ChainError> {
        let sequence = batch.header.sequence;
        let encoded = match step {
            Step::Open => openBatchCall {
                header: (&batch.header).into(),
                signature: batch.signature.clone().into(),
            }
            .abi_encode(),
            Step::Debits(range) => self.apply(batch, range, DEBIT).map_err(|why| why.of(step))?,
            Step::Credits(range) => self.apply(batch, range, CREDIT).map_err(|why| why.of(step))?,
            Step::Items(range) => self.items(batch, range).map_err(|why| why.of(step))?,
            Step::RevertDeltas(range) => self.revert(batch, range).map_err(|why| why.of(step))?,
            Step::RevertItems(range) => self.revert_items(batch, range).map_err(|why| why.of(step))?,
            Step::Finalize => finalizeBatchCall { sequence }.abi_encode(),
            Step::Close => closeBatchCall { sequence }.abi_encode(),
            Step::Prepare(_) => return Err(Unfit("nothing is prepared on EVM chains".into()).of(step)),
        };
        Ok(encoded.into())
    }

    fn apply(&self, batch: &SignedBatch, range: &Range<u32>, side: u8) -> Result<Vec<u8>, Unfit> {
        let (chunk, asset) = chunk(&batch.deltas, range)?;
        Ok(applyDeltasCall {
            sequence: batch.header.sequence,
            asset,
            first: range.start,
            side,
            entries: entries(chunk, side == DEBIT)?,
            proof: prove(&self.trees(batch)?.deltas, range)?,
        }
        .abi_encode())
    }

    fn revert(&self, batch: &SignedBatch, range: &Range<u32>) -> Result<Vec<u8>, Unfit> {
        let (chunk, asset) = chunk(&batch.deltas, range)?;
        Ok(revertDeltasCall {
            sequence: batch.header.sequence,
            asset,
            first: range.start,
            entries: entries(chunk, true)?,
            proof: prove(&self.trees(batch)?.deltas, range)?,
        }
        .abi_encode())
    }

    fn items(&self, batch: &SignedBatch, range: &Range<u32>) -> Result<Vec<u8>, Unfit> {
        let keys = leaves(&batch.item_sessions, range)?.iter().map(address);
        Ok(applyItemsCall {
            sequence: batch.header.sequence,
            first: range.start,
            moves: moves(leaves(&batch.items, range)?)?,
            keys: keys.collect::<Result<_, _>>()?,
            proof: prove(&self.trees(batch)?.items, range)?,
        }
        .abi_encode())
    }

    fn revert_items(&self, batch: &SignedBatch, range: &Range<u32>) -> Result<Vec<u8>, Unfit> {
        Ok(revertItemsCall {
            sequence: batch.header.sequence,
            first: range.start,
            moves: moves(leaves(&batch.items, range)?)?,
            proof: prove(&self.trees(batch)?.items, range)?,
        }
        .abi_encode())
    }

    fn trees(&self, batch: &SignedBatch) -> Result<Arc<Trees>, Unfit> {
        let (deltas_root, items_root) = (batch.header.deltas_root, batch.header.items_root);
        let is_of = |trees: &Trees| trees.deltas.root() == deltas_root && trees.items.root() == items_root;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trees) = last.as_ref().filter(|trees| is_of(trees)) {
            return Ok(trees.clone());
        }
        let trees = Arc::new(Trees {
            deltas: Tree::new(batch.deltas.iter().map(DeltaLeaf::hash).collect()),
            items: Tree::new(batch.items.iter().map(ItemLeaf::hash).collect()),
        });
        if !is_of(&trees) {
            return Err(Unfit(
                "the leaves do not give the header's roots: give those that were signed".into(),
            ));
        }
        *last = Some(trees.clone());
        Ok(trees)
    }
}

/// What the contract has no call for: it never will.
struct Unfit(String);

impl Unfit {
    fn of(self, step: &Step) -> ChainError {
        ChainError::Rejected {
            step: step.clone(),
            reason: self.0,
            permanent: true,
        }
    }
}

fn leaves<'a, T>(all: &'a [T], range: &Range<u32>) -> Result<&'a [T], Unfit> {
    let chosen = all.get(range.start as usize..range.end as usize);
    let chosen = chosen.filter(|chosen| !chosen.is_empty());
    chosen.ok_or_else(|| {
        Unfit(format!(
            "there are no leaves {range:?}, the batch has {}",
            all.len()
        ))
    })
}

/// The leaves, and the asset that all of them have.
fn chunk<'a>(deltas: &'a [DeltaLeaf], range: &Range<u32>) -> Result<(&'a [DeltaLeaf], Address), Unfit> {
    let chunk = leaves(deltas, range)?;
    let mut assets = chunk.iter().map(|leaf| leaf.asset.0);
    let asset = assets.next().unwrap_or_default();
    if assets.any(|other| other != asset) {
        return Err(Unfit(format!(
            "leaves {range:?} are of several assets: give those of one"
        )));
    }
    Ok((chunk, address(&asset)?))
}

/// Of a debit: owner, session key and amount; of a credit without the key.
fn entries(chunk: &[DeltaLeaf], debits: bool) -> Result<Bytes, Unfit> {
    let mut entries = Vec::with_capacity(chunk.len() * 56);
    for leaf in chunk {
        if (leaf.amount < 0) != debits {
            return Err(Unfit(format!("leaf {} is of the other side", leaf.index)));
        }
        entries.extend_from_slice(address(&leaf.owner.0)?.as_slice());
        if debits {
            entries.extend_from_slice(address(&leaf.session)?.as_slice());
        }
        entries.extend_from_slice(&leaf.amount.unsigned_abs().to_be_bytes());
    }
    Ok(entries.into())
}

fn moves(items: &[ItemLeaf]) -> Result<Vec<ItemMove>, Unfit> {
    let moves = items.iter().map(|item| {
        Ok(ItemMove {
            asset: address(&item.asset.0)?,
            tokenId: U256::from_be_bytes(item.token_id),
            from: address(&item.from.0)?,
            to: address(&item.to.0)?,
        })
    });
    moves.collect()
}

fn prove(tree: &Tree, range: &Range<u32>) -> Result<Vec<B256>, Unfit> {
    let proof = tree.range_proof(range.start as usize, range.len());
    let proof = proof.ok_or_else(|| Unfit(format!("there are no leaves {range:?} to prove")))?;
    Ok(proof.into_iter().map(Into::into).collect())
}

/// The address in a word, before which there are zeros.
fn address(word: &[u8; 32]) -> Result<Address, Unfit> {
    let (zeros, address) = word.split_at(12);
    if zeros.iter().any(|&byte| byte != 0) {
        return Err(Unfit(format!("0x{} is no EVM address", hex::encode(word))));
    }
    Ok(Address::from_slice(address))
}
