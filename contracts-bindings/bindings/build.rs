//! Refuses to build from artifacts that are older than their sources, and names the command that mends them.

use std::{path::Path, process::ExitCode};

/// What `src/artifacts.rs` includes and the bindings are generated from.
const USED: [&str; 20] = [
    "evm/OrderRegistry.json",
    "evm/RewardDistributor.json",
    "evm/RewardToken.json",
    "evm/SessionKeys.json",
    "evm/Settlement.json",
    "evm/StakingRewards.json",
    "icp/names.did",
    "icp/names.icrc3.json",
    "icp/names.wasm",
    "icp/signer.did",
    "icp/signer.icrc3.json",
    "icp/signer.wasm",
    "solana/rewards.json",
    "solana/rewards.so",
    "solana/session_keys.json",
    "solana/session_keys.so",
    "solana/settlement.json",
    "solana/settlement.so",
    "solana/staking.json",
    "solana/staking.so",
];

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for artifact in USED {
        let watched =
            artifact_manifest::check(&root, artifact).and(artifact_manifest::watched(&root, artifact));
        match watched {
            Ok(paths) => paths
                .iter()
                .for_each(|path| println!("cargo:rerun-if-changed={}", path.display())),
            Err(stale) => {
                eprintln!("error: {stale}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
