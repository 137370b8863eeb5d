//! ICP canisters: `.wasm`, `.did` and the schema of the blocks that they log.

use super::{
    product::{Part, Product, Sources},
    sources,
};
use crate::{
    process::{output, run_aside, timed},
    repo::Repo,
    setup,
};
use anyhow::{Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// Names of the packages and of their folders below `canisters/`.
const CANISTERS: [&str; 2] = ["names", "signer"];

/// Each canister by itself.
pub fn parts() -> Vec<Part> {
    let part = |name: &'static str| Part {
        chain: "icp",
        name: Some(name),
        expected: ["wasm", "did", "icrc3.json"]
            .map(|kind| format!("{name}.{kind}"))
            .into(),
    };
    CANISTERS.map(part).into()
}

pub fn build(repo: &Repo, out: &Path, part: &Part) -> Result<Vec<Product>> {
    let name = part.name.context("a canister has a name")?;
    let dir = format!("canisters/{name}");
    let mut list = sources::of_crate(repo, &dir, name)?;
    // The profile inherits from the other one.
    list.extend(["canister", "release"].map(|profile| format!("Cargo.toml#[profile.{profile}]")));
    let code = Sources::hashed(repo, list)?;
    let schema = format!("{name}.icrc3.json");
    let blocks = Sources::hashed(repo, vec![format!("{dir}/{schema}")])?;

    let did = timed(&format!("{name}.did"), || interface(repo, name))?;
    let mut wasm = timed(&format!("{name}.wasm"), || compile(repo, name))?;
    // Where dfx and the replica look for a canister's interface.
    custom_section(&mut wasm, "icp:public candid:service", did.as_bytes());

    let put = |file: &str, bytes: &[u8]| fs::write(out.join(file), bytes).with_context(|| file.to_owned());
    put(&format!("{name}.wasm"), &wasm)?;
    put(&format!("{name}.did"), did.as_bytes())?;
    let described = repo.root.join(&dir).join(&schema);
    put(
        &schema,
        &fs::read(&described).with_context(|| described.display().to_string())?,
    )?;
    let product = |file: String, sources: &Sources| Product {
        file,
        sources: sources.clone(),
    };
    Ok(vec![
        product(format!("{name}.wasm"), &code),
        product(format!("{name}.did"), &code),
        product(schema, &blocks),
    ])
}

/// The canister's module.
fn compile(repo: &Repo, name: &str) -> Result<Vec<u8>> {
    let target = repo.target.join("onchain/wasm");
    let mut command = if has_target(repo) {
        repo.command("cargo")
    } else {
        repo.command(setup::toolchain(repo, "wasm")?.join("bin/cargo"))
    };
    command.args([
        "build",
        "--locked",
        "--lib",
        "--profile",
        "canister",
        "--package",
        name,
        "--target",
        TARGET,
    ]);
    run_aside(
        command
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_ENCODED_RUSTFLAGS", no_local_paths(repo)),
    )?;
    let module = target.join(TARGET).join("canister").join(format!("{name}.wasm"));
    fs::read(&module).with_context(|| module.display().to_string())
}

/// The canister's Candid interface, printed by its example `<name>_did` on this machine.
fn interface(repo: &Repo, name: &str) -> Result<String> {
    let example = format!("{name}_did");
    // The whole workspace is selected, so that the dependencies have the features they have everywhere else.
    run_aside(
        repo.cargo()
            .args(["build", "--locked", "--workspace", "--example", &example]),
    )?;
    let did = output(&mut repo.command(repo.target.join("debug/examples").join(&example)))?;
    Ok(format!("{}\n", did.trim()))
}

/// Is the target installed for the user's own Rust?
pub fn has_target(repo: &Repo) -> bool {
    let mut rustc: Command = repo.command("rustc");
    let Ok(dir) = output(rustc.args(["--print", "target-libdir", "--target", TARGET])) else {
        return false;
    };
    let files = fs::read_dir(dir.trim()).into_iter().flatten().flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

/// Compiler flags that keep this machine's folders out of the panic messages in the module.
fn no_local_paths(repo: &Repo) -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let registries = home
        .and_then(|home| fs::read_dir(home.join("registry/src")).ok())
        .into_iter()
        .flatten();
    let crates = registries.flatten().map(|dir| (dir.path(), "crates"));
    let flags = crates.chain([(repo.root.clone(), ".")]);
    let flags = flags.map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
    flags.collect::<Vec<_>>().join("\u{1f}")
}

/// Appends a custom section to a WebAssembly module (core specification, section 5.5.3).
fn custom_section(module: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut section = Vec::new();
    leb128(&mut section, name.len());
    section.extend(name.as_bytes());
    section.extend(content);
    module.push(0);
    leb128(module, section.len());
    module.extend(section);
}

/// An unsigned integer in LEB128.
fn leb128(to: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return to.push(low);
        }
        to.push(low | 0x80);
    }
}
