//! anvil: a local EVM chain (<https://getfoundry.sh/anvil/overview>).

use crate::{
    Error, Result,
    process::{self, Spawned, StopSignal},
    repository,
};
use std::{
    collections::VecDeque,
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

const START_LIMIT: Duration = Duration::from_secs(30);
/// Lines of output kept for error messages.
const KEPT_LINES: usize = 15;

/// What can be chosen about the chain.
#[derive(Clone, Debug)]
pub struct AnvilOptions {
    /// Chain id; 31337 unless chosen.
    pub chain_id: u64,
    /// `None`: a block per transaction, at once.
    pub block_time: Option<Duration>,
    /// Port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// Blocks per epoch: `finalized` trails the head by two epochs, `safe` by one. `None`: anvil's own, 32.
    pub slots_in_an_epoch: Option<u64>,
    /// Loads the chain from this file when it exists and writes it there at the end, so that a chain can go
    /// away and come back.
    pub state: Option<PathBuf>,
    /// Further arguments of the command line.
    pub arguments: Vec<OsString>,
}

impl Default for AnvilOptions {
    fn default() -> Self {
        Self {
            chain_id: 31337,
            block_time: None,
            port: 0,
            slots_in_an_epoch: None,
            state: None,
            arguments: vec![],
        }
    }
}

/// One of the ten accounts that anvil gives 10,000 ether. Their keys are public knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `0x` and 40 hex digits, with checksum.
    pub address: String,
    /// `0x` and 64 hex digits.
    pub private_key: String,
}

/// A running chain; it ends when this is dropped.
#[derive(Debug)]
pub struct Anvil {
    process: Spawned,
    port: u16,
    chain_id: u64,
    accounts: Vec<Account>,
}

impl Anvil {
    /// Starts `ANVIL_BIN`, else npm's anvil, else the one on `PATH`, and waits until it listens.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::PortInUse`], [`Error::Exited`], [`Error::Timeout`].
    pub fn start(options: AnvilOptions) -> Result<Self> {
        let mut command = Command::new(binary()?);
        command.args(["--host", "127.0.0.1", "--port", &options.port.to_string()]);
        command.args(["--chain-id", &options.chain_id.to_string()]);
        if let Some(time) = options.block_time {
            command.args(["--block-time", &time.as_secs_f64().to_string()]);
        }
        if let Some(slots) = options.slots_in_an_epoch {
            command.args(["--slots-in-an-epoch", &slots.to_string()]);
        }
        if let Some(state) = &options.state {
            command.arg("--state").arg(state);
        }
        command.args(&options.arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // SIGTERM, on which anvil writes its state.
        let mut process = process::spawn(command, StopSignal::Terminate).map_err(Error::io("start anvil"))?;

        let log = Log::default();
        let (lines, banner) = mpsc::channel();
        drain(process.stdout.take(), log.clone(), Some(lines));
        drain(process.stderr.take(), log.clone(), None);
        match read_banner(&banner) {
            Some((port, accounts)) => Ok(Self {
                process,
                port,
                chain_id: options.chain_id,
                accounts,
            }),
            None => Err(failure(process, &log, options.port)),
        }
    }

    /// JSON-RPC over HTTP.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// JSON-RPC over WebSocket.
    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The chain id.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The funded accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Ends the chain and waits until its port is free and its state, if any, is written.
    ///
    /// # Errors
    /// [`Error::Io`] when the process cannot be waited for.
    pub fn stop(mut self) -> Result<()> {
        self.process
            .stop(process::GRACE)
            .map(drop)
            .map_err(Error::io("stop anvil"))
    }
}

fn binary() -> Result<PathBuf> {
    if let Some(path) = env::var_os("ANVIL_BIN").map(PathBuf::from) {
        let found = path.is_file();
        return found.then_some(path.clone()).ok_or_else(|| Error::Invalid {
            what: "ANVIL_BIN",
            value: path.display().to_string(),
            expected: "it must name anvil's executable; unset it to use npm's",
        });
    }
    let arch = if env::consts::ARCH == "x86_64" {
        "amd64"
    } else {
        "arm64"
    };
    let os = if env::consts::OS == "macos" {
        "darwin"
    } else {
        env::consts::OS
    };
    let npm = format!("@foundry-rs/anvil-{os}-{arch}/bin/anvil");
    repository::node_module(&npm)
        .or_else(|| repository::on_path("anvil"))
        .ok_or_else(|| Error::NotFound {
            program: "anvil",
            looked_in: format!("node_modules/{npm}, PATH"),
            remedy: "run `npm ci` in the repository, or set ANVIL_BIN",
        })
}

/// The last lines a process wrote.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// Waits until the threads that read the pipes of an ended process have read all of it; each holds this log till then.
    fn wait_until_read(&self) {
        let deadline = Instant::now() + Duration::from_secs(1);
        while Arc::strong_count(&self.0) > 1 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// Reads a pipe until the process ends, because anvil blocks when nobody reads what it writes.
fn drain(pipe: Option<impl Read + Send + 'static>, log: Log, copy: Option<mpsc::Sender<String>>) {
    let Some(pipe) = pipe else { return };
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            tracing::trace!(target: "anvil", "{line}");
            if let Some(copy) = &copy {
                copy.send(line.clone()).ok(); // nobody listens after the banner
            }
            log.push(line);
        }
    });
}

/// anvil prints `(0) 0xADDRESS (10000... ETH)` per account, then `(0) 0xKEY` per account, then
/// `Listening on 127.0.0.1:PORT`. `None` when it ended or fell silent before.
fn read_banner(lines: &mpsc::Receiver<String>) -> Option<(u16, Vec<Account>)> {
    let deadline = Instant::now() + START_LIMIT;
    let (mut addresses, mut keys) = (Vec::new(), Vec::new());
    loop {
        let line = lines
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            .ok()?;
        if let Some((_, port)) = line
            .strip_prefix("Listening on ")
            .and_then(|at| at.rsplit_once(':'))
        {
            let pairs = addresses.into_iter().zip(keys);
            let accounts = pairs
                .map(|(address, private_key)| Account { address, private_key })
                .collect();
            return Some((port.trim().parse().ok()?, accounts));
        }
        let Some(word) = line.split_whitespace().nth(1).filter(|_| line.starts_with('(')) else {
            continue;
        };
        match word.trim_matches('"').to_owned() {
            address if address.len() == 42 => addresses.push(address),
            key if key.len() == 66 => keys.push(key),
            _ => {}
        }
    }
}

fn failure(mut process: Spawned, log: &Log, port: u16) -> Error {
    // stdout closes a moment before the process ends.
    let ended = process.wait_for(Duration::from_secs(1));
    if matches!(ended, Ok(Some(_))) {
        log.wait_until_read();
    }
    match ended {
        Ok(Some(_)) if log.text().contains("Address already in use") => Error::PortInUse {
            program: "anvil",
            port,
        },
        Ok(Some(status)) => Error::Exited {
            program: "anvil",
            status: status.to_string(),
            log: log.text(),
        },
        Ok(None) => Error::Timeout {
            program: "anvil",
            seconds: START_LIMIT.as_secs(),
            log: log.text(),
        },
        Err(source) => Error::Io {
            doing: "wait for anvil".into(),
            source,
        },
    }
}
