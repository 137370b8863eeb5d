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
pub use icp::has_target;
pub use solana::has_build_sbf;

use product::Product;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

pub const HELP: &str = "\
cargo xtask build-onchain [--only solana|icp|evm] [--force] [--check]

Builds what runs on a chain and writes artifacts/, which is committed, so that everything else builds without
the tools of the chains:

  solana/*.so, *.json     programs and their IDL: cargo build-sbf if you have it, else the toolchain that
                          xtask/toolchain/sbf makes from Debian's packages (once, about 5 minutes)
  icp/*.wasm, *.did       canisters, for the target wasm32-unknown-unknown if it is installed, else with
                          xtask/toolchain/wasm (once, about 1 minute); *.icrc3.json: the blocks they log
  evm/*.json              ABI and bytecode of the contracts, by forge and solc from npm
  manifest.json           for each of them the sources it was made from and a hash over them

  --only CHAIN   only this chain
  --force        build also what is up to date
  --check        build into a temporary folder and fail when a committed IDL, ABI, .did or source hash differs.
                 The bytes of .so and .wasm are not compared: they depend on compiler and folders.
";

/// One chain: how its artifacts are made.
struct Chain {
    /// The name of its folder in `artifacts/`.
    name: &'static str,
    /// What must be there; more may come out of the build.
    expected: fn() -> Vec<String>,
    /// Builds all of them below a folder.
    build: fn(&Repo, &Path) -> Result<Vec<Product>>,
}

const CHAINS: [Chain; 3] = [
    Chain {
        name: "solana",
        expected: solana::expected,
        build: solana::build,
    },
    Chain {
        name: "icp",
        expected: icp::expected,
        build: icp::build,
    },
    Chain {
        name: "evm",
        expected: Vec::new,
        build: evm::build,
    },
];

pub fn main(mut args: Args) -> Result<()> {
    let (mut only, mut force, mut check) = (None, false, false);
    while let Some(arg) = args.next()? {
        match &arg {
            Arg::Flag(flag) if flag == "--only" => {
                let name = args.value("--only")?;
                only = Some(args::one_of("chain", &name, CHAINS.map(|chain| chain.name))?.to_owned());
            }
            Arg::Flag(flag) if flag == "--force" => force = true,
            Arg::Flag(flag) if flag == "--check" => check = true,
            other => return Err(args::unexpected(other)),
        }
    }
    let repo = Repo::find()?;
    let _lock = lock(&repo)?;
    let chosen = CHAINS
        .iter()
        .filter(|chain| only.as_deref().is_none_or(|name| name == chain.name));
    if check {
        compare(&repo, chosen)
    } else {
        update(&repo, chosen, force)
    }
}

/// `build-onchain --check`.
///
/// # Errors
/// When something does not build or a committed artifact is not what its sources give.
pub fn check_all(repo: &Repo) -> Result<()> {
    let _lock = lock(repo)?;
    compare(repo, CHAINS.iter())
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

/// Builds what is stale and puts it in its place.
fn update<'a>(repo: &Repo, chains: impl Iterator<Item = &'a Chain>, force: bool) -> Result<()> {
    for chain in chains {
        if !force && product::up_to_date(repo, chain.name, &(chain.expected)()) {
            eprintln!("xtask: artifacts/{}: up to date", chain.name);
            continue;
        }
        let (out, products) = built(repo, chain)?;
        product::install(repo, chain.name, &out, products)?;
    }
    Ok(())
}

/// Builds elsewhere and compares.
fn compare<'a>(repo: &Repo, chains: impl Iterator<Item = &'a Chain>) -> Result<()> {
    let mut differences = Vec::new();
    for chain in chains {
        let (out, products) = built(repo, chain)?;
        differences.extend(compare::differences(&repo.root, chain.name, &out, &products)?);
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

fn built(repo: &Repo, chain: &Chain) -> Result<(PathBuf, Vec<Product>)> {
    let out = repo.target.join("onchain/out").join(chain.name);
    repo::empty_dir(&out)?;
    setup::npm(repo)?;
    let products = timed(&format!("build artifacts/{}", chain.name), || {
        (chain.build)(repo, &out)
    })?;
    Ok((out, products))
}
