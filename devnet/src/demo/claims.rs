//! The claims of the flow: the canister signs two, one is redeemed on EVM, and redeeming it again fails.

use crate::deploy::{Deployment, evm::mined};
use alloy::{
    primitives::{Address, Bytes, U256},
    providers::Provider,
};
use anyhow::{Context, Result, bail, ensure};
use candid::Encode;
use novate_bindings::{
    evm::{Claim as EvmClaim, RewardDistributor, RewardToken},
    icp::{ClaimRequest, Refusal, SignedClaim},
};
use novate_protocol::{claim::Claim, eip712::Domain};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// List field of the table of signed claims, and its column with the claim's id.
pub const SIGNED_TABLE: &str = "signerClaimSigned";
pub const SIGNED_ID: &str = "claimId";

/// Base units that each claim pays.
const AMOUNT: u64 = 5_000;
/// Seconds until a claim lapses.
const LIFETIME: u64 = 3600;

/// A claim of its own id for `account`.
pub fn voucher(account: Address, amount: u128) -> Claim {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut id = [0; 32];
    id[24..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Claim {
        id,
        account: account.into(),
        amount,
        deadline: now + LIFETIME,
    }
}

/// The canister's signature of `claim`.
pub async fn sign(at: &Deployment, claim: &Claim) -> Result<SignedClaim> {
    let chain_id = at
        .evm_rpc
        .get_chain_id()
        .await
        .context("asking for the chain id")?;
    let domain = Domain::rewards(chain_id, at.evm.distributor.into_array());
    let request = ClaimRequest::new(claim, &domain);
    let signed: Result<SignedClaim, Refusal> = at.icp.update("sign_claim", Encode!(&request)?).await?;
    signed.context("the signer refused a claim")
}

/// Signs two claims and redeems the first, twice: the second time must fail, for the reason that it was redeemed.
pub async fn claims(at: &Deployment) -> Result<()> {
    let [first, second, _] = at.evm.owners.map(|owner| voucher(owner, AMOUNT.into()));
    let (signed, other) = (sign(at, &first).await?, sign(at, &second).await?);
    ensure!(
        signed.signature != other.signature,
        "two claims have one signature"
    );

    let rpc = &at.evm_rpc;
    let distributor = RewardDistributor::new(at.evm.distributor, rpc);
    let token = RewardToken::new(at.evm.token, rpc);
    crate::demo::evm::mint(rpc, &at.evm, at.evm.distributor, 10 * AMOUNT).await?;
    let account = Address::from(first.account);
    let before = token.balanceOf(account).call().await?;
    let redeem = || {
        let signature = Bytes::from(signed.signature.to_vec());
        distributor
            .claim(EvmClaim::from(first), signature)
            .from(at.evm.admin)
    };
    let redeemed = redeem().send().await.context("redeeming a claim on EVM")?;
    mined(rpc, redeemed).await?;
    let paid = token.balanceOf(account).call().await? - before;
    ensure!(
        paid == U256::from(AMOUNT),
        "the claim paid {paid}, expected {AMOUNT}"
    );

    match redeem().call().await {
        Ok(_) => bail!("a claim was redeemed twice"),
        Err(error) => match error.as_decoded_error::<RewardDistributor::AlreadyClaimed>() {
            Some(refused) => ensure!(
                refused.id == first.id,
                "refused for the wrong claim {}",
                refused.id
            ),
            None => bail!("redeeming a claim again failed for another reason: {error}"),
        },
    }
    Ok(())
}
