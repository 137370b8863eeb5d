//! One small batch: two owners pay the third.

use super::sessions::{Sessions, now};
use crate::{
    demo::batch::{Batch, Change, policy, signed},
    deploy::{Deployment, evm::mined},
    report::Settled,
};
use alloy::{
    network::Ethereum,
    primitives::{Bytes, U256},
    providers::{Provider, RootProvider, ext::AnvilApi},
};
use anyhow::{Context, Result, ensure};
use novate_bindings::{evm::Settlement, icp::Chain};
use novate_protocol::{
    ids::{Asset, Owner},
    leaf::DeltaLeaf,
};
use std::time::{Duration, Instant};

/// What the batch changes in the owners' ledgers, in base units.
const CHANGES: [i128; 3] = [-3_000, -2_000, 5_000];
/// `Side` of the contract.
const DEBIT: u8 = 0;
const CREDIT: u8 = 1;
/// Longest wait for the challenge window to pass.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens, applies and finalizes the batch, and checks the ledgers. One like it, above the policy, is refused
/// before: returned is the sentence.
pub async fn run(at: &Deployment, sessions: &Sessions) -> Result<(Settled, String)> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    let settlement = Settlement::new(evm.settlement, rpc);
    let before = ledgers(at).await?;
    let batch = Batch::new(
        Chain::Evm(rpc.get_chain_id().await?),
        evm.settlement.into_word().0,
        settlement.opened().call().await? + 1,
        now(rpc).await?,
        &changes(at, sessions),
        &[],
    );
    let sequence = batch.header.sequence;
    let refused = policy::refused(&at.icp, &batch).await?;
    let signature = signed::batch(&at.icp, &batch).await?;

    let open = settlement.openBatch((&batch.header).into(), signature.into());
    mined(rpc, open.from(evm.admin).send().await.context("opening it")?).await?;
    let apply_from = settlement.batch(sequence).call().await?.progress.applyFrom;
    until(rpc, apply_from).await?;
    for (side, leaves) in [(DEBIT, batch.debits()), (CREDIT, batch.credits())] {
        let (first, proof) = batch.chunk(leaves)?;
        let proof = proof.into_iter().map(Into::into).collect();
        let apply = settlement.applyDeltas(sequence, evm.token, first, side, entries(leaves), proof);
        mined(
            rpc,
            apply.from(evm.admin).send().await.context("applying a chunk")?,
        )
        .await?;
    }
    let finalize = settlement.finalizeBatch(sequence).from(evm.admin).send().await;
    mined(rpc, finalize.context("finalizing it")?).await?;

    let after = ledgers(at).await?;
    let changes: Vec<i128> = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    ensure!(
        changes == CHANGES,
        "the ledgers changed by {changes:?}, expected {CHANGES:?}"
    );
    let settled = settlement.settled().call().await?;
    ensure!(
        settled == sequence,
        "batch {settled} is settled, expected {sequence}"
    );
    Ok((
        Settled::new(&batch, at.icp.evm_address.to_checksum(None)),
        refused,
    ))
}

fn changes(at: &Deployment, sessions: &Sessions) -> Vec<Change> {
    let owners = at.evm.owners.iter().zip(sessions).zip(CHANGES);
    let change = owners.map(|((owner, session), amount)| Change {
        owner: Owner(owner.into_word().0),
        asset: Asset(at.evm.token.into_word().0),
        // A credit is charged to nobody.
        session: match amount < 0 {
            true => session.address().into_word().0,
            false => [0; 32],
        },
        amount,
    });
    change.collect()
}

/// Of a debit: owner, session key and amount; of a credit without the key.
fn entries(leaves: &[DeltaLeaf]) -> Bytes {
    let mut entries = Vec::new();
    for leaf in leaves {
        entries.extend(&leaf.owner.0[12..]);
        if leaf.amount < 0 {
            entries.extend(&leaf.session[12..]);
        }
        entries.extend(leaf.amount.unsigned_abs().to_be_bytes());
    }
    entries.into()
}

/// The ledgers of the owners, in their order, in base units.
async fn ledgers(at: &Deployment) -> Result<[i128; 3]> {
    let settlement = Settlement::new(at.evm.settlement, &at.evm_rpc);
    let mut ledgers = [0; 3];
    for (ledger, owner) in ledgers.iter_mut().zip(at.evm.owners) {
        let held: U256 = settlement.ledger(owner, at.evm.token).call().await?;
        *ledger = held.try_into()?;
    }
    Ok(ledgers)
}

/// Waits until the chain's time is `time`, in Unix seconds: anvil's blocks have the machine's.
async fn until(rpc: &RootProvider<Ethereum>, time: u64) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while now(rpc).await? < time {
        ensure!(
            Instant::now() < deadline,
            "the chain's time was not {time} within {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        rpc.anvil_mine(Some(1), None).await?;
    }
    Ok(())
}
