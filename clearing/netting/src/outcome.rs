//! What became of an intent.

/// Filled, or the reason why not. The number is the leaf's [`outcome`](novate_protocol::leaf::IntentLeaf::outcome), and
/// never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// Done: paid, sold, bought, cancelled.
    Filled = 0,
    /// The signature is not the session key's.
    BadSignature = 1,
    /// The owner has no such session, or it was over.
    NoSession = 2,
    /// It expired before the window was closed.
    Expired = 3,
    /// It was signed more than an hour before it arrived, or after.
    TooOld = 4,
    /// Its nonce is not above the last one, or it is in the window already.
    Replay = 5,
    /// The session does not allow this action.
    ActionNotAllowed = 6,
    /// The session's limit would be exceeded.
    OverLimit = 7,
    /// The owner cannot cover it after netting.
    InsufficientFunds = 8,
    /// Nobody offers the item, or not for this currency.
    NotListed = 9,
    /// The seller does not hold the item, or did not get it.
    ItemNotHeld = 10,
    /// The listing's price is above the buyer's maximum.
    PriceAboveMaximum = 11,
    /// Its owner took it back.
    Cancelled = 12,
    /// There is nothing that could still be taken back.
    NothingToCancel = 13,
    /// For another settlement, or [`malformed`](novate_protocol::intent::Malformed).
    Malformed = 14,
    /// The buyer is the seller.
    OwnListing = 15,
    /// A later listing of the same item by its holder took its place.
    Replaced = 16,
    /// A listing that nobody has bought: it stays in the book for the next window and is in no batch yet.
    Open = 255,
}

impl Outcome {
    /// Every outcome, in the order of its numbers.
    pub const ALL: [Self; 18] = [
        Self::Filled,
        Self::BadSignature,
        Self::NoSession,
        Self::Expired,
        Self::TooOld,
        Self::Replay,
        Self::ActionNotAllowed,
        Self::OverLimit,
        Self::InsufficientFunds,
        Self::NotListed,
        Self::ItemNotHeld,
        Self::PriceAboveMaximum,
        Self::Cancelled,
        Self::NothingToCancel,
        Self::Malformed,
        Self::OwnListing,
        Self::Replaced,
        Self::Open,
    ];

    /// The outcome with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// Its number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in JSON, such as `insufficient_funds`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::BadSignature => "bad_signature",
            Self::NoSession => "no_session",
            Self::Expired => "expired",
            Self::TooOld => "too_old",
            Self::Replay => "replay",
            Self::ActionNotAllowed => "action_not_allowed",
            Self::OverLimit => "over_limit",
            Self::InsufficientFunds => "insufficient_funds",
            Self::NotListed => "not_listed",
            Self::ItemNotHeld => "item_not_held",
            Self::PriceAboveMaximum => "price_above_maximum",
            Self::Cancelled => "cancelled",
            Self::NothingToCancel => "nothing_to_cancel",
            Self::Malformed => "malformed",
            Self::OwnListing => "own_listing",
            Self::Replaced => "replaced",
            Self::Open => "open",
        }
    }
}
