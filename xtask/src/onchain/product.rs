//! One artifact that was built, and its way into `artifacts/` and the manifest.

use crate::repo::{self, Repo};
use anyhow::{Context, Result};
use artifact_manifest::{ARTIFACTS, Entry, Manifest};
use std::{fs, path::Path};

/// What artifacts are made from, with the hash at the time it was taken.
#[derive(Clone)]
pub struct Sources {
    pub list: Vec<String>,
    pub hash: String,
}

impl Sources {
    /// Takes the hash. This is done before the build: what changes meanwhile makes the artifact stale.
    ///
    /// # Errors
    /// When a source cannot be read.
    pub fn hashed(repo: &Repo, list: Vec<String>) -> Result<Self> {
        let hash = artifact_manifest::source_hash(&repo.root, &list)?;
        Ok(Self { list, hash })
    }
}

/// A file that a build wrote into its output folder.
pub struct Product {
    /// Its name there and in the chain's folder.
    pub file: String,
    pub sources: Sources,
}

impl Product {
    /// Its entry in the manifest.
    ///
    /// # Errors
    /// When the file that was built cannot be read.
    pub fn entry(&self, out: &Path) -> Result<Entry> {
        let path = out.join(&self.file);
        let bytes = fs::read(&path).with_context(|| format!("the build wrote no {}", path.display()))?;
        Ok(Entry {
            sources: self.sources.list.clone(),
            source_hash: self.sources.hash.clone(),
            sha256: artifact_manifest::sha256(&bytes),
        })
    }
}

/// Are all artifacts of the chain there and as their sources are now?
pub fn up_to_date(repo: &Repo, chain: &str, expected: &[String]) -> bool {
    let Ok(manifest) = Manifest::read(&repo.root) else {
        return false;
    };
    let mut listed = manifest.0.keys().filter(|name| is_of(chain, name)).peekable();
    listed.peek().is_some()
        && expected
            .iter()
            .all(|file| manifest.0.contains_key(&format!("{chain}/{file}")))
        && listed.all(|name| artifact_manifest::check(&repo.root, name).is_ok())
}

/// Replaces the chain's folder in `artifacts/` and its entries in the manifest.
///
/// # Errors
/// Those of the file system.
pub fn install(repo: &Repo, chain: &str, out: &Path, products: Vec<Product>) -> Result<()> {
    let folder = repo.root.join(ARTIFACTS).join(chain);
    let mut entries = Vec::new();
    for product in &products {
        entries.push((format!("{chain}/{}", product.file), product.entry(out)?));
    }
    repo::empty_dir(&folder)?;
    for product in &products {
        let to = folder.join(&product.file);
        fs::copy(out.join(&product.file), &to).with_context(|| to.display().to_string())?;
        eprintln!("xtask: wrote artifacts/{chain}/{}", product.file);
    }
    // Read late, so that the entries of another chain that was built meanwhile stay.
    let mut manifest = Manifest::read(&repo.root).unwrap_or_default();
    manifest.0.retain(|name, _| !is_of(chain, name));
    manifest.0.extend(entries);
    manifest.write(&repo.root).context("artifacts/manifest.json")
}

/// Is the artifact `name` one of `chain`?
pub fn is_of(chain: &str, name: &str) -> bool {
    name.split_once('/').is_some_and(|(folder, _)| folder == chain)
}
