//! Decisions, read back from the log.

use crate::state;
use candid::Nat;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{AuditPage, AuditRequest, Chain, Decision, Outcome};

/// Blocks that one query looks at.
const SCANNED: u64 = 5_000;
/// Decisions in one answer.
const PAGE: usize = 500;

/// The decisions among the blocks from `request.from` on.
pub fn page(request: AuditRequest) -> AuditPage {
    let limit = usize::try_from(request.limit).unwrap_or(PAGE).min(PAGE);
    state::read(|s| {
        let end = s.log.length();
        let scanned = request.from.saturating_add(SCANNED).min(end);
        let mut decisions = Vec::new();
        let mut block = request.from;
        while block < scanned && decisions.len() < limit {
            decisions.extend(s.log.get(block).and_then(|value| decision(block, &value)));
            block += 1;
        }
        AuditPage {
            decisions,
            next: (block < end).then_some(block),
        }
    })
}

/// The decision that a block tells of, if it does.
fn decision(block: u64, value: &Value) -> Option<Decision> {
    let tx = get(value, "tx")?;
    let outcome = match text(value, "btype")?.as_str() {
        "request_accepted" => Outcome::Accepted {
            digest: blob(tx, "digest"),
            key_version: u32::try_from(number(tx, "key_version")?.0).ok()?,
            price: number(tx, "price")?,
        },
        "refused" => Outcome::Refused {
            rule: text(tx, "rule")?,
            detail: text(tx, "detail")?,
        },
        _ => return None,
    };
    Some(Decision {
        block,
        at: integer(value, "ts")?,
        caller: text(tx, "caller")?,
        method: text(tx, "method")?,
        request_id: blob(tx, "request_id"),
        chain: chain(tx),
        contract: blob(tx, "contract"),
        outcome,
    })
}

fn chain(tx: &Value) -> Option<Chain> {
    let number = integer(tx, "chain")?;
    [Chain::Evm(number), Chain::Solana(number)]
        .into_iter()
        .find(|chain| text(tx, "chain_kind").as_deref() == Some(chain.kind()))
}

fn get<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    match map {
        Value::Map(entries) => entries
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

fn text(map: &Value, name: &str) -> Option<String> {
    match get(map, name)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(map: &Value, name: &str) -> Option<Nat> {
    match get(map, name)? {
        Value::Nat(number) => Some(number.clone()),
        _ => None,
    }
}

fn integer(map: &Value, name: &str) -> Option<u64> {
    u64::try_from(number(map, name)?.0).ok()
}

/// Empty where there is none.
fn blob(map: &Value, name: &str) -> ByteBuf {
    match get(map, name) {
        Some(Value::Blob(bytes)) => bytes.clone(),
        _ => ByteBuf::new(),
    }
}
