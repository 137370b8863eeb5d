//! The hash over what an artifact is made from.

use crate::{Stale, fragment, lock};
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// SHA-256 as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// One hash over `sources`, each relative to `root` and of one of these forms:
///
/// - `protocol/Cargo.toml`: a file;
/// - `protocol/src`: a folder with every file below it, except names that start with `.` or end with `~`;
/// - `Cargo.toml#[profile.canister]`: a table of a TOML file;
/// - `Cargo.toml#[workspace.dependencies] borsh`: one key of a table;
/// - `Cargo.lock#novate-protocol borsh`: the locked version of a dependency of a package, and of all it needs in turn
///   from a registry;
/// - `package-lock.json#solc`: the locked version of an npm package.
///
/// So a new version of something that an artifact does not use leaves its hash alone. The compilers are not part of
/// it: an artifact says what it was made from, not with which tool.
///
/// # Errors
/// [`Stale::Source`] for a source that is missing, unreadable or of an unknown form.
pub fn source_hash(root: &Path, sources: &[String]) -> Result<String, Stale> {
    let mut hash = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for source in sources {
        let bad = |reason: String| Stale::Source {
            source: source.clone(),
            reason,
        };
        let path = root.join(path_of(source));
        let text = || fs::read_to_string(&path).map_err(|e| bad(e.to_string()));
        match source.split_once('#') {
            None => {
                for (name, file) in files(&path).map_err(|e| bad(e.to_string()))? {
                    add(
                        &format!("{source}{name}"),
                        &fs::read(file).map_err(|e| bad(e.to_string()))?,
                    );
                }
            }
            Some(("Cargo.lock", what)) => add(source, lock::cargo(&text()?, what).map_err(bad)?.as_bytes()),
            Some(("package-lock.json", what)) => {
                add(source, lock::npm(&text()?, what).map_err(bad)?.as_bytes())
            }
            Some((_, what)) => add(source, fragment::toml(&text()?, what).map_err(bad)?.as_bytes()),
        }
    }
    Ok(hex::encode(hash.finalize()))
}

/// The file or folder that a source lies in.
pub(crate) fn path_of(source: &str) -> &str {
    source.split_once('#').map_or(source, |(path, _)| path)
}

/// Every file at or below `path` with its name relative to it, sorted.
fn files(path: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), path.to_owned())];
    while let Some((name, path)) = open.pop() {
        if !fs::metadata(&path)?.is_dir() {
            found.push((name, path));
            continue;
        }
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            let own = entry.file_name().to_string_lossy().into_owned();
            if !own.starts_with('.') && !own.ends_with('~') {
                open.push((format!("{name}/{own}"), entry.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}
