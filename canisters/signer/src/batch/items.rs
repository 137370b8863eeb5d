//! Transfers of items that a settlement can apply: each item once, from one holder to another.

use crate::contract::{bytes, word};
use novate_protocol::{
    ids::{Asset, Owner},
    leaf::ItemLeaf,
};
use signer_api::{BatchRefusal, Chain, ItemTransfer, Refusal};
use std::collections::{BTreeMap, BTreeSet};

/// Collection -> how many of its items are moved.
pub type Moves = BTreeMap<[u8; 32], u32>;

/// On Solana a mint is one item, so it has no number within its collection.
const NO_TOKEN: [u8; 32] = [0; 32];

/// The hashes of the leaves, and whose items they move.
///
/// # Errors
/// As [`super::parse::Batch::parse`].
pub fn parse(chain: Chain, given: &[ItemTransfer]) -> Result<(Vec<[u8; 32]>, Moves), Refusal> {
    let mut hashes = Vec::with_capacity(given.len());
    let (mut moves, mut moved) = (Moves::new(), BTreeSet::new());
    for (i, item) in given.iter().enumerate() {
        let leaf = leaf(chain, i, item).map_err(|refusal| refusal.in_entry("items", i))?;
        if !moved.insert((leaf.asset, leaf.token_id)) {
            let index = leaf.index;
            return Err(BatchRefusal::ItemMovedTwice { index }.into());
        }
        // No more than there are leaves, whose count has 32 bits.
        let count = moves.entry(leaf.asset.0).or_default();
        *count = count.saturating_add(1);
        hashes.push(leaf.hash());
    }
    Ok((hashes, moves))
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
