//! The sessions that batches charge, and what was charged to them.

use session_keys::state::{MAX_SESSIONS, view};

use super::{Fuzz, TRADERS};
use crate::world::Session;

/// What one session may spend: a few debits.
const LIMIT: u64 = 600;

/// A session, as the model knows it.
pub struct Granted {
    owner: usize,
    pub session: Session,
    expires: i64,
    /// Charged in all: its limit has one period.
    spent: u64,
    charges: u32,
}

impl Granted {
    pub fn is_alive(&self, now: i64) -> bool {
        now < self.expires
    }

    pub fn allows(&self, amount: u64, now: i64) -> bool {
        self.is_alive(now) && self.spent + amount <= LIMIT
    }

    pub fn charge(&mut self, amount: u64) {
        self.spent += amount;
        self.charges += 1;
    }
}

impl Fuzz {
    /// Everybody opens a session.
    pub fn grant_all(&mut self) {
        for who in 0..TRADERS {
            self.grant(who);
        }
    }

    /// Somebody opens a session, which their next debits are charged to; nobody can have more than so many.
    pub fn grant(&mut self, owner: usize) {
        let theirs = self.sessions.iter().filter(|granted| granted.owner == owner);
        if theirs.count() == usize::from(MAX_SESSIONS) {
            return;
        }
        let asset = self.market.asset;
        let session = self
            .market
            .world
            .session(&self.traders[owner].owner, &[asset], LIMIT);
        self.sessions.push(Granted {
            owner,
            session,
            expires: self.market.now() + 86_400,
            spent: 0,
            charges: 0,
        });
    }

    /// The newest session of somebody, by its index.
    pub fn newest(&self, owner: usize) -> usize {
        let newest = self.sessions.iter().rposition(|granted| granted.owner == owner);
        newest.expect("everybody has one from the beginning")
    }

    /// Every debit was charged once, to the session that signed for it.
    pub fn check_sessions(&self) {
        for granted in &self.sessions {
            let data = self.market.data(&granted.session.grants);
            let (_, sessions) = view(&data).unwrap();
            let session = &sessions[usize::from(granted.session.slot)];
            assert_eq!(session.key, granted.session.key);
            let limit = session.limit(&self.market.asset.mint).unwrap();
            assert_eq!(
                (limit.spent, limit.lifetime_spent, limit.operations_used),
                (granted.spent, granted.spent, granted.charges)
            );
        }
    }
}
