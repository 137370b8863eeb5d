//! The clearing service from end to end, on each chain: owners sign intents with their session keys and send them over REST; one
//! window nets them; the batch is settled; and receipts prove what became of each.

mod intents;
pub mod party;
mod rest;
mod settled;

use crate::{
    demo::{evm, solana},
    deploy::Deployment,
    report::Cleared,
};
use anyhow::{Context, Result, ensure};
pub use intents::Sent;
use intents::Signing;
use party::Party;
use rest::Rest;
use std::collections::BTreeMap;

/// Sends intents on both chains and follows them to their end. Returned with the result is one on EVM that was not sent. `base` is the address of the API; the keys are those of the
/// owners' sessions.
pub async fn run(
    at: &Deployment,
    base: &str,
    evm_keys: evm::sessions::Sessions,
    solana_keys: solana::sessions::Sessions,
) -> Result<([Cleared; 2], Sent)> {
    let rest = Rest::new(base)?;
    let ((on_evm, another), (on_solana, _)) = tokio::try_join!(
        async {
            let party = party::on_evm(at, evm_keys).await?;
            cleared(at, &rest, &party).await.context("on EVM")
        },
        async {
            let party = party::on_solana(at, solana_keys).await?;
            cleared(at, &rest, &party).await.context("on Solana")
        }
    )?;
    Ok(([on_evm, on_solana], another))
}

async fn cleared(at: &Deployment, rest: &Rest, party: &Party) -> Result<(Cleared, Sent)> {
    let before = party.ledgers(at).await?;
    let mut signing = Signing::begin(rest, party).await?;
    let sent = signing.all()?;
    let accepted = rest.send(&sent).await?;
    let mut refused = BTreeMap::new();
    for (intent, code) in signing.refused()? {
        let told = rest.refused(&intent).await?;
        ensure!(told == code, "an intent was refused as {told}, expected {code}");
        *refused.entry(told).or_default() += 1;
    }
    let again = rest.send(&sent).await?;
    ensure!(
        again == accepted,
        "the same intents were accepted as {again:?} after {accepted:?}"
    );

    let mut cleared = settled::follow(rest, party, &sent).await?;
    cleared.refused = refused;
    let after = party.ledgers(at).await?;
    let changes: Vec<i128> = after
        .iter()
        .zip(before)
        .map(|(after, before)| after - before)
        .collect();
    let expected = party.changes();
    ensure!(
        changes == expected,
        "the ledgers changed by {changes:?}, expected {expected:?}"
    );
    party.require_buyer(at).await?;
    Ok((cleared, signing.another()?))
}
