//! The committed artifacts, so that who deploys or indexes them need not know where they lie.
//!
//! `cargo xtask build-onchain` makes them from the sources.

/// `{ contractName, abi, bytecode }` of the token.
pub const REWARD_TOKEN_JSON: &str = include_str!("../../../artifacts/evm/RewardToken.json");
/// `{ contractName, abi, bytecode }` of the vault.
pub const SETTLEMENT_JSON: &str = include_str!("../../../artifacts/evm/Settlement.json");
/// `{ contractName, abi, bytecode }` of the distributor.
pub const REWARD_DISTRIBUTOR_JSON: &str = include_str!("../../../artifacts/evm/RewardDistributor.json");
/// `{ contractName, abi, bytecode }` of the staking contract.
pub const STAKING_REWARDS_JSON: &str = include_str!("../../../artifacts/evm/StakingRewards.json");
/// `{ contractName, abi, bytecode }` of the session keys.
pub const SESSION_KEYS_JSON: &str = include_str!("../../../artifacts/evm/SessionKeys.json");
/// `{ contractName, abi, bytecode }` of the registry of orders.
pub const ORDER_REGISTRY_JSON: &str = include_str!("../../../artifacts/evm/OrderRegistry.json");

/// The rewards program, to be loaded at the address that its IDL names.
pub const REWARDS_SO: &[u8] = include_bytes!("../../../artifacts/solana/rewards.so");
/// Anchor IDL of the rewards program.
pub const REWARDS_IDL: &str = include_str!("../../../artifacts/solana/rewards.json");

/// The session-keys program, to be loaded at the address that its IDL names.
pub const SESSION_KEYS_SO: &[u8] = include_bytes!("../../../artifacts/solana/session_keys.so");
/// Anchor IDL of the session-keys program.
pub const SESSION_KEYS_IDL: &str = include_str!("../../../artifacts/solana/session_keys.json");

/// The settlement program, to be loaded at the address that its IDL names.
pub const SETTLEMENT_SO: &[u8] = include_bytes!("../../../artifacts/solana/settlement.so");
/// Anchor IDL of the settlement program.
pub const SETTLEMENT_IDL: &str = include_str!("../../../artifacts/solana/settlement.json");

/// The staking program, to be loaded at the address that its IDL names.
pub const STAKING_SO: &[u8] = include_bytes!("../../../artifacts/solana/staking.so");
/// Anchor IDL of the staking program.
pub const STAKING_IDL: &str = include_str!("../../../artifacts/solana/staking.json");

/// The names canister.
pub const NAMES_WASM: &[u8] = include_bytes!("../../../artifacts/icp/names.wasm");
/// Candid interface of names.
pub const NAMES_DID: &str = include_str!("../../../artifacts/icp/names.did");
/// The fields of each block type in the ICRC-3 log of names.
pub const NAMES_ICRC3: &str = include_str!("../../../artifacts/icp/names.icrc3.json");

/// The signer canister.
pub const SIGNER_WASM: &[u8] = include_bytes!("../../../artifacts/icp/signer.wasm");
/// Candid interface of the signer.
pub const SIGNER_DID: &str = include_str!("../../../artifacts/icp/signer.did");
/// The fields of each block type in the signer's ICRC-3 log.
pub const SIGNER_ICRC3: &str = include_str!("../../../artifacts/icp/signer.icrc3.json");
