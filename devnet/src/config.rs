//! A `novate.toml` for what was deployed, with the ABI, IDL and block schema files beside it.

mod clearing;

pub use clearing::{PAY_BPS, Pace, SALE_BPS};

use crate::{
    deploy::{
        Deployment,
        evm::Contract,
        solana::{PROGRAMS, Program},
    },
    stack::Stack,
};
use anyhow::{Context, Result};
use std::{
    fmt::Write,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Names of the networks in the configuration.
pub const EVM: &str = "anvil";
pub const SOLANA: &str = "surfpool";
pub const ICP: &str = "ic";

/// Writes the configuration into `folder` and returns its path.
pub fn write(
    folder: &Path,
    stack: &Stack,
    deployment: &Deployment,
    listen: SocketAddr,
    pace: Pace,
) -> Result<PathBuf> {
    for (name, _, blocks) in deployment.icp.canisters() {
        beside(folder, &format!("{name}.icrc3.json"), blocks)?;
    }
    for contract in deployment.evm.contracts() {
        beside(folder, &format!("{}.json", contract.name), contract.artifact)?;
    }
    for program in &PROGRAMS {
        beside(folder, &format!("{}.idl.json", program.name), program.idl)?;
    }
    clearing::keys(folder, &deployment.accounts)?;
    let path = folder.join("novate.toml");
    fs::write(&path, text(stack, deployment, listen, pace)?)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

fn beside(folder: &Path, name: &str, content: &str) -> Result<()> {
    let file = folder.join(name);
    fs::write(&file, content).with_context(|| format!("writing {}", file.display()))
}

fn text(stack: &Stack, deployment: &Deployment, listen: SocketAddr, pace: Pace) -> Result<String> {
    let mut toml = format!(
        r#"[database]
url = "{database}"

[api]
listen = "{listen}"

[[networks]]
name = "{EVM}"
kind = "evm"
rpc = "{evm}"
ws = "{evm_ws}"
chain_id = {chain_id}

[[networks]]
name = "{SOLANA}"
kind = "solana"
rpc = "{solana}"
ws = "{solana_ws}"

[[networks]]
name = "{ICP}"
kind = "icp"
rpc = "{ic}"
root_key = "{root_key}"
"#,
        database = stack.postgres.url(),
        evm = stack.anvil.url(),
        evm_ws = stack.anvil.ws_url(),
        chain_id = stack.anvil.chain_id(),
        solana = stack.solana.rpc_url(),
        solana_ws = stack.solana.ws_url(),
        ic = stack.ic.url(),
        root_key = hex::encode(stack.ic.root_key()),
    );
    for (name, id, _) in deployment.icp.canisters() {
        write!(
            toml,
            "\n[[contracts]]\nname = \"{name}\"\nnetwork = \"{ICP}\"\naddress = \"{id}\"\nblocks = \"{name}.icrc3.json\"\n"
        )?;
    }
    for Program { name, id, .. } in &PROGRAMS {
        write!(
            toml,
            "\n[[contracts]]\nname = \"{name}\"\nnetwork = \"{SOLANA}\"\naddress = \"{id}\"\nidl = \"{name}.idl.json\"\n"
        )?;
    }
    for Contract { name, address, .. } in deployment.evm.contracts() {
        write!(
            toml,
            "\n[[contracts]]\nname = \"{name}\"\nnetwork = \"{EVM}\"\naddress = \"{address:#x}\"\nabi = \"{name}.json\"\n"
        )?;
    }
    toml += &clearing::section(stack, deployment, pace);
    Ok(toml)
}
