//! Transfers of items that a settlement can apply: each item once, from one holder to another.

use crate::contract::{bytes, word};
use novate_protocol::{
    ids::{Asset, Owner},
    leaf::ItemLeaf,
};
use signer_api::{BatchRefusal, Chain, ItemTransfer, Refusal};
use std::collections::BTreeSet;

/// On Solana a mint is one item, so it has no number within its collection.
const NO_TOKEN: [u8; 32] = [0; 32];

/// The hashes of the leaves.
///
/// # Errors
/// As [`super::parse::Batch::parse`].
pub fn parse(chain: Chain, given: &[ItemTransfer]) -> Result<Vec<[u8; 32]>, Refusal> {
    let mut hashes = Vec::with_capacity(given.len());
    let mut moved = BTreeSet::new();
    for (i, item) in given.iter().enumerate() {
        let leaf = leaf(chain, i, item).map_err(|refusal| refusal.in_entry("items", i))?;
        if !moved.insert((leaf.asset, leaf.token_id)) {
            let index = leaf.index;
            return Err(BatchRefusal::ItemMovedTwice { index }.into());
        }
        hashes.push(leaf.hash());
    }
    Ok(hashes)
}

fn leaf(chain: Chain, i: usize, item: &ItemTransfer) -> Result<ItemLeaf, Refusal> {
    let index = i as u32; // the header's count, of 32 bits, is that of the leaves
    let leaf = ItemLeaf {
        index,
        asset: Asset(word("asset", chain, &item.asset)?),
        token_id: bytes("token_id", &item.token_id)?,
        from: Owner(word("from", chain, &item.from)?),
        to: Owner(word("to", chain, &item.to)?),
    };
    if matches!(chain, Chain::Solana(_)) && leaf.token_id != NO_TOKEN {
        return Err(BatchRefusal::TokenIdOnSolana { index }.into());
    }
    if leaf.from == leaf.to {
        return Err(BatchRefusal::SameHolder { index }.into());
    }
    Ok(leaf)
}
