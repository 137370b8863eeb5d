//! One cluster: made by `initdb`, served by `postgres` until dropped.

use super::{
    binaries::Binaries,
    scratch::{self, Scratch},
    user,
};
use crate::{
    Error, Result,
    process::{self, Spawned, StopSignal},
};
use std::{
    fs::{self, File},
    io::Read,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

/// Superuser of our clusters.
const USER: &str = "novate";
/// How long a server may take to start, recovery after a crash included.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long an earlier server on the same data may take to end.
const HANDOVER_LIMIT: Duration = Duration::from_secs(15);
/// Between asking for a free port and binding it somebody else can take it.
const PORT_ATTEMPTS: u32 = 5;

/// Where the data live.
#[derive(Debug)]
pub(super) enum Place {
    Temporary,
    Persistent(PathBuf),
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// TCP port on 127.0.0.1; 0 for a free one.
    pub port: u16,
}

/// A running server. Fields drop in this order: the server ends before its folder goes.
#[derive(Debug)]
pub(super) struct Cluster {
    _server: Spawned,
    port: u16,
    password: String,
    _folder: Folder,
}

#[derive(Debug)]
enum Folder {
    Temporary(Scratch),
    Persistent { path: PathBuf, _lock: File },
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(scratch) => scratch.path(),
            Self::Persistent { path, .. } => path,
        }
    }
}

impl Cluster {
    pub(super) fn start(binaries: &Binaries, place: Place, settings: Settings) -> Result<Self> {
        let major = &binaries.version().major;
        let folder = match place {
            Place::Temporary => Folder::Temporary(Scratch::new()?),
            Place::Persistent(parent) => claim(parent.join(major))?,
        };
        user::must_reach(folder.path())?;
        user::hand_over(folder.path(), 0o700)?;
        let data = folder.path().join("data");
        if !data.join("PG_VERSION").exists() {
            initdb(binaries, folder.path())?;
        }
        let found =
            fs::read_to_string(data.join("PG_VERSION")).map_err(Error::at("read the version in", &data))?;
        if found.trim() != major {
            return Err(Error::OtherMajor {
                dir: data,
                found: found.trim().to_owned(),
                wanted: major.clone(),
            });
        }
        let password = folder.path().join("password");
        let password = fs::read_to_string(&password).map_err(Error::at("read", &password))?;
        wait_for_predecessor(&data)?;
        let durable = matches!(folder, Folder::Persistent { .. });
        let mut attempts = PORT_ATTEMPTS;
        loop {
            attempts -= 1;
            let port = if settings.port == 0 {
                free_port()?
            } else {
                settings.port
            };
            match serve(binaries, folder.path(), port, durable) {
                Err(Error::PortInUse { .. }) if settings.port == 0 && attempts > 0 => {}
                served => {
                    return Ok(Self {
                        _server: served?,
                        port,
                        password,
                        _folder: folder,
                    });
                }
            }
        }
    }

    /// URL of one of its databases.
    pub(super) fn url(&self, database: &str) -> String {
        format!(
            "postgres://{USER}:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }
}

/// Makes the folder of a persistent cluster ours alone.
fn claim(path: PathBuf) -> Result<Folder> {
    let parent = path.parent().unwrap_or(&path);
    user::must_reach(parent)?;
    user::own_folder(parent)?;
    fs::create_dir_all(&path).map_err(Error::at("create the folder", &path))?;
    let path = fs::canonicalize(&path).map_err(Error::at("find", &path))?;
    let lock = path.with_extension("lock");
    let held = scratch::take(&lock).map_err(Error::at("lock", &lock))?;
    let lock = held.ok_or_else(|| Error::InUse { dir: path.clone() })?;
    Ok(Folder::Persistent { path, _lock: lock })
}

/// A superuser with a password: whoever may connect as one may run programs as the server's user, and the
/// port is open to every user of the machine.
fn initdb(binaries: &Binaries, folder: &Path) -> Result<()> {
    let secret = folder.join("password");
    fs::write(&secret, random_hex()?).map_err(Error::at("write", &secret))?;
    user::hand_over(&secret, 0o600)?;
    let mut command = binaries.command("initdb");
    command.args([
        "--username",
        USER,
        "--auth",
        "scram-sha-256",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
    ]);
    command
        .arg("--pwfile")
        .arg(&secret)
        .arg("--pgdata")
        .arg(folder.join("data"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = process::output(command, StopSignal::Terminate).map_err(Error::io("run initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(explain(folder, 0, output.status.to_string(), said, "initdb"))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    let source = Path::new("/dev/urandom");
    File::open(source)
        .and_then(|mut f| f.read_exact(&mut bytes))
        .map_err(Error::at("read", source))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("find a free port"))?;
    Ok(listener
        .local_addr()
        .map_err(Error::io("find a free port"))?
        .port())
}

/// A server whose parent was killed shuts down by itself, but not at once.
fn wait_for_predecessor(data: &Path) -> Result<()> {
    let deadline = Instant::now() + HANDOVER_LIMIT;
    while scratch::postmaster_alive(data) {
        if Instant::now() >= deadline {
            return Err(Error::InUse { dir: data.to_owned() });
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Starts the server and waits until it takes connections.
fn serve(binaries: &Binaries, folder: &Path, port: u16, durable: bool) -> Result<Spawned> {
    let (data, log) = (folder.join("data"), folder.join("postgres.log"));
    let out = File::create(&log).map_err(Error::at("create", &log))?;
    let err = out.try_clone().map_err(Error::at("open", &log))?;
    let mut command = binaries.command("postgres");
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    let mut set = vec![
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
    ];
    if !durable {
        // Lost with the folder anyway.
        set.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        set.extend(["wal_level=minimal", "max_wal_senders=0"]);
    }
    for setting in set {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut server = process::spawn(command, StopSignal::Interrupt).map_err(Error::io("start postgres"))?;
    let read_log = || fs::read_to_string(&log).unwrap_or_default();
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(status) = server.try_wait().map_err(Error::io("wait for postgres"))? {
            return Err(explain(folder, port, status.to_string(), read_log(), "postgres"));
        }
        // Line 8 of this file is the server's state (miscadmin.h: LOCK_FILE_LINE_PM_STATUS).
        let state = fs::read_to_string(data.join("postmaster.pid")).ok();
        if state
            .and_then(|s| Some(s.lines().nth(7)?.trim() == "ready"))
            .unwrap_or(false)
        {
            tracing::debug!(port, data = %data.display(), "Postgres is ready");
            return Ok(server);
        }
        if Instant::now() >= deadline {
            return Err(Error::Timeout {
                program: "postgres",
                seconds: START_LIMIT.as_secs(),
                log: tail(&read_log()),
            });
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// What the last words of a child mean.
fn explain(folder: &Path, port: u16, status: String, said: String, program: &'static str) -> Error {
    let has = |what: &[&str]| what.iter().any(|w| said.contains(w));
    if has(&[
        "No space left on device",
        "Disk quota exceeded",
        "File too large",
        "File size limit exceeded",
    ]) {
        Error::NoSpace {
            dir: folder.to_owned(),
            said: tail(&said),
        }
    } else if has(&["Address already in use"]) {
        Error::PortInUse {
            program: "postgres",
            port,
        }
    } else {
        Error::Exited {
            program,
            status,
            log: tail(&said),
        }
    }
}

fn tail(log: &str) -> String {
    let lines = log.trim_end().lines().collect::<Vec<_>>();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
