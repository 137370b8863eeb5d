use anchor_lang::prelude::*;

use super::Schedule;

/// What one recipient gets: directly, or for one order.
///
/// 153 bytes: the discriminator and the fields in their order; integers are little-endian.
#[account]
#[derive(InitSpace)]
pub struct Allocation {
    pub distribution: Pubkey,
    pub recipient: Pubkey,
    /// Paid this account's rent, and gets it back.
    pub payer: Pubkey,
    /// The order that is rewarded; all zeros for a direct allocation.
    pub order: [u8; 32],
    /// Base units, with what has been paid.
    pub amount: u64,
    /// Base units.
    pub paid: u64,
    /// A revoked allocation is cut down to what its recipient keeps, all of it vested.
    pub revoked: bool,
}

const _: () = assert!(Allocation::INIT_SPACE == 145);

impl Allocation {
    /// How much the recipient may have been paid by `now`.
    pub fn vested(&self, schedule: &Schedule, now: i64) -> u64 {
        if self.revoked {
            self.amount
        } else {
            schedule.vested(self.amount, now)
        }
    }
}
