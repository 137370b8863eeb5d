//! Direct, Merkle and order rewards, with vesting.

use anchor_lang::prelude::*;

declare_id!("7oeTBMcpm6SmXFqwNnxAFcQjJXEDNUSoKfFMKDg6cvDW");
