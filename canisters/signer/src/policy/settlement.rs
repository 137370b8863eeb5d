//! Settlements whose batches may be signed.

use crate::{
    contract::{Contract, nonzero, word},
    events, state,
    turns::{self, Series},
};
use candid::{Nat, Principal};
use canister_kit::{icrc3::Value, stored::Stored};
use serde_bytes::ByteBuf;
use signer_api::{AssetLimit, Chain, Hours, Refusal, Settlement};
use std::collections::BTreeSet;

/// The most assets of a settlement, and the most collections.
const MAX_ASSETS: usize = 256;
/// Minutes of a day.
const DAY: u32 = 1440;

/// Allows a settlement, or changes what its batches may do.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::TooLarge`], [`Refusal::Zero`], [`Refusal::NotAnEvmAddress`],
/// [`Refusal::Duplicate`], [`Refusal::GoesBack`].
pub fn allow(caller: Principal, settlement: Settlement) -> Result<(), Refusal> {
    let contract = Contract::parse("address", settlement.chain, &settlement.address)?;
    check_assets(&settlement)?;
    check_items(&settlement)?;
    if settlement.max_intents == 0 {
        return Err(zero("max_intents"));
    }
    if let Some(hours) = &settlement.hours {
        check_hours(hours)?;
    }
    let before = find(&contract);
    let sequence_before = turns::next(Series::Batches, &contract);
    let next = turns::set(Series::Batches, &contract, settlement.next_sequence)?;

    // The sequence is kept apart, because it outlives the permission.
    let settlement = Settlement {
        next_sequence: None,
        ..settlement
    };
    if before.as_ref() == Some(&settlement) && next == sequence_before {
        return Ok(());
    }
    state::write(|s| s.settlements.insert(contract.key(), Stored(settlement.clone())));
    record(caller, &contract, &settlement, next);
    Ok(())
}

fn check_assets(settlement: &Settlement) -> Result<(), Refusal> {
    let assets = &settlement.assets;
    if assets.len() > MAX_ASSETS {
        return Err(too_large("assets", assets.len() as u64, MAX_ASSETS as u64));
    }
    let mut seen = BTreeSet::new();
    for (i, limit) in assets.iter().enumerate() {
        let asset = word("asset", settlement.chain, &limit.asset).map_err(|r| r.in_entry("assets", i))?;
        if !seen.insert(asset) {
            return Err(Refusal::Duplicate {
                field: "assets".into(),
                value: limit.asset.clone(),
            });
        }
        for (name, max) in [
            ("max_per_batch", &limit.max_per_batch),
            ("max_per_day", &limit.max_per_day),
        ] {
            nonzero(name, max).map_err(|r| r.in_entry("assets", i))?;
        }
    }
    Ok(())
}

fn check_items(settlement: &Settlement) -> Result<(), Refusal> {
    if settlement.max_items_per_day == Some(0) {
        return Err(zero("max_items_per_day"));
    }
    let listed = settlement.collections.as_deref().unwrap_or_default();
    if listed.len() > MAX_ASSETS {
        return Err(too_large("collections", listed.len() as u64, MAX_ASSETS as u64));
    }
    let mut seen = BTreeSet::new();
    for (i, limit) in listed.iter().enumerate() {
        let in_entry = |refusal: Refusal| refusal.in_entry("collections", i);
        if !seen.insert(word("collection", settlement.chain, &limit.collection).map_err(in_entry)?) {
            return Err(Refusal::Duplicate {
                field: "collections".into(),
                value: limit.collection.clone(),
            });
        }
        if limit.max_per_day == 0 {
            return Err(in_entry(zero("max_per_day")));
        }
    }
    Ok(())
}

fn check_hours(hours: &Hours) -> Result<(), Refusal> {
    for (field, minute) in [
        ("hours.from_minute", hours.from_minute),
        ("hours.to_minute", hours.to_minute),
    ] {
        if minute >= DAY {
            return Err(too_large(field, minute.into(), u64::from(DAY) - 1));
        }
    }
    if hours.from_minute == hours.to_minute {
        return Err(zero("the length of hours"));
    }
    Ok(())
}

