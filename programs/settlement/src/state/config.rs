use anchor_lang::prelude::*;

use super::Limits;
use crate::error::SettlementError;
use crate::seeds::CONFIG_SEED;

/// The largest marketplace fee, in basis points of a price: 10%.
pub const MAX_FEE_BPS: u16 = 1_000;

/// How long after a pause an auction that it interrupted goes on at least, in seconds.
pub const AFTER_PAUSE_SECONDS: i64 = 3_600;

/// Most batches that are opened and not over. So whoever has the authority's key blocks the queue for a bounded time.
pub const MAX_WAITING: u64 = 8;

/// One settlement: who may do what, how fast, and how far its batches have come.
///
/// 336 bytes: discriminator, then the fields in order, without padding. Times are Unix seconds.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Config {
    /// The admin that initialized it; a seed of this account's address, and nothing else.
    pub creator: Pubkey,
    /// Creates vaults, sets limits and fees, proposes keys, unpauses.
    pub admin: Pubkey,
    /// May accept to become the admin; all zeros when nobody is proposed.
    pub pending_admin: Pubkey,
    /// May pause, and cancel what was signed by mistake or by a thief: a batch, a proposed authority.
    pub guardian: Pubkey,
    /// The Ed25519 key whose signature on a batch header counts.
    pub authority: Pubkey,
    /// Becomes the authority from `authority_from` on; all zeros when nothing is proposed.
    pub pending_authority: Pubkey,
    /// Whose ledgers get the marketplace fee; all zeros while there is no fee.
    pub fee_owner: Pubkey,
    /// When the pending authority may be activated.
    pub authority_from: i64,
    /// The id of this chain that batch headers for the settlement carry.
    pub chain: u64,
    /// The sequence of the last batch that was opened.
    pub opened: u64,
    /// The sequence of the last batch that is over: settled, cancelled, reverted or abandoned.
    pub settled: u64,
    /// When a batch was last opened; when the settlement was created while there was none.
    pub last_opened_at: i64,
    /// The number of the last checkpoint of completed orders.
    pub orders: u64,
    /// When the last batch was over: since then it is the next one's turn.
    pub turn_from: i64,
    /// When the last pause began; pauses less than [`AFTER_PAUSE_SECONDS`] apart are one.
    pub paused_at: i64,
    /// When it ended; while it lasts, when the one before ended.
    pub unpaused_at: i64,
    /// The settlement's [`Limits`], field by field.
    pub challenge_window: u32,
    pub settle_window: u32,
    pub escape_delay: u32,
    pub authority_delay: u32,
    pub max_intents: u32,
    pub max_deltas: u32,
    pub max_items: u32,
    /// The marketplace fee in basis points of a price.
    pub fee_bps: u16,
    /// 1 while paused, else 0.
    pub paused: u8,
    /// Of this account's address, for signing.
    pub bump: u8,
}

impl Config {
    /// Length of the account.
    pub const SPACE: usize = 8 + std::mem::size_of::<Self>();

    /// Takes limits that were validated.
    pub(crate) fn set_limits(&mut self, limits: &Limits) {
        let Limits {
            challenge_window,
            settle_window,
            escape_delay,
            authority_delay,
            max_intents,
            max_deltas,
            max_items,
        } = *limits;
        self.challenge_window = challenge_window;
        self.settle_window = settle_window;
        self.escape_delay = escape_delay;
        self.authority_delay = authority_delay;
        self.max_intents = max_intents;
        self.max_deltas = max_deltas;
        self.max_items = max_items;
    }

    /// The batch `sequence` is over, and it is the next one's turn.
    pub(crate) fn end_turn(&mut self, sequence: u64, now: i64) {
        self.settled = sequence;
        self.turn_from = now;
    }

    /// Whether every batch that was opened is over.
    pub(crate) fn is_idle(&self) -> bool {
        self.opened == self.settled
    }

    /// # Errors
    /// When [`MAX_WAITING`] batches are opened and not over.
    pub(crate) fn require_room(&self) -> Result<()> {
        let open = self.opened.saturating_sub(self.settled);
        require_gt!(MAX_WAITING, open, SettlementError::TooManyWaiting);
        Ok(())
    }

    pub fn is_paused(&self) -> bool {
        self.paused != 0
    }

    /// A pause begins.
    pub(crate) fn pause(&mut self, now: i64) {
        self.paused = 1;
        // Too soon after a pause it is the same: what that one has interrupted is not over yet.
        if now >= self.unpaused_at.saturating_add(AFTER_PAUSE_SECONDS) {
            self.paused_at = now;
        }
    }

    /// The pause ends.
    pub(crate) fn unpause(&mut self, now: i64) {
        self.paused = 0;
        self.unpaused_at = now;
    }

    /// When an auction ends that was to end at `ends`: not while bids are refused, and not before people had
    /// [`AFTER_PAUSE_SECONDS`] to bid again. What ended before the last pause stays over.
    pub fn auction_end(&self, ends: i64) -> i64 {
        if ends <= self.paused_at {
            return ends;
        }
        match self.is_paused() {
            true => i64::MAX,
            false => ends.max(self.unpaused_at.saturating_add(AFTER_PAUSE_SECONDS)),
        }
    }

    /// # Errors
    /// While the settlement is paused.
    pub fn require_running(&self) -> Result<()> {
        require!(!self.is_paused(), SettlementError::Paused);
        Ok(())
    }

    /// # Errors
    /// When `key` is neither the guardian nor the admin.
    pub fn require_guardian(&self, key: &Pubkey) -> Result<()> {
        require!(
            *key == self.guardian || *key == self.admin,
            SettlementError::NotGuardian
        );
        Ok(())
    }

    /// Whether the operator has been silent for so long that owners are paid out without it: for longer than the escape
    /// delay no batch was opened and, while batches are open, the one whose turn it is could not be settled any more.
    pub fn operator_is_gone(&self, now: i64) -> bool {
        now > self.silent_from().saturating_add(self.escape_delay.into())
    }

    /// Since when the operator is silent. While batches are open this is [`Batch::revert_from`](super::Batch::revert_from)
    /// of the one whose turn it is, or later: it was not opened after the last one, and limits do not change meanwhile. It
    /// moves only when a batch is opened or over, so it passes also when one can be neither finished nor taken back.
    fn silent_from(&self) -> i64 {
        if self.is_idle() {
            return self.last_opened_at;
        }
        let apply_from = self.last_opened_at.saturating_add(self.challenge_window.into());
        let from = apply_from.max(self.turn_from);
        from.saturating_add(self.settle_window.into())
    }

    /// Signs for the config's address, which stands for the settlement in calls of other programs.
    pub fn with_seeds<R>(&self, call: impl FnOnce(&[&[u8]]) -> R) -> R {
        call(&[CONFIG_SEED, self.creator.as_ref(), &[self.bump]])
    }
}
