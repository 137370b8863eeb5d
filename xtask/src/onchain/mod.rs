//! `build-onchain`: programs, canisters and contracts into `artifacts/`.

pub mod compare;
mod evm;
mod icp;
pub mod idl;
pub mod json;
pub mod product;
mod solana;
mod sources;

use crate::{
    args::{self, Arg, Args},
    process::timed,
    repo::{self, Repo},
    setup,
};
use anyhow::{Context, Result, ensure};
use artifact_manifest::Manifest;
pub use icp::has_target;
pub use solana::has_build_sbf;

use product::{Part, Product};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

pub const HELP: &str = "\
cargo xtask build-onchain [--only solana|solana/PROGRAM|icp|icp/CANISTER|evm] [--force] [--check]

Builds what is stale of what runs on a chain and writes artifacts/, which is committed, so that everything else builds without
the tools of the chains:

  solana/*.so, *.json     programs and their IDL: cargo build-sbf if you have it, else the toolchain that
                          xtask/toolchain/sbf makes from Debian's packages (once, about 5 minutes)
  icp/*.wasm, *.did       canisters, for the target wasm32-unknown-unknown if it is installed, else with
                          xtask/toolchain/wasm (once, about 1 minute); *.icrc3.json: the blocks they log
  evm/*.json              ABI and bytecode of the contracts, by forge and solc from npm
  manifest.json           for each of them the sources it was made from and a hash over them

  --only WHAT    only this chain, or this program or canister: solana/staking, icp/names
  --force        build also what is up to date
  --check        build into a temporary folder and fail when a committed IDL, ABI, .did or source hash differs.
                 The bytes of .so and .wasm are not compared: they depend on compiler and folders.
";

/// One chain: how its artifacts are made.
struct Chain {
    /// The name of its folder in `artifacts/`.
    name: &'static str,
    /// What is built, and found stale, one by one.
    parts: fn() -> Vec<Part>,
    /// Builds one of them into a folder.
    build: fn(&Repo, &Path, &Part) -> Result<Vec<Product>>,
}

const CHAINS: [Chain; 3] = [
    Chain {
        name: "solana",
        parts: solana::parts,
        build: solana::build,
    },
    Chain {
        name: "icp",
        parts: icp::parts,
        build: icp::build,
    },
    Chain {
        name: "evm",
        parts: evm::parts,
        build: evm::build,
    },
];

/// A chain or one of its parts, by the name that `--only` takes.
struct Only(String);

impl Only {
    fn parse(name: &str) -> Result<Self> {
        let mut known: Vec<_> = CHAINS.iter().map(|chain| chain.name.to_owned()).collect();
        let parts = CHAINS.iter().flat_map(|chain| (chain.parts)());
        known.extend(
            parts
                .filter(|part| part.name.is_some())
                .map(|part| part.to_string()),
        );
        let known = known.iter().map(String::as_str);
        Ok(Self(args::one_of("chain or program", name, known)?.to_owned()))
    }

    fn has(&self, part: &Part) -> bool {
        self.0 == part.chain || self.0 == part.to_string()
    }
}

pub fn main(mut args: Args) -> Result<()> {
    let (mut only, mut force, mut check) = (None, false, false);
    while let Some(arg) = args.next()? {
        match &arg {
            Arg::Flag(flag) if flag == "--only" => {
                only = Some(Only::parse(&args.value("--only")?)?);
            }
            Arg::Flag(flag) if flag == "--force" => force = true,
            Arg::Flag(flag) if flag == "--check" => check = true,
            other => return Err(args::unexpected(other)),
        }
    }
    let repo = Repo::find()?;
    let _lock = lock(&repo)?;
    if check {
        compare(&repo, only.as_ref())
    } else {
        update(&repo, only.as_ref(), force)
    }
}

/// `build-onchain --check`.
///
/// # Errors
/// When something does not build or a committed artifact is not what its sources give.
pub fn check_all(repo: &Repo) -> Result<()> {
    let _lock = lock(repo)?;
    compare(repo, None)
}

/// Two builds at once would write the same files. The lock ends with the returned file.
fn lock(repo: &Repo) -> Result<File> {
    let folder = repo.target.join("onchain");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let file = File::create(folder.join("lock")).context("the lock of build-onchain")?;
    if file.try_lock().is_err() {
        eprintln!("xtask: waiting for another build-onchain to end ...");
        file.lock().context("the lock of build-onchain")?;
    }
    Ok(file)
}

/// Builds what is stale and puts it in its place, one part after another: what comes before a failure stays.
fn update(repo: &Repo, only: Option<&Only>, force: bool) -> Result<()> {
    for chain in &CHAINS {
        let parts = (chain.parts)();
        for part in parts.iter().filter(|part| only.is_none_or(|only| only.has(part))) {
            if !force && product::up_to_date(repo, part) {
                eprintln!("xtask: artifacts of {part}: up to date");
                continue;
            }
            let (out, products) = built(repo, chain, part)?;
            product::install(repo, part, &out, products)?;
        }
        if only.is_none_or(|only| only.0 == chain.name) {
            product::remove_orphans(repo, chain.name, &parts)?;
        }
    }
    Ok(())
}

/// Builds elsewhere and compares.
fn compare(repo: &Repo, only: Option<&Only>) -> Result<()> {
    let mut differences = Vec::new();
    for chain in &CHAINS {
        let parts = (chain.parts)();
        for part in parts.iter().filter(|part| only.is_none_or(|only| only.has(part))) {
            let (out, products) = built(repo, chain, part)?;
            differences.extend(compare::differences(&repo.root, part, &out, &products)?);
        }
        if only.is_none_or(|only| only.0 == chain.name) {
            let orphans = product::orphans(&Manifest::read(&repo.root)?, chain.name, &parts);
            differences.extend(orphans.iter().map(|name| compare::gone(name)));
        }
    }
    for difference in &differences {
        eprintln!("{difference}");
    }
    ensure!(
        differences.is_empty(),
        "{} committed artifact(s) differ from what their sources give; run: cargo xtask build-onchain, and commit \
         artifacts/",
        differences.len()
    );
    eprintln!("xtask: artifacts/ is what its sources give");
    Ok(())
}

fn built(repo: &Repo, chain: &Chain, part: &Part) -> Result<(PathBuf, Vec<Product>)> {
    let out = repo.target.join("onchain/out").join(part.to_string());
    repo::empty_dir(&out)?;
    setup::npm(repo)?;
    let products = timed(&format!("build artifacts of {part}"), || {
        (chain.build)(repo, &out, part)
    })?;
    Ok((out, products))
}
