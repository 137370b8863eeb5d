//! npm's packages in `node_modules`.

use crate::{
    process::{run_aside, succeeds, timed},
    repo::{Repo, on_path},
};
use anyhow::{Context, Result, ensure};
use artifact_manifest::sha256;
use std::fs;

/// What must answer `--version` after an installation.
const PROGRAMS: [&str; 2] = ["forge", "anvil"];

/// Runs `npm ci` when `package-lock.json` is not the one that `node_modules` was made from.
///
/// # Errors
/// When npm is missing or fails, or when the programs it brought do not run.
pub fn npm(repo: &Repo) -> Result<()> {
    let stamp = repo.root.join("node_modules/.novate-lock");
    let lock = fs::read(repo.root.join("package-lock.json")).context("package-lock.json")?;
    let wanted = sha256(&lock);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        eprintln!("xtask: npm packages: up to date");
        return Ok(());
    }
    ensure!(
        on_path("npm"),
        "npm was not found; install Node.js 20 or newer, which brings it"
    );
    timed("npm packages: npm ci", || {
        run_aside(repo.command("npm").args(["ci", "--no-progress"]))
    })?;
    for program in PROGRAMS {
        ensure!(
            succeeds(repo.npm_bin(program, ".").arg("--version")),
            "{program} from npm does not run; try: node_modules/.bin/{program} --version"
        );
    }
    fs::write(&stamp, wanted).context("node_modules/.novate-lock")
}
