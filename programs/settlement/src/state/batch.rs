use anchor_lang::prelude::*;

/// Most deltas that a batch can have: their bitmap takes 8 KiB of the 10 KiB that an account is made with.
pub const MAX_DELTAS: u32 = 65_536;

/// Most items that a batch can move.
pub const MAX_ITEMS: u32 = 8_192;
