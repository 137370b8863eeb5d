//! Committed files that a command makes, and how they differ from what it makes now.

use anyhow::{Context, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Names of files with their texts.
pub type Files = BTreeMap<String, String>;

/// The files of a folder; none, when there is no such folder.
///
/// # Errors
/// When one cannot be read.
pub fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Forge ends its files without a line end.
        files.insert(name, text.trim_end().to_owned() + "\n");
    }
    Ok(files)
}

/// Makes a folder hold these files and no others.
///
/// # Errors
/// When one cannot be written or removed.
pub fn write(folder: &Path, files: &Files) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for name in read(folder)?.keys().filter(|name| !files.contains_key(*name)) {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// What differs, line by line: `-` was committed, `+` is so now.
pub fn differences(folder: &str, committed: &Files, now: &Files) -> Vec<String> {
    let names: BTreeSet<_> = committed.keys().chain(now.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let [before, after] = [committed, now].map(|files| files.get(name).map_or("", String::as_str));
        let [old, new] = [before, after].map(lines);
        found.extend(
            old.difference(&new)
                .map(|line| format!("{folder}/{name}: - {line}")),
        );
        found.extend(
            new.difference(&old)
                .map(|line| format!("{folder}/{name}: + {line}")),
        );
        if before != after && old == new {
            found.push(format!("{folder}/{name}: the same lines in another order"));
        }
    }
    found
}

/// The lines of a text. A comma ends an entry in JSON only when another follows, which changes nothing in this one.
fn lines(text: &str) -> BTreeSet<&str> {
    text.lines()
        .map(|line| line.trim().trim_end_matches(','))
        .filter(|line| !line.is_empty())
        .collect()
}
