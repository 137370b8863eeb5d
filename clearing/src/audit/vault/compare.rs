use super::{AssetReport, Snapshot, VaultReport};
use crate::{
    audit::Check,
    intake::json::account,
    state::{Owed, State},
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use std::collections::{BTreeMap, BTreeSet};

/// Holds the chain against itself, and the index, which must be as of the same block, against the chain. `scheme` tells how addresses
/// are written.
pub fn compare(settlement: &str, scheme: Scheme, index: &State, chain: &Snapshot) -> VaultReport {
    let indexed: BTreeMap<Asset, Owed> = index.owed().map(|(asset, owed)| (*asset, *owed)).collect();
    let names: BTreeSet<Asset> = indexed.keys().chain(chain.vaults.keys()).copied().collect();
    let sums = sums(chain);
    let (mut assets, mut uncovered, mut unaccounted, mut parts) = (vec![], vec![], vec![], vec![]);
    for id in names {
        let asset = account(scheme, &id.0);
        let vault = chain.vaults.get(&id).copied().unwrap_or_default();
        let owed = indexed.get(&id).copied().unwrap_or_default();
        let (ledgers, ledger_count) = sums.get(&id).copied().unwrap_or_default();
        if vault.held < vault.owed {
            let missing = vault.owed.saturating_sub(vault.held);
            uncovered.push(format!(
                "{asset}: {} held, {} owed, {missing} missing",
                vault.held, vault.owed
            ));
        }
        let accounted = [vault.escrow, vault.in_flight, vault.stranded]
            .iter()
            .fold(ledgers, |sum, part| sum.saturating_add(*part));
        if accounted != vault.owed {
            unaccounted.push(format!("{asset}: {accounted} accounted for, {} owed", vault.owed));
        }
        for (part, on_chain, by_index) in [
            ("escrow", vault.escrow, owed.escrow),
            ("in flight", vault.in_flight, owed.in_flight),
            ("stranded", vault.stranded, owed.stranded),
        ] {
            if on_chain != by_index {
                parts.push(format!(
                    "{asset}, {part}: {on_chain} on chain, {by_index} in the index"
                ));
            }
        }
        assets.push(AssetReport {
            asset,
            held: vault.held,
            owed: vault.owed,
            surplus: vault.held.saturating_sub(vault.owed),
            ledgers,
            ledger_count,
            escrow: vault.escrow,
            in_flight: vault.in_flight,
            stranded: vault.stranded,
        });
    }
    VaultReport {
        settlement: settlement.to_owned(),
        block: chain.block,
        assets,
        checks: vec![
            Check::new("covered", "the vault holds what it owes, or more", uncovered),
            Check::new(
                "accounted",
                "all it owes is in ledgers, in escrow, in flight or stranded",
                unaccounted,
            ),
            Check::new(
                "ledgers",
                "every ledger on chain is as in the index",
                ledgers(scheme, index, chain),
            ),
            Check::new(
                "parts",
                "escrow, what is in flight and what is stranded are as in the index",
                parts,
            ),
        ],
    }
}

/// Of the ledgers of each asset, and how many are not zero. No vault can owe 2^128: a sum above that is what nothing else comes to.
fn sums(chain: &Snapshot) -> BTreeMap<Asset, (u128, usize)> {
    let mut sums: BTreeMap<Asset, (u128, usize)> = BTreeMap::new();
    for ((_, asset), balance) in chain.ledgers.iter().filter(|(_, balance)| **balance > 0) {
        let (sum, count) = sums.entry(*asset).or_default();
        *sum = sum.saturating_add(*balance);
        *count = count.saturating_add(1);
    }
    sums
}

fn ledgers(scheme: Scheme, index: &State, chain: &Snapshot) -> Vec<String> {
    let mut both: BTreeMap<(Owner, Asset), (u128, u128)> = BTreeMap::new();
    for (ledger, balance) in &chain.ledgers {
        both.entry(*ledger).or_default().0 = *balance;
    }
    for (ledger, balance) in index.ledgers() {
        both.entry(*ledger).or_default().1 = balance;
    }
    let differing = both
        .into_iter()
        .filter(|(_, (on_chain, by_index))| on_chain != by_index);
    differing
        .map(|((owner, asset), (on_chain, by_index))| {
            let (owner, asset) = (account(scheme, &owner.0), account(scheme, &asset.0));
            format!("{asset} of {owner}: {on_chain} on chain, {by_index} in the index")
        })
        .collect()
}
