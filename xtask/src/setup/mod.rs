//! `setup`: installs what is missing.

mod npm;
mod postgres;
mod toolchain;

pub use npm::npm;
pub use toolchain::toolchain;

use crate::{
    args::{self, Arg, Args},
    repo::Repo,
};
use anyhow::Result;

pub const HELP: &str = "\
cargo xtask setup [--onchain]

Installs what is missing, inside this checkout and your cache folder only, and says what it did:

  npm packages   npm ci, when package-lock.json changed since the last time: forge, anvil, solc, PostgreSQL
  PostgreSQL     nothing to install: DATABASE_URL if it is set, else the system's, else the one from npm

  --onchain      also what `build-onchain` needs: a toolchain for Solana programs unless `cargo build-sbf` exists,
                 and one for canisters unless the target wasm32-unknown-unknown is installed. Both are built from
                 Debian's packages in ${XDG_CACHE_HOME:-~/.cache}/novate. Without it the committed artifacts/ serve.
";

pub fn main(mut args: Args) -> Result<()> {
    let mut onchain = false;
    while let Some(arg) = args.next()? {
        match &arg {
            Arg::Flag(flag) if flag == "--onchain" => onchain = true,
            other => return Err(args::unexpected(other)),
        }
    }
    let repo = Repo::find()?;
    all(&repo)?;
    if onchain {
        toolchain::all(&repo)?;
    }
    Ok(())
}

/// What every verb needs.
///
/// # Errors
/// When something is missing that cannot be installed here; the error says how to get it.
pub fn all(repo: &Repo) -> Result<()> {
    npm(repo)?;
    postgres::report(repo)
}
