//! Seeds of the program's addresses.

use anchor_lang::prelude::*;

/// An owner's grants: `[GRANTS_SEED, owner]`.
#[constant]
pub const GRANTS_SEED: &[u8] = b"grants";
