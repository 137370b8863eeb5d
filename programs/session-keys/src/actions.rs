//! What a session key may sign. A session holds a set of these bits.

use anchor_lang::prelude::*;

/// Pay another owner.
#[constant]
pub const PAY: u32 = 1;

/// Offer an item for sale.
#[constant]
pub const LIST: u32 = 2;

/// Buy an item.
#[constant]
pub const BUY: u32 = 4;

/// Take an offer or an intent back.
#[constant]
pub const CANCEL: u32 = 8;

/// Let another program spend. What it may spend is charged when it is approved.
#[constant]
pub const APPROVE: u32 = 16;

/// Every action there is.
pub const ALL: u32 = PAY | LIST | BUY | CANCEL | APPROVE;

/// At least one action, and none that is unknown?
pub const fn are_known(actions: u32) -> bool {
    actions != 0 && actions & !ALL == 0
}
