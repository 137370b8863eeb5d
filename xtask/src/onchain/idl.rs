//! An Anchor program's IDL without Anchor's command line: with the feature `idl-build` its macros make tests that
//! print the IDL in blocks, and the blocks are put together here, as `anchor_lang_idl::build` does it.

use super::json;
use crate::{
    process::{output, run_aside},
    repo::Repo,
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fs, process::Command};

/// The IDL of the package `name` in `dir`, as the text of the file.
///
/// # Errors
/// When the program does not compile or prints no IDL.
pub fn of_program(repo: &Repo, dir: &str, name: &str) -> Result<String> {
    let folder = repo.target.join("onchain/idl");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let tests = folder.join(name);
    // The macros of Anchor read the environment while they expand.
    let anchor = |command: &mut Command| {
        command.env("ANCHOR_IDL_BUILD_PROGRAM_PATH", repo.root.join(dir));
        command.env("ANCHOR_IDL_BUILD_RESOLUTION", "TRUE");
        command
            .env("ANCHOR_IDL_BUILD_NO_DOCS", "FALSE")
            .env("ANCHOR_IDL_BUILD_SKIP_LINT", "FALSE");
    };
    // As `cargo test --lib` would, but without compiling what only the program's other tests depend on.
    let mut compile = repo.cargo();
    compile.args([
        "rustc",
        "--locked",
        "--package",
        name,
        "--lib",
        "--features",
        "idl-build",
        "--",
        "--test",
    ]);
    compile.arg(format!("--emit=link={}", tests.display()));
    anchor(&mut compile);
    run_aside(&mut compile)?;

    let mut print = repo.command(&tests);
    print.args([
        "__anchor_private_print_idl",
        "--show-output",
        "--quiet",
        "--test-threads=1",
    ]);
    anchor(&mut print);
    let idl = from_blocks(&output(&mut print)?).with_context(|| format!("the IDL of {name}"))?;
    json::pretty(idl)
}

/// Puts together what the tests print: blocks `--- IDL begin KIND ---` to `--- IDL end KIND ---`.
///
/// # Errors
/// When a block is unknown, unfinished or no JSON, or when two types have the same name.
pub fn from_blocks(printed: &str) -> Result<Value> {
    let mut idl = Map::new();
    let mut types = BTreeMap::new();
    let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (kind, body) in blocks(printed)? {
        match kind {
            "address" => drop(idl.insert("address".into(), parsed(kind, body)?)),
            "const" => lists.entry("constants").or_default().push(parsed(kind, body)?),
            "errors" => lists
                .entry("errors")
                .or_default()
                .extend(array(parsed(kind, body)?)),
            "event" => {
                let mut event = parsed(kind, body)?;
                types.extend(array(event["types"].take()).into_iter().map(by_name));
                lists.entry("events").or_default().push(event["event"].take());
            }
            "program" => {
                let Value::Object(mut program) = parsed(kind, body)? else {
                    bail!("the program block is no object")
                };
                types.extend(
                    array(program.remove("types").unwrap_or_default())
                        .into_iter()
                        .map(by_name),
                );
                program.remove("address");
                idl.extend(program);
            }
            other => bail!("unknown block {other:?}"),
        }
    }
    ensure!(
        idl.contains_key("metadata"),
        "there is no program block; has the program the feature idl-build?"
    );
    idl.extend(
        lists
            .into_iter()
            .map(|(name, list)| (name.to_owned(), Value::Array(list))),
    );
    idl.insert("types".into(), types.into_values().collect());
    let mut idl = short_names(Value::Object(idl), &mut BTreeMap::new())?;
    for list in ["accounts", "constants", "events", "instructions", "types"] {
        if let Some(list) = idl[list].as_array_mut() {
            list.sort_by_key(|item| item["name"].as_str().map(str::to_owned));
        }
    }
    if let Value::Object(fields) = &mut idl {
        // As Anchor writes it: what is empty is left out.
        fields.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    }
    Ok(idl)
}

/// The blocks with their kinds.
fn blocks(printed: &str) -> Result<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    for text in printed.split("--- IDL begin ").skip(1) {
        let line_and_rest = text.split_once('\n');
        let (kind, rest) = line_and_rest
            .and_then(|(line, rest)| Some((line.strip_suffix(" ---")?, rest)))
            .context("a block does not begin as expected")?;
        let end = format!("--- IDL end {kind} ---");
        let (body, _) = rest
            .split_once(&end)
            .with_context(|| format!("the block {kind} has no end"))?;
        found.push((kind, body));
    }
    Ok(found)
}

fn parsed(kind: &str, body: &str) -> Result<Value> {
    serde_json::from_str(body).with_context(|| format!("the block {kind}"))
}

fn array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        _ => Vec::new(),
    }
}

fn by_name(item: Value) -> (String, Value) {
    (item["name"].as_str().unwrap_or_default().to_owned(), item)
}

/// `settlement::state::Vault` becomes `Vault` everywhere.
fn short_names(value: Value, seen: &mut BTreeMap<String, String>) -> Result<Value> {
    Ok(match value {
        Value::String(path) if is_path(&path) => {
            let short = path.rsplit("::").next().unwrap_or(&path).to_owned();
            let first = seen.entry(short.clone()).or_insert_with(|| path.clone());
            ensure!(
                *first == path,
                "two types are named {short}: {first} and {path}; rename one"
            );
            Value::String(short)
        }
        Value::Array(list) => list
            .into_iter()
            .map(|item| short_names(item, seen))
            .collect::<Result<Vec<_>>>()?
            .into(),
        Value::Object(fields) => {
            let short = fields.into_iter().map(|(key, item)| match key.as_str() {
                "docs" => Ok((key, item)),
                _ => Ok((key, short_names(item, seen)?)),
            });
            Value::Object(short.collect::<Result<_>>()?)
        }
        other => other,
    })
}

fn is_path(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    text.contains("::") && text.split("::").all(word)
}
