//! What the lock files of cargo and npm say about one dependency.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// `what` is `PACKAGE DEPENDENCY`: every registry package that PACKAGE gets by way of DEPENDENCY, one line each with
/// version and checksum. Packages of the workspace are not followed: they are sources of their own.
pub(crate) fn cargo(text: &str, what: &str) -> Result<String, String> {
    let (package, dependency) = what
        .split_once(' ')
        .ok_or("the form is: Cargo.lock#PACKAGE DEPENDENCY")?;
    let packages = packages(text);
    let own = packages
        .get(package)
        .into_iter()
        .flatten()
        .find(|p| p.source.is_none());
    let own = own.ok_or_else(|| format!("the workspace has no package {package}"))?;
    let first = own
        .dependencies
        .iter()
        .find(|d| d.split(' ').next() == Some(dependency));
    let mut open = vec![*first.ok_or_else(|| format!("{package} does not depend on {dependency}"))?];
    let mut seen = BTreeSet::new();
    while let Some(wanted) = open.pop() {
        let (name, version) = wanted
            .split_once(' ')
            .map_or((wanted, None), |(n, v)| (n, v.split(' ').next()));
        for found in packages.get(name).into_iter().flatten() {
            let chosen = version.is_none_or(|v| v == found.version) && found.source.is_some();
            if chosen
                && seen.insert(format!(
                    "{name} {} {}",
                    found.version,
                    found.checksum.unwrap_or("")
                ))
            {
                open.extend(&found.dependencies);
            }
        }
    }
    Ok(seen.into_iter().collect::<Vec<_>>().join("\n"))
}

#[derive(Default)]
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    source: Option<&'a str>,
    checksum: Option<&'a str>,
    dependencies: Vec<&'a str>,
}

/// Reads what cargo writes: `key = "value"` lines below `[[package]]`, and one line per dependency.
fn packages(text: &str) -> BTreeMap<&str, Vec<Package<'_>>> {
    let mut packages: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for block in text.split("[[package]]").skip(1) {
        let mut package = Package::default();
        for line in block.lines() {
            let Some(value) = line.split('"').nth(1) else {
                continue;
            };
            match line.split(' ').next() {
                Some("name") => package.name = value,
                Some("version") => package.version = value,
                Some("source") => package.source = Some(value),
                Some("checksum") => package.checksum = Some(value),
                Some("") => package.dependencies.push(value),
                _ => {}
            }
        }
        packages.entry(package.name).or_default().push(package);
    }
    packages
}

/// Version and integrity of the npm package `name`.
pub(crate) fn npm(text: &str, name: &str) -> Result<String, String> {
    let lock: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let package = &lock["packages"][format!("node_modules/{name}")];
    let version = package["version"]
        .as_str()
        .ok_or_else(|| format!("the npm package {name} is not locked"))?;
    Ok(format!(
        "{version} {}",
        package["integrity"].as_str().unwrap_or("")
    ))
}
