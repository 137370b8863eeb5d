//! The Solana part of the flow, a file per theme. Every step checks on the chain what it has done.

mod deposits;
mod sessions;

use crate::deploy::solana::{Client, SolanaDeployment};
use anyhow::{Context, Result};

/// Runs all of it.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<()> {
    deposits::run(client, at).await.context("deposits on Solana")?;
    sessions::run(client, at).await.context("sessions")?;
    Ok(())
}
