//! Deltas that a settlement can apply: debits before credits, each debit charged to a session, zero in sum.

use crate::contract::{bytes, word};
use candid::Nat;
use novate_protocol::{
    ids::{Asset, Owner},
    leaf::DeltaLeaf,
};
use serde_bytes::ByteBuf;
use signer_api::{BatchRefusal, Chain, Delta, Refusal};
use std::collections::BTreeMap;

/// Asset -> base units.
pub type Debits = BTreeMap<[u8; 32], u128>;

/// A credit is charged to nobody.
const NO_SESSION: [u8; 32] = [0; 32];

/// The most assets of a batch: the settlement on Solana holds a vault for each, that on EVM a list.
fn max_assets(chain: Chain) -> usize {
    match chain {
        Chain::Evm(_) => 256,
        Chain::Solana(_) => 32,
    }
}

/// The largest change of a ledger, and of an asset in one batch. The programs on Solana count in 64 bits with sign, leaves in 128.
fn max(chain: Chain) -> u128 {
    match chain {
        Chain::Evm(_) => i128::MAX.unsigned_abs(),
        Chain::Solana(_) => i64::MAX.unsigned_abs().into(),
    }
}

/// The hashes of the leaves, and what they debit.
///
/// # Errors
/// As [`super::parse::Batch::parse`].
pub fn parse(chain: Chain, given: &[Delta]) -> Result<(Vec<[u8; 32]>, Debits), Refusal> {
    let mut hashes = Vec::with_capacity(given.len());
    let (mut debits, mut credits) = (Debits::new(), Debits::new());
    let mut credited = false;
    for (i, delta) in given.iter().enumerate() {
        let leaf = leaf(chain, i, delta).map_err(|refusal| refusal.in_entry("deltas", i))?;
        let is_credit = leaf.amount > 0;
        if credited && !is_credit {
            let index = leaf.index;
            return Err(BatchRefusal::DebitAfterCredit { index }.into());
        }
        credited = is_credit;
        let sums = if is_credit { &mut credits } else { &mut debits };
        add(sums, &leaf, max(chain))?;
        hashes.push(leaf.hash());
    }
    let (count, most) = (debits.len(), max_assets(chain));
    if count > most {
        let (count, max) = (count as u64, most as u64);
        return Err(BatchRefusal::TooManyAssets { count, max }.into());
    }
    require_balanced(&debits, &credits)?;
    Ok((hashes, debits))
}

fn leaf(chain: Chain, i: usize, delta: &Delta) -> Result<DeltaLeaf, Refusal> {
    let index = i as u32; // the header's count, of 32 bits, is that of the leaves
    let leaf = DeltaLeaf {
        index,
        owner: Owner(word("owner", chain, &delta.owner)?),
        asset: Asset(word("asset", chain, &delta.asset)?),
        session: session(chain, delta)?,
        amount: amount(chain, index, delta)?,
    };
    let refusal = match (leaf.amount, leaf.session == NO_SESSION) {
        (0, _) => BatchRefusal::ZeroDelta { index },
        (..0, true) => BatchRefusal::DebitWithoutSession { index },
        (1.., false) => BatchRefusal::CreditWithSession { index },
        _ => return Ok(leaf),
    };
    Err(refusal.into())
}

fn session(chain: Chain, delta: &Delta) -> Result<[u8; 32], Refusal> {
    if bytes("session", &delta.session)? == NO_SESSION {
        return Ok(NO_SESSION);
    }
    word("session", chain, &delta.session)
}

fn amount(chain: Chain, index: u32, delta: &Delta) -> Result<i128, BatchRefusal> {
    let amount = i128::try_from(&delta.amount.0).ok();
    let max = max(chain);
    amount
        .filter(|amount| amount.unsigned_abs() <= max)
        .ok_or_else(|| BatchRefusal::DeltaTooLarge {
            index,
            max: Nat::from(max),
        })
}

fn add(sums: &mut Debits, leaf: &DeltaLeaf, max: u128) -> Result<(), BatchRefusal> {
    let sum = sums.entry(leaf.asset.0).or_default();
    let with = sum.checked_add(leaf.amount.unsigned_abs());
    *sum = with
        .filter(|sum| *sum <= max)
        .ok_or_else(|| BatchRefusal::SumTooLarge {
            asset: ByteBuf::from(leaf.asset.0),
            max: Nat::from(max),
        })?;
    Ok(())
}

fn require_balanced(debits: &Debits, credits: &Debits) -> Result<(), BatchRefusal> {
    for asset in debits.keys().chain(credits.keys()) {
        let [debits, credits] = [debits, credits].map(|sums| sums.get(asset).copied().unwrap_or(0));
        if debits != credits {
            return Err(BatchRefusal::Unbalanced {
                asset: ByteBuf::from(*asset),
                debits: Nat::from(debits),
                credits: Nat::from(credits),
            });
        }
    }
    Ok(())
}
