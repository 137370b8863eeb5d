//! Tells whether a committed artifact still belongs to the sources beside it.
//!
//! `artifacts/` holds the built programs, canisters and contracts, so that a plain `cargo build` needs none of their
//! tools. `artifacts/manifest.json` remembers for each of them what it was made from, as a list of sources and one
//! hash over them; [`check`] computes that hash again. Build scripts and tests call it before they use an artifact.
//!
//! A small crate without procedural macros, because build scripts wait for it.

mod error;
mod fragment;
mod lock;
mod manifest;
mod source;

pub use error::Stale;
pub use fragment::{toml_keys, toml_tables};
pub use manifest::{ARTIFACTS, Entry, Manifest};
pub use source::{sha256, source_hash};

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Is `artifact` (its path below `artifacts/`, like `solana/settlement.so`) the file that the manifest lists, made from
/// the sources as they are now?
///
/// # Errors
/// [`Stale`], which names the artifact and the command that mends it.
pub fn check(root: &Path, artifact: &str) -> Result<(), Stale> {
    let manifest = Manifest::read(root)?;
    let entry = manifest.get(artifact)?;
    let bytes = fs::read(root.join(ARTIFACTS).join(artifact)).map_err(|e| Stale::Missing {
        artifact: artifact.into(),
        reason: e.to_string(),
    })?;
    if source_hash(root, &entry.sources)? != entry.source_hash {
        return Err(Stale::Older {
            artifact: artifact.into(),
        });
    }
    if sha256(&bytes) != entry.sha256 {
        return Err(Stale::Edited {
            artifact: artifact.into(),
        });
    }
    Ok(())
}

/// The files and folders that decide what [`check`] answers: what a build script names in `cargo:rerun-if-changed`.
///
/// # Errors
/// [`Stale`] when the manifest cannot be read or does not list the artifact.
pub fn watched(root: &Path, artifact: &str) -> Result<Vec<PathBuf>, Stale> {
    let manifest = Manifest::read(root)?;
    let mut paths: Vec<_> = manifest
        .get(artifact)?
        .sources
        .iter()
        .map(|s| root.join(source::path_of(s)))
        .collect();
    paths.push(root.join(ARTIFACTS).join("manifest.json"));
    paths.push(root.join(ARTIFACTS).join(artifact));
    paths.sort();
    paths.dedup();
    Ok(paths)
}
