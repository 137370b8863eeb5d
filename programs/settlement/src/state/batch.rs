use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use super::{Bitmap, Config};
use crate::error::SettlementError;

/// Most deltas that a batch can have: their bitmap takes 8 KiB of the 10 KiB that an account is made with.
pub const MAX_DELTAS: u32 = 65_536;

/// Most items that a batch can move.
pub const MAX_ITEMS: u32 = 8_192;

/// Most vaults that a batch can debit: all of them are accounts of `finalize_batch`.
pub const MAX_VAULTS: u32 = 32;

/// `first_credit` of a batch that has applied no credit.
pub const NO_CREDIT: u32 = u32::MAX;

/// How long after the admin anybody may abandon a batch, in seconds: 30 days. The admin's key may be lost.
pub const ANYBODY_ABANDONS_AFTER: i64 = 30 * 86_400;

const HEAD: usize = 8 + std::mem::size_of::<Batch>();

/// A batch that was opened and is not over.
///
/// 272 bytes: discriminator, then the fields in order, without padding. Two bitmaps follow, with one bit per leaf,
/// the lowest bit of a byte first: the applied deltas, then from the next whole byte the applied items. Times are
/// Unix seconds.
///
/// It is applied in two phases. First all debits and items, in any order. The first credit ends that phase: it
/// requires everything before it. From there on nothing that is left can fail, so the batch is past *the point of
/// no return*; before, it can be taken back.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Batch {
    pub config: Pubkey,
    /// Paid the rent, and gets it back.
    pub payer: Pubkey,
    /// As in the header that the authority signed, like all roots and counts.
    pub intents_root: [u8; 32],
    pub deltas_root: [u8; 32],
    pub items_root: [u8; 32],
    /// Binary CIDv1 of the blob with the signed intents.
    pub blob_cid: [u8; 36],
    pub intent_count: u32,
    pub sequence: u64,
    /// When the batch was opened, by the chain's clock.
    pub opened_at: i64,
    /// Nothing is applied before.
    pub apply_from: i64,
    /// For how many seconds it may be applied, see [`Batch::revert_from`].
    pub settle_window: u32,
    pub delta_count: u32,
    pub item_count: u32,
    /// How many bits of each bitmap are set.
    pub deltas_applied: u32,
    pub items_applied: u32,
    /// One more than the highest index of a debit that was applied.
    pub debits_end: u32,
    /// Index of the first credit, or [`NO_CREDIT`]: the point of no return.
    pub first_credit: u32,
    /// How many vaults it has debited.
    pub vaults: u32,
    /// 1 when the guardian has cancelled it, else 0.
    pub cancelled: u8,
    #[doc(hidden)]
    pub padding: [u8; 7],
}

impl Batch {
    /// Length of the account of a batch with so many leaves.
    pub const fn space(delta_count: u32, item_count: u32) -> usize {
        HEAD + Bitmap::len(delta_count) + Bitmap::len(item_count)
    }

    /// Is everything that is left sure to succeed? So it is from the first credit on; of a batch without deltas,
    /// when all its items are applied.
    pub fn is_past_return(&self) -> bool {
        let items_only = self.delta_count == 0 && self.item_count > 0;
        self.first_credit != NO_CREDIT || (items_only && self.items_applied == self.item_count)
    }

    /// From here on the batch is not applied but taken back, unless it is past the point of no return; in Unix
    /// seconds, when it is its turn. The time in which it waits for its turn does not count.
    pub fn revert_from(&self, config: &Config) -> i64 {
        let from = self.apply_from.max(config.turn_from);
        from.saturating_add(self.settle_window.into())
    }

    /// Batches are over in the order of their sequence.
    ///
    /// # Errors
    /// When an earlier batch is not over.
    pub fn require_turn(&self, config: &Config) -> Result<()> {
        let next = config.settled.checked_add(1);
        require!(next == Some(self.sequence), SettlementError::NotItsTurn);
        Ok(())
    }

