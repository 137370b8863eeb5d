//! A name with a wallet on each chain, and a content record by which the deployed signer can be checked.

use crate::{
    deploy::{Deployment, icp::IcpDeployment},
    report::Name,
};
use alloy::{
    providers::Provider,
    signers::{SignerSync, local::PrivateKeySigner},
};
use anyhow::{Context, Result, ensure};
use candid::{CandidType, Decode, Encode};
use novate_bindings::{
    artifacts,
    icp::names::{
        Refusal, Verifier,
        interface::{
            Action, Certified, ChallengeRequest, ChallengeView, Cluster, ContentArgs, ContentKind,
            ContentView, Digest, Lookup, NameView, Wallet, WalletSignature,
        },
        name,
    },
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use sha2::{Digest as _, Sha256};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::time::SystemTime;

const NAME: &str = "novate-demo";
const YEARS: u32 = 1;
/// What is published under the name.
const LABEL: &str = "signer.wasm";

/// Registers the name, links an EVM wallet and a Solana wallet by their signatures, and publishes the digest of the signer.
pub async fn run(at: &Deployment) -> Result<Name> {
    let icp = &at.icp;
    let _: NameView = call(icp, "register", Encode!(&NAME, &YEARS)?).await?;

    let key = PrivateKeySigner::random();
    let on_evm = Wallet::Evm {
        chain_id: at.evm_rpc.get_chain_id().await?,
        address: ByteBuf::from(key.address().to_vec()),
    };
    link(icp, &on_evm, |text| {
        let signature = key.sign_message_sync(text.as_bytes())?;
        Ok(WalletSignature::Eip191(ByteBuf::from(signature.as_bytes())))
    })
    .await
    .context("linking an EVM wallet")?;

    let key = Keypair::new();
    let on_solana = Wallet::Solana {
        cluster: Cluster::Localnet,
        address: ByteBuf::from(key.pubkey().to_bytes()),
    };
    link(icp, &on_solana, |text| {
        let signature = key.sign_message(text.as_bytes());
        Ok(WalletSignature::Ed25519(ByteBuf::from(*signature.as_array())))
    })
    .await
    .context("linking a Solana wallet")?;

    let wallets = [on_evm, on_solana];
    for wallet in &wallets {
        let found: Option<NameView> = query(icp, "name_of_wallet", Encode!(wallet)?).await?;
        let found = found.map(|name| name.name);
        ensure!(
            found.as_deref() == Some(NAME),
            "wallet {wallet} leads to {found:?}, not to {NAME}"
        );
    }
    proven(icp, wallets.len()).await.context("proving the name")?;
    Ok(Name {
        name: NAME.to_owned(),
        wallets: wallets.map(|wallet| wallet.to_string()).into(),
        content: publish(icp).await.context("publishing the signer's digest")?,
    })
}

/// Asks for the name with its proof, and checks that against the subnet's key.
async fn proven(at: &IcpDeployment, wallets: usize) -> Result<()> {
    let lookup = Lookup::Name(NAME.to_owned());
    let answer: Certified = query(at, "certified", Encode!(&lookup)?).await?;
    let root_key = at.agent.read_root_key();
    let verifier = Verifier {
        canister: at.names,
        root_key: &root_key,
        now: SystemTime::now(),
    };
    let proven = verifier.name(&answer, &name::Name::parse(NAME)?)?;
    let record = proven.active().context("there is no such name")?;
    let linked = record.wallets.len();
    ensure!(
        linked == wallets,
        "{linked} wallets are proven to be linked, expected {wallets}"
    );
    Ok(())
}

/// Links a wallet by what `sign` answers to the challenge's text.
async fn link(
    at: &IcpDeployment,
    wallet: &Wallet,
    sign: impl Fn(&str) -> Result<WalletSignature>,
) -> Result<()> {
    let request = ChallengeRequest {
        action: Action::Link,
        name: NAME.to_owned(),
        wallet: wallet.clone(),
    };
    let challenge: ChallengeView = call(at, "challenge", Encode!(&request)?).await?;
    let signature = sign(&challenge.text)?;
    let _: NameView = call(at, "prove_wallet", Encode!(&challenge.nonce, &signature)?).await?;
    Ok(())
}

/// Publishes the SHA-256 of the signer's module; the module that is installed must be what was published.
async fn publish(at: &IcpDeployment) -> Result<String> {
    let digest = Sha256::digest(artifacts::SIGNER_WASM).to_vec();
    let content = ContentArgs {
        name: NAME.to_owned(),
        label: LABEL.to_owned(),
        kind: ContentKind::Function,
        digest: Digest::Sha256(ByteBuf::from(digest)),
        note: "the canister that signs".to_owned(),
    };
    let _: ContentView = call(at, "set_content", Encode!(&content)?).await?;

    let published: Option<ContentView> = query(at, "content", Encode!(&NAME, &LABEL)?).await?;
    let published = published.context("no content was published")?.digest;
    let installed = at.agent.read_state_canister_module_hash(at.signer).await?;
    ensure!(
        published == Digest::Sha256(ByteBuf::from(installed.clone())),
        "the signer's module is 0x{}, and {published:?} was published",
        hex::encode(installed)
    );
    Ok(format!("sha256:{}", hex::encode(installed)))
}

/// An update call that answers with a result.
async fn call<T: CandidType + DeserializeOwned>(at: &IcpDeployment, method: &str, arg: Vec<u8>) -> Result<T> {
    let done: Result<T, Refusal> = at.call(at.names, method, arg).await?;
    done.with_context(|| format!("names refused {method}"))
}

async fn query<T: CandidType + DeserializeOwned>(
    at: &IcpDeployment,
    method: &str,
    arg: Vec<u8>,
) -> Result<T> {
    let reply = at.agent.query(&at.names, method).with_arg(arg).call();
    let reply = reply.await.with_context(|| format!("asking {method} of names"))?;
    let answer = Decode!(&reply, Result<T, Refusal>).with_context(|| format!("the answer of {method}"))?;
    answer.with_context(|| format!("names refused {method}"))
}
