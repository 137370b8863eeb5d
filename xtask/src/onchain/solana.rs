//! Solana programs: `.so` and IDL.

use super::{
    idl,
    product::{Part, Product, Sources},
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
    /// Name of the package and of its folder below `programs/`.
    package: &'static str,
    /// Test programs are called by bytes and need none.
    has_idl: bool,
}

const PROGRAMS: [Program; 5] = [
    Program {
        package: "session-keys",
        has_idl: true,
    },
    Program {
        package: "settlement",
        has_idl: true,
    },
    Program {
        package: "staking",
        has_idl: true,
    },
    Program {
        package: "rewards",
        has_idl: true,
    },
    Program {
        package: "conformance",
        has_idl: false,
    },
];

impl Program {
    /// Name of its library, of its `.so` and of its IDL, from which `declare_program!` takes it.
    fn library(&self) -> String {
        self.package.replace('-', "_")
    }

    fn part(&self) -> Part {
        let library = self.library();
        let idl = self.has_idl.then(|| format!("{library}.json"));
        Part {
            chain: "solana",
            name: Some(self.package),
            expected: [format!("{library}.so")].into_iter().chain(idl).collect(),
        }
    }
}

/// The programs, each built alone.
pub fn parts() -> Vec<Part> {
    PROGRAMS.iter().map(Program::part).collect()
}

pub fn build(repo: &Repo, out: &Path, part: &Part) -> Result<Vec<Product>> {
    let program = PROGRAMS.iter().find(|program| part.name == Some(program.package));
    let program = program.with_context(|| format!("{part} is no program"))?;
    let (package, library) = (program.package, program.library());
    let dir = format!("programs/{package}");
    let sources = Sources::hashed(repo, sources::of_crate(repo, &dir, package)?)?;
    timed(&format!("{library}.so"), || compile(repo, &dir, &library, out))?;
    if program.has_idl {
        let idl = timed(&format!("IDL of {package}"), || {
            idl::of_program(repo, &dir, package)
        })?;
        fs::write(out.join(format!("{library}.json")), idl).context("writing the IDL")?;
    }
    let product = |file: &String| Product {
        file: file.clone(),
        sources: sources.clone(),
    };
    Ok(part.expected.iter().map(product).collect())
}

/// Writes `LIBRARY.so` into `out`.
fn compile(repo: &Repo, dir: &str, library: &str, out: &Path) -> Result<()> {
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
    let mut command = repo.command(repo.root.join("xtask/toolchain/sbf/build.sh"));
    command
        .arg(prefix)
        .arg(dir)
        .arg(out.join(format!("{library}.so")));
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
