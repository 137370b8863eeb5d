//! The section `[clearing]`, and the keys it names.

use super::{EVM, SOLANA, beside};
use crate::{
    deploy::{
        Deployment,
        clearing::Accounts,
        icp::OPERATOR,
        solana::{LOCAL_CHAIN, SolanaDeployment},
    },
    stack::Stack,
};
use anyhow::Result;
use std::path::Path;

/// What the clearing house takes, in basis points: of payments, and of sales.
pub const PAY_BPS: u16 = 100;
pub const SALE_BPS: u16 = 250;

/// When windows close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// With their first intent or a second later, and they are looked at often: a person waits for them.
    Prompt,
    /// As the service does it by default.
    Usual,
}

const PROMPT: &str = r#"
[clearing.settlements.windows]
seconds = 1
quiet_seconds = 1
min_intents = 1

[clearing.settlements.driver]
poll_ms = 100
slow_seconds = 1
"#;

/// Writes the keys that the section names into `folder`.
pub(super) fn keys(folder: &Path, accounts: &Accounts) -> Result<()> {
    beside(folder, "operator.pem", OPERATOR)?;
    beside(folder, "evm-payer.key", &accounts.evm_payer)?;
    beside(folder, "evm-relayer.key", &accounts.evm_relayer)?;
    beside(
        folder,
        "solana-payer.key",
        &accounts.solana_payer.to_base58_string(),
    )
}

/// Both settlements, named as their networks are.
pub(super) fn section(stack: &Stack, deployment: &Deployment, pace: Pace) -> String {
    let pace = match pace {
        Pace::Prompt => PROMPT,
        Pace::Usual => "",
    };
    let Deployment {
        evm,
        solana,
        icp,
        accounts,
        ..
    } = deployment;
    let SolanaDeployment { config, .. } = solana;
    format!(
        r#"
[clearing]
sign_in_domains = ["127.0.0.1", "localhost"]

[clearing.signer]
url = "{ic}"
canister = "{signer}"
identity = {{ file = "operator.pem" }}
root_key = "{root_key}"

[clearing.blobs]
copies = 2
stores = [
    {{ kind = "disk", name = "first", path = "blobs/first" }},
    {{ kind = "disk", name = "second", path = "blobs/second" }},
]

[[clearing.settlements]]
name = "{EVM}"
network = "{EVM}"
contract = "evm_settlement"
sessions = "evm_session_keys"
address = "{settlement:#x}"
chain_id = {chain_id}
payer = {{ file = "evm-payer.key" }}
relayer = {{ file = "evm-relayer.key" }}
fees = {{ owner = "{evm_fees:#x}", pay_bps = {PAY_BPS}, sale_bps = {SALE_BPS} }}
{pace}
[[clearing.settlements]]
name = "{SOLANA}"
network = "{SOLANA}"
contract = "settlement"
sessions = "session_keys"
address = "{config}"
chain_id = {LOCAL_CHAIN}
payer = {{ file = "solana-payer.key" }}
fees = {{ owner = "{solana_fees}", pay_bps = {PAY_BPS}, sale_bps = {SALE_BPS} }}
{pace}"#,
        ic = stack.ic.url(),
        signer = icp.signer,
        root_key = hex::encode(stack.ic.root_key()),
        settlement = evm.settlement,
        chain_id = stack.anvil.chain_id(),
        evm_fees = accounts.evm_fees,
        solana_fees = accounts.solana_fees,
    )
}
