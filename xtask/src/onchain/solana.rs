//! Solana programs: `.so` and IDL.

use super::{
    idl,
    product::{Product, Sources},
    sources,
};
use crate::{
    process::{run_aside, succeeds, timed},
    repo::Repo,
    setup,
};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::Command};

struct Program {
    /// Name of the package, of its folder below `programs/` and of its `.so`.
    name: &'static str,
    /// Test programs are called by bytes and need none.
    has_idl: bool,
}

const PROGRAMS: [Program; 2] = [
    Program {
        name: "settlement",
        has_idl: true,
    },
    Program {
        name: "conformance",
        has_idl: false,
    },
];

pub fn expected() -> Vec<String> {
    let files = |program: &Program| {
        let idl = program.has_idl.then(|| format!("{}.json", program.name));
        [Some(format!("{}.so", program.name)), idl]
    };
    PROGRAMS.iter().flat_map(files).flatten().collect()
}

pub fn build(repo: &Repo, out: &Path) -> Result<Vec<Product>> {
    let mut products = Vec::new();
    for Program { name, has_idl } in &PROGRAMS {
        let dir = format!("programs/{name}");
        let sources = Sources::hashed(repo, sources::of_crate(repo, &dir, name)?)?;
        let mut add = |file: String| {
            products.push(Product {
                file,
                sources: sources.clone(),
            })
        };
        timed(&format!("{name}.so"), || compile(repo, &dir, out))?;
        add(format!("{name}.so"));
        if *has_idl {
            let idl = timed(&format!("IDL of {name}"), || idl::of_program(repo, &dir, name))?;
            fs::write(out.join(format!("{name}.json")), idl).context("writing the IDL")?;
            add(format!("{name}.json"));
        }
    }
    Ok(products)
}

/// Writes `NAME.so` into `out`.
fn compile(repo: &Repo, dir: &str, out: &Path) -> Result<()> {
    let target = repo.target.join("onchain/sbf");
    if has_build_sbf(repo) {
        let mut command = build_sbf(repo);
        command
            .args(["--manifest-path", &format!("{dir}/Cargo.toml"), "--sbf-out-dir"])
            .arg(out);
        // Solana's Rust is older than ours; the programs keep to what it understands.
        command.args(["--", "--locked", "--ignore-rust-version"]);
        return run_aside(command.env("CARGO_TARGET_DIR", target));
    }
    let prefix = setup::toolchain(repo, "sbf")?;
    let name = dir.rsplit('/').next().unwrap_or(dir);
    let mut command = repo.command(repo.root.join("xtask/toolchain/sbf/build.sh"));
    command.arg(prefix).arg(dir).arg(out.join(format!("{name}.so")));
    run_aside(command.env("CARGO_TARGET_DIR", target))
}

/// Does the user have Solana's own tools?
pub fn has_build_sbf(repo: &Repo) -> bool {
    succeeds(build_sbf(repo).arg("--version"))
}

/// `cargo build-sbf`, which chooses its own Rust.
fn build_sbf(repo: &Repo) -> Command {
    let mut command = repo.command("cargo");
    command.arg("build-sbf").env_remove("RUSTUP_TOOLCHAIN");
    command
}
