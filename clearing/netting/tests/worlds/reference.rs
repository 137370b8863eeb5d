//! Netting as `docs/netting.md` says it, without any care for time: sums are big integers, and after every intent that
//! is dropped everything is summed up again. It shares no code with the library but the types that go in and come out.

use std::collections::{BTreeMap, BTreeSet};

use novate_netting::{Delta, Entry, ItemMove, Netted, Opening, Outcome, Rules, Session};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Item},
};
use num_bigint::BigInt;

/// An owner's balance of an asset.
type Account = (Owner, Asset);

/// A sale: the places of the `Buy` and the `List`.
#[derive(Clone, Copy)]
struct Sale {
    buy: usize,
    list: usize,
    item: Item,
}

/// Sums of what is kept.
#[derive(Default)]
struct Sums {
    credits: BTreeMap<Account, BigInt>,
    debits: BTreeMap<(Account, [u8; 32]), BigInt>,
    /// Outgoing intents, in window order.
    outgoing: Vec<(usize, Account, [u8; 32])>,
}

struct Reference<'a> {
    rules: &'a Rules,
    opening: &'a Opening,
    entries: &'a [Entry],
    /// `Filled` for what is valid and matched so far.
    outcomes: Vec<Outcome>,
    sales: Vec<Sale>,
}

pub fn net(rules: &Rules, opening: &Opening, entries: &[Entry]) -> Netted {
    let mut reference = Reference {
        rules,
        opening,
        entries,
        outcomes: Vec::new(),
        sales: Vec::new(),
    };
    let refused = reference.validate();
    reference.match_all(&refused);
    while let Some((place, reason)) = reference.latest_candidate() {
        reference.drop_intent(place, reason);
    }
    Netted {
        deltas: reference.deltas(),
        items: reference.moves(),
        outcomes: reference.outcomes,
    }
}

