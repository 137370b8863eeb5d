//! `contracts`: the tests of the EVM contracts, and what is recorded about them: gas, storage layout, coverage.

pub mod coverage; // how much of the contracts the tests run
pub mod record; // committed files that a command makes
pub mod storage; // the storage layout as a table

use crate::{
    args::{self, Arg, Args},
    process::{run_aside, timed},
    repo::{self, Repo},
    setup,
};
use anyhow::{Context, Result, ensure};
use record::Files;
use std::{
    fs,
    path::{Path, PathBuf},
};

pub const HELP: &str = "\
cargo xtask contracts [--write]

The Foundry project in contracts-bindings/, as the step `contracts` of `cargo xtask test` runs it:

  tests      forge test: unit, fuzz and invariant tests
  gas        what the gas tests (test/*/Gas.t.sol) measured is what snapshots/CONTRACT.json says
  storage    where each contract keeps what in storage is what storage/CONTRACT.md says
  size       no contract is larger than EIP-170 allows, 24,576 bytes
  coverage   the tests run at least 95% of the lines, branches and functions of every file in src/

  --write   after a change that is meant: write snapshots/ and storage/ instead of comparing them; without coverage
";

const PROJECT: &str = "contracts-bindings";

/// Says how a record that differs is made anew.
const REWRITE: &str = "if that is meant, `cargo xtask contracts --write` and commit";

/// The tests that measure gas, one file per contract.
pub const GAS_TESTS: &str = "test/*/Gas.t.sol";

pub fn main(mut args: Args) -> Result<()> {
    let mut writes = false;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Flag(flag) if flag == "--write" => writes = true,
            other => return Err(args::unexpected(&other)),
        }
    }
    let repo = Repo::find()?;
    setup::all(&repo)?;
    if !writes {
        return check(&repo);
    }
    let (gas, layouts) = (gas(&repo, &[])?, storage(&repo)?);
    record::write(&repo.root.join(PROJECT).join("snapshots"), &gas)?;
    record::write(&repo.root.join(PROJECT).join("storage"), &layouts)?;
    eprintln!("xtask: wrote {PROJECT}/snapshots and {PROJECT}/storage");
    Ok(())
}

/// Runs the tests and compares what is recorded.
///
/// # Errors
/// When a test fails, a record is not what the sources give, or a file is covered too little.
pub fn check(repo: &Repo) -> Result<()> {
    let gas = gas(repo, &[])?;
    let layouts = storage(repo)?;
    let project = repo.root.join(PROJECT);
    let mut wrong = record::differences("snapshots", &record::read(&project.join("snapshots"))?, &gas);
    wrong.extend(record::differences(
        "storage",
        &record::read(&project.join("storage"))?,
        &layouts,
    ));
    for line in &wrong {
        eprintln!("{line}");
    }
    let covered = timed("coverage of the contracts", || coverage::measure(repo))?;
    print!("{}", coverage::table(&covered));
    let mut low = coverage::too_low(&covered);
    low.extend(coverage::missing(&covered, &coverage::sources(repo)?));
    for line in &low {
        eprintln!("{line}");
    }
    ensure!(
        wrong.is_empty(),
        "gas or storage of the contracts changed, see above; {REWRITE}"
    );
    ensure!(
        low.is_empty(),
        "covered below {}%, see above; test what the lines named in {} say",
        coverage::LEAST,
        coverage::report(repo).display()
    );
    Ok(())
}

/// What the gas tests measure: contract, name and gas, in the order of their names.
///
/// # Errors
/// When a test fails or forge writes what is no number.
pub fn gas_figures(repo: &Repo) -> Result<Vec<(String, u64)>> {
    let mut figures = Vec::new();
    for (file, text) in gas(repo, &["--match-path", GAS_TESTS])? {
        let contract = file.trim_end_matches(".json");
        let entries: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&text).with_context(|| file.clone())?;
        for (name, value) in entries {
            let gas = value.parse().with_context(|| format!("{file}: {name}"))?;
            figures.push((format!("{contract}.{name}"), gas));
        }
    }
    Ok(figures)
}

/// Runs the tests and returns the gas that they measured, a file per contract.
fn gas(repo: &Repo, filter: &[&str]) -> Result<Files> {
    let folder = work(repo)?.join("snapshots");
    repo::empty_dir(&folder)?;
    let mut forge = repo.npm_bin("forge", PROJECT);
    forge.arg("test").args(filter).env("FOUNDRY_SNAPSHOTS", &folder);
    run_aside(&mut forge)?;
    record::read(&folder)
}

/// The storage layout of every contract, a file for each. Forge fails when a contract is larger than EIP-170 allows.
fn storage(repo: &Repo) -> Result<Files> {
    let work = work(repo)?;
    let mut forge = repo.npm_bin("forge", PROJECT);
    forge
        .args(["build", "src", "--sizes", "--extra-output", "storageLayout"])
        .arg("--out")
        .arg(work.join("out"))
        .arg("--cache-path")
        .arg(work.join("cache"));
    run_aside(&mut forge)?;
    let mut layouts = Files::new();
    for name in contracts(&repo.root.join(PROJECT))? {
        let path = work.join(format!("out/{name}.sol/{name}.json"));
        let at = || path.display().to_string();
        let built = serde_json::from_str(&fs::read_to_string(&path).with_context(at)?).with_context(at)?;
        if let Some(layout) = storage::markdown(&name, &built).with_context(at)? {
            layouts.insert(format!("{name}.md"), layout);
        }
    }
    Ok(layouts)
}

/// The contracts in src/, abstract ones too; each has a file of its name.
fn contracts(project: &Path) -> Result<Vec<String>> {
    let src = project.join("src");
    let mut names = Vec::new();
    for entry in fs::read_dir(&src).with_context(|| src.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "sol") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// A folder for what forge makes here.
fn work(repo: &Repo) -> Result<PathBuf> {
    let folder = repo.target.join("contracts");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}
