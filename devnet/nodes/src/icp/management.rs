//! Calls to the management canister.

use super::IcNode;
use crate::{Error, Result};
use candid::{CandidType, Decode, Encode, Nat, Principal};
use ic_agent::Agent;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, ChunkHash, InstallChunkedCodeArgs, InstallCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs, ProvisionalTopUpCanisterArgs, UploadChunkArgs,
};
use sha2::{Digest, Sha256};

/// Longest module that is installed by one message, in bytes: a message has at most 2 MiB.
const ONE_MESSAGE: usize = 1_900_000;
/// Bytes of a chunk, at most as many as the [IC](https://internetcomputer.org/docs/references/ic-interface-spec#ic-upload_chunk)
/// takes.
const CHUNK: usize = 1024 * 1024;

impl IcNode {
    /// A new, empty canister with `cycles`, controlled by the agent's identity.
    ///
    /// # Errors
    /// [`Error::Ic`] with what the node answered.
    pub async fn create_canister(&self, agent: &Agent, cycles: u128) -> Result<Principal> {
        let doing = "create a canister";
        let arguments = ProvisionalCreateCanisterWithCyclesArgs {
            amount: Some(Nat::from(cycles)),
            settings: None,
            specified_id: None,
            sender_canister_version: None,
        };
        let method = "provisional_create_canister_with_cycles";
        let reply = management(
            agent,
            self.default_effective_canister_id(),
            method,
            &arguments,
            doing,
        )
        .await?;
        Ok(Decode!(&reply, CanisterIdRecord)
            .map_err(Error::ic(doing))?
            .canister_id)
    }

    /// Gives a canister more cycles, out of nothing.
    ///
    /// # Errors
    /// [`Error::Ic`] with what the node answered.
    pub async fn top_up(&self, agent: &Agent, canister_id: Principal, cycles: u128) -> Result<()> {
        let arguments = ProvisionalTopUpCanisterArgs {
            canister_id,
            amount: Nat::from(cycles),
        };
        let doing = format!("top up {canister_id}");
        management(
            agent,
            canister_id,
            "provisional_top_up_canister",
            &arguments,
            &doing,
        )
        .await
        .map(drop)
    }

    /// Installs `wasm` in an empty canister; `argument` is the
    /// Candid-encoded argument of its `init`.
    ///
    /// # Errors
    /// [`Error::Ic`], also when `init` traps or the canister is not empty.
    pub async fn install(
        &self,
        agent: &Agent,
        canister: Principal,
        wasm: &[u8],
        argument: Vec<u8>,
    ) -> Result<()> {
        install_code(agent, canister, CanisterInstallMode::Install, wasm, argument).await
    }

    /// Replaces the code and keeps the stable memory; `argument` goes to `post_upgrade`.
    ///
    /// The canister is stopped meanwhile, which waits for the calls it has open: their answers would otherwise
    /// come to code that does not know them.
    ///
    /// # Errors
    /// [`Error::Ic`], also when `pre_upgrade` or `post_upgrade` traps; then the old code stays, and runs again.
    pub async fn upgrade(
        &self,
        agent: &Agent,
        canister: Principal,
        wasm: &[u8],
        argument: Vec<u8>,
    ) -> Result<()> {
        let mode = CanisterInstallMode::Upgrade(None);
        let upgraded = match set_running(agent, canister, false).await {
            Ok(()) => install_code(agent, canister, mode, wasm, argument).await,
            Err(error) => Err(error),
        };
        // Also after a failure: a stop that failed may have left the canister half stopped.
        let started = set_running(agent, canister, true).await;
        upgraded.and(started)
    }
}

/// Starts the canister, or stops it, which waits for the calls it has open.
async fn set_running(agent: &Agent, canister_id: Principal, running: bool) -> Result<()> {
    let verb = if running { "start" } else { "stop" };
    let method = format!("{verb}_canister");
    let doing = format!("{verb} {canister_id}");
    management(
        agent,
        canister_id,
        &method,
        &CanisterIdRecord { canister_id },
        &doing,
    )
    .await
    .map(drop)
}

/// A module that is too long for one message is uploaded in chunks first.
async fn install_code(
    agent: &Agent,
    canister_id: Principal,
    mode: CanisterInstallMode,
    wasm: &[u8],
    arg: Vec<u8>,
) -> Result<()> {
    let doing = format!("install code in {canister_id}");
    if wasm.len() > ONE_MESSAGE {
        let chunks = upload(agent, canister_id, wasm).await?;
        let arguments = InstallChunkedCodeArgs {
            mode,
            target_canister: canister_id,
            store_canister: None,
            chunk_hashes_list: chunks,
            wasm_module_hash: Sha256::digest(wasm).to_vec(),
            arg,
            sender_canister_version: None,
        };
        management(agent, canister_id, "install_chunked_code", &arguments, &doing).await?;
        let doing = format!("clear the chunks of {canister_id}");
        let arguments = CanisterIdRecord { canister_id };
        return management(agent, canister_id, "clear_chunk_store", &arguments, &doing)
            .await
            .map(drop);
    }
    let wasm_module = wasm.to_vec();
    let arguments = InstallCodeArgs {
        mode,
        canister_id,
        wasm_module,
        arg,
        sender_canister_version: None,
    };
    management(agent, canister_id, "install_code", &arguments, &doing)
        .await
        .map(drop)
}

/// Stores a module in chunks and returns their hashes, in order.
async fn upload(agent: &Agent, canister_id: Principal, wasm: &[u8]) -> Result<Vec<ChunkHash>> {
    let doing = format!("upload code for {canister_id}");
    let mut hashes = Vec::new();
    for chunk in wasm.chunks(CHUNK) {
        let arguments = UploadChunkArgs {
            canister_id,
            chunk: chunk.to_vec(),
        };
        let reply = management(agent, canister_id, "upload_chunk", &arguments, &doing).await?;
        hashes.push(Decode!(&reply, ChunkHash).map_err(Error::ic(&*doing))?);
    }
    Ok(hashes)
}

/// `effective` routes the message to the subnet of that canister.
async fn management(
    agent: &Agent,
    effective: Principal,
    method: &str,
    argument: &impl CandidType,
    doing: &str,
) -> Result<Vec<u8>> {
    let argument = Encode!(argument).map_err(Error::ic(doing))?;
    let call = agent
        .update(&Principal::management_canister(), method)
        .with_effective_canister_id(effective);
    call.with_arg(argument)
        .call_and_wait()
        .await
        .map_err(Error::ic(doing))
}
