//! Owners on surfpool.

use super::{HELD, LIMIT, PARALLEL, Party};
use crate::{
    bench::clearing::progress::Progress,
    config,
    demo::{
        clearing::party::{Key, Member},
        solana::sessions::LIFE,
    },
    deploy::{
        Deployment,
        solana::{LOCAL_CHAIN, SYSTEM, SolanaDeployment, call},
    },
};
use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt};
use novate_bindings::solana::{
    address::{event_authority, session_keys::grants},
    session_keys::{
        self,
        client::{accounts, args},
        types::{CreateSessionArgs, LimitArgs, Period},
    },
    settlement::accounts::Vault,
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Charges that a session may have in a day.
const OPERATIONS: u32 = 10_000;
/// Owners whose transactions are waited for together: at most 256, as many as a node tells of at once.
const GROUP: usize = 50;

/// New owners on surfpool, each in one transaction.
pub async fn on_solana(at: &Deployment, owners: usize) -> Result<Party> {
    let (client, solana) = (&at.solana_rpc, &at.solana);
    let expires = client.now().await? + LIFE;
    let people: Vec<_> = (0..owners).map(|_| (Keypair::new(), Keypair::new())).collect();
    let mut progress = Progress::new("owners on Solana", owners);
    for group in people.chunks(GROUP) {
        let sending = futures_util::stream::iter(group).map(async |(owner, key)| {
            let (payer, owner_key) = (client.payer(), owner.pubkey());
            let mut calls = solana.fund(payer, owner_key, 2 * HELD)?;
            calls.push(solana.deposit(owner_key, HELD));
            calls.push(create(solana, payer, owner_key, key.pubkey(), expires));
            client.submit(&calls, &[owner]).await
        });
        let sent: Vec<_> = sending.buffer_unordered(PARALLEL).try_collect().await?;
        client.confirmed(&sent).await.context("an owner on Solana")?;
        progress.more(group.len());
    }
    let vault: Vault = client.read(&solana.vault).await?;
    ensure!(
        vault.total == HELD * owners as u64,
        "ledgers on Solana sum to {}",
        vault.total
    );
    let (mut members, mut wallets) = (Vec::new(), Vec::new());
    for (owner, key) in people {
        members.push(Member {
            owner: Owner(owner.pubkey().to_bytes()),
            key: Key::Solana(key),
        });
        wallets.push(owner);
    }
    Ok(Party {
        settlement: config::SOLANA,
        chain: LOCAL_CHAIN,
        address: solana.config.to_bytes(),
        scheme: Scheme::Ed25519,
        asset: Asset(solana.mint.to_bytes()),
        members,
        wallets,
    })
}

fn create(at: &SolanaDeployment, payer: Address, owner: Address, key: Address, expires: i64) -> Instruction {
    let create = accounts::CreateSession {
        owner,
        payer,
        grants: grants(&owner),
        system_program: SYSTEM,
        event_authority: event_authority(&session_keys::ID),
        program: session_keys::ID,
    };
    let granted = CreateSessionArgs {
        key,
        expires,
        actions: session_keys::constants::PAY,
        consumers: vec![at.config],
        limits: vec![LimitArgs {
            mint: at.mint,
            amount: LIMIT,
            period: Period::Day,
            lifetime: LIMIT,
            operations: OPERATIONS,
        }],
    };
    call(session_keys::ID, create, args::CreateSession { args: granted })
}
