//! Which batches may be signed. Functions of their arguments alone.

use super::parse::Batch;
use crate::contract::{amount, bytes};
use candid::Nat;
use serde_bytes::ByteBuf;
use signer_api::{BatchRefusal, Hours, Refusal, Settlement};
use std::collections::BTreeMap;

/// Seconds after its window opened in which a batch is accepted.
pub const MAX_AGE: u64 = 3_600;

/// How much of an asset may be debited, in base units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limit {
    /// In one batch.
    pub max_per_batch: u128,
    /// In all batches of one day.
    pub max_per_day: u128,
}

/// Limits by asset.
pub type Limits = BTreeMap<[u8; 32], Limit>;

/// What always holds for a batch of this settlement; `now` in Unix seconds.
///
/// # Errors
/// [`BatchRefusal::TooMany`], [`BatchRefusal::AssetNotAllowed`], [`BatchRefusal::AboveBatchMaximum`],
/// [`BatchRefusal::CollectionNotAllowed`], [`Refusal::OutsideHours`].
pub fn check(batch: &Batch, settlement: &Settlement, now: u64) -> Result<(), Refusal> {
    let header = &batch.header;
    for (field, count, max) in [
        ("intent_count", header.intent_count, settlement.max_intents),
        ("delta_count", header.delta_count, settlement.max_deltas),
        ("item_count", header.item_count, settlement.max_items),
    ] {
        if count > max {
            return Err(Refusal::Batch(BatchRefusal::TooMany {
                field: field.into(),
                count: count.into(),
                max: max.into(),
            }));
        }
    }
    let limits = limits(settlement)?;
    for (asset, debits) in &batch.debits {
        let max = limit(&limits, asset)?.max_per_batch;
        if *debits > max {
            return Err(Refusal::Batch(BatchRefusal::AboveBatchMaximum {
                asset: ByteBuf::from(*asset),
                debits: Nat::from(*debits),
                max: Nat::from(max),
            }));
        }
    }
    if let Some(collections) = &settlement.collections {
        for moved in batch.moves.keys() {
            if !collections.iter().any(|c| c.collection.as_slice() == moved) {
                return Err(Refusal::Batch(BatchRefusal::CollectionNotAllowed {
                    collection: ByteBuf::from(*moved),
                }));
            }
        }
    }
    settlement.hours.map_or(Ok(()), |hours| check_hours(hours, now))
}

/// What was allowed, which was well-formed then.
///
/// # Errors
/// None for a settlement that an administrator could allow.
pub fn limits(settlement: &Settlement) -> Result<Limits, Refusal> {
    let parse = |limit: &signer_api::AssetLimit| {
        let parsed = Limit {
            max_per_batch: amount("max_per_batch", &limit.max_per_batch)?,
            max_per_day: amount("max_per_day", &limit.max_per_day)?,
        };
        Ok((bytes("asset", &limit.asset)?, parsed))
    };
    settlement.assets.iter().map(parse).collect()
}

/// # Errors
/// [`BatchRefusal::AssetNotAllowed`].
pub fn limit<'a>(limits: &'a Limits, asset: &[u8; 32]) -> Result<&'a Limit, BatchRefusal> {
    limits.get(asset).ok_or_else(|| BatchRefusal::AssetNotAllowed {
        asset: ByteBuf::from(*asset),
    })
}

fn check_hours(hours: Hours, now: u64) -> Result<(), Refusal> {
    let minute = (now / 60 % 1_440) as u32;
    let Hours {
        from_minute,
        to_minute,
    } = hours;
    let inside = if from_minute < to_minute {
        (from_minute..to_minute).contains(&minute)
    } else {
        minute >= from_minute || minute < to_minute
    };
    if inside {
        return Ok(());
    }
    Err(Refusal::OutsideHours {
        minute,
        from_minute,
        to_minute,
    })
}

/// The window is open, and not for too long. Both in Unix seconds.
///
/// # Errors
/// [`BatchRefusal::OpensLater`], [`BatchRefusal::TooOld`].
pub fn check_age(opened_at: u64, now: u64) -> Result<(), BatchRefusal> {
    match now.checked_sub(opened_at) {
        None => Err(BatchRefusal::OpensLater { opened_at, now }),
        Some(age) if age > MAX_AGE => Err(BatchRefusal::TooOld {
            opened_at,
            now,
            max_age: MAX_AGE,
        }),
        Some(_) => Ok(()),
    }
}