    /// Whether an earlier batch is not over, so that nothing of this one can be applied.
    pub fn is_waiting(&self, config: &Config) -> bool {
        self.sequence > config.settled.saturating_add(1)
    }

    /// # Errors
    /// When no leaf of the batch may be applied now.
    pub fn require_applicable(&self, config: &Config, now: i64) -> Result<()> {
        self.require_turn(config)?;
        if self.is_past_return() {
            return Ok(());
        }
        config.require_running()?;
        require!(self.cancelled == 0, SettlementError::BatchCancelled);
        require_gte!(now, self.apply_from, SettlementError::ChallengeWindow);
        require_gt!(self.revert_from(config), now, SettlementError::BatchTooLate);
        Ok(())
    }

    /// # Errors
    /// When the batch may still be settled, or must be.
    pub fn require_revertible(&self, config: &Config, now: i64) -> Result<()> {
        self.require_turn(config)?;
        require!(!self.is_past_return(), SettlementError::PastReturn);
        require_gte!(now, self.revert_from(config), SettlementError::BatchInTime);
        Ok(())
    }

    /// Debits up to the one at `index` are about to be applied.
    ///
    /// # Errors
    /// When credits were applied already: leaves are in canonical order, debits first.
    pub fn note_debit(&mut self, index: u32) -> Result<()> {
        require!(!self.is_past_return(), SettlementError::DebitAfterCredit);
        self.debits_end = self.debits_end.max(index.saturating_add(1));
        Ok(())
    }

    /// Credits from the one at `index` on are about to be applied. The first one marks the point of no return.
    ///
    /// # Errors
    /// When a delta before the first credit, or an item, is not applied yet.
    pub fn note_credit(&mut self, index: u32) -> Result<()> {
        if self.is_past_return() {
            return Ok(());
        }
        // So far there were debits only. As many as there are leaves before this one, and none behind it, are all.
        let all_before = self.deltas_applied == index && self.debits_end <= index;
        require!(
            all_before && self.items_applied == self.item_count,
            SettlementError::CreditBeforeDebits
        );
        self.first_credit = index;
        Ok(())
    }

    /// # Errors
    /// When something is not applied.
    pub fn require_complete(&self) -> Result<()> {
        let all = self.deltas_applied == self.delta_count && self.items_applied == self.item_count;
        require!(all, SettlementError::BatchIncomplete);
        Ok(())
    }

    /// # Errors
    /// When something of it is applied.
    pub fn require_untouched(&self) -> Result<()> {
        let none = self.deltas_applied == 0 && self.items_applied == 0;
        require!(none, SettlementError::BatchApplied);
        Ok(())
    }
}

/// A batch's account, opened for change.
pub struct OpenBatch<'a> {
    pub batch: &'a mut Batch,
    pub deltas: Bitmap<'a>,
    pub items: Bitmap<'a>,
}

impl<'a> OpenBatch<'a> {
    /// Opens the bytes of an account of this program.
    ///
    /// # Errors
    /// When they are not a batch.
    pub fn of(data: &'a mut [u8]) -> Result<Self> {
        let (head, bits) = data
            .split_at_mut_checked(HEAD)
            .ok_or(ErrorCode::AccountDidNotDeserialize)?;
        let (discriminator, fields) = head.split_at_mut(Batch::DISCRIMINATOR.len());
        if discriminator != Batch::DISCRIMINATOR {
            return err!(ErrorCode::AccountDiscriminatorMismatch);
        }
        let batch: &mut Batch =
            bytemuck::try_from_bytes_mut(fields).map_err(|_| ErrorCode::AccountDidNotDeserialize)?;
        let (deltas, items) = bits
            .split_at_mut_checked(Bitmap::len(batch.delta_count))
            .ok_or(ErrorCode::AccountDidNotDeserialize)?;
        Ok(Self {
            batch,
            deltas: Bitmap::new(deltas),
            items: Bitmap::new(items),
        })
    }
}
