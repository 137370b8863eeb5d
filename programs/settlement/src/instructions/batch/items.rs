//! The core of applying and reverting moves of items.

use anchor_lang::prelude::*;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::leaf::ItemLeaf;

use super::apply_items::ItemsArgs;
use super::chunk::Chunk;
use crate::error::SettlementError;
use crate::events::ItemEntry;
use crate::state::{Batch, Bitmap, Item};

/// The holder before and the holder after.
const ENTRY: usize = 64;

/// A mint is one item, so it has no number within its collection.
const TOKEN_ID: [u8; 32] = [0; 32];

/// Which leaves, and what to do with them.
pub(super) struct ItemsPlan<'a, 'info> {
    pub batch: &'a Batch,
    pub args: &'a ItemsArgs,
    /// The items, one for each leaf.
    pub accounts: &'info [AccountInfo<'info>],
    /// What a leaf's bit becomes. Leaves whose bit is like that already are hashed only.
    pub bit: bool,
}

/// Makes `change` with the items of the leaves whose bits are not yet as wanted, given the holders before and after
/// the batch, and with their bits. Returns what is changed.
///
/// Items are read and written one after the other, so that the same account may come twice.
pub(super) fn change(
    plan: &ItemsPlan,
    bits: &mut Bitmap,
    change: impl Fn(&mut Item, &Pubkey, &Pubkey) -> Result<()>,
) -> Result<Vec<ItemEntry>> {
    let (batch, args) = (plan.batch, plan.args);
    let chunk = Chunk::<ENTRY>::new(args.first, &args.entries, batch.item_count)?;
    require!(
        plan.accounts.len() == chunk.len(),
        SettlementError::WrongAccountCount
    );
    let mut hashes = Vec::with_capacity(chunk.len());
    let mut entries = Vec::with_capacity(chunk.len());
    for ((index, holders), account) in chunk.indexes().zip(chunk.entries).zip(plan.accounts) {
        let mut item = Account::<Item>::try_from(account)?;
        require_keys_eq!(item.config, batch.config, SettlementError::ForeignItem);
        let (from, to) = both(holders);
        let leaf = ItemLeaf {
            index,
            asset: Asset(item.mint.to_bytes()),
            token_id: TOKEN_ID,
            from: Owner(from.to_bytes()),
            to: Owner(to.to_bytes()),
        };
        hashes.push(leaf.hash());
        if bits.put(index, plan.bit) {
            change(&mut item, &from, &to)?;
            item.exit(&crate::ID)?;
            let (from, to) = if plan.bit { (from, to) } else { (to, from) };
            let mint = item.mint;
            entries.push(ItemEntry {
                index,
                mint,
                from,
                to,
            });
        }
    }
    chunk.require_proved(&batch.items_root, batch.item_count, &mut hashes, &args.proof)?;
    Ok(entries)
}

fn both(holders: &[u8; ENTRY]) -> (Pubkey, Pubkey) {
    let (mut from, mut to) = ([0; 32], [0; 32]);
    let (first, second) = holders.split_at(32);
    from.copy_from_slice(first);
    to.copy_from_slice(second);
    (Pubkey::new_from_array(from), Pubkey::new_from_array(to))
}
