//! The sessions that the settlement may charge.

use super::{
    error::Diverged,
    event::{Charge, Granted, Left, Limit},
    spending::Spending,
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use std::collections::HashMap;

/// Sessions that were granted and not revoked or closed, expired ones included.
#[derive(Debug)]
pub(super) struct Grants {
    /// Whether every event is about a session that was granted to this settlement: on EVM, where they name their consumer. On
    /// Solana those of other settlements' sessions come too, and are passed over.
    all_ours: bool,
    sessions: HashMap<Owner, Vec<Grant>>,
}

/// A session.
#[derive(Debug)]
pub(super) struct Grant {
    pub key: [u8; 32],
    pub created: u64,
    pub expires: u64,
    pub actions: u32,
    epoch: u64,
    pub limits: Vec<Spending>,
}

impl Grants {
    pub fn new(scheme: Scheme) -> Self {
        Self {
            all_ours: scheme == Scheme::Eip712,
            sessions: HashMap::new(),
        }
    }

    pub fn get(&self, owner: &Owner, key: &[u8; 32]) -> Option<&Grant> {
        self.sessions.get(owner)?.iter().find(|grant| grant.key == *key)
    }

    fn get_mut(&mut self, owner: &Owner, key: &[u8; 32]) -> Option<&mut Grant> {
        let grants = self.sessions.get_mut(owner)?;
        grants.iter_mut().find(|grant| grant.key == *key)
    }

    pub fn granted(&mut self, new: &Granted) -> Result<(), Diverged> {
        let grants = self.sessions.entry(new.owner).or_default();
        if grants.iter().any(|grant| grant.key == new.key) {
            return Err(Diverged::session(
                &new.owner,
                &new.key,
                "granted while there is one",
            ));
        }
        grants.push(Grant {
            key: new.key,
            created: new.created,
            expires: new.expires,
            actions: new.actions,
            epoch: new.epoch,
            limits: new
                .limits
                .iter()
                .map(|limit| Spending::new(*limit, new.created, new.created))
                .collect(),
        });
        Ok(())
    }

    pub fn limit_set(
        &mut self,
        owner: &Owner,
        key: &[u8; 32],
        limit: Limit,
        at: u64,
        left: Left,
    ) -> Result<(), Diverged> {
        let Some(grant) = self.get_mut(owner, key) else {
            return self.unknown(owner, key, "a limit is set");
        };
        let created = grant.created;
        let diverged = || Diverged::session(owner, key, "another amount is left of a limit that was set");
        match grant.limits.iter_mut().find(|s| s.limit.asset == limit.asset) {
            Some(known) => *known = known.set(limit, created, at, left).ok_or_else(diverged)?,
            None => {
                let new = Spending::new(limit, created, at);
                if new.left() != left {
                    return Err(diverged());
                }
                grant.limits.push(new);
            }
        }
        Ok(())
    }

    /// The session is over, or is gone.
    pub fn ended(&mut self, owner: &Owner, key: &[u8; 32]) -> Result<(), Diverged> {
        let grants = self.sessions.get_mut(owner);
        let found = grants.and_then(|grants| {
            let at = grants.iter().position(|grant| grant.key == *key)?;
            grants.swap_remove(at);
            Some(grants.is_empty())
        });
        match found {
            None => self.unknown(owner, key, "revoked or closed"),
            Some(last) => {
                if last {
                    self.sessions.remove(owner);
                }
                Ok(())
            }
        }
    }

    /// Sessions of earlier epochs are over.
    pub fn all_revoked(&mut self, owner: &Owner, epoch: u64) {
        if let Some(grants) = self.sessions.get_mut(owner) {
            grants.retain(|grant| grant.epoch >= epoch);
            if grants.is_empty() {
                self.sessions.remove(owner);
            }
        }
    }

    pub fn charged(&mut self, ours: bool, asset: &Asset, charge: &Charge, at: u64) -> Result<(), Diverged> {
        let (owner, key) = (&charge.owner, &charge.key);
        let diverged = |what| Err(Diverged::session(owner, key, what));
        let Some(grant) = self.get_mut(owner, key) else {
            return match ours {
                true => diverged("charged, and was not granted or is over"),
                false => self.unknown(owner, key, "charged"),
            };
        };
        let Some(spending) = grant.limits.iter_mut().find(|s| s.limit.asset == *asset) else {
            return diverged("charged without a limit");
        };
        match spending.charged(charge.amount, at, charge.left) {
            Some(after) => *spending = after,
            None => return diverged("charged above a limit, or with something else left of it"),
        }
        Ok(())
    }

    fn unknown(&self, owner: &Owner, key: &[u8; 32], what: &str) -> Result<(), Diverged> {
        match self.all_ours {
            true => Err(Diverged::session(
                owner,
                key,
                format_args!("{what}, and was not granted"),
            )),
            false => Ok(()),
        }
    }
}
