//! What the batches cost. The service's rows are compared with what its payers have less.

use crate::{config, deploy::Deployment};
use alloy::{primitives::U256, providers::Provider, signers::local::PrivateKeySigner};
use anyhow::{Context, Result, ensure};
use novate_clearing::signer::Canister;
use solana_address::Address;
use solana_signer::Signer;
use sqlx::PgPool;

/// The program of lookup tables, and where in a table its authority is.
const TABLES: Address = Address::from_str_const("AddressLookupTab1e1111111111111111111111111");
const AUTHORITY: std::ops::Range<usize> = 22..54;

/// Transactions of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    pub transactions: u64,
    /// Wei or lamports of fees.
    pub fees: u128,
    /// Gas or compute units.
    pub units: u128,
}

/// Those of all batches on a chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain {
    /// For lookup tables and new ledgers, which later batches have for nothing.
    pub preparing: Spent,
    /// Opening, debits, credits, finalizing.
    pub settling: Spent,
}

/// What was spent.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    pub evm: Chain,
    pub solana: Chain,
    /// Lamports of rent that the payer has put into accounts which are still there.
    pub rent: u64,
    /// Of these, in lookup tables, which can be had back.
    pub tables: u64,
    /// Prepaid cycles that the signatures took.
    pub cycles: u128,
}

/// What the payers have.
pub struct Balances {
    wei: U256,
    lamports: u64,
    cycles: u128,
}

impl Balances {
    pub async fn read(at: &Deployment, signer: &Canister) -> Result<Self> {
        let payer: PrivateKeySigner = at.accounts.evm_payer.parse().context("the payer's key on EVM")?;
        let wei = at.evm_rpc.get_balance(payer.address()).await?;
        let payer = at.accounts.solana_payer.pubkey();
        let lamports = at.solana_rpc.rpc.get_balance(&payer).await?;
        let cycles = signer.credits().await?.left;
        Ok(Self {
            wei,
            lamports,
            cycles,
        })
    }
}

impl Chain {
    pub fn all(&self) -> Spent {
        let (one, other) = (self.preparing, self.settling);
        Spent {
            transactions: one.transactions + other.transactions,
            fees: one.fees + other.fees,
            units: one.units + other.units,
        }
    }
}

/// Adds up every transaction that is on chain.
///
/// # Errors
/// Also when the payers have paid something else.
pub async fn measure(at: &Deployment, signer: &Canister, pool: &PgPool, before: &Balances) -> Result<Costs> {
    let after = Balances::read(at, signer).await?;
    let (evm, solana) = (
        chain(pool, config::EVM).await?,
        chain(pool, config::SOLANA).await?,
    );
    let wei = before.wei.saturating_sub(after.wei);
    ensure!(
        wei == U256::from(evm.all().fees),
        "the payer on EVM paid {wei} wei, and the service knows of {}",
        evm.all().fees
    );
    let lamports = before.lamports.saturating_sub(after.lamports);
    let fees = u64::try_from(solana.all().fees)?;
    let rent = lamports
        .checked_sub(fees)
        .with_context(|| format!("the payer on Solana paid {lamports}, and the service knows of {fees}"))?;
    let tables = tables(at).await?;
    ensure!(
        tables <= rent,
        "{tables} lamports in tables, of {rent} that were put into accounts"
    );
    Ok(Costs {
        evm,
        solana,
        rent,
        tables,
        cycles: before.cycles.saturating_sub(after.cycles),
    })
}

async fn chain(pool: &PgPool, settlement: &str) -> Result<Chain> {
    // One that failed on chain has cost, too; one that never landed has no fee.
    let rows: Vec<(bool, i64, String, String)> = sqlx::query_as(
        "select t.step like 'prepare%', count(*), sum(t.fee)::text, sum(t.units)::text
         from clearing.transactions t
         join clearing.batches b on b.number = t.batch
         join clearing.settlements s on s.id = b.settlement
         where t.fee is not null and s.name = $1 group by 1",
    )
    .bind(settlement)
    .fetch_all(pool)
    .await
    .context("reading transactions")?;
    let mut chain = Chain::default();
    for (preparing, transactions, fees, units) in rows {
        let spent = Spent {
            transactions: u64::try_from(transactions)?,
            fees: fees.parse()?,
            units: units.parse()?,
        };
        if preparing {
            chain.preparing = spent;
        } else {
            chain.settling = spent;
        }
    }
    Ok(chain)
}

/// Lamports in the payer's lookup tables.
async fn tables(at: &Deployment) -> Result<u64> {
    let payer = at.accounts.solana_payer.pubkey();
    let accounts = at.solana_rpc.rpc.get_program_accounts(&TABLES).await;
    let accounts = accounts.context("listing lookup tables")?;
    let ours = accounts
        .iter()
        .filter(|(_, table)| table.data.get(AUTHORITY) == Some(payer.as_ref()));
    Ok(ours.map(|(_, table)| table.lamports).sum())
}
