//! Why an instruction was refused, and what to do about it.

use anchor_lang::prelude::*;

/// Codes count from 6000 in this order; new errors go to the end.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum SessionKeysError {
    #[msg("The amount is zero: charge at least one base unit")]
    ZeroAmount,
    #[msg("The signer is not a consumer of this session: call from a program that the owner named in it")]
    NotConsumer,
    #[msg("The session has expired: the owner can create a new one")]
    SessionExpired,
    #[msg("The owner revoked all sessions of this one's time: the owner can create a new one")]
    EpochOver,
    #[msg("The session is revoked: the owner can create a new one")]
    SessionRevoked,
    #[msg("The session does not allow this action: the owner can create one that does")]
    ActionNotAllowed,
    #[msg("The session has no limit for this mint, so nothing of it may be spent: the owner can set one")]
    NoLimit,
    #[msg("The limit's operations of this period are used up: wait for the next period")]
    NoOperationsLeft,
    #[msg("The amount is more than what remains of the limit in this period: spend less, or wait")]
    OverLimit,
    #[msg("The amount is more than what remains of the limit in the session's life: spend less")]
    OverLifetime,
    #[msg("No session of the owner has this key, or is in this slot: read the grants again")]
    NoSuchSession,
    #[msg("This account does not hold an owner's grants: pass the address derived from the owner")]
    NotGrants,
    #[msg(
        "There is not one grants account for each charge: pass as many accounts as charges, and at least one"
    )]
    WrongAccountCount,
    #[msg("More charges than one event can tell of: charge at most 64 at once")]
    TooManyCharges,
    #[msg("The signer is not the owner of these grants: sign with the owner's key")]
    NotOwner,
    #[msg("The signer is neither the owner nor the session key: sign with one of them")]
    NotOwnerOrSession,
    #[msg(
        "A session key can only lower its limits: the owner must sign new mints, higher values and periods"
    )]
    OwnerMustSign,
    #[msg("A key is all zeros: pass a key that somebody holds")]
    MissingKey,
    #[msg("The session key is the owner's own: make a new key pair for the session")]
    KeyIsOwner,
    #[msg("The owner has a session with this key: use another key, or close the old session first")]
    DuplicateSession,
    #[msg("The session would end at once: let it expire in the future")]
    ExpiresInPast,
    #[msg("The session would last too long: let it expire within 30 days")]
    ExpiresTooLate,
    #[msg("The actions are none, or some that do not exist: pass a sum of the program's action bits")]
    UnknownAction,
    #[msg("A session has one to four consumers: pass as many")]
    WrongConsumerCount,
    #[msg("A consumer must be an address of a program, which has no private key: pass such an address")]
    ConsumerHasKey,
    #[msg("A consumer is named twice: pass each once")]
    DuplicateConsumer,
    #[msg("A session has at most eight limits: spend fewer mints in one session")]
    TooManyLimits,
    #[msg("Two limits are for the same mint: pass one for each mint")]
    DuplicateMint,
    #[msg(
        "The limit allows nothing: pass a positive amount and number of operations, or leave the limit out"
    )]
    EmptyLimit,
    #[msg("The lifetime amount is below the amount of a period: raise it, or lower the amount")]
    LifetimeBelowAmount,
    #[msg("The owner has 16 sessions, which is the most: close one that is expired or revoked")]
    TooManySessions,
    #[msg("The session is revoked already: there is nothing to do")]
    AlreadyRevoked,
    #[msg("The session is alive: it can be closed when it is expired or revoked")]
    SessionAlive,
    #[msg("This account did not pay the rent: pass the payer that the session and the grants name")]
    WrongPayer,
    #[msg("The number is too large: this cannot happen in practice, so tell the maintainers")]
    Overflow,
}
