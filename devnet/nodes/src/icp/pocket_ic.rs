//! PocketIC: a canister test server with the IC's own execution environment.
//!
//! Its REST API is that of server version 14 and newer, as the crate `pocket-ic` (16.1, `common/rest.rs`) uses
//! it: `POST /instances` makes an instance with its subnets, lets it run in real time and opens an HTTP
//! gateway that speaks the IC's public interface. The tests put a stand-in in the server's place; the real one
//! has not been run where its binary is missing.

use crate::{
    Error, Result,
    process::{self, Spawned, StopSignal},
};
use serde::Deserialize;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How long the server may take until it writes its port.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Creating the subnets with their threshold keys takes several seconds.
const INSTANCE_LIMIT: Duration = Duration::from_secs(300);
/// Idle seconds until the server ends by itself: never, it ends with us.
const IDLE_LIMIT: &str = "2592000";

/// A running server with one instance.
#[derive(Debug)]
pub(super) struct PocketIc {
    _server: Spawned,
    _folder: tempfile::TempDir,
    /// The gateway.
    pub(super) url: String,
    /// Canister id (raw bytes) on the subnet where new canisters go.
    pub(super) default_effective_canister_id: Vec<u8>,
}

impl PocketIc {
    /// `port` is the gateway's; 0 for a free one.
    pub(super) async fn start(binary: &Path, port: u16) -> Result<Self> {
        if !binary.is_file() {
            return Err(Error::Invalid {
                what: "POCKET_IC_BIN",
                value: binary.display().to_string(),
                expected: "it must name the PocketIC server's executable; unset it to use the built-in emulator",
            });
        }
        let folder = tempfile::tempdir().map_err(Error::io("create a temporary folder"))?;
        let log = folder.path().join("pocket-ic.log");
        let (server, control) = serve(binary, &folder.path().join("port"), &log).await?;
        let (url, default_effective_canister_id) = create_instance(control, port).await?;
        Ok(Self {
            _server: server,
            _folder: folder,
            url,
            default_effective_canister_id,
        })
    }
}

async fn serve(binary: &Path, port_file: &PathBuf, log: &Path) -> Result<(Spawned, u16)> {
    let out = fs::File::create(log).map_err(Error::at("create", log))?;
    let err = out.try_clone().map_err(Error::at("open", log))?;
    let mut command = Command::new(binary);
    command
        .arg("--port-file")
        .arg(port_file)
        .args(["--ttl", IDLE_LIMIT]);
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut server = process::spawn(command, StopSignal::Terminate).map_err(Error::io("start PocketIC"))?;
    let deadline = Instant::now() + START_LIMIT;
    loop {
        // The line feed says that the number is complete.
        let written = fs::read_to_string(port_file).unwrap_or_default();
        if let Some(port) = written.strip_suffix('\n') {
            let port = port
                .trim()
                .parse()
                .map_err(Error::ic("read the port PocketIC wrote"))?;
            return Ok((server, port));
        }
        let said = || fs::read_to_string(log).unwrap_or_default();
        if let Some(status) = server.try_wait().map_err(Error::io("wait for PocketIC"))? {
            return Err(Error::Exited {
                program: "PocketIC",
                status: status.to_string(),
                log: said(),
            });
        }
        if Instant::now() >= deadline {
            return Err(Error::Timeout {
                program: "PocketIC",
                seconds: START_LIMIT.as_secs(),
                log: said(),
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[derive(Deserialize)]
enum Created {
    Created {
        topology: Topology,
        http_gateway_info: Option<GatewayInfo>,
    },
    Error {
        message: String,
    },
}

#[derive(Deserialize)]
struct Topology {
    default_effective_canister_id: RawCanisterId,
}

#[derive(Deserialize)]
struct RawCanisterId {
    /// Base64.
    canister_id: String,
}

#[derive(Deserialize)]
struct GatewayInfo {
    port: u16,
}

/// One instance: an application subnet for canisters, and the subnets that hold the threshold keys `key_1`
/// (ii, fiduciary) and `dfx_test_key` (test_threshold_keys). The NNS subnet holds the root key.
async fn create_instance(server: u16, port: u16) -> Result<(String, Vec<u8>)> {
    let subnet = json!({ "state_config": "New", "instruction_config": "Production", "subnet_admins": null });
    let config = json!({
        "subnet_config_set": {
            "nns": subnet, "sns": null, "ii": subnet, "fiduciary": subnet, "bitcoin": null,
            "test_threshold_keys": subnet,
            "system": [], "application": [subnet], "cloud_engine": [], "verified_application": [],
        },
        "http_gateway_config": {
            "ip_addr": "127.0.0.1", "port": (port != 0).then_some(port), "domains": null, "https_config": null,
            "domain_custom_provider_local_file": null,
        },
        "initial_time": { "AutoProgress": { "artificial_delay_ms": null } },
    });
    let doing = "create an instance of PocketIC";
    let client = reqwest::Client::builder()
        .timeout(INSTANCE_LIMIT)
        .build()
        .map_err(Error::ic(doing))?;
    let request = client
        .post(format!("http://127.0.0.1:{server}/instances"))
        .json(&config);
    let answer = request
        .send()
        .await
        .map_err(Error::ic(doing))?
        .text()
        .await
        .map_err(Error::ic(doing))?;
    let created = serde_json::from_str(&answer).map_err(|e| Error::Ic {
        doing: doing.into(),
        message: format!("{e}; it answered {answer}"),
    })?;
    match created {
        Created::Created {
            topology,
            http_gateway_info: Some(gateway),
        } => {
            let id = super::base64(&topology.default_effective_canister_id.canister_id);
            let id = id.ok_or_else(|| Error::ic(doing)("the effective canister id is not base64"))?;
            Ok((format!("http://127.0.0.1:{}", gateway.port), id))
        }
        Created::Created {
            http_gateway_info: None,
            ..
        } => Err(Error::ic(doing)(
            "it opened no gateway; use a PocketIC server of version 14 or newer",
        )),
        Created::Error { message } => Err(Error::ic(doing)(message)),
    }
}
