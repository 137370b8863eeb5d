//! Every owner grants a session; one more is lowered by its own key, revoked and closed.

use crate::deploy::solana::{Client, SYSTEM, SolanaDeployment, call};
use anchor_lang::AccountDeserialize;
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::{event_authority, session_keys::grants},
    session_keys::{
        ID as PROGRAM,
        accounts::Grants,
        client::{accounts, args},
        constants,
        types::{CloseExpiredArgs, CreateSessionArgs, LimitArgs, Period, RevokeSessionArgs, SetLimitArgs},
    },
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// What a session may spend in an hour, in base units, and in its life.
const AMOUNT: u64 = 50_000;
const LIFETIME: u64 = 200_000;
/// How long a session lives, in seconds.
pub const LIFE: i64 = 24 * 3600;

/// The session keys that the owners granted, in the order of the owners. The settlement may charge them.
pub type Sessions = [Keypair; 3];

/// Grants the sessions.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<Sessions> {
    let expires = client.now().await? + LIFE;
    let sessions = at.owners.each_ref().map(|_| Keypair::new());
    for (owner, session) in at.owners.iter().zip(&sessions) {
        grant(client, at, owner, session.pubkey(), expires).await?;
    }
    let [owner, ..] = &at.owners;
    short_lived(client, at, owner, expires)
        .await
        .context("a session that ends")?;
    let left = granted(client, &owner.pubkey()).await?;
    ensure!(left == 1, "{left} sessions are left, expected 1");
    Ok(sessions)
}

/// Grants a session of `owner` to `key`.
pub async fn grant(
    client: &Client,
    at: &SolanaDeployment,
    owner: &Keypair,
    key: Address,
    expires: i64,
) -> Result<()> {
    let create = create(at, client.payer(), owner.pubkey(), key, expires);
    let sent = client.send(&[create], &[owner]).await;
    sent.context("granting a session")?;
    Ok(())
}

fn create(at: &SolanaDeployment, payer: Address, owner: Address, key: Address, expires: i64) -> Instruction {
    let create = accounts::CreateSession {
        owner,
        payer,
        grants: grants(&owner),
        system_program: SYSTEM,
        event_authority: event_authority(&PROGRAM),
        program: PROGRAM,
    };
    let granted = CreateSessionArgs {
        key,
        expires,
        actions: constants::PAY | constants::LIST | constants::BUY | constants::CANCEL,
        consumers: vec![at.config],
        limits: vec![limit(at.mint, AMOUNT)],
    };
    call(PROGRAM, create, args::CreateSession { args: granted })
}

fn limit(mint: Address, amount: u64) -> LimitArgs {
    LimitArgs {
        mint,
        amount,
        period: Period::Hour,
        lifetime: LIFETIME,
        operations: 100,
    }
}

/// A session whose key lowers its own limit, which its owner then revokes, and which anybody closes.
async fn short_lived(client: &Client, at: &SolanaDeployment, owner: &Keypair, expires: i64) -> Result<()> {
    let session = Keypair::new();
    let (payer, key, grants) = (client.payer(), session.pubkey(), grants(&owner.pubkey()));
    let lower = SetLimitArgs {
        key,
        limit: limit(at.mint, AMOUNT / 2),
    };
    let (event_authority, program) = (event_authority(&PROGRAM), PROGRAM);
    let by_session = accounts::SetLimit {
        by: key,
        grants,
        event_authority,
        program,
    };
    let by_owner = accounts::RevokeSession {
        by: owner.pubkey(),
        grants,
        event_authority,
        program,
    };
    let by_anybody = accounts::CloseExpired {
        grants,
        session_payer: payer,
        grants_payer: payer,
        event_authority,
        program,
    };
    let instructions = [
        create(at, payer, owner.pubkey(), key, expires),
        call(PROGRAM, by_session, args::SetLimit { args: lower }),
        call(
            PROGRAM,
            by_owner,
            args::RevokeSession {
                args: RevokeSessionArgs { key },
            },
        ),
        call(
            PROGRAM,
            by_anybody,
            args::CloseExpired {
                args: CloseExpiredArgs { key },
            },
        ),
    ];
    client.send(&instructions, &[owner, &session]).await?;
    Ok(())
}

/// How many sessions an owner has. They follow the head of the account, which is all that is read here.
async fn granted(client: &Client, owner: &Address) -> Result<u8> {
    let data = client
        .rpc
        .get_account_data(&grants(owner))
        .await
        .context("reading grants")?;
    let head = data
        .get(..8 + size_of::<Grants>())
        .context("grants without a head")?;
    Ok(Grants::try_deserialize(&mut &*head)?.count)
}
