//! An IC node: the built-in emulator, or PocketIC when `POCKET_IC_BIN` names its server.

mod management;
mod pocket_ic;

use crate::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use candid::Principal;
use ic_agent::{Agent, Identity, identity::AnonymousIdentity};
use ic_emulator::{Emulator, Gateway, Options};
use pocket_ic::PocketIc;
use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

/// A running IC node; it ends when this is dropped.
#[derive(Debug)]
pub struct IcNode {
    backend: Backend,
    root_key: Vec<u8>,
}

#[derive(Debug)]
enum Backend {
    Emulator {
        gateway: Gateway,
        default_effective_canister_id: Principal,
    },
    PocketIc(PocketIc),
}

impl IcNode {
    /// PocketIC when `POCKET_IC_BIN` is set, else the emulator; on a free port.
    ///
    /// # Errors
    /// As [`IcNode::start_on`].
    pub async fn start() -> Result<Self> {
        Self::start_on(0).await
    }

    /// As [`IcNode::start`], on the given port of 127.0.0.1; 0 for a free one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `POCKET_IC_BIN`, [`Error::Exited`] or [`Error::Timeout`] of its server, and
    /// [`Error::Ic`], also for a port in use.
    pub async fn start_on(port: u16) -> Result<Self> {
        let backend = match env::var_os("POCKET_IC_BIN") {
            Some(binary) => Backend::PocketIc(PocketIc::start(Path::new(&binary), port).await?),
            None => emulator(port).await?,
        };
        let mut node = Self {
            backend,
            root_key: Vec::new(),
        };
        let agent = node.agent(AnonymousIdentity)?;
        agent
            .fetch_root_key()
            .await
            .map_err(Error::ic("fetch the root key"))?;
        node.root_key = agent.read_root_key();
        Ok(node)
    }

    /// Base URL of the IC's public HTTP interface (`/api/v2/status` and so on).
    pub fn url(&self) -> &str {
        match &self.backend {
            Backend::Emulator { gateway, .. } => gateway.url(),
            Backend::PocketIc(server) => &server.url,
        }
    }

    /// The key that all certificates of this node lead to, DER-encoded. It is not the mainnet's.
    pub fn root_key(&self) -> &[u8] {
        &self.root_key
    }

    /// An agent for this node that signs with `identity` and trusts [`IcNode::root_key`].
    ///
    /// # Errors
    /// [`Error::Ic`] when the HTTP client cannot be made.
    pub fn agent(&self, identity: impl Identity + 'static) -> Result<Agent> {
        let agent = Agent::builder()
            .with_url(self.url())
            .with_identity(identity)
            .build()
            .map_err(Error::ic("make an agent"))?;
        if !self.root_key.is_empty() {
            agent.set_root_key(self.root_key.clone());
        }
        Ok(agent)
    }

    /// A canister id on the subnet where new canisters go, which routes the call that creates one.
    pub fn default_effective_canister_id(&self) -> Principal {
        match &self.backend {
            Backend::Emulator {
                default_effective_canister_id,
                ..
            } => *default_effective_canister_id,
            Backend::PocketIc(server) => Principal::from_slice(&server.default_effective_canister_id),
        }
    }
}

async fn emulator(port: u16) -> Result<Backend> {
    let doing = "start the IC emulator";
    // The gateway has a runtime of its own, which cannot be started on a thread of ours.
    let start = move || {
        let emulator = Emulator::new(Options::default())?;
        let gateway = emulator.start_gateway(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let default_effective_canister_id = emulator.default_effective_canister_id();
        Ok::<_, ic_emulator::Error>(Backend::Emulator {
            gateway,
            default_effective_canister_id,
        })
    };
    tokio::task::spawn_blocking(start)
        .await
        .map_err(Error::ic(doing))?
        .map_err(Error::ic(doing))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
