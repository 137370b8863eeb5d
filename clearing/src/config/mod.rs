//! The section `[clearing]` of `novate.toml`.

mod resolve;

use crate::{
    batch_maker::{Allowed, Limits, Skew},
    chain::{evm::EvmConfig, solana::SolanaConfig},
    intake::IntakeConfig,
    secret::Secret,
    settlement::Pace,
    signer::CanisterConfig,
};
use novate_netting::Fees;
use novate_protocol::intent::Scheme;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// As it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearingConfig {
    /// The canister that signs headers.
    pub signer: CanisterConfig,
    /// Where blobs are kept.
    pub blobs: novate_blobs::Config,
    /// Bounds of what is taken in.
    #[serde(default)]
    pub intake: IntakeConfig,
    /// Domains whose pages may ask users to sign in, such as `app.example.org`; none without it.
    #[serde(default)]
    pub sign_in_domains: Vec<String>,
    /// What is served.
    pub settlements: Vec<SettlementConfig>,
}

/// A settlement, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementConfig {
    /// Yours to choose; it stands for this settlement in the database for ever.
    pub name: String,
    /// One of `[[networks]]`, of kind `evm` or `solana`.
    pub network: String,
    /// The settlement's entry in `[[contracts]]`.
    pub contract: String,
    /// The entry of its session keys there.
    pub sessions: String,
    /// The contract's address, or the config account in base58.
    pub address: String,
    /// The chain's number in headers: its EIP-155 id, or the id that the config account holds.
    pub chain_id: u64,
    /// Key of the account that pays for transactions.
    pub payer: Secret,
    /// Key of the account that pays for grants of sessions that owners signed (EVM). Another one than the payer: whoever serves
    /// the API uses it. Without it owners send them.
    #[serde(default)]
    pub relayer: Option<Secret>,
    /// Most grants that the relayer pays for in 24 hours; an owner has one an hour.
    #[serde(default = "relayer_grants_per_day")]
    pub relayer_grants_per_day: u32,
    /// What the clearing house takes.
    pub fees: FeesConfig,
    /// Addresses of the assets that the signer allows; all without it.
    #[serde(default)]
    pub assets: Vec<String>,
    /// Addresses of the collections that it allows, on Solana of the items' mints; all without it.
    #[serde(default)]
    pub collections: Vec<String>,
    /// When windows are closed.
    #[serde(default)]
    pub windows: Windows,
    /// How patient the driver is.
    #[serde(default)]
    pub driver: DriverConfig,
    /// Further keys of [`EvmConfig`] or [`SolanaConfig`].
    #[serde(default)]
    pub chain: Map<String, Value>,
}

const fn relayer_grants_per_day() -> u32 {
    1_000
}

/// Fees, as they are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeesConfig {
    /// Whose ledger is credited: an address of the chain.
    pub owner: String,
    /// Of a payment, in basis points.
    #[serde(default)]
    pub pay_bps: u16,
    /// Of a sale, in basis points.
    #[serde(default)]
    pub sale_bps: u16,
}

/// When windows are closed, and how large batches are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Windows {
    /// [`Limits::window_seconds`]
    pub seconds: u64,
    /// [`Limits::quiet_seconds`]
    pub quiet_seconds: u64,
    /// [`Limits::min_intents`]
    pub min_intents: u64,
    /// [`Limits::max_intents`]
    pub max_intents: u64,
    /// [`Limits::max_in_flight`]
    pub max_in_flight: u64,
    /// [`Limits::max_deltas`]
    pub max_deltas: usize,
    /// [`Limits::max_items`]
    pub max_items: usize,
    /// [`Skew::max`]
    pub max_skew_seconds: u64,
    /// [`Skew::max_chain_lag`]
    pub max_chain_lag_seconds: u64,
    /// [`Skew::max_index_lag`]
    pub max_index_lag_seconds: u64,
    /// A session that ends within so many seconds counts as over: no less than signing, challenge window and the batches before take.
    pub session_margin_seconds: u64,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            seconds: 30,
            quiet_seconds: 300,
            min_intents: 1_000,
            max_intents: 100_000,
            max_in_flight: 4,
            max_deltas: 15_000,
            max_items: 5_000,
            max_skew_seconds: 30,
            max_chain_lag_seconds: 900,
            max_index_lag_seconds: 60,
            session_margin_seconds: 600,
        }
    }
}

/// How patient the driver is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriverConfig {
    /// [`Pace::poll`], in milliseconds.
    pub poll_ms: u64,
    /// [`Pace::slow`], in seconds.
    pub slow_seconds: u64,
    /// [`Pace::resend`], in seconds.
    pub resend_seconds: u64,
    /// [`Pace::replace`], in seconds.
    pub replace_seconds: u64,
    /// [`Pace::hold_seconds`]
    pub hold_seconds: u64,
    /// [`Pace::parallel`]
    pub parallel: usize,
}

impl Default for DriverConfig {
    fn default() -> Self {
        Self {
            poll_ms: 500,
            slow_seconds: 30,
            resend_seconds: 5,
            replace_seconds: 60,
            hold_seconds: 600,
            parallel: 8,
        }
    }
}

/// A network of the same file.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// `evm`, `solana`, or another one that has no settlements.
    pub kind: String,
    /// URLs of its nodes.
    pub rpc: Vec<String>,
}

/// The section, with what else of the file it needs.
#[derive(Clone, Debug)]
pub struct Clearing {
    /// Paths are relative to it.
    pub folder: PathBuf,
    /// The canister that signs headers.
    pub signer: CanisterConfig,
    /// Where blobs are kept.
    pub blobs: novate_blobs::Config,
    /// Bounds of what is taken in.
    pub intake: IntakeConfig,
    /// Domains whose pages may ask users to sign in.
    pub sign_in_domains: Vec<String>,
    /// What is served.
    pub settlements: Vec<SettlementPlan>,
}

/// A settlement, parsed.
#[derive(Clone, Debug)]
pub struct SettlementPlan {
    /// Its name.
    pub name: String,
    /// The network's.
    pub network: String,
    /// Its entry in `[[contracts]]`.
    pub contract: String,
    /// That of its session keys.
    pub sessions: String,
    /// How session keys sign.
    pub scheme: Scheme,
    /// As in headers.
    pub chain_id: u64,
    /// As in headers.
    pub address: [u8; 32],
    /// Key of the account that pays for grants that owners signed.
    pub relayer: Option<Secret>,
    /// Most grants that it pays for in 24 hours.
    pub relayer_grants_per_day: u32,
    /// What the clearing house takes.
    pub fees: Fees,
    /// Which assets and items batches may move.
    pub allowed: Allowed,
    /// How large windows and batches are.
    pub limits: Limits,
    /// How far clocks may be apart.
    pub skew: Skew,
    /// A session that ends within so many seconds counts as over.
    pub session_margin: u64,
    /// How patient the driver is.
    pub pace: Pace,
    /// How it is reached.
    pub chain: ChainConfig,
}

/// How a chain is reached.
#[derive(Clone, Debug)]
pub enum ChainConfig {
    /// EVM.
    Evm(EvmConfig),
    /// Solana.
    Solana(SolanaConfig),
}

/// What is wrong with the section.
#[derive(Debug, thiserror::Error)]
pub enum ClearingConfigError {
    /// There is nothing to serve.
    #[error("clearing.settlements is empty: add a [[clearing.settlements]]")]
    NoSettlement,
    /// A key of a settlement.
    #[error("clearing.settlements, {settlement}: {key} {problem}")]
    Settlement {
        /// Its name.
        settlement: String,
        /// Which key.
        key: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
}
