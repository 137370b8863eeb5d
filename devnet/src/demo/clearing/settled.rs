//! From an intent that was accepted to a receipt that holds.

use super::{Sent, party::Party, rest::Rest};
use crate::report::Cleared;
use anyhow::{Context, Result, bail, ensure};
use novate_clearing::intake::json::hex;
use novate_netting::{Outcome, receipt::Authority};
use serde_json::Value;
use std::collections::BTreeSet;

/// Waits until the intents are settled for good; each must have become what it had to, and have a receipt.
pub async fn follow(rest: &Rest, party: &Party, sent: &[Sent]) -> Result<Cleared> {
    let mut cleared = Cleared {
        settlement: party.settlement.to_owned(),
        ..Cleared::default()
    };
    let mut batches = BTreeSet::new();
    for intent in sent {
        let settled = rest
            .until(&format!("/api/intents/{}", hex(&intent.id)), is_over)
            .await?;
        let status = &settled["status"];
        ensure!(
            status["outcome"] == intent.becomes.name(),
            "{:?} became {status}, expected {}",
            intent.signed.intent.action,
            intent.becomes.name()
        );
        batches.insert(status["batch"]["number"].as_i64().context("no batch")?);
        match intent.becomes {
            Outcome::Filled => cleared.filled += 1,
            other => *cleared.rejected.entry(other.name()).or_default() += 1,
        }
    }
    for number in batches {
        let batch = rest.until(&format!("/api/batches/{number}"), is_final).await?;
        count(&mut cleared, &batch).with_context(|| format!("batch {number}: {batch}"))?;
    }
    ensure!(
        cleared.batches == 1,
        "what was sent at once is in {} batches",
        cleared.batches
    );
    for intent in sent {
        receipt(rest, party, intent).await?;
        cleared.receipts += 1;
    }
    Ok(cleared)
}

fn is_over(intent: &Value) -> Result<bool> {
    match intent["status"]["state"].as_str() {
        Some("settled" | "rejected" | "cancelled") => Ok(true),
        Some("waiting" | "batched" | "open") => Ok(false),
        _ => bail!("an intent in another state: {intent}"),
    }
}

fn is_final(batch: &Value) -> Result<bool> {
    match batch["state"].as_str() {
        Some("finalized") => Ok(true),
        Some("made" | "stored" | "signed" | "settled") => Ok(false),
        _ => bail!("a batch that is not settled: {batch}"),
    }
}

fn count(cleared: &mut Cleared, batch: &Value) -> Result<()> {
    let number = |value: &Value| value.as_u64().context("a number is missing");
    cleared.batches += 1;
    cleared.intents += usize::try_from(number(&batch["intents"])?)?;
    cleared.deltas += number(&batch["deltas"])?;
    cleared.items += number(&batch["items"])?;
    for transaction in batch["transactions"].as_array().context("no transactions")? {
        // One that was replaced cost nothing.
        let Some(fee) = transaction["fee"].as_str() else {
            continue;
        };
        cleared.transactions += 1;
        cleared.fees += fee.parse::<u128>()?;
        cleared.units += number(&transaction["units"])?;
    }
    Ok(())
}

/// The receipt holds under the settlement's authority, and under no other.
async fn receipt(rest: &Rest, party: &Party, sent: &Sent) -> Result<()> {
    let receipt = rest.receipt(&sent.id).await?;
    ensure!(
        (receipt.id, receipt.signed, receipt.outcome) == (sent.id, sent.signed, sent.becomes),
        "the receipt is of something else: {}",
        receipt.to_json()?
    );
    for check in receipt.verify(&party.authority) {
        ensure!(
            check.ok,
            "a receipt does not hold: not true is that {}",
            check.meaning
        );
    }
    let other = match party.authority {
        Authority::Ed25519(_) => Authority::Ed25519([1; 32]),
        Authority::Evm(_) => Authority::Evm([1; 20]),
    };
    let forged = receipt.verify(&other);
    let names: Vec<_> = forged
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.name)
        .collect();
    ensure!(
        names == ["authority"],
        "a receipt under another authority does not hold because of {names:?}"
    );
    Ok(())
}
