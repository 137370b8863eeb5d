use anchor_lang::prelude::*;

/// A checkpoint: the root of the orders that were completed since the one before. It stays, so that each of these
/// orders can be proved forever.
///
/// 88 bytes: discriminator, then the fields in order, without padding.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Orders {
    pub config: Pubkey,
    /// Root over `OrderLeaf`s.
    pub root: [u8; 32],
    /// Counts the checkpoints of the settlement, from 1.
    pub number: u64,
    /// Leaves under the root.
    pub order_count: u32,
    #[doc(hidden)]
    pub padding: [u8; 4],
}

impl Orders {
    /// Length of the account.
    pub const SPACE: usize = 8 + std::mem::size_of::<Self>();
}
