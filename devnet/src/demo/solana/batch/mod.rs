//! One small batch: two owners pay the third, who hands an NFT over.

mod calls;

use super::{balances, items, sessions::Sessions};
use crate::{
    demo::batch::{Batch, Change, Item, policy, signed},
    deploy::{
        icp::IcpDeployment,
        solana::{Client, LOCAL_CHAIN, SolanaDeployment},
    },
    report::Settled,
};
use anyhow::{Context, Result, ensure};
use calls::Settling;
use novate_bindings::{icp::Chain, solana::settlement::accounts::Config};
use novate_protocol::ids::{Asset, Owner};
use solana_signer::Signer;

/// What the batch changes in the owners' ledgers, in base units.
const CHANGES: [i64; 3] = [-3_000, -2_000, 5_000];

/// Opens, applies and finalizes the batch, and checks ledgers, NFT and config. One like it, above the policy, is refused
/// before: returned is the sentence.
pub async fn run(
    client: &Client,
    at: &SolanaDeployment,
    icp: &IcpDeployment,
    sessions: &Sessions,
) -> Result<(Settled, String)> {
    let [buyer, _, seller] = &at.owners;
    let nft = items::bring_in(client, at, seller).await?;
    let before = balances(client, at).await?;
    let config: Config = client.read(&at.config).await?;
    let opened_at = u64::try_from(client.now().await?)?;
    let batch = Batch::new(
        Chain::Solana(LOCAL_CHAIN),
        at.config.to_bytes(),
        config.opened + 1,
        opened_at,
        &changes(at, sessions),
        &[Item {
            asset: Asset(nft.to_bytes()),
            from: Owner(seller.pubkey().to_bytes()),
            to: Owner(buyer.pubkey().to_bytes()),
        }],
    );
    let refused = policy::refused(icp, &batch).await?;
    let signature = signed::batch(icp, &batch).await?;
    let batch = Settling {
        at,
        batch: &batch,
        signature,
    };

    client
        .send(&batch.open(client.payer())?, &[])
        .await
        .context("opening it")?;
    client
        .until(client.now().await? + i64::from(config.challenge_window))
        .await?;
    client
        .send(&[batch.apply_debits()?], &[])
        .await
        .context("applying its debits")?;
    client
        .send(&[batch.apply_item()?], &[])
        .await
        .context("moving its NFT")?;
    client
        .send(&[batch.apply_credits()?], &[])
        .await
        .context("applying its credits")?;
    client
        .send(&[batch.finalize(client.payer())], &[])
        .await
        .context("finalizing it")?;

    let after = balances(client, at).await?;
    let changes: Vec<i64> = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    ensure!(
        changes == CHANGES,
        "the ledgers changed by {changes:?}, expected {CHANGES:?}"
    );
    items::require_holder(client, at, &nft, &buyer.pubkey()).await?;
    let config: Config = client.read(&at.config).await?;
    let sequence = batch.batch.header.sequence;
    ensure!(
        config.settled == sequence,
        "batch {} is settled, expected {sequence}",
        config.settled
    );
    Ok((Settled::new(batch.batch, at.authority.to_string()), refused))
}

fn changes(at: &SolanaDeployment, sessions: &Sessions) -> Vec<Change> {
    let owners = at.owners.iter().zip(sessions).zip(CHANGES);
    let change = owners.map(|((owner, session), amount)| Change {
        owner: Owner(owner.pubkey().to_bytes()),
        asset: Asset(at.mint.to_bytes()),
        // A credit is charged to nobody.
        session: match amount < 0 {
            true => session.pubkey().to_bytes(),
            false => [0; 32],
        },
        amount: amount.into(),
    });
    change.collect()
}
