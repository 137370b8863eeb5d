//! Compilers for Solana and for WebAssembly where the user has none: made by the scripts in `xtask/toolchain`.

use crate::{
    onchain::{has_build_sbf, has_target},
    process::run_aside,
    repo::Repo,
};
use anyhow::Result;
use std::path::PathBuf;

/// Makes both, each only where the user has no compiler of their own.
///
/// # Errors
/// Those of [`toolchain`].
pub fn all(repo: &Repo) -> Result<()> {
    if has_build_sbf(repo) {
        eprintln!("xtask: Solana toolchain: cargo build-sbf");
    } else {
        toolchain(repo, "sbf")?;
    }
    if has_target(repo) {
        eprintln!("xtask: WebAssembly toolchain: the installed target");
    } else {
        toolchain(repo, "wasm")?;
    }
    Ok(())
}

/// The folder of the toolchain `name` (`sbf` or `wasm`), complete. The script returns at once when it already is.
///
/// # Errors
/// When the script fails; it says which package is missing.
pub fn toolchain(repo: &Repo, name: &str) -> Result<PathBuf> {
    let prefix = Repo::cache()?.join(name);
    let script = repo.root.join("xtask/toolchain").join(name).join("setup.sh");
    run_aside(repo.command(script).arg(&prefix))?;
    Ok(prefix)
}
