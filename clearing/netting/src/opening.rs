//! The state that a window begins with.

use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};

/// Balances, sessions and holders before the window. Who is not in it has nothing, may nothing and holds nothing.
///
/// In canonical form every list is sorted ascending by its key, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// By owner and asset.
    pub balances: Vec<Balance>,
    /// By owner and key.
    pub sessions: Vec<Session>,
    /// By item.
    pub items: Vec<Holding>,
}

/// What can be debited from one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Whose ledger.
    pub owner: Owner,
    /// Of which asset.
    pub asset: Asset,
    /// Base units: the ledger on chain without what earlier batches will still debit.
    pub amount: u128,
}

/// A session that is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who granted it.
    pub owner: Owner,
    /// The session key.
    pub key: [u8; 32],
    /// The first second in which it is over, in Unix seconds.
    pub expires_at: u64,
    /// Bits of [`novate_protocol::intent::actions`].
    pub actions: u32,
    /// The lowest nonce that is no replay.
    pub next_nonce: u64,
    /// By asset. Of other assets nothing may be spent.
    pub limits: Vec<SessionLimit>,
}

/// What a session may still be charged of one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimit {
    /// Which asset.
    pub asset: Asset,
    /// Base units: what is left of period and lifetime, without what earlier batches will still charge.
    pub remaining: u128,
}

/// Who holds an item that is inside the settlement and free to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The item.
    pub item: Item,
    /// Its holder.
    pub holder: Owner,
}

impl Opening {
    /// The first list that is not in canonical form, by name.
    pub fn unsorted(&self) -> Option<&'static str> {
        let limits = |session: &Session| session.limits.is_sorted_by(|a, b| a.asset < b.asset);
        let lists = [
            (
                self.balances
                    .is_sorted_by(|a, b| (a.owner, a.asset) < (b.owner, b.asset)),
                "balances",
            ),
            (
                self.sessions
                    .is_sorted_by(|a, b| (a.owner, a.key) < (b.owner, b.key)),
                "sessions",
            ),
            (self.sessions.iter().all(limits), "limits"),
            (self.items.is_sorted_by(|a, b| a.item < b.item), "items"),
        ];
        let unsorted = lists.into_iter().find(|(sorted, _)| !sorted);
        unsorted.map(|(_, list)| list)
    }
}
