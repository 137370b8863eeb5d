//! Batches, and checkpoints of completed orders.

use anchor_lang::prelude::*;

/// A batch was opened: the authority signed its header.
#[event]
pub struct BatchOpened {
    pub config: Pubkey,
    pub batch: Pubkey,
    pub sequence: u64,
    pub intents_root: [u8; 32],
    pub deltas_root: [u8; 32],
    pub items_root: [u8; 32],
    /// Binary CIDv1 of the blob with the signed intents.
    pub blob_cid: Vec<u8>,
    pub intent_count: u32,
    pub delta_count: u32,
    pub item_count: u32,
    /// When the batch's window opened, as the header says, in Unix seconds.
    pub window_opened_at: u64,
    /// Applied from here on, in Unix seconds.
    pub apply_from: i64,
    /// For so many seconds, counted from `apply_from` or, when that is later, from the end of the batch before;
    /// then it is taken back, unless past the point of no return.
    pub settle_window: u32,
    /// Paid the account's rent.
    pub payer: Pubkey,
}

/// Debits or credits of a batch were applied.
#[event]
pub struct DeltasApplied {
    pub config: Pubkey,
    /// The batch's.
    pub sequence: u64,
    pub vault: Pubkey,
    pub mint: Pubkey,
    /// In the order of their leaves, without those that were applied before.
    pub entries: Vec<DeltaEntry>,
}

/// Debits of a batch were given back.
#[event]
pub struct DeltasReverted {
    pub config: Pubkey,
    /// The batch's.
    pub sequence: u64,
    pub vault: Pubkey,
    pub mint: Pubkey,
    /// What each ledger got back.
    pub entries: Vec<DeltaEntry>,
}

/// Change of one ledger. A batch changes each ledger once with each session, and once with none.
#[derive(
    AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(C)]
pub struct DeltaEntry {
    pub owner: Pubkey,
    /// The session that was charged; all zeros for a credit.
    pub session: Pubkey,
    /// Below zero is a debit.
    pub amount: i64,
    /// The ledger afterwards.
    pub balance: u64,
}

/// A batch moved items.
#[event]
pub struct ItemsApplied {
    pub config: Pubkey,
    /// The batch's.
    pub sequence: u64,
    /// In the order of their leaves, without those that were applied before.
    pub entries: Vec<ItemEntry>,
}

/// Items of a batch were moved back.
#[event]
pub struct ItemsReverted {
    pub config: Pubkey,
    /// The batch's.
    pub sequence: u64,
    pub entries: Vec<ItemEntry>,
}

/// Move of one item.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemEntry {
    /// Of the leaf.
    pub index: u32,
    pub mint: Pubkey,
    /// The holder before.
    pub from: Pubkey,
    /// The holder now.
    pub to: Pubkey,
}

/// A batch is settled: everything is applied, and every vault it debited is credited with the same.
#[event]
pub struct NetBatchSettled {
    pub config: Pubkey,
    pub sequence: u64,
    pub intents_root: [u8; 32],
    /// Binary CIDv1 of the blob with the signed intents.
    pub blob_cid: Vec<u8>,
    pub intent_count: u32,
    pub delta_count: u32,
    pub item_count: u32,
    /// What it moved, per mint.
    pub totals: Vec<BatchTotal>,
}

/// What a batch moved of one mint, or left behind.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchTotal {
    pub mint: Pubkey,
    /// Of a settled batch the sum of the debits, which is that of the credits; of an abandoned one the difference.
    pub amount: u64,
}

/// The guardian stopped a batch before any of it was applied.
#[event]
pub struct BatchCancelled {
    pub config: Pubkey,
    pub sequence: u64,
    /// The guardian.
    pub by: Pubkey,
}

/// A batch is over without effect: it was cancelled, or not settled in time and taken back.
#[event]
pub struct BatchClosed {
    pub config: Pubkey,
    pub sequence: u64,
    pub cancelled: bool,
}

/// A batch is over that could be neither settled nor taken back.
#[event]
pub struct BatchAbandoned {
    pub config: Pubkey,
    pub sequence: u64,
    /// How many of its deltas stay applied.
    pub deltas_applied: u32,
    /// What it had debited and not credited, of each vault that it debited: see `Vault::stranded`.
    pub stranded: Vec<BatchTotal>,
    /// The admin, or whoever came when the admin did not.
    pub by: Pubkey,
}

/// The authority signed for a set of completed orders.
#[event]
pub struct OrdersCheckpointed {
    pub config: Pubkey,
    /// The account that holds the root.
    pub orders: Pubkey,
    /// Counts the checkpoints of the settlement, from 1.
    pub number: u64,
    pub root: [u8; 32],
    pub order_count: u32,
}

/// An order was proved to be completed.
#[event]
pub struct OrderCompleted {
    pub config: Pubkey,
    /// The checkpoint's.
    pub number: u64,
    /// Of the leaf.
    pub index: u32,
    pub order_id: [u8; 32],
}
