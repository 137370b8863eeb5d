//! What intake and the batch maker ask of a settlement's state.

use novate_netting::{Delta, Entry, ItemMove, Opening, Session};
use novate_protocol::ids::Owner;

/// A batch that is made and that the chain has not ended.
///
/// Its maker gives it until [`AsOf::over`] has come to its sequence, and not only until the chain has: a batch that the index has
/// not seen settled still counts. Those that are over by [`AsOf::over`] are passed over, so giving one too long does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// As in its header.
    pub sequence: u64,
    /// Its leaves. Debits are taken from balances and limits, credits do not count.
    pub deltas: Vec<Delta>,
    /// Its items, which are not free.
    pub items: Vec<ItemMove>,
}

/// What a state is a state of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// Everything up to the end of this block or slot is in it.
    pub block: u64,
    /// The newest block or slot that the indexer knew then, whatever its finality.
    pub head: u64,
    /// The time of that, in Unix seconds; 0 when it is not known. When it stands still, so does the indexer or its node.
    pub head_time: u64,
    /// The last batch that is over: settled, closed or abandoned.
    pub over: u64,
    /// The last batch that was opened.
    pub opened: u64,
    /// When the index was looked at last, by this machine's clock, in Unix seconds: what was in it then is known.
    pub looked_at: u64,
}

/// What is known of sessions.
pub trait Sessions: Send + Sync {
    /// The session that `owner` granted to `key`, if it is alive at `now` (Unix seconds), with what is left of its limits then.
    /// [`Session::next_nonce`] is 0: the chain does not know it.
    ///
    /// # Errors
    /// [`NotReady`]
    fn session(&self, owner: &Owner, key: &[u8; 32], now: u64) -> Result<Option<Session>, NotReady>;

    /// How far the state is.
    ///
    /// # Errors
    /// [`NotReady`]
    fn as_of(&self) -> Result<AsOf, NotReady>;
}

/// What a window begins with.
pub trait Openings: Sessions {
    /// Balances, sessions and items that `entries` name, at `now` (Unix seconds, [`novate_netting::Rules::closed_at`]), so that the
    /// window's batch can be applied whatever becomes of those in flight: without their debits, charges and items, and without their
    /// credits. In canonical form; zeros are left out. `next_nonce` gives the lowest nonce of an owner's session that is no replay.
    ///
    /// # Errors
    /// [`NotReady`]
    fn opening(
        &self,
        entries: &[Entry],
        now: u64,
        in_flight: &[InFlight],
        next_nonce: &dyn Fn(&Owner, &[u8; 32]) -> u64,
    ) -> Result<(AsOf, Opening), NotReady>;
}

/// Why there is no state to ask.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state of settlement {settlement} is not known: {reason}")]
pub struct NotReady {
    /// Its name in the configuration.
    pub settlement: String,
    /// What is being waited for, or what is wrong.
    pub reason: String,
}
