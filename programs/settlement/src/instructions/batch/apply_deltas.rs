use anchor_lang::prelude::*;

use super::{credits, debits};
use crate::error::SettlementError;
use crate::state::{Batch, Config, Vault};

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct ApplyDeltasArgs {
    /// Index of the chunk's first leaf.
    pub first: u32,
    pub side: Side,
    /// For each leaf its amount without sign (`u64`, little-endian); before it, for a debit, the session's slot in
    /// its owner's grants (`u8`).
    pub entries: Vec<u8>,
    /// Range proof of the leaves: 32 bytes a node.
    pub proof: Vec<u8>,
}

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

/// A chunk is consecutive leaves of one asset and one side. Its remaining accounts:
/// - the ledgers, writable, one for each leaf; the same may come again;
/// - for debits, then those of `session_keys::consume_many`: the config once more, the event authority of
///   session-keys, session-keys, and the owners' grants, writable, one for each leaf.
///
/// This is the hot instruction. Remaining accounts are read as bytes, and no address is derived again: only this
/// program makes accounts of its types, and only session-keys makes grants. A leaf is applied as soon as its hash
/// is taken, and all hashes are proved at the end: an instruction that fails changes nothing.
#[event_cpi]
#[derive(Accounts)]
pub struct ApplyDeltas<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, dup, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
    #[account(mut, dup, has_one = config @ SettlementError::WrongConfig)]
    pub vault: AccountLoader<'info, Vault>,
}

impl<'info> ApplyDeltas<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: ApplyDeltasArgs) -> Result<()> {
        match args.side {
            Side::Debit => debits::apply(ctx.accounts, ctx.remaining_accounts, &args),
            Side::Credit => credits::apply(ctx.accounts, ctx.remaining_accounts, &args),
        }
    }
}
