//! Artifacts that were built, and their way into `artifacts/` and the manifest.

use crate::repo::{self, Repo};
use anyhow::{Context, Result};
use artifact_manifest::{ARTIFACTS, Entry, Manifest};
use std::{fmt, fs, io, path::Path};

/// What is built, checked and installed at once: one program, or all that a chain has.
pub struct Part {
    /// The chain's name, which is that of its folder in `artifacts/`.
    pub chain: &'static str,
    /// Its own name, if the chain has several parts.
    pub name: Option<&'static str>,
    /// Files that its build gives. The only part of a chain may give more.
    pub expected: Vec<String>,
}

impl Part {
    /// Is this artifact (its path below `artifacts/`) made by this part?
    pub fn owns(&self, artifact: &str) -> bool {
        file_of(self.chain, artifact)
            .is_some_and(|file| self.name.is_none() || self.expected.iter().any(|own| own == file))
    }
}

/// `solana/staking`, or `evm`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.chain)?;
        self.name.map_or(Ok(()), |name| write!(f, "/{name}"))
    }
}

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

/// Are all artifacts of the part there and as their sources are now?
pub fn up_to_date(repo: &Repo, part: &Part) -> bool {
    let Ok(manifest) = Manifest::read(&repo.root) else {
        return false;
    };
    let mut listed = manifest.0.keys().filter(|name| part.owns(name)).peekable();
    listed.peek().is_some()
        && part
            .expected
            .iter()
            .all(|file| manifest.0.contains_key(&format!("{}/{file}", part.chain)))
        && listed.all(|name| artifact_manifest::check(&repo.root, name).is_ok())
}

/// Replaces the part's files in `artifacts/` and its entries in the manifest; what other parts made stays.
///
/// # Errors
/// Those of the file system.
pub fn install(repo: &Repo, part: &Part, out: &Path, products: Vec<Product>) -> Result<()> {
    let folder = repo.root.join(ARTIFACTS).join(part.chain);
    let mut entries = Vec::new();
    for product in &products {
        entries.push((format!("{}/{}", part.chain, product.file), product.entry(out)?));
    }
    if part.name.is_none() {
        repo::empty_dir(&folder)?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for product in &products {
        let to = folder.join(&product.file);
        fs::copy(out.join(&product.file), &to).with_context(|| to.display().to_string())?;
        eprintln!("xtask: wrote artifacts/{}/{}", part.chain, product.file);
    }
    // Read late, so that the entries of another part that was built meanwhile stay.
    let mut manifest = Manifest::read(&repo.root).unwrap_or_default();
    manifest.0.retain(|name, _| !part.owns(name));
    manifest.0.extend(entries);
    manifest.write(&repo.root).context("artifacts/manifest.json")
}

/// Artifacts of `chain` in the manifest that none of its parts makes.
pub fn orphans(manifest: &Manifest, chain: &str, parts: &[Part]) -> Vec<String> {
    let of_chain = manifest.0.keys().filter(|name| file_of(chain, name).is_some());
    of_chain
        .filter(|name| !parts.iter().any(|part| part.owns(name)))
        .cloned()
        .collect()
}

/// Removes what no part of the chain makes any more.
///
/// # Errors
/// Those of the file system.
pub fn remove_orphans(repo: &Repo, chain: &str, parts: &[Part]) -> Result<()> {
    let mut manifest = Manifest::read(&repo.root)?;
    let gone = orphans(&manifest, chain, parts);
    for name in &gone {
        let path = repo.root.join(ARTIFACTS).join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| path.display().to_string());
            }
            _ => eprintln!("xtask: removed artifacts/{name}"),
        }
        manifest.0.remove(name);
    }
    if gone.is_empty() {
        return Ok(());
    }
    manifest.write(&repo.root).context("artifacts/manifest.json")
}

/// The name of the artifact in the folder of `chain`, if it lies there.
fn file_of<'a>(chain: &str, artifact: &'a str) -> Option<&'a str> {
    artifact.strip_prefix(chain)?.strip_prefix('/')
}
