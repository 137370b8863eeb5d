//! What a crate is made from, as sources of the manifest.

use crate::repo::Repo;
use anyhow::{Context, Result};
use artifact_manifest::{toml_keys, toml_tables};
use std::fs;

/// The sources of the package `name` in the folder `dir`: its files, the tables of its Cargo.toml that reach the
/// chain (tests do not), and of each dependency the workspace's line and the locked versions. Crates of ours that it
/// depends on follow with theirs.
///
/// # Errors
/// When the crate does not exist.
pub fn of_crate(repo: &Repo, dir: &str, name: &str) -> Result<Vec<String>> {
    let manifest = format!("{dir}/Cargo.toml");
    let read = |path: &str| fs::read_to_string(repo.root.join(path)).with_context(|| path.to_owned());
    let (text, workspace) = (read(&manifest)?, read("Cargo.toml")?);
    let mut list = vec![format!("{dir}/src")];
    let mut ours = Vec::new();
    for table in toml_tables(&text).filter(|table| !table.contains("dev-dependencies") && *table != "[lints]")
    {
        list.push(format!("{manifest}#{table}"));
        if !table.ends_with("dependencies]") {
            continue;
        }
        for dependency in toml_keys(&text, table) {
            list.push(format!("Cargo.toml#[workspace.dependencies] {dependency}"));
            match path_of(&workspace, dependency) {
                Some(path) => ours.push((path, dependency)),
                None => list.push(format!("Cargo.lock#{name} {dependency}")),
            }
        }
    }
    for (path, dependency) in ours {
        list.extend(of_crate(repo, path, dependency)?);
    }
    Ok(list)
}

/// The folder of a crate of ours: `name = { path = "folder" }` in the workspace's dependencies.
fn path_of<'a>(workspace: &'a str, name: &str) -> Option<&'a str> {
    let line = workspace.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(" = {"))
    })?;
    line.split_once("path = \"")?.1.split('"').next()
}
