use anchor_lang::prelude::*;
use solana_address::address_eq;

use crate::actions;
use crate::error::SessionKeysError;
use crate::events::{Charge, Charges};
use crate::state::{Allowed, Spending, view_mut};

/// As many charges as fit into one event.
pub const MAX_CHARGES: usize = 64;

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct ConsumeManyArgs {
    /// What is spent.
    pub mint: Pubkey,
    /// What for: bits of [`crate::actions`], at least one of which each session must allow.
    pub any_of: u32,
    /// [`Entry::to_bytes`] of each charge, one after the other.
    pub charges: Vec<u8>,
}

/// One charge of [`ConsumeManyArgs::charges`]; the remaining account at the same index holds its session.
///
/// A slot is no name of a session: `close_expired`, which anybody may call, moves another session into it. So the
/// consumer reads the session's key from this slot of the same account, in the instruction in which it charges, and
/// makes sure that this very key signed what it charges. Otherwise it would charge whoever has come to be there. A
/// settlement compares it with the key in the leaf of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The session's index in its owner's grants, at this moment.
    pub slot: u8,
    /// How much is spent, in base units, with all fees.
    pub amount: u64,
}

impl Entry {
    /// Bytes of an entry.
    pub const LEN: usize = 9;

    /// The slot, and the amount in little-endian order.
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let [a, b, c, d, e, f, g, h] = self.amount.to_le_bytes();
        [self.slot, a, b, c, d, e, f, g, h]
    }

    const fn from_bytes([slot, amount @ ..]: [u8; Self::LEN]) -> Self {
        Self {
            slot,
            amount: u64::from_le_bytes(amount),
        }
    }
}

impl ConsumeManyArgs {
    /// The charges, one for each of `accounts` accounts.
    fn validate(&self, accounts: usize) -> Result<&[[u8; Entry::LEN]]> {
        require!(actions::are_known(self.any_of), SessionKeysError::UnknownAction);
        let (entries, rest) = self.charges.as_chunks();
        require!(
            rest.is_empty() && entries.len() == accounts && accounts != 0,
            SessionKeysError::WrongAccountCount
        );
        require_gte!(MAX_CHARGES, accounts, SessionKeysError::TooManyCharges);
        Ok(entries)
    }
}

/// The remaining accounts are grants, writable, one for each charge; the same may come again.
///
/// They are read as bytes, one after the other: typed, each would cost more than its charge. Their addresses are
/// not derived again: only this program makes accounts of its own with their discriminator.
#[event_cpi]
#[derive(Accounts)]
pub struct ConsumeMany<'info> {
    /// A consumer of every session. It answers for it that the session keys signed what is charged.
    pub consumer: Signer<'info>,
}

impl<'info> ConsumeMany<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: ConsumeManyArgs) -> Result<()> {
        let entries = args.validate(ctx.remaining_accounts.len())?;
        let spending = Spending {
            consumer: ctx.accounts.consumer.key,
            mint: &args.mint,
            allowed: Allowed::Any(args.any_of),
            now: Clock::get()?.unix_timestamp,
        };
        let mut charges = Vec::with_capacity(entries.len());
        for (account, entry) in ctx.remaining_accounts.iter().zip(entries) {
            let entry = Entry::from_bytes(*entry);
            let charge = charge(account, entry, &spending)
                .inspect_err(|_| msg!("charge {}: slot {} of {}", charges.len(), entry.slot, account.key))?;
            charges.push(charge);
        }
        let charges = Charges {
            consumer: spending.consumer,
            mint: &args.mint,
            charges: &charges,
        };
        charges.emit(&ctx.accounts.event_authority)
    }
}

fn charge(account: &AccountInfo, entry: Entry, spending: &Spending) -> Result<Charge> {
    if !address_eq(account.owner, &crate::ID) {
        return err!(ErrorCode::AccountOwnedByWrongProgram);
    }
    let mut data = account.try_borrow_mut_data()?;
    let (grants, sessions) = view_mut(&mut data)?;
    let session = sessions.get_mut(usize::from(entry.slot));
    let session = session.ok_or(SessionKeysError::NoSuchSession)?;
    let key = session.key;
    let limit = session.charge(grants.epoch, spending, entry.amount)?;
    Ok(Charge::new(grants.owner, key, entry.amount, limit))
}
