//! Step 1: whether an intent may take part at all.

use novate_protocol::ids::{Asset, Owner};

use super::{
    ledger::{Ledger, OwnerRow},
    rows::{Id, Keyed, Map},
};
use crate::{Entry, Opening, Outcome, Rules, Session, rules::MAX_AGE};

/// A session of the opening state.
pub(super) struct SessionRow {
    holder: Owner,
    pub key: [u8; 32],
    expires_at: u64,
    next_nonce: u64,
    actions: u32,
    pub owner: Id<OwnerRow>,
    /// Which of [`Opening::sessions`] it is.
    index: u32,
}

/// Sessions, and the nonces that were taken.
pub(super) struct Sessions<'a> {
    rules: Rules,
    granted: &'a [Session],
    rows: Map<SessionRow>,
}

impl<'a> Sessions<'a> {
    pub fn new(rules: Rules, opening: &'a Opening, ledger: &mut Ledger) -> Self {
        let granted = &opening.sessions[..];
        let mut rows = Map::default();
        rows.reserve(granted.len());
        for (index, session) in (0..).zip(granted) {
            rows.insert(SessionRow {
                holder: session.owner,
                key: session.key,
                expires_at: session.expires_at,
                next_nonce: session.next_nonce,
                actions: session.actions,
                owner: ledger.owner(session.owner),
                index,
            });
        }
        Self { rules, granted, rows }
    }

    /// Takes the entry's nonce, or says why it can have no effect.
    pub fn admit(&mut self, entry: &Entry) -> Result<Id<SessionRow>, Outcome> {
        let Entry { intent, .. } = entry;
        let Rules {
            scheme, closed_at, ..
        } = self.rules;
        if !self.rules.is_for(intent) || intent.check(scheme).is_err() || intent.nonce > MAX_NONCE {
            return Err(Outcome::Malformed);
        }
        if !entry.signed {
            return Err(Outcome::BadSignature);
        }
        let id = self
            .rows
            .find(&(&intent.owner, &intent.session))
            .ok_or(Outcome::NoSession)?;
        let session = &mut self.rows[id];
        if closed_at >= session.expires_at {
            return Err(Outcome::NoSession);
        }
        if session.actions & intent.action.required() == 0 {
            return Err(Outcome::ActionNotAllowed);
        }
        if closed_at >= intent.expires_at {
            return Err(Outcome::Expired);
        }
        let age = entry.received_at.checked_sub(intent.created_at);
        if age.is_none_or(|age| age >= MAX_AGE) {
            return Err(Outcome::TooOld);
        }
        if !entry.carried {
            if intent.nonce < session.next_nonce {
                return Err(Outcome::Replay);
            }
            session.next_nonce = intent.nonce + 1;
        }
        Ok(id)
    }

    pub fn get(&self, id: Id<SessionRow>) -> &SessionRow {
        &self.rows[id]
    }

    /// What the session may spend of the asset.
    pub fn limit(&self, id: Id<SessionRow>, asset: &Asset) -> u128 {
        self.granted
            .get(self.rows[id].index as usize)
            .and_then(|session| session.limits.iter().find(|limit| limit.asset == *asset))
            .map_or(0, |limit| limit.remaining)
    }
}

/// The highest nonce: what a signed 64-bit integer of a database holds.
const MAX_NONCE: u64 = i64::MAX as u64;

impl Keyed for SessionRow {
    type Key<'k> = (&'k Owner, &'k [u8; 32]);

    fn key(&self) -> Self::Key<'_> {
        (&self.holder, &self.key)
    }
}
