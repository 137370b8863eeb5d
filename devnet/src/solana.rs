//! A local Solana node inside this process: surfpool, with wall-clock slots, a transaction history, JSON-RPC and WebSocket.

use anyhow::{Context, Result};
use solana_address::Address;
use solana_keypair::Keypair;
use surfpool_sdk::{BlockProductionMode, Surfnet, cheatcodes::builders::DeployProgram};

/// Slots as long as on a real cluster.
pub const SLOT_MS: u64 = 400;

/// A running node; stopped when dropped, and with the process at the latest, as it has none of its own.
pub struct SolanaNode {
    surfnet: Surfnet,
}

impl SolanaNode {
    /// Starts a node on two free ports of the loopback interface, with a funded payer.
    pub async fn start() -> Result<Self> {
        let surfnet = Surfnet::builder()
            .offline(true)
            .block_production_mode(BlockProductionMode::Clock)
            .slot_time_ms(SLOT_MS)
            .airdrop_sol(1_000_000_000_000)
            .start()
            .await
            .context("starting the local Solana node")?;
        Ok(Self { surfnet })
    }

    pub fn rpc_url(&self) -> &str {
        self.surfnet.rpc_url()
    }

    pub fn ws_url(&self) -> &str {
        self.surfnet.ws_url()
    }

    /// Holds 1,000 SOL when the node starts.
    pub fn payer(&self) -> &Keypair {
        self.surfnet.payer()
    }

    /// Puts a program at its declared address. A cluster does this by the loader, signed with the program's key.
    pub fn deploy(&self, program: Address, so: &[u8]) -> Result<()> {
        let deployment = DeployProgram::new(program).so_bytes(so.to_vec());
        // The cheat code client is a blocking one.
        tokio::task::block_in_place(|| self.surfnet.cheatcodes().deploy(deployment))
            .with_context(|| format!("deploying the Solana program {program}"))?;
        Ok(())
    }
}
