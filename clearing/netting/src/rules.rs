//! What holds for all intents of a batch.

use novate_protocol::{
    ids::Owner,
    intent::{Intent, Scheme},
};

/// An intent older than this when it arrives is refused, in seconds.
pub const MAX_AGE: u64 = 3600;

/// Of which settlement a batch is, and by which rules it is netted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How session keys of this settlement sign.
    pub scheme: Scheme,
    /// As in the batch's header.
    pub chain: u64,
    /// As in the batch's header.
    pub settlement: [u8; 32],
    /// What the clearing house takes.
    pub fees: Fees,
    /// When the window was closed and netted, in Unix seconds: what has expired by then is refused.
    pub closed_at: u64,
}

/// Fees, taken out of what the recipient or seller gets: nobody pays more than they signed.
///
/// `fee = ⌊amount × bps / 10,000⌋`, as the settlement program's market takes it: the fee owner loses the fraction, less
/// than a base unit an intent, and payers, recipients and vaults lose nothing by rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Whose ledger is credited.
    pub owner: Owner,
    /// Of a payment, in basis points, at most [`Fees::MAX_BPS`].
    pub pay_bps: u16,
    /// Of a sale's price, in basis points, at most [`Fees::MAX_BPS`].
    pub sale_bps: u16,
}

impl Fees {
    /// The highest fee, in basis points: a tenth, as the settlement program's market.
    pub const MAX_BPS: u16 = 1_000;

    /// The fee on `amount`, in its base units. `bps` above 10,000 counts as 10,000.
    pub const fn of(amount: u128, bps: u16) -> u128 {
        let bps = if bps > 10_000 { 10_000 } else { bps as u128 };
        if amount < 1 << 50 {
            // The same without dividing 128 bits, which takes ten times as long.
            return ((amount as u64 * bps as u64) / 10_000) as u128;
        }
        // Split, so that no amount overflows.
        (amount / 10_000) * bps + (amount % 10_000) * bps / 10_000
    }
}

impl Rules {
    /// Whether the intent is for this settlement.
    pub fn is_for(&self, intent: &Intent) -> bool {
        intent.chain == self.chain && intent.settlement == self.settlement
    }
}