fn zero(field: &str) -> Refusal {
    Refusal::Zero { field: field.into() }
}

fn too_large(field: &str, value: u64, max: u64) -> Refusal {
    Refusal::TooLarge {
        field: field.into(),
        value: Nat::from(value),
        max: Nat::from(max),
    }
}

/// One block for the settlement and one for each asset and collection, because blocks hold scalars only.
fn record(caller: Principal, contract: &Contract, settlement: &Settlement, next: u64) {
    let mut fields = contract.fields();
    fields.extend([
        ("max_deltas", Value::nat(settlement.max_deltas)),
        ("max_items", Value::nat(settlement.max_items)),
        ("max_intents", Value::nat(settlement.max_intents)),
        ("next_sequence", Value::nat(next)),
        ("assets", Value::nat(settlement.assets.len())),
    ]);
    if let Some(hours) = settlement.hours {
        fields.push(("from_minute", Value::nat(hours.from_minute)));
        fields.push(("to_minute", Value::nat(hours.to_minute)));
    }
    fields.extend(
        settlement
            .max_items_per_day
            .map(|max| ("max_items_per_day", Value::nat(max))),
    );
    if let Some(collections) = &settlement.collections {
        fields.push(("collections", Value::nat(collections.len())));
    }
    events::record(caller, "settlement_allowed", fields);
    for AssetLimit {
        asset,
        max_per_batch,
        max_per_day,
    } in &settlement.assets
    {
        let mut fields = contract.fields();
        fields.extend([
            ("asset", Value::Blob(asset.clone())),
            ("max_per_batch", Value::Nat(max_per_batch.clone())),
            ("max_per_day", Value::Nat(max_per_day.clone())),
        ]);
        events::record(caller, "settlement_asset_allowed", fields);
    }
    for limit in settlement.collections.iter().flatten() {
        let mut fields = contract.fields();
        fields.extend([
            ("collection", Value::Blob(limit.collection.clone())),
            ("max_per_day", Value::nat(limit.max_per_day)),
        ]);
        events::record(caller, "settlement_collection_allowed", fields);
    }
}

/// Takes the permission away; batches that are signed can still be settled. The sequence stays known.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::ContractNotAllowed`].
pub fn remove(caller: Principal, chain: Chain, address: &ByteBuf) -> Result<(), Refusal> {
    let contract = Contract::parse("address", chain, address)?;
    let removed = state::write(|s| s.settlements.remove(&contract.key()));
    if removed.is_none() {
        return Err(not_allowed(&contract));
    }
    events::record(caller, "settlement_removed", contract.fields());
    Ok(())
}

/// What is allowed to a settlement.
///
/// # Errors
/// [`Refusal::ContractNotAllowed`].
pub fn require(contract: &Contract) -> Result<Settlement, Refusal> {
    find(contract).ok_or_else(|| not_allowed(contract))
}

pub(super) fn not_allowed(contract: &Contract) -> Refusal {
    Refusal::ContractNotAllowed {
        chain: contract.chain,
        contract: ByteBuf::from(contract.address()),
    }
}

fn find(contract: &Contract) -> Option<Settlement> {
    let found = state::read(|s| s.settlements.get(&contract.key()));
    found.map(|Stored(settlement)| settlement)
}

/// The allowed settlements, each with the sequence that comes next.
pub fn list() -> Vec<Settlement> {
    let allowed: Vec<_> = state::read(|s| s.settlements.values().collect());
    let view = |Stored(settlement): Stored<Settlement>| {
        let contract = Contract::parse("address", settlement.chain, &settlement.address).ok()?;
        Some(Settlement {
            next_sequence: Some(turns::next(Series::Batches, &contract)),
            ..settlement
        })
    };
    allowed.into_iter().filter_map(view).collect()
}
