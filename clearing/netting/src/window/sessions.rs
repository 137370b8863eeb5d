//! Step 1: whether an intent may take part at all.

use novate_protocol::ids::Owner;

use super::{
    ahead::BLOCK,
    ledger::{Ledger, OwnerRow},
    rows::{Id, Keyed, Map},
};
use crate::{Entry, Opening, Outcome, Rules, Session, rules::MAX_AGE};

/// A session of the opening state.
pub(super) struct SessionRow {
    holder: Owner,
    pub key: [u8; 32],
    expires_at: u64,
    pub next_nonce: u64,
    actions: u32,
    pub owner: Id<OwnerRow>,
}

/// Sessions, and the nonces that were taken.
pub(super) struct Sessions {
    rules: Rules,
    pub rows: Map<SessionRow>,
}

impl Sessions {
    /// The sessions of the opening state, whose limits are told to the ledger.
    pub fn new(rules: Rules, opening: &Opening, ledger: &mut Ledger) -> Self {
        let mut rows = Map::default();
        rows.reserve(opening.sessions.len());
        ledger
            .lines
            .reserve(opening.sessions.iter().map(|session| session.limits.len()).sum());
        for block in opening.sessions.chunks(BLOCK) {
            add(block, &mut rows, ledger);
        }
        Self { rules, rows }
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
}

/// The highest nonce: what a signed 64-bit integer of a database holds.
const MAX_NONCE: u64 = i64::MAX as u64;

/// Adds sessions with their limits. Reads ahead, so the block is to be short.
fn add(block: &[Session], rows: &mut Map<SessionRow>, ledger: &mut Ledger) {
    for session in block {
        rows.prefetch_slot(&(&session.owner, &session.key));
        ledger.owners.prefetch_slot(&&session.owner);
    }
    let mut limits = Vec::new();
    for session in block {
        let owner = ledger.owner(session.owner);
        let (id, new) = rows.insert(SessionRow {
            holder: session.owner,
            key: session.key,
            expires_at: session.expires_at,
            next_nonce: session.next_nonce,
            actions: session.actions,
            owner,
        });
        for limit in session.limits.iter().filter(|_| new) {
            let asset = ledger.asset(limit.asset);
            ledger.lines.prefetch_slot(&(id, asset));
            let account = ledger.accounts.prefetch_slot(&(owner, asset));
            limits.push((id, owner, asset, limit.remaining, account));
        }
    }
    for (.., account) in &limits {
        ledger.accounts.prefetch_row(*account);
    }
    for (session, owner, asset, remaining, _) in limits {
        ledger.line(session, owner, asset, remaining);
    }
}

impl Keyed for SessionRow {
    type Key<'k> = (&'k Owner, &'k [u8; 32]);

    fn key(&self) -> Self::Key<'_> {
        (&self.holder, &self.key)
    }
}
