//! Reads ahead.
//!
//! An intent's session, payer, recipient and limits lie anywhere in memory, each found by the one before, and a core that
//! waits for one of them after the other does nothing else. So a block of intents is looked through first, one step of the
//! way after the other: each step begins to fetch for all of them what the next one needs, and by then it is there.
//! Nothing is decided here; a wrong guess costs time only.

use novate_protocol::{
    ids::Asset,
    intent::{Action, Intent},
};

use super::{
    Window,
    book::ItemRow,
    ledger::{AssetRow, OwnerRow},
    rows::{Id, prefetch},
    sessions::SessionRow,
};
use crate::Entry;

/// Intents of a block: more than a core can wait for, few enough for what is fetched to stay in its cache.
pub(super) const BLOCK: usize = 32;

/// What an intent probably needs: hashes of keys first, then rows.
#[derive(Clone, Copy, Default)]
struct Guess {
    session: u32,
    to: u32,
    item: u32,
    line: u32,
    payee: u32,
    /// Who pays whom in what, when it pays.
    transfer: Option<(Id<SessionRow>, Payee, Id<AssetRow>)>,
}

#[derive(Clone, Copy)]
enum Payee {
    Owner(Id<OwnerRow>),
    /// The item's seller.
    Seller(Id<ItemRow>),
}

impl Window<'_> {
    /// Fetches what these intents need. At most [`BLOCK`] are looked at.
    pub(super) fn read_ahead(&self, entries: &[Entry]) {
        let mut guesses = [Guess::default(); BLOCK];
        let all = || entries.iter().map(|entry| &entry.intent);
        for (guess, entry) in guesses.iter_mut().zip(entries) {
            self.seen.prefetch_slot(&&entry.id);
            self.hash(guess, &entry.intent);
        }
        for (guess, intent) in guesses.iter_mut().zip(all()) {
            self.look_up(guess, &intent.action);
        }
        for guess in &mut guesses {
            self.hash_accounts(guess);
        }
        let mut lines = [None; BLOCK];
        let transfers = guesses.iter().filter(|guess| guess.transfer.is_some());
        for (line, guess) in lines.iter_mut().zip(transfers) {
            *line = self.ledger.lines.prefetch_row(guess.line);
            self.ledger.accounts.prefetch_row(guess.payee);
        }
        // A line tells its payer's account, which is one look-up less.
        for line in lines.into_iter().flatten() {
            prefetch(&self.ledger.accounts[self.ledger.lines[line].account]);
        }
    }

    fn hash(&self, guess: &mut Guess, intent: &Intent) {
        guess.session = self
            .sessions
            .rows
            .prefetch_slot(&(&intent.owner, &intent.session));
        match &intent.action {
            Action::Pay { to, .. } => guess.to = self.ledger.owners.prefetch_slot(&to),
            Action::List { item, .. } | Action::Buy { item, .. } => {
                guess.item = self.book.items.prefetch_slot(&item);
            }
            Action::Cancel { intent } => _ = self.seen.prefetch_slot(&intent),
        }
    }

    fn look_up(&self, guess: &mut Guess, action: &Action) {
        let session = self.sessions.rows.prefetch_row(guess.session);
        let asset = |asset: &Asset| self.ledger.assets.find(&asset);
        let transfer = match action {
            Action::Pay { asset: paid, .. } => {
                let to = self.ledger.owners.prefetch_row(guess.to);
                to.map(Payee::Owner).zip(asset(paid))
            }
            Action::Buy { currency, .. } => {
                let item = self.book.items.prefetch_row(guess.item);
                item.map(Payee::Seller).zip(asset(currency))
            }
            Action::List { .. } => {
                self.book.items.prefetch_row(guess.item);
                None
            }
            Action::Cancel { .. } => None,
        };
        guess.transfer = session
            .zip(transfer)
            .map(|(session, (to, asset))| (session, to, asset));
    }

    fn hash_accounts(&self, guess: &mut Guess) {
        let Some((session, to, asset)) = guess.transfer else {
            return;
        };
        let to = match to {
            Payee::Owner(to) => to,
            Payee::Seller(item) => self.book.items[item].holder,
        };
        let accounts = &self.ledger.accounts;
        guess.line = self.ledger.lines.prefetch_slot(&(session, asset));
        guess.payee = accounts.prefetch_slot(&(to, asset));
    }
}
