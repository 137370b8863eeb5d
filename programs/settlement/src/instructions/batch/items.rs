//! The core of applying and reverting moves of items.

use anchor_lang::prelude::*;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::leaf::ItemLeaf;

use super::chunk::Chunk;
use crate::error::SettlementError;
use crate::events::ItemEntry;
use crate::state::{Batch, Bitmap, Item};

/// A mint is one item, so it has no number within its collection.
const TOKEN_ID: [u8; 32] = [0; 32];

/// Which leaves, and what to do with them.
pub(super) struct ItemsPlan<'a, 'info, const LEN: usize> {
    pub batch: &'a Batch,
    pub chunk: Chunk<'a, LEN>,
    pub proof: &'a [u8],
    /// The items, one for each leaf.
    pub items: &'info [AccountInfo<'info>],
    /// What a leaf's bit becomes. Leaves whose bit is like that already are hashed only.
    pub bit: bool,
}

/// One move, as its leaf says.
pub(super) struct Move {
    /// In the chunk.
    pub position: usize,
    pub from: Pubkey,
    pub to: Pubkey,
}

impl<const LEN: usize> ItemsPlan<'_, '_, LEN> {
    /// Makes `change` with the items of the leaves whose bits are not yet as wanted, and with their bits; and proves
    /// all leaves. Returns what is changed. `read` gives the holders before and after the batch.
    ///
    /// Items are read and written one after the other, so that the same account may come twice.
    pub fn run(
        &self,
        bits: &mut Bitmap,
        read: impl Fn(&[u8; LEN]) -> [Pubkey; 2],
        change: impl Fn(&mut Item, &Move) -> Result<()>,
    ) -> Result<Vec<ItemEntry>> {
        let Self { batch, chunk, .. } = self;
        let mut hashes = Vec::with_capacity(chunk.len());
        let mut entries = Vec::with_capacity(chunk.len());
        for (position, (entry, account)) in chunk.entries.iter().zip(self.items).enumerate() {
            let index = chunk.index(position);
            let mut item = Account::<Item>::try_from(account)?;
            require_keys_eq!(item.config, batch.config, SettlementError::ForeignItem);
            let mint = item.mint;
            let [from, to] = read(entry);
            let leaf = ItemLeaf {
                index,
                asset: Asset(mint.to_bytes()),
                token_id: TOKEN_ID,
                from: Owner(from.to_bytes()),
                to: Owner(to.to_bytes()),
            };
            hashes.push(leaf.hash());
            if bits.put(index, self.bit) {
                change(&mut item, &Move { position, from, to })?;
                item.exit(&crate::ID)?;
                let (from, to) = if self.bit { (from, to) } else { (to, from) };
                entries.push(ItemEntry {
                    index,
                    mint,
                    from,
                    to,
                });
            }
        }
        chunk.require_proved(&batch.items_root, &mut hashes, self.proof)?;
        Ok(entries)
    }
}

/// The holder before and the holder after: 32 bytes each.
pub(super) fn holders(bytes: &[u8; 64]) -> [Pubkey; 2] {
    let (mut from, mut to) = ([0; 32], [0; 32]);
    let (first, second) = bytes.split_at(32);
    from.copy_from_slice(first);
    to.copy_from_slice(second);
    [from, to].map(Pubkey::new_from_array)
}
