//! What of a window and its opening state a batch depends on.

use crate::{Entry, Opening, Outcome, Session};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item},
};

/// How many entries list or buy each item. Keys are the senders' choice, so hashes are seeded; nothing depends on their order.
pub(crate) type Listings = HashMap<Item, u32, RandomState>;

/// Counts the entries that name an item.
pub(crate) fn listings<'a>(intents: impl Iterator<Item = &'a Intent>) -> Listings {
    let mut counts = Listings::default();
    for intent in intents {
        if let Action::List { item, .. } | Action::Buy { item, .. } = &intent.action {
            let count = counts.entry(*item).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Whether nothing in the window depends on the entry: a listing that was there before, is there after, and whose item
/// no other entry names.
///
/// It took no nonce in this window, and it moves no money. A cancellation that names it without effect is another
/// owner's, and has none without it either.
pub(crate) fn is_idle(entry: &Entry, outcome: Outcome, listings: &Listings) -> bool {
    let alone = match &entry.intent.action {
        Action::List { item, .. } => listings.get(item) == Some(&1),
        _ => false,
    };
    entry.carried && outcome == Outcome::Open && alone
}

/// The accounts, sessions and items that intents name, as far as netting looks at them.
#[derive(Default)]
pub(crate) struct Names {
    /// Who would pay, and in which asset.
    payers: HashSet<(Owner, Asset), RandomState>,
    /// What each session would spend.
    sessions: HashMap<(Owner, [u8; 32]), HashSet<Asset, RandomState>, RandomState>,
    /// What is offered.
    items: HashSet<Item, RandomState>,
}

impl Names {
    /// Notes what an intent names.
    pub fn add(&mut self, intent: &Intent) {
        let spends = match &intent.action {
            Action::Pay { asset, .. } => Some(*asset),
            Action::Buy { currency, .. } => Some(*currency),
            Action::List { item, .. } => {
                self.items.insert(*item);
                None
            }
            Action::Cancel { .. } => None,
        };
        let session = self.sessions.entry((intent.owner, intent.session)).or_default();
        if let Some(asset) = spends {
            self.payers.insert((intent.owner, asset));
            session.insert(asset);
        }
    }

    /// The part of `opening` that is named, without zero amounts, in the same order.
    pub fn restrict(&self, opening: &Opening) -> Opening {
        let balances = opening.balances.iter();
        let items = opening.items.iter();
        Opening {
            balances: balances
                .filter(|balance| balance.amount > 0 && self.payers.contains(&(balance.owner, balance.asset)))
                .copied()
                .collect(),
            sessions: opening
                .sessions
                .iter()
                .filter_map(|session| self.session(session))
                .collect(),
            items: items
                .filter(|held| self.items.contains(&held.item))
                .copied()
                .collect(),
        }
    }

    fn session(&self, session: &Session) -> Option<Session> {
        let spends = self.sessions.get(&(session.owner, session.key))?;
        let limits = session.limits.iter();
        let limits = limits.filter(|limit| limit.remaining > 0 && spends.contains(&limit.asset));
        Some(Session {
            limits: limits.copied().collect(),
            ..*session
        })
    }
}
