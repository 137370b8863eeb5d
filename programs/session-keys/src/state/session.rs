use anchor_lang::prelude::*;
use solana_address::address_eq;

use super::{LimitArgs, SpendLimit};
use crate::error::SessionKeysError;

/// Programs that may charge one session.
pub const MAX_CONSUMERS: usize = 4;

/// Mints that one session may spend.
pub const MAX_LIMITS: usize = 8;

/// The longest life of a session: 30 days.
pub const MAX_SESSION_SECONDS: i64 = 30 * 86_400;

type Outcome<T> = std::result::Result<T, SessionKeysError>;

/// What an owner granted to one key.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
pub struct Session {
    /// The session key: whose signature its consumers take for the owner's.
    pub key: Pubkey,
    /// Paid the rent of this record, and gets it back.
    pub payer: Pubkey,
    /// What the payer paid for this record, in lamports.
    pub rent: u64,
    /// Unix seconds.
    pub created: i64,
    /// Unix seconds: the first second in which the session is over.
    pub expires: i64,
    /// The owner's epoch when the session was created. In a later one it is over.
    pub epoch: u64,
    /// The bits of [`crate::actions`] that are allowed.
    pub actions: u32,
    /// 1 when this session was revoked, otherwise 0.
    pub revoked: u8,
    /// How many of `limits` are in use.
    pub limit_count: u8,
    /// How many of `consumers` are in use.
    pub consumer_count: u8,
    pub(crate) _padding: u8,
    /// Who may charge the session.
    pub consumers: [Pubkey; MAX_CONSUMERS],
    /// One for each mint that may be spent.
    pub limits: [SpendLimit; MAX_LIMITS],
}

/// The actions that a session must allow to be charged.
#[derive(Clone, Copy)]
pub(crate) enum Allowed {
    /// Every one of these bits.
    All(u32),
    /// At least one of these bits.
    Any(u32),
}

/// What all charges of a call have in common.
pub(crate) struct Spending<'a> {
    /// The signer.
    pub consumer: &'a Pubkey,
    pub mint: &'a Pubkey,
    pub allowed: Allowed,
    /// Unix seconds.
    pub now: i64,
}

impl Session {
    /// Who may charge the session.
    pub fn consumers(&self) -> impl Iterator<Item = &Pubkey> {
        self.consumers.iter().take(self.consumer_count.into())
    }

    /// The limits, one for each mint that may be spent.
    pub fn limits(&self) -> impl Iterator<Item = &SpendLimit> {
        self.limits.iter().take(self.limit_count.into())
    }

    /// The limit for a mint.
    pub fn limit(&self, mint: &Pubkey) -> Option<&SpendLimit> {
        self.limits().find(|limit| address_eq(&limit.mint, mint))
    }

    fn limit_mut(&mut self, mint: &Pubkey) -> Option<&mut SpendLimit> {
        let mut limits = self.limits.iter_mut().take(self.limit_count.into());
        limits.find(|limit| address_eq(&limit.mint, mint))
    }

    /// # Errors
    /// Why the session is over, when the owner is at `epoch` and the time is `now`.
    pub fn require_alive(&self, epoch: u64, now: i64) -> Outcome<()> {
        if now >= self.expires {
            return Err(SessionKeysError::SessionExpired);
        }
        if self.epoch != epoch {
            return Err(SessionKeysError::EpochOver);
        }
        if self.revoked != 0 {
            return Err(SessionKeysError::SessionRevoked);
        }
        Ok(())
    }

    /// Charges the limit for the mint and returns it, or changes nothing.
    pub(crate) fn charge(&mut self, epoch: u64, spending: &Spending, amount: u64) -> Outcome<&SpendLimit> {
        if amount == 0 {
            return Err(SessionKeysError::ZeroAmount);
        }
        if !self
            .consumers()
            .any(|consumer| address_eq(consumer, spending.consumer))
        {
            return Err(SessionKeysError::NotConsumer);
        }
        self.require_alive(epoch, spending.now)?;
        let allowed = match spending.allowed {
            Allowed::All(actions) => self.actions & actions == actions,
            Allowed::Any(actions) => self.actions & actions != 0,
        };
        if !allowed {
            return Err(SessionKeysError::ActionNotAllowed);
        }
        let limit = self.limit_mut(spending.mint).ok_or(SessionKeysError::NoLimit)?;
        limit.charge(amount, spending.now)?;
        Ok(limit)
    }

    /// Names the consumers of a new session; more than [`MAX_CONSUMERS`] are left out.
    pub(crate) fn set_consumers(&mut self, consumers: &[Pubkey]) {
        for (free, consumer) in self.consumers.iter_mut().zip(consumers) {
            *free = *consumer;
            self.consumer_count = self.consumer_count.saturating_add(1);
        }
    }

    /// Changes the limit for a mint, or adds one, and returns it.
    pub(crate) fn set_limit(&mut self, wanted: &LimitArgs, now: i64) -> Outcome<&SpendLimit> {
        let known = self.limits().position(|limit| limit.mint == wanted.mint);
        let index = known.unwrap_or(self.limit_count.into());
        let limit = self.limits.get_mut(index);
        let limit = limit.ok_or(SessionKeysError::TooManyLimits)?;
        if known.is_some() {
            limit.set(wanted, self.created, now);
        } else {
            *limit = SpendLimit::new(wanted, self.created, now);
            self.limit_count = self.limit_count.saturating_add(1);
        }
        Ok(limit)
    }
}
