//! Owners with tokens in their wallets, as many in their ledgers, and a session each. All by real transactions; only ether for gas comes
//! from nowhere.

use super::progress::Progress;
use crate::{
    config,
    demo::{
        clearing::party::{Key, Member},
        evm::sessions::{LIFE, now},
    },
    deploy::{
        Deployment,
        evm::mined,
        solana::{LOCAL_CHAIN, SYSTEM, SolanaDeployment, call},
    },
    stack::Stack,
};
use alloy::{
    network::Ethereum,
    primitives::{Address as EvmAddress, U256, aliases::U96},
    providers::{Provider, RootProvider},
    signers::local::PrivateKeySigner,
};
use anyhow::{Context, Result, ensure};
use candid::{Encode, Nat};
use futures_util::{StreamExt, TryStreamExt};
use novate_bindings::{
    evm::{
        RewardToken,
        SessionKeys::{self, Limit},
        Settlement,
    },
    icp::{self, AssetLimit, Chain, Refusal},
    solana::{
        address::{event_authority, session_keys::grants},
        session_keys::{
            self,
            client::{accounts, args},
            types::{CreateSessionArgs, LimitArgs, Period},
        },
        settlement::accounts::Vault,
    },
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use serde_bytes::ByteBuf;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Base units of six decimals in each ledger, and in each wallet: 100,000 tokens.
pub const HELD: u64 = 100_000_000_000;
/// What a session may spend in a day, and in its life; and what a batch may debit.
const LIMIT: u64 = 1_000 * HELD;
/// Charges that a session on Solana may have in a day.
const OPERATIONS: u32 = 10_000;
const DAY: u32 = 24 * 3600;
/// Owners whose transactions are sent at once.
const PARALLEL: usize = 8;
/// Owners on Solana whose transactions are then waited for together: at most 256, as many as a node tells of at once.
const GROUP: usize = 50;
/// Enough for each of an owner's transactions on EVM.
const GAS: u64 = 300_000;

/// The owners on one chain.
pub struct Party {
    /// Name of the settlement in the configuration.
    pub settlement: &'static str,
    /// As in headers.
    pub chain: u64,
    /// As in headers.
    pub address: [u8; 32],
    pub scheme: Scheme,
    /// What is paid with.
    pub asset: Asset,
    pub members: Vec<Member>,
    /// The keys of the owners on Solana, in the same order: they sign transfers of tokens. On EVM anvil signs for them.
    pub wallets: Vec<Keypair>,
}

/// The demo's limits are for a few small payments: batches may debit more here.
pub async fn allow(stack: &Stack, at: &Deployment) -> Result<()> {
    let contract = Settlement::new(at.evm.settlement, &at.evm_rpc);
    let limited = contract.setBatchLimit(at.evm.token, LIMIT.into());
    mined(&at.evm_rpc, limited.from(at.evm.admin).send().await?).await?;
    for (chain, address, asset) in [
        (
            Chain::Evm(stack.anvil.chain_id()),
            at.evm.settlement.to_vec(),
            at.evm.token.into_word().0,
        ),
        (
            Chain::Solana(LOCAL_CHAIN),
            at.solana.config.to_bytes().to_vec(),
            at.solana.mint.to_bytes(),
        ),
    ] {
        let settlement = icp::Settlement {
            chain,
            address: ByteBuf::from(address),
            assets: vec![AssetLimit {
                asset: ByteBuf::from(asset),
                max_per_batch: Nat::from(LIMIT),
                max_per_day: Nat::from(LIMIT),
            }],
            max_deltas: 10_000,
            max_items: 1_000,
            max_intents: 100_000,
            next_sequence: None,
            hours: None,
            collections: None,
            max_items_per_day: None,
        };
        let allowed: Result<(), Refusal> = at.icp.update("allow_settlement", Encode!(&settlement)?).await?;
        allowed.context("the signer refused allow_settlement")?;
    }
    Ok(())
}

/// New owners on anvil.
pub async fn on_evm(at: &Deployment, owners: usize) -> Result<Party> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    rpc.raw_request::<_, ()>("anvil_autoImpersonateAccount".into(), (true,))
        .await
        .context("letting anvil sign for everybody")?;
    let expires = u32::try_from(now(rpc).await? + LIFE)?;
    let people: Vec<_> = (0..owners)
        .map(|_| (PrivateKeySigner::random().address(), PrivateKeySigner::random()))
        .collect();
    let token = RewardToken::new(evm.token, rpc);
    let mut progress = Progress::new("owners on EVM", owners);
    // The minter's transactions one after the other: their nonces are given by the node.
    for (owner, _) in &people {
        let minted = token.mint(*owner, U256::from(2 * HELD)).from(evm.admin).gas(GAS);
        let _mined_later = minted.send().await.context("minting")?;
    }
    let mut joined = futures_util::stream::iter(&people)
        .map(|(owner, key)| join_evm(at, *owner, key.address(), expires))
        .buffer_unordered(PARALLEL);
    while joined.try_next().await.context("an owner on EVM")?.is_some() {
        progress.more(1);
    }
    drop(joined);
    let owed = Settlement::new(evm.settlement, rpc)
        .totalLedgers(evm.token)
        .call()
        .await?;
    ensure!(
        owed == U256::from(HELD) * U256::from(owners),
        "ledgers on EVM sum to {owed}"
    );
    let members = people.into_iter().map(|(owner, key)| Member {
        owner: Owner(owner.into_word().0),
        key: Key::Evm(key),
    });
    Ok(Party {
        settlement: config::EVM,
        chain: rpc.get_chain_id().await?,
        address: evm.settlement.into_word().0,
        scheme: Scheme::Eip712,
        asset: Asset(evm.token.into_word().0),
        members: members.collect(),
        wallets: Vec::new(),
    })
}

/// Ether, a deposit and a session. The transactions of one sender are in order; the last one's receipt is waited for.
async fn join_evm(at: &Deployment, owner: EvmAddress, key: EvmAddress, expires: u32) -> Result<()> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    ether(rpc, owner).await?;
    let token = RewardToken::new(evm.token, rpc);
    let approve = token.approve(evm.settlement, U256::from(HELD));
    let _mined_later = approve.from(owner).gas(GAS).send().await.context("approving")?;
    let settlement = Settlement::new(evm.settlement, rpc);
    let deposit = settlement.deposit(evm.token, U256::from(HELD));
    let _mined_later = deposit
        .from(owner)
        .gas(GAS)
        .send()
        .await
        .context("depositing")?;
    let limit = Limit {
        asset: evm.token,
        amount: U96::from(LIMIT),
        lifetime: U96::from(LIMIT),
        period: DAY,
    };
    let actions = u8::try_from(novate_protocol::intent::actions::PAY)?;
    let sessions = SessionKeys::new(evm.sessions, rpc);
    let grant = sessions.grant(key, evm.settlement, actions, expires, vec![limit]);
    let granted = grant.from(owner).gas(GAS).send().await;
    mined(rpc, granted.context("granting")?).await?;
    Ok(())
}

/// A thousand ether.
async fn ether(rpc: &RootProvider<Ethereum>, owner: EvmAddress) -> Result<()> {
    let much = U256::from(10).pow(U256::from(21));
    rpc.raw_request::<_, ()>("anvil_setBalance".into(), (owner, much))
        .await
        .context("giving ether")
}

/// New owners on surfpool, each in one transaction.
pub async fn on_solana(at: &Deployment, owners: usize) -> Result<Party> {
    let (client, solana) = (&at.solana_rpc, &at.solana);
    let expires = client.now().await? + i64::try_from(LIFE)?;
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
