//! Step 4: drops what cannot be covered, latest first, with what depends on it.

use std::collections::BinaryHeap;

use super::{
    book::{Book, Sale},
    ledger::{Account, Ledger, Transfer},
    rows::{Id, Rows},
};
use crate::Outcome;

/// Leaves every account with funds and within its limits.
///
/// The queue holds the candidate of every violated account, and some that are candidates no more: an account changes only
/// when something is dropped, and then its candidate is queued anew. A drop queues at most three and each transfer is
/// dropped at most once, so the time is in proportion to the transfers, but for the logarithm of the queue's length.
pub(super) fn eliminate(ledger: &mut Ledger, book: &Book, outcomes: &mut Rows<Outcome>) {
    let mut queue: BinaryHeap<Id<Transfer>> = BinaryHeap::new();
    let mut changed = Vec::new();
    // Of each account the latest transfer that can still be a candidate for a limit.
    let mut latest_over: Vec<_> = ledger.accounts.iter().map(|account| account.latest).collect();
    for account in ledger.accounts.ids() {
        queue.extend(candidate(ledger, &mut latest_over, account).map(|(id, _)| id));
    }
    // Transfers are in the order of their intents, so the highest id is that of the latest intent.
    while let Some(id) = queue.pop() {
        let payer = ledger.payer(id);
        if let Some((latest, reason)) = candidate(ledger, &mut latest_over, payer)
            && latest == id
        {
            drop_transfer(ledger, id, reason, outcomes, &mut changed);
            if let Some(sale) = ledger.transfers[id].sale {
                outcomes[book.sales[sale].listing] = Outcome::Open;
                drop_later_sales(ledger, book, sale, outcomes, &mut changed);
            }
            for account in changed.drain(..) {
                queue.extend(candidate(ledger, &mut latest_over, account).map(|(id, _)| id));
            }
        }
    }
}

/// The latest outgoing transfer of an account that must lose one, and why.
///
/// Spending only ever gets less here. So a transfer that is passed by, for it was dropped or its session is within its
/// limit, never is a candidate again, and the account need not look at it twice.
fn candidate(
    ledger: &mut Ledger,
    latest_over: &mut [Option<Id<Transfer>>],
    id: Id<Account>,
) -> Option<(Id<Transfer>, Outcome)> {
    let Ledger {
        accounts,
        lines,
        transfers,
        ..
    } = ledger;
    let account = &mut accounts[id];
    let (latest, reason) = if account.headroom.is_negative() {
        (&mut latest_over[id.index()], Outcome::OverLimit)
    } else if account.funds.is_negative() {
        (&mut account.latest, Outcome::InsufficientFunds)
    } else {
        return None;
    };
    let over_limit = reason == Outcome::OverLimit;
    while let Some(id) = *latest {
        let Transfer {
            kept, from, previous, ..
        } = transfers[id];
        if kept && (!over_limit || lines[from].is_over()) {
            return Some((id, reason));
        }
        *latest = previous;
    }
    None
}

fn drop_transfer(
    ledger: &mut Ledger,
    id: Id<Transfer>,
    reason: Outcome,
    outcomes: &mut Rows<Outcome>,
    changed: &mut Vec<Id<Account>>,
) {
    outcomes[ledger.transfers[id].position] = reason;
    changed.extend(ledger.undo(id));
}

/// Drops every sale of the item after `sale`, and the offer that was made by who did not get it.
fn drop_later_sales(
    ledger: &mut Ledger,
    book: &Book,
    sale: Id<Sale>,
    outcomes: &mut Rows<Outcome>,
    changed: &mut Vec<Id<Account>>,
) {
    let reason = Outcome::ItemNotHeld;
    let mut sale = &book.sales[sale];
    while let Some(next) = sale.next {
        sale = &book.sales[next];
        outcomes[sale.listing] = reason;
        if !ledger.transfers[sale.transfer].kept {
            // Dropped before, with all that came after it.
            return;
        }
        drop_transfer(ledger, sale.transfer, reason, outcomes, changed);
    }
    if let Some(listing) = &book.items[sale.item].listing {
        outcomes[listing.position] = reason;
    }
}
