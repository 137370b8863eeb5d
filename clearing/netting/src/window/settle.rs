//! Step 5: what remains, as deltas and moves of items.

use super::{
    book::Book,
    ledger::{Account, Ledger},
    rows::Id,
    sessions::Sessions,
};
use crate::{Delta, ItemMove};

/// The session of a credit.
const NO_SESSION: [u8; 32] = [0; 32];

/// Net debits, charged to their sessions, and then net credits.
pub(super) fn deltas(ledger: &Ledger, sessions: &Sessions) -> Vec<Delta> {
    let net = by_asset_and_owner(ledger);
    let mut deltas = Vec::with_capacity(net.len());
    for (id, net) in net.iter().filter(|(_, net)| *net < 0) {
        charge(ledger, sessions, *id, net.unsigned_abs(), &mut deltas);
    }
    deltas.extend(net.iter().filter(|(_, net)| *net > 0).map(|(id, net)| {
        let account = &ledger.accounts[*id];
        Delta {
            owner: ledger.owners[account.owner].0,
            asset: ledger.assets[account.asset].asset,
            session: NO_SESSION,
            amount: *net,
        }
    }));
    deltas
}

/// Accounts that change, with their change.
fn by_asset_and_owner(ledger: &Ledger) -> Vec<(Id<Account>, i128)> {
    let mut net: Vec<_> = ledger
        .accounts
        .ids()
        .filter_map(|id| {
            // Funds are no less than zero, and no more than all that there is of the asset on top of the opening: what is
            // below 2^127 each.
            let now = ledger.accounts[id].funds.low();
            let change = now.checked_signed_diff(ledger.opening(id))?;
            (change != 0).then_some((id, change))
        })
        .collect();
    net.sort_unstable_by_key(|(id, _)| {
        let account = &ledger.accounts[*id];
        (ledger.assets[account.asset].asset, ledger.owners[account.owner].0)
    });
    net
}

/// Charges a debit to the account's sessions, by key, as far as each has spent and may.
fn charge(ledger: &Ledger, sessions: &Sessions, id: Id<Account>, debit: u128, deltas: &mut Vec<Delta>) {
    let account = &ledger.accounts[id];
    let asset = ledger.assets[account.asset].asset;
    let owner = ledger.owners[account.owner].0;
    let mut lines: Vec<_> = std::iter::successors(account.lines, |line| ledger.lines[*line].next)
        .map(|line| (sessions.get(ledger.lines[line].session).key, line))
        .collect();
    lines.sort_unstable();
    let mut rest = debit;
    for (session, line) in lines {
        let line = &ledger.lines[line];
        let limit = sessions.limit(line.session, &asset);
        // The limit, or what was spent of it.
        let chargeable = if line.left.is_negative() {
            limit
        } else {
            limit - line.left.low()
        };
        let amount = rest.min(chargeable);
        rest -= amount;
        if let Some(amount) = 0_i128.checked_sub_unsigned(amount).filter(|amount| *amount != 0) {
            deltas.push(Delta {
                owner,
                asset,
                session,
                amount,
            });
        }
    }
}

/// Items whose last holder is not the first.
pub(super) fn moves(ledger: &Ledger, book: &Book, sessions: &Sessions) -> Vec<ItemMove> {
    let mut moves: Vec<_> = book
        .items
        .iter()
        .filter_map(|item| {
            let first = &book.sales[item.first_sale?];
            let sales = std::iter::successors(Some(first), |sale| Some(&book.sales[sale.next?]));
            let last = sales
                .take_while(|sale| ledger.transfers[sale.transfer].kept)
                .last()?;
            (last.buyer != item.first_holder).then(|| ItemMove {
                item: item.item,
                from: ledger.owners[item.first_holder].0,
                to: ledger.owners[last.buyer].0,
                session: sessions.get(first.session).key,
            })
        })
        .collect();
    moves.sort_unstable_by_key(|item_move| item_move.item);
    moves
}
