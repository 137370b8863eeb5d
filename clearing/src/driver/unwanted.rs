//! Whose intents a refusal of the signer is about.

use super::refusal::Unwanted;
use crate::{chain::SignedBatch, store::intents::StoredIntent};
use novate_protocol::{ids::Owner, intent::Action};
use std::collections::HashSet;

/// The intents of a batch, by `seq`, without which the signer may take it.
pub(super) fn unwanted(what: &Unwanted, batch: &SignedBatch, intents: &[StoredIntent]) -> Vec<i64> {
    let is_unwanted = |stored: &&StoredIntent| {
        let intent = &stored.signed.intent;
        match what {
            Unwanted::Asset(asset) => paid_in(&intent.action) == Some(*asset),
            Unwanted::Collection(collection) => item(&intent.action).is_some_and(|(of, _)| of == *collection),
            Unwanted::Delta(index) => leaf(&batch.deltas, *index).is_some_and(|leaf| {
                let is_named = intent.owner == leaf.owner || paid(&intent.action) == Some(leaf.owner);
                is_named && paid_in(&intent.action) == Some(leaf.asset.0)
            }),
            Unwanted::Item(index) => leaf(&batch.items, *index)
                .is_some_and(|leaf| item(&intent.action) == Some((leaf.asset.0, leaf.token_id))),
            Unwanted::Above { asset, max } => {
                let own = batch.deltas.iter().filter(|leaf| leaf.owner == intent.owner);
                let debit: u128 = own
                    .filter(|leaf| leaf.asset.0 == *asset && leaf.amount < 0)
                    .fold(0, |sum, leaf| sum.saturating_add(leaf.amount.unsigned_abs()));
                debit > *max && spends(&intent.action).is_some_and(|(of, most)| of == *asset && most > *max)
            }
        }
    };
    intents
        .iter()
        .filter(is_unwanted)
        .map(|stored| stored.seq)
        .collect()
}

/// The intents of all who give something in a batch, by `seq`.
pub(super) fn of_givers(batch: &SignedBatch, intents: &[StoredIntent]) -> Vec<i64> {
    let givers = givers(batch);
    let gives = |stored: &&StoredIntent| givers.contains(&stored.signed.intent.owner);
    intents.iter().filter(gives).map(|stored| stored.seq).collect()
}

/// All who give something in a batch.
pub(super) fn givers(batch: &SignedBatch) -> HashSet<Owner> {
    let debits = batch.deltas.iter().filter(|leaf| leaf.amount < 0);
    debits
        .map(|leaf| leaf.owner)
        .chain(batch.items.iter().map(|leaf| leaf.from))
        .collect()
}

fn leaf<T>(leaves: &[T], index: u32) -> Option<&T> {
    leaves.get(usize::try_from(index).ok()?)
}

const fn paid_in(action: &Action) -> Option<[u8; 32]> {
    match action {
        Action::Pay { asset, .. } => Some(asset.0),
        Action::List { currency, .. } | Action::Buy { currency, .. } => Some(currency.0),
        Action::Cancel { .. } => None,
    }
}

const fn paid(action: &Action) -> Option<Owner> {
    match action {
        Action::Pay { to, .. } => Some(*to),
        _ => None,
    }
}

const fn item(action: &Action) -> Option<([u8; 32], [u8; 32])> {
    match action {
        Action::List { item, .. } | Action::Buy { item, .. } => Some((item.collection.0, item.token_id)),
        Action::Pay { .. } | Action::Cancel { .. } => None,
    }
}

/// What leaves the owner's ledger at the most.
const fn spends(action: &Action) -> Option<([u8; 32], u128)> {
    match action {
        Action::Pay { asset, amount, .. } => Some((asset.0, *amount)),
        Action::Buy {
            currency, max_price, ..
        } => Some((currency.0, *max_price)),
        Action::List { .. } | Action::Cancel { .. } => None,
    }
}
