//! What a new batch may count on, whatever becomes of the batches before it.

use super::{ask::InFlight, fold::State};
use novate_netting::{Balance, Entry, Holding, Opening, Session, SessionLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Item},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What batches that are not over will still take.
#[derive(Debug, Default)]
pub struct Reserved {
    debits: HashMap<(Owner, Asset), u128>,
    /// Amount and number of charges, by owner, key and asset.
    charges: HashMap<(Owner, [u8; 32], Asset), (u128, u32)>,
    items: HashSet<Item>,
}

impl State {
    /// What `in_flight` will still take, and what is applied of a batch that is not among them.
    pub fn reserved(&self, in_flight: &[InFlight]) -> Reserved {
        let turn = self.over().saturating_add(1);
        let applied = self.batches.applied();
        let mut reserved = Reserved::default();
        for batch in in_flight.iter().filter(|batch| batch.sequence >= turn) {
            for delta in batch.deltas.iter().filter(|delta| delta.amount < 0) {
                let (owner, asset, amount) = (delta.owner, delta.asset, delta.amount.unsigned_abs());
                reserved.debit((owner, asset), amount);
                let charge = (owner, delta.session, asset);
                if batch.sequence > turn || !applied.charged.contains_key(&charge) {
                    let (sum, count) = reserved.charges.entry(charge).or_default();
                    (*sum, *count) = (sum.saturating_add(amount), count.saturating_add(1));
                }
            }
            reserved.items.extend(batch.items.iter().map(|moved| moved.item));
        }
        if !in_flight.iter().any(|batch| batch.sequence == turn) {
            for (ledger, amount) in applied.deltas.iter().filter(|(_, amount)| **amount < 0) {
                reserved.debit(*ledger, amount.unsigned_abs());
            }
        }
        reserved
    }

    /// What can be debited from a ledger, in base units. What is applied of a batch that is not over does not count: it may be taken
    /// back.
    pub fn balance(&self, owner: &Owner, asset: &Asset, reserved: &Reserved) -> u128 {
        let ledger = (*owner, *asset);
        let chain = self.ledger(owner, asset);
        let applied = self.batches.applied().deltas.get(&ledger);
        // A credit that was applied and withdrawn at once leaves less than nothing.
        let settled = match applied {
            None => chain,
            Some(credit) if *credit >= 0 => chain.saturating_sub(credit.unsigned_abs()),
            Some(debit) => chain.saturating_add(debit.unsigned_abs()),
        };
        settled.saturating_sub(reserved.debits.get(&ledger).copied().unwrap_or(0))
    }

    /// The session, if it is alive at `now` (Unix seconds), with what is left of its limits then; those of which nothing is left are
    /// left out. Its `next_nonce` is 0.
    pub fn session(&self, owner: &Owner, key: &[u8; 32], now: u64, reserved: &Reserved) -> Option<Session> {
        let grant = self.grants.get(owner, key).filter(|grant| now < grant.expires)?;
        let left = |spending: &super::spending::Spending| {
            let spending = spending.rolled(now);
            let asset = spending.limit.asset;
            let (charged, count) = reserved
                .charges
                .get(&(*owner, *key, asset))
                .copied()
                .unwrap_or_default();
            let left = spending.left();
            let remaining = left.period.min(left.lifetime).saturating_sub(charged);
            (remaining > 0 && spending.operations_left() > count).then_some(SessionLimit { asset, remaining })
        };
        let mut limits: Vec<SessionLimit> = grant.limits.iter().filter_map(left).collect();
        limits.sort_unstable_by_key(|limit| limit.asset);
        Some(Session {
            owner: *owner,
            key: *key,
            expires_at: grant.expires,
            actions: grant.actions,
            next_nonce: 0,
            limits,
        })
    }

    /// Who holds an item that a batch can move: inside, not offered on chain, and moved by no batch that is not over.
    pub fn holder(&self, item: &Item, reserved: &Reserved) -> Option<Owner> {
        let held = self.items.get(item)?;
        let free = !held.offered && held.sequence <= self.over() && !reserved.items.contains(item);
        free.then_some(held.holder)
    }

    /// What `entries` name of all that, in canonical form; see [`Openings::opening`](super::Openings::opening).
    pub fn opening(
        &self,
        entries: &[Entry],
        now: u64,
        in_flight: &[InFlight],
        next_nonce: &dyn Fn(&Owner, &[u8; 32]) -> u64,
    ) -> Opening {
        let reserved = self.reserved(in_flight);
        let mut ledgers = BTreeSet::new();
        let mut sessions: BTreeMap<(Owner, [u8; 32]), BTreeSet<Asset>> = BTreeMap::new();
        let mut items = BTreeSet::new();
        for Entry { intent, .. } in entries {
            let spent = match intent.action {
                Action::Pay { asset, .. } => Some(asset),
                Action::Buy { item, currency, .. } => {
                    items.insert(item);
                    Some(currency)
                }
                Action::List { item, .. } => {
                    items.insert(item);
                    None
                }
                Action::Cancel { .. } => None,
            };
            ledgers.extend(spent.map(|asset| (intent.owner, asset)));
            sessions
                .entry((intent.owner, intent.session))
                .or_default()
                .extend(spent);
        }
        Opening {
            balances: ledgers
                .into_iter()
                .map(|(owner, asset)| Balance {
                    owner,
                    asset,
                    amount: self.balance(&owner, &asset, &reserved),
                })
                .filter(|balance| balance.amount > 0)
                .collect(),
            sessions: sessions
                .into_iter()
                .filter_map(|((owner, key), spent)| {
                    let mut session = self.session(&owner, &key, now, &reserved)?;
                    session.limits.retain(|limit| spent.contains(&limit.asset));
                    session.next_nonce = next_nonce(&owner, &key);
                    Some(session)
                })
                .collect(),
            items: items
                .into_iter()
                .filter_map(|item| {
                    let holder = self.holder(&item, &reserved)?;
                    Some(Holding { item, holder })
                })
                .collect(),
        }
    }
}

impl Reserved {
    fn debit(&mut self, ledger: (Owner, Asset), amount: u128) {
        let debit = self.debits.entry(ledger).or_insert(0);
        *debit = debit.saturating_add(amount);
    }
}
