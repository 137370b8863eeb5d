//! Clearing from end to end: payments that owners sign with their session keys, over HTTP, to batches that both chains have finalized;
//! and what that costs next to the same payments as single transfers.
//!
//! | module | does |
//! |---|---|
//! | [`people`] | owners with balances and sessions, on both chains |
//! | [`payments`] | who pays whom how much, and the signatures |
//! | [`load`] | sends them, and waits until all are settled for good |
//! | [`singles`] | some of the same payments as transfers of tokens |
//! | [`costs`] | what the batches cost |
//! | [`proof`] | audits the batches |

mod costs;
mod figures;
mod load;
mod payments;
mod people;
mod progress;
mod proof;
mod singles;

use super::{Figure, free_address};
use crate::{config, deploy, services, stack::Stack};
use anyhow::{Context, Result};
use devnet_nodes::process::{Spawned, StopSignal, spawn};
use novate_clearing::signer::Canister;
use novate_indexer::Store;
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Longest wait until the index has caught up with what the owners did.
const READY: Duration = Duration::from_secs(300);

/// What is sent on each of the two chains.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Owners who pay each other.
    pub owners: usize,
    /// Payments among them.
    pub payments: usize,
}

/// Clears that many payments on each chain with `novate`, and says how long it took and what it cost.
///
/// # Errors
/// Also when a payment is not filled, a batch is not settled, or an audit does not hold.
pub async fn clearing(novate: &Path, size: Size) -> Result<Vec<Figure>> {
    let stack = Stack::start().await?;
    let at = deploy::deploy(&stack).await?;
    people::allow(&stack, &at).await.context("raising limits")?;
    let (on_evm, on_solana) = (
        people::on_evm(&at, size.owners),
        people::on_solana(&at, size.owners),
    );
    let (on_evm, on_solana) = tokio::try_join!(on_evm, on_solana)?;
    let parties = [on_evm, on_solana];

    let folder = tempfile::tempdir().context("making a folder")?;
    let listen = free_address()?;
    let file = config::write(folder.path(), &stack, &at, listen, config::Pace::Usual)?;
    let _serving = run(novate, "start", &file)?;
    let base = format!("http://{listen}");
    services::ready(&base, READY).await?;
    let _clearing = run(novate, "clear", &file)?;
    for party in &parties {
        load::until_active(&base, party).await?;
    }

    let singles = singles::measure(&at, &parties, size).await?;
    let clearing = services::clearing(&file)?;
    let signer = Canister::new(&clearing.signer)?;
    let store = Store::connect(stack.postgres.url()).await?;
    let before = costs::Balances::read(&at, &signer).await?;
    let bodies = payments::bodies(&parties, size)?;
    let begun = Instant::now();
    load::send(&base, bodies).await?;
    let sent = begun.elapsed();
    let batches = load::until_final(store.pool(), 2 * size.payments).await?;
    let took = begun.elapsed();
    let ours = costs::measure(&at, &signer, store.pool(), &before).await?;
    proof::require(&clearing, store.pool(), &batches).await?;
    Ok(figures::all(size, sent, took, &batches, &singles, &ours))
}

/// A `novate` with the configuration in `file`, until it is dropped.
fn run(novate: &Path, verb: &str, file: &Path) -> Result<Spawned> {
    let mut command = Command::new(novate);
    command.arg(verb).arg("--config").arg(file);
    if std::env::var_os("RUST_LOG").is_none() {
        command.env("RUST_LOG", "warn");
    }
    spawn(command, StopSignal::Terminate).with_context(|| format!("starting {} {verb}", novate.display()))
}
