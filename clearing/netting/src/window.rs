//! One window's intents, netted.

mod ahead;
mod book;
mod eliminate;
mod ledger;
mod rows;
mod sessions;
mod settle;
mod sum;

use novate_protocol::intent::Action;

use crate::{Entry, Netted, Opening, Outcome, Rules};
use book::{Book, ItemRow, Listing};
use ledger::{Ledger, OwnerRow, Payment, Transfer};
use rows::{Id, Keyed, Map, Rows};
use sessions::Sessions;

/// Takes intents in arrival order, and nets them.
///
/// Nothing in it can fail, whatever the input: see `docs/netting.md` for what is refused as what. Amounts are summed in
/// 192 bits. An asset of which the opening balances are more than `i128::MAX` in all counts as held by nobody. Of openings
/// with the same key the first counts.
///
/// ```
/// use novate_netting::{Fees, Opening, Rules, Window};
/// use novate_protocol::{ids::Owner, intent::Scheme};
///
/// let fees = Fees { owner: Owner([9; 32]), pay_bps: 30, sale_bps: 250 };
/// let rules = Rules { scheme: Scheme::Ed25519, chain: 1, settlement: [1; 32], fees, closed_at: 1_800_000_000 };
/// let opening = Opening::default();
/// let window = Window::new(&rules, &opening);
/// assert!(window.net().deltas.is_empty());
/// ```
pub struct Window<'a> {
    sessions: Sessions,
    ledger: Ledger<'a>,
    book: Book,
    seen: Map<Seen>,
    outcomes: Rows<Outcome>,
}

/// An intent that was not refused before its id was looked at.
struct Seen {
    id: [u8; 32],
    owner: Id<OwnerRow>,
    position: Id<Outcome>,
    /// What a [`Action::Cancel`] can take back.
    action: Undoable,
}

#[derive(Clone, Copy)]
enum Undoable {
    Nothing,
    Payment(Id<Transfer>),
    Listing(Id<ItemRow>),
}

/// Nets the intents of one window, in arrival order.
pub fn net(rules: &Rules, opening: &Opening, entries: &[Entry]) -> Netted {
    let mut window = Window::new(rules, opening);
    window.reserve(entries.len());
    window.extend(entries);
    window.net()
}

impl<'a> Window<'a> {
    /// An empty window after `opening`.
    pub fn new(rules: &Rules, opening: &'a Opening) -> Self {
        let mut ledger = Ledger::new(rules.fees, &opening.balances);
        Self {
            sessions: Sessions::new(*rules, opening, &mut ledger),
            book: Book::new(opening, &mut ledger),
            ledger,
            seen: Map::default(),
            outcomes: Rows::default(),
        }
    }

    /// Makes room for this many more intents, which saves moving them later.
    pub fn reserve(&mut self, intents: usize) {
        self.seen.reserve(intents);
        self.outcomes.reserve(intents);
        self.ledger.transfers.reserve(intents);
    }

    /// How many intents were pushed.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether none was pushed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next intent.
    pub fn push(&mut self, entry: &Entry) {
        let position = self.outcomes.push(Outcome::Open);
        self.outcomes[position] = self.take(entry, position).unwrap_or_else(|refused| refused);
    }

    /// Takes the next intents, which is faster than one after the other.
    pub fn extend(&mut self, entries: &[Entry]) {
        let mut blocks = entries.chunks(ahead::BLOCK);
        let mut next = blocks.next();
        while let Some(block) = next {
            next = blocks.next();
            next.into_iter().flatten().for_each(rows::prefetch);
            self.read_ahead(block);
            block.iter().for_each(|entry| self.push(entry));
        }
    }

    /// Nets what was pushed.
    pub fn net(self) -> Netted {
        let Self {
            sessions,
            mut ledger,
            book,
            seen,
            mut outcomes,
        } = self;
        // What is needed no more makes room for the result.
        drop(seen);
        eliminate::eliminate(&mut ledger, &book, &mut outcomes);
        let items = settle::moves(&ledger, &book, &sessions);
        ledger.transfers = Rows::default();
        Netted {
            outcomes: outcomes.into_vec(),
            deltas: settle::deltas(&ledger, &sessions),
            items,
        }
    }

    fn take(&mut self, entry: &Entry, position: Id<Outcome>) -> Result<Outcome, Outcome> {
        let session = self.sessions.admit(entry)?;
        let owner = self.sessions.get(session).owner;
        let (seen, new) = self.seen.insert(Seen {
            id: entry.id,
            owner,
            position,
            action: Undoable::Nothing,
        });
        if !new {
            return Err(Outcome::Replay);
        }
        match &entry.intent.action {
            Action::Pay {
                to, asset, amount, ..
            } => {
                let payment = Payment {
                    position,
                    session,
                    from: owner,
                    to: self.ledger.owner(*to),
                    asset: self.ledger.asset(*asset),
                    amount: *amount,
                    sale: None,
                };
                self.seen[seen].action = Undoable::Payment(self.ledger.pay(&payment));
                Ok(Outcome::Filled)
            }
            Action::List {
                item,
                currency,
                price,
            } => {
                let listing = Listing {
                    position,
                    session,
                    currency: self.ledger.asset(*currency),
                    price: *price,
                };
                let (item, replaced) = self.book.list(item, owner, listing)?;
                self.seen[seen].action = Undoable::Listing(item);
                if let Some(replaced) = replaced {
                    self.outcomes[replaced] = Outcome::Replaced;
                }
                Ok(Outcome::Open)
            }
            Action::Buy {
                item,
                currency,
                max_price,
            } => {
                let asset = self.ledger.asset(*currency);
                let offer = self.book.offer(item, owner, asset, *max_price)?;
                let transfer = self.ledger.pay(&Payment {
                    position,
                    session,
                    from: owner,
                    to: offer.seller,
                    asset,
                    amount: offer.listing.price,
                    sale: Some(self.book.next_sale()),
                });
                self.book.sell(&offer, owner, transfer);
                self.outcomes[offer.listing.position] = Outcome::Filled;
                Ok(Outcome::Filled)
            }
            Action::Cancel { intent } => self.cancel(intent, owner),
        }
    }

    fn cancel(&mut self, intent: &[u8; 32], owner: Id<OwnerRow>) -> Result<Outcome, Outcome> {
        let seen = self.seen.find(&intent).map(|id| &self.seen[id]);
        let seen = seen
            .filter(|seen| seen.owner == owner)
            .ok_or(Outcome::NothingToCancel)?;
        let done = match seen.action {
            Undoable::Payment(id) if self.ledger.transfers[id].kept => {
                self.ledger.undo(id);
                true
            }
            Undoable::Listing(item) => self.book.withdraw(item, seen.position),
            _ => false,
        };
        if !done {
            return Err(Outcome::NothingToCancel);
        }
        self.outcomes[seen.position] = Outcome::Cancelled;
        Ok(Outcome::Filled)
    }
}

impl Keyed for Seen {
    type Key<'k> = &'k [u8; 32];

    fn key(&self) -> &[u8; 32] {
        &self.id
    }
}
