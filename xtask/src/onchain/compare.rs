//! `--check`: what is committed against what was just built.

use super::product::{Part, Product};
use anyhow::Result;
use artifact_manifest::{ARTIFACTS, Manifest};
use std::{fs, path::Path};

/// One line for each artifact of `part` that is not what its sources give.
///
/// # Errors
/// When the manifest or a file that was built cannot be read.
pub fn differences(root: &Path, part: &Part, out: &Path, built: &[Product]) -> Result<Vec<String>> {
    let manifest = Manifest::read(root)?;
    let mut found = Vec::new();
    for product in built {
        let name = format!("{}/{}", part.chain, product.file);
        let fresh = product.entry(out)?;
        if let Err(stale) = artifact_manifest::check(root, &name) {
            found.push(stale.to_string());
        } else if manifest.get(&name)?.sources != fresh.sources {
            found.push(format!(
                "artifacts/manifest.json: the sources of {name} are others now"
            ));
        } else if is_text(&name) {
            let committed = fs::read_to_string(root.join(ARTIFACTS).join(&name))?;
            let now = fs::read_to_string(out.join(&product.file))?;
            found.extend(first_difference(&committed, &now).map(|line| format!("artifacts/{name}: {line}")));
        }
    }
    let is_built = |name: &str| {
        let mut files = built
            .iter()
            .map(|product| format!("{}/{}", part.chain, product.file));
        files.any(|file| file == name)
    };
    let owned = manifest.0.keys().filter(|name| part.owns(name));
    found.extend(owned.filter(|name| !is_built(name)).map(|name| gone(name)));
    Ok(found)
}

/// What is said of an artifact in the manifest that no build gives.
pub fn gone(artifact: &str) -> String {
    format!("artifacts/{artifact}: nothing builds it any more")
}

/// Text is the same on every machine; machine code depends on compiler and folders.
fn is_text(name: &str) -> bool {
    !name.ends_with(".so") && !name.ends_with(".wasm")
}

fn first_difference(committed: &str, now: &str) -> Option<String> {
    if committed == now {
        return None;
    }
    let same = committed
        .lines()
        .zip(now.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let line = |text: &str| -> String {
        text.lines()
            .nth(same)
            .unwrap_or("(end)")
            .trim()
            .chars()
            .take(100)
            .collect()
    };
    Some(format!(
        "line {}: committed {:?}, built {:?}",
        same + 1,
        line(committed),
        line(now)
    ))
}
