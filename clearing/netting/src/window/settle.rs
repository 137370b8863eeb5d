//! Step 5: what remains, as deltas and moves of items.

use super::{
    book::Book,
    ledger::{Account, Ledger, Line},
    rows::{Id, Keyed, Map},
    sessions::{SessionRow, Sessions},
};
use crate::{Delta, ItemMove};

/// The session of a credit.
const NO_SESSION: [u8; 32] = [0; 32];

/// A delta with places instead of keys.
///
/// They are made in the order of the accounts and then sorted: the other way round, each would be looked for in memory.
struct Change {
    /// Place of its asset and of its owner among the sorted.
    rank: (u32, u32),
    session: Option<Id<SessionRow>>,
    amount: i128,
}

/// Net debits, charged to their sessions, and then net credits.
pub(super) fn deltas(ledger: &Ledger, sessions: &Sessions) -> Vec<Delta> {
    let assets = Sorted::new(&ledger.assets, |row| row.asset);
    let owners = Sorted::new(&ledger.owners, |row| row.0);
    let (mut debits, mut credits) = (Vec::new(), Vec::new());
    for id in ledger.accounts.ids() {
        let account = &ledger.accounts[id];
        let net = net(ledger, id);
        if net == 0 {
            continue;
        }
        let rank = (
            assets.ranks[account.asset.index()],
            owners.ranks[account.owner.index()],
        );
        if net < 0 {
            charge(
                ledger,
                sessions,
                account,
                net.unsigned_abs(),
                |session, amount| {
                    debits.push(Change {
                        rank,
                        session: Some(session),
                        amount,
                    });
                },
            );
        } else {
            credits.push(Change {
                rank,
                session: None,
                amount: net,
            });
        }
    }
    let mut deltas = Vec::with_capacity(debits.len() + credits.len());
    for mut changes in [debits, credits] {
        // Stable: the sessions of an account are in order already.
        changes.sort_by_key(|change| change.rank);
        deltas.extend(changes.into_iter().map(|change| Delta {
            owner: owners.keys[change.rank.1 as usize],
            asset: assets.keys[change.rank.0 as usize],
            session: change.session.map_or(NO_SESSION, |id| sessions.get(id).key),
            amount: change.amount,
        }));
    }
    deltas
}

/// In − out of an account.
fn net(ledger: &Ledger, id: Id<Account>) -> i128 {
    // Funds are no less than zero, and no more than the opening balance and all that others have of the asset: below 2^127
    // each, so they fit.
    let funds = ledger.accounts[id].funds.low();
    funds.checked_signed_diff(ledger.opening(id)).unwrap_or_default()
}

/// Charges a debit to the account's sessions, by key, as far as each has spent and may.
fn charge(
    ledger: &Ledger,
    sessions: &Sessions,
    account: &Account,
    debit: u128,
    mut to: impl FnMut(Id<SessionRow>, i128),
) {
    let mut rest = debit;
    let mut charge = |line: &Line| {
        let amount = rest.min(line.chargeable());
        rest -= amount;
        if let Some(amount) = 0_i128.checked_sub_unsigned(amount).filter(|amount| *amount != 0) {
            to(line.session, amount);
        }
    };
    let mut lines = std::iter::successors(account.lines, |line| ledger.lines[*line].next);
    match (lines.next(), lines.next()) {
        (Some(only), None) => charge(&ledger.lines[only]),
        (first, second) => {
            let mut lines: Vec<_> = first.into_iter().chain(second).chain(lines).collect();
            lines.sort_unstable_by_key(|line| sessions.get(ledger.lines[*line].session).key);
            lines.into_iter().for_each(|line| charge(&ledger.lines[line]));
        }
    }
}

/// The keys of a list in their order, and for each row the place of its key there.
struct Sorted<K> {
    keys: Vec<K>,
    ranks: Vec<u32>,
}

impl<K: Ord + Copy> Sorted<K> {
    fn new<T: Keyed>(rows: &Map<T>, key: impl Fn(&T) -> K) -> Self {
        let mut sorted: Vec<(K, u32)> = rows.iter().map(key).zip(0..).collect();
        // Those of a canonical opening are in order already, which this sort makes use of.
        sorted.sort();
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, index)) in (0..).zip(&sorted) {
            ranks[*index as usize] = rank;
        }
        let keys = sorted.into_iter().map(|(key, _)| key).collect();
        Self { keys, ranks }
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