impl Reference<'_> {
    fn session(&self, owner: Owner, key: [u8; 32]) -> Option<&Session> {
        let mut sessions = self.opening.sessions.iter();
        sessions.find(|session| session.owner == owner && session.key == key)
    }

    /// Step 1.
    fn validate(&self) -> Vec<Option<Outcome>> {
        let mut taken: BTreeMap<(Owner, [u8; 32]), u64> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        let validate = |entry: &Entry| {
            let intent = &entry.intent;
            if intent.chain != self.rules.chain
                || intent.settlement != self.rules.settlement
                || intent.check(self.rules.scheme).is_err()
                || intent.nonce >= 1 << 63
            {
                return Some(Outcome::Malformed);
            }
            if !entry.signed {
                return Some(Outcome::BadSignature);
            }
            let Some(session) = self.session(intent.owner, intent.session) else {
                return Some(Outcome::NoSession);
            };
            if session.expires_at <= self.rules.closed_at {
                return Some(Outcome::NoSession);
            }
            let bit = match intent.action {
                Action::Pay { .. } => 1,
                Action::List { .. } => 2,
                Action::Buy { .. } => 4,
                Action::Cancel { .. } => 8,
            };
            if session.actions & bit == 0 {
                return Some(Outcome::ActionNotAllowed);
            }
            if intent.expires_at <= self.rules.closed_at {
                return Some(Outcome::Expired);
            }
            if entry.received_at < intent.created_at || entry.received_at >= intent.created_at + 3_600 {
                return Some(Outcome::TooOld);
            }
            if !entry.carried {
                let key = (intent.owner, intent.session);
                let next = taken.get(&key).map_or(session.next_nonce, |last| last + 1);
                if intent.nonce < next {
                    return Some(Outcome::Replay);
                }
                taken.insert(key, intent.nonce);
            }
            (!ids.insert(entry.id)).then_some(Outcome::Replay)
        };
        self.entries.iter().map(validate).collect()
    }

    /// Step 2.
    fn match_all(&mut self, refused: &[Option<Outcome>]) {
        let mut holders: BTreeMap<Item, Owner> = BTreeMap::new();
        for holding in &self.opening.items {
            holders.insert(holding.item, holding.holder);
        }
        let mut live: BTreeMap<Item, usize> = BTreeMap::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let outcome = match refused[place] {
                Some(outcome) => outcome,
                None => self.match_one(place, entry, refused, &mut holders, &mut live),
            };
            self.outcomes.push(outcome);
        }
    }

    fn match_one(
        &mut self,
        place: usize,
        entry: &Entry,
        refused: &[Option<Outcome>],
        holders: &mut BTreeMap<Item, Owner>,
        live: &mut BTreeMap<Item, usize>,
    ) -> Outcome {
        let owner = entry.intent.owner;
        match entry.intent.action {
            Action::Pay { .. } => Outcome::Filled,
            Action::List { item, .. } => {
                if holders.get(&item) != Some(&owner) {
                    return Outcome::ItemNotHeld;
                }
                if let Some(replaced) = live.insert(item, place) {
                    self.outcomes[replaced] = Outcome::Replaced;
                }
                Outcome::Open
            }
            Action::Buy {
                item,
                currency,
                max_price,
            } => {
                let Some(&list) = live.get(&item) else {
                    return Outcome::NotListed;
                };
                let listed = &self.entries[list].intent;
                let Action::List {
                    currency: asked,
                    price,
                    ..
                } = listed.action
                else {
                    panic!("only lists are live")
                };
                if asked != currency {
                    return Outcome::NotListed;
                }
                if listed.owner == owner {
                    return Outcome::OwnListing;
                }
                if price > max_price {
                    return Outcome::PriceAboveMaximum;
                }
                live.remove(&item);
                holders.insert(item, owner);
                self.outcomes[list] = Outcome::Filled;
                self.sales.push(Sale {
                    buy: place,
                    list,
                    item,
                });
                Outcome::Filled
            }
            Action::Cancel { intent } => {
                let target = (0..place).find(|at| {
                    // A copy of an id has no effect, and so has nothing to cancel.
                    refused[*at].is_none() && self.entries[*at].id == intent
                });
                let Some(target) = target.filter(|at| self.entries[*at].intent.owner == owner) else {
                    return Outcome::NothingToCancel;
                };
                match self.entries[target].intent.action {
                    Action::Pay { .. } if self.outcomes[target] == Outcome::Filled => {}
                    Action::List { item, .. } if live.get(&item) == Some(&target) => {
                        live.remove(&item);
                    }
                    _ => return Outcome::NothingToCancel,
                }
                self.outcomes[target] = Outcome::Cancelled;
                Outcome::Filled
            }
        }
    }

    /// Step 3: what is paid by this intent if it is kept: to whom, what, how much, and basis points of fee.
    fn payment(&self, place: usize) -> Option<(Owner, Asset, u128, u16)> {
        if self.outcomes[place] != Outcome::Filled {
            return None;
        }
        match self.entries[place].intent.action {
            Action::Pay {
                to, asset, amount, ..
            } => Some((to, asset, amount, self.rules.fees.pay_bps)),
            Action::Buy { .. } => {
                let sale = self.sales.iter().find(|sale| sale.buy == place)?;
                let listed = &self.entries[sale.list].intent;
                let Action::List { currency, price, .. } = listed.action else {
                    panic!("what is bought was listed")
                };
                Some((listed.owner, currency, price, self.rules.fees.sale_bps))
            }
            _ => None,
        }
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for (place, entry) in self.entries.iter().enumerate() {
            let Some((to, asset, amount, bps)) = self.payment(place) else {
                continue;
            };
            let fee = BigInt::from(amount) * bps.min(10_000) / 10_000;
            let payer = (entry.intent.owner, asset);
            *sums.debits.entry((payer, entry.intent.session)).or_default() += amount;
            *sums.credits.entry((to, asset)).or_default() += amount - &fee;
            *sums.credits.entry((self.rules.fees.owner, asset)).or_default() += fee;
            sums.outgoing.push((place, payer, entry.intent.session));
        }
        sums
    }

    fn opening_balance(&self, (owner, asset): Account) -> BigInt {
        let of_asset = || {
            self.opening
                .balances
                .iter()
                .filter(|balance| balance.asset == asset)
        };
        let total: BigInt = of_asset().map(|balance| BigInt::from(balance.amount)).sum();
        if total > BigInt::from(i128::MAX) {
            return BigInt::ZERO;
        }
        of_asset()
            .find(|balance| balance.owner == owner)
            .map_or(BigInt::ZERO, |balance| balance.amount.into())
    }

    fn remaining(&self, (owner, asset): Account, key: [u8; 32]) -> BigInt {
        self.session(owner, key)
            .and_then(|session| session.limits.iter().find(|limit| limit.asset == asset))
            .map_or(BigInt::ZERO, |limit| limit.remaining.into())
    }

    /// Step 4: of the candidates of all violated accounts the one with the highest place.
    fn latest_candidate(&self) -> Option<(usize, Outcome)> {
        let sums = self.sums();
        let accounts: BTreeSet<Account> = sums.outgoing.iter().map(|(_, account, _)| *account).collect();
        let candidates = accounts.into_iter().filter_map(|account| {
            let own = || sums.debits.iter().filter(move |((of, _), _)| *of == account);
            let credits = sums.credits.get(&account).cloned().unwrap_or_default();
            let over: BTreeMap<[u8; 32], BigInt> = own()
                .map(|((_, key), out)| (*key, out - self.remaining(account, *key)))
                .filter(|(_, excess)| *excess > BigInt::ZERO)
                .collect();
            let out: BigInt = own().map(|(_, out)| out).sum();
            let mut outgoing = sums.outgoing.iter().rev().filter(|(_, of, _)| *of == account);
            if over.values().sum::<BigInt>() > credits {
                let latest = outgoing.find(|(_, _, key)| over.contains_key(key));
                latest.map(|(place, ..)| (*place, Outcome::OverLimit))
            } else if out > self.opening_balance(account) + credits {
                outgoing
                    .next()
                    .map(|(place, ..)| (*place, Outcome::InsufficientFunds))
            } else {
                None
            }
        });
        candidates.max_by_key(|(place, _)| *place)
    }

    fn drop_intent(&mut self, place: usize, reason: Outcome) {
        self.outcomes[place] = reason;
        let Some(dropped) = self.sales.iter().find(|sale| sale.buy == place).copied() else {
            return;
        };
        self.outcomes[dropped.list] = Outcome::Open;
        for sale in self.sales.clone() {
            if sale.item == dropped.item && sale.buy > place {
                self.outcomes[sale.list] = Outcome::ItemNotHeld;
                if self.outcomes[sale.buy] == Outcome::Filled {
                    self.outcomes[sale.buy] = Outcome::ItemNotHeld;
                }
            }
        }
        for later in place..self.entries.len() {
            let Action::List { item, .. } = self.entries[later].intent.action else {
                continue;
            };
            if item == dropped.item && self.outcomes[later] == Outcome::Open {
                self.outcomes[later] = Outcome::ItemNotHeld;
            }
        }
    }

    /// Step 5.
    fn deltas(&self) -> Vec<Delta> {
        let sums = self.sums();
        let mut owners: BTreeSet<Account> = sums.credits.keys().copied().collect();
        owners.extend(sums.outgoing.iter().map(|(_, account, _)| *account));
        let (mut debits, mut credits) = (Vec::new(), Vec::new());
        for account in owners {
            let own: Vec<_> = sums.debits.iter().filter(|((of, _), _)| *of == account).collect();
            let out: BigInt = own.iter().map(|(_, out)| *out).sum();
            let net = sums.credits.get(&account).cloned().unwrap_or_default() - out;
            let delta = |session, amount: &BigInt| Delta {
                owner: account.0,
                asset: account.1,
                session,
                amount: amount.try_into().expect("fits a delta"),
            };
            if net > BigInt::ZERO {
                credits.push(delta([0; 32], &net));
            }
            let mut rest = -net;
            for ((_, key), out) in own {
                let charge = rest.clone().min(out.clone()).min(self.remaining(account, *key));
                if charge > BigInt::ZERO {
                    debits.push(delta(*key, &-&charge));
                    rest -= charge;
                }
            }
            assert!(rest <= BigInt::ZERO, "all of the debit is charged");
        }
        debits.sort_by_key(|delta| (delta.asset, delta.owner, delta.session));
        credits.sort_by_key(|delta| (delta.asset, delta.owner, delta.session));
        [debits, credits].concat()
    }

    fn moves(&self) -> Vec<ItemMove> {
        let kept = |sale: &&Sale| self.outcomes[sale.buy] == Outcome::Filled;
        let mut moves = Vec::new();
        for holding in &self.opening.items {
            let sales = || {
                self.sales
                    .iter()
                    .filter(kept)
                    .filter(|sale| sale.item == holding.item)
            };
            let (Some(first), Some(last)) = (sales().next(), sales().next_back()) else {
                continue;
            };
            let to = self.entries[last.buy].intent.owner;
            if to != holding.holder {
                moves.push(ItemMove {
                    item: holding.item,
                    from: holding.holder,
                    to,
                    session: self.entries[first.list].intent.session,
                });
            }
        }
        moves.sort_by_key(|item_move| item_move.item);
        moves
    }
}
