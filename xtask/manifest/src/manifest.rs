//! `artifacts/manifest.json`: an object from artifact to `{ sha256, source_hash, sources }`, sorted by name.

use crate::Stale;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fs, io, path::Path};

/// The folder of the committed artifacts, below the repository's root.
pub const ARTIFACTS: &str = "artifacts";

/// What is known of one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is made from; the forms are explained at [`crate::source_hash`].
    pub sources: Vec<String>,
    /// [`crate::source_hash`] of `sources` when it was made.
    pub source_hash: String,
    /// Hash of the file itself.
    pub sha256: String,
}

/// All artifacts by their path below `artifacts/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<String, Entry>);

impl Manifest {
    /// Reads `artifacts/manifest.json` below `root`.
    ///
    /// # Errors
    /// [`Stale::Manifest`] when it is absent or has another form.
    pub fn read(root: &Path) -> Result<Self, Stale> {
        let bad = |reason: String| Stale::Manifest { reason };
        let text =
            fs::read_to_string(root.join(ARTIFACTS).join("manifest.json")).map_err(|e| bad(e.to_string()))?;
        let entries: Map<String, Value> = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
        let entry = |(name, value): (String, Value)| match Entry::from_json(&value) {
            Some(entry) => Ok((name, entry)),
            None => Err(bad(format!(
                "the entry {name:?} needs sha256, source_hash and sources"
            ))),
        };
        Ok(Self(entries.into_iter().map(entry).collect::<Result<_, _>>()?))
    }

    /// Writes `artifacts/manifest.json` below `root`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, root: &Path) -> io::Result<()> {
        let entries: Map<String, Value> = self.0.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
        let text = serde_json::to_string_pretty(&entries)? + "\n";
        fs::write(root.join(ARTIFACTS).join("manifest.json"), text)
    }

    /// The entry of `artifact`.
    ///
    /// # Errors
    /// [`Stale::Unlisted`].
    pub fn get(&self, artifact: &str) -> Result<&Entry, Stale> {
        self.0.get(artifact).ok_or_else(|| Stale::Unlisted {
            artifact: artifact.into(),
        })
    }
}

impl Entry {
    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let sources = value
            .get("sources")?
            .as_array()?
            .iter()
            .map(|s| s.as_str().map(str::to_owned));
        Some(Self {
            sources: sources.collect::<Option<_>>()?,
            source_hash: text("source_hash")?,
            sha256: text("sha256")?,
        })
    }

    fn to_json(&self) -> Value {
        // In this order also where serde_json keeps the order of insertion.
        json!({ "sha256": self.sha256, "source_hash": self.source_hash, "sources": self.sources })
    }
}
