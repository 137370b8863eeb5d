//! Why an intent is not taken.

use novate_protocol::intent::Malformed;
use std::time::Duration;

/// Why an intent, or a whole body, is not taken. Nothing of what is refused is stored.
///
/// [`Refusal::code`] never changes its meaning; the sentence may become better.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No JSON, or none of the shape that was announced.
    #[error("the body cannot be read: {0}; send a JSON object, an array of objects, or one object a line")]
    Json(String),
    /// The text of one intent is longer than any intent can be.
    #[error("an intent of {bytes} bytes; none needs more than {limit}: leave out what does not belong to it")]
    IntentTooLarge {
        /// Its length.
        bytes: usize,
        /// Most.
        limit: usize,
    },
    /// More intents at once than allowed.
    #[error("more than {limit} intents in one body; send them in several")]
    TooMany {
        /// Most.
        limit: usize,
    },
    /// The body is longer than allowed.
    #[error("a body of {bytes} bytes; at most {limit} are taken: send the intents in several")]
    BodyTooLarge {
        /// Its length.
        bytes: usize,
        /// Most.
        limit: usize,
    },
    /// A field that this kind of intent does not have.
    #[error("{0:?} is no field of this intent; remove it, or look at the action's fields in docs/intents.md")]
    UnknownField(String),
    /// A field stands twice.
    #[error("the field {0} stands twice; keep one")]
    DuplicateField(&'static str),
    /// A field is not there.
    #[error("the field {0} is missing")]
    MissingField(&'static str),
    /// A field holds what it cannot hold.
    #[error("the field {field} {problem}")]
    InvalidField {
        /// Which.
        field: &'static str,
        /// What is wrong, and what is right.
        problem: String,
    },
    /// This service clears no such settlement.
    #[error("chain {chain} has no such settlement here; ask for the settlements that this service clears")]
    UnknownSettlement {
        /// As in the intent.
        chain: u64,
    },
    /// No state of the chain could make it valid.
    #[error("{0}; sign another intent")]
    Malformed(#[from] Malformed),
    /// The settlement itself would be paid, or act.
    #[error("{0} is the settlement itself, which has no ledger; name an account")]
    ToSettlement(&'static str),
    /// It was signed later than now.
    #[error("signed at {created_at}, and it is {now}; take the time from the service, and sign again")]
    FromTheFuture {
        /// As in the intent, in Unix seconds.
        created_at: u64,
        /// By the clock of this service, in Unix seconds.
        now: u64,
    },
    /// It was signed too long ago.
    #[error("signed {age} s ago; it must arrive in less than {limit} s: sign again")]
    TooOld {
        /// Seconds since it was signed.
        age: u64,
        /// From this on it is too old, in seconds.
        limit: u64,
    },
    /// It has expired.
    #[error("it expired at {expires_at}, and it is {now}; sign again, with a later expiresAt")]
    Expired {
        /// As in the intent, in Unix seconds.
        expires_at: u64,
        /// By the clock of this service, in Unix seconds.
        now: u64,
    },
    /// The signature is not the session key's.
    #[error("the signature is not the session key's over this intent; sign exactly these fields with it")]
    BadSignature,
    /// The owner has no such session, or it is over.
    #[error(
        "the owner has no live session with this key; create one on chain, or wait until it is confirmed"
    )]
    NoSession,
    /// The session may not do this.
    #[error("the session does not allow this action; grant one that does")]
    ActionNotAllowed,
    /// The session may not spend that much.
    #[error("the session may spend {remaining} more of this asset, and this is {amount}; raise its limit")]
    OverLimit {
        /// Base units that are left of period and lifetime.
        remaining: u128,
        /// Base units that the intent may cost.
        amount: u128,
    },
    /// Another intent of this session has this nonce, or a higher one.
    #[error("the nonces of this session have come to {last}; sign again, with a higher one")]
    NonceUsed {
        /// The highest.
        last: u64,
    },
    /// One session sends too many.
    #[error("this session sends more than it may; wait {} ms", .0.as_millis())]
    SessionRate(Duration),
    /// All together send too many.
    #[error("more intents arrive than this service takes; wait {} ms", .0.as_millis())]
    GlobalRate(Duration),
    /// The queue is full.
    #[error("the service is busy; send it again in a moment")]
    Busy,
    /// What the service needs is not there. The intent is not stored.
    #[error("not taken, because {0}; send it again in a moment")]
    Unavailable(String),
    /// The database was lost while it confirmed.
    #[error("the database was lost while it stored this intent; send the same again: the answer will tell")]
    OutcomeUnknown,
}

impl Refusal {
    /// What programs go by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "malformed_json",
            Self::IntentTooLarge { .. } => "intent_too_large",
            Self::TooMany { .. } => "too_many_intents",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnknownField(_) => "unknown_field",
            Self::DuplicateField(_) => "duplicate_field",
            Self::MissingField(_) => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::UnknownSettlement { .. } => "unknown_settlement",
            Self::Malformed(_) => "malformed_intent",
            Self::ToSettlement(_) => "to_settlement",
            Self::FromTheFuture { .. } => "from_the_future",
            Self::TooOld { .. } => "too_old",
            Self::Expired { .. } => "expired",
            Self::BadSignature => "bad_signature",
            Self::NoSession => "no_session",
            Self::ActionNotAllowed => "action_not_allowed",
            Self::OverLimit { .. } => "over_limit",
            Self::NonceUsed { .. } => "nonce_used",
            Self::SessionRate(_) => "session_rate",
            Self::GlobalRate(_) => "global_rate",
            Self::Busy => "busy",
            Self::Unavailable(_) => "unavailable",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Json(_)
            | Self::UnknownField(_)
            | Self::DuplicateField(_)
            | Self::MissingField(_)
            | Self::InvalidField { .. } => 400,
            Self::BadSignature => 401,
            Self::NoSession | Self::ActionNotAllowed | Self::OverLimit { .. } => 403,
            Self::NonceUsed { .. } => 409,
            Self::IntentTooLarge { .. } | Self::TooMany { .. } | Self::BodyTooLarge { .. } => 413,
            Self::UnknownSettlement { .. }
            | Self::Malformed(_)
            | Self::ToSettlement(_)
            | Self::FromTheFuture { .. }
            | Self::TooOld { .. }
            | Self::Expired { .. } => 422,
            Self::SessionRate(_) | Self::GlobalRate(_) => 429,
            Self::Busy | Self::Unavailable(_) | Self::OutcomeUnknown => 503,
        }
    }

    /// When to send the same again; nothing when that would not help.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::SessionRate(wait) | Self::GlobalRate(wait) => Some(*wait),
            Self::Busy | Self::Unavailable(_) | Self::OutcomeUnknown => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    /// Whether an intent that was accepted before can meet this now: then its first answer stands.
    pub(super) const fn may_be_a_repetition(&self) -> bool {
        matches!(
            self,
            Self::TooOld { .. }
                | Self::Expired { .. }
                | Self::NoSession
                | Self::ActionNotAllowed
                | Self::OverLimit { .. }
                | Self::SessionRate(_)
                | Self::GlobalRate(_)
                | Self::Unavailable(_)
        )
    }
}
