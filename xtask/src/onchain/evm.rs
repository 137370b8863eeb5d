//! EVM contracts: `{contractName, abi, bytecode}`, as alloy's `sol!` reads it.

use super::{
    json,
    product::{Part, Product, Sources},
};
use crate::{
    process::run_aside,
    repo::{self, Repo},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json as object};
use std::{
    fs,
    path::{Path, PathBuf},
};

const PROJECT: &str = "contracts-bindings";

const SOURCES: [&str; 5] = [
    "contracts-bindings/foundry.toml",
    "contracts-bindings/src",
    "contracts-bindings/tools",
    "package-lock.json#@openzeppelin/contracts",
    "package-lock.json#solc",
];

/// All contracts at once; forge finds them.
pub fn parts() -> Vec<Part> {
    vec![Part {
        chain: "evm",
        name: None,
        expected: Vec::new(),
    }]
}

pub fn build(repo: &Repo, out: &Path, _: &Part) -> Result<Vec<Product>> {
    let sources = Sources::hashed(repo, SOURCES.map(str::to_owned).into())?;
    let work = repo.target.join("onchain/evm");
    repo::empty_dir(&work)?;
    let mut forge = repo.npm_bin("forge", PROJECT);
    forge
        .args(["build", "src", "--force", "--out"])
        .arg(work.join("out"))
        .arg("--cache-path")
        .arg(work.join("cache"));
    run_aside(&mut forge)?;

    let mut products = Vec::new();
    for path in json_files(&work.join("out"))? {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let output: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let Some((name, artifact)) = artifact(&output)? else {
            continue;
        };
        let file = format!("{name}.json");
        fs::write(out.join(&file), json::pretty(artifact)?).context("writing the ABI")?;
        products.push(Product {
            file,
            sources: sources.clone(),
        });
    }
    ensure!(!products.is_empty(), "{PROJECT}/src has no contract");
    products.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(products)
}

/// The artifact of one of forge's outputs, if it is a contract of ours that can be deployed: neither an interface nor a
/// library of internal functions nor one of OpenZeppelin's.
fn artifact(output: &Value) -> Result<Option<(String, Value)>> {
    let target = output["metadata"]["settings"]["compilationTarget"].as_object();
    let Some((path, name)) = target.and_then(|target| target.iter().next()) else {
        return Ok(None);
    };
    let name = name.as_str().unwrap_or_default();
    let bytecode = output["bytecode"]["object"].as_str().unwrap_or_default();
    let abi = output["abi"].as_array().map(Vec::as_slice).unwrap_or_default();
    // A library of internal functions has at most errors in its ABI.
    let callable = abi.iter().any(|entry| entry["type"] != "error");
    if !path.starts_with("src/") || bytecode == "0x" || !callable {
        return Ok(None);
    }
    ensure!(
        bytecode.bytes().skip(2).all(|digit| digit.is_ascii_hexdigit()),
        "{path}: {name} must be linked with a library; make the library's functions internal"
    );
    Ok(Some((
        name.to_owned(),
        object!({ "contractName": name, "abi": abi, "bytecode": bytecode }),
    )))
}

fn json_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("build-info") {
            files.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "json") {
            files.push(path);
        }
    }
    Ok(files)
}
