//! The one error of this crate.

use std::fmt;

/// Why an artifact may not be used. `Display` says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// The manifest is absent or is not what `build-onchain` writes.
    Manifest { reason: String },
    /// The manifest does not list the artifact.
    Unlisted { artifact: String },
    /// The file is not there or cannot be read.
    Missing { artifact: String, reason: String },
    /// The sources changed since the artifact was made.
    Older { artifact: String },
    /// The file is not the one that was made: edited by hand, or half of a merge.
    Edited { artifact: String },
    /// A source that the artifact is made from cannot be read.
    Source { source: String, reason: String },
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest { reason } => write!(f, "artifacts/manifest.json: {reason}; {}", mend("")),
            Self::Unlisted { artifact } => {
                write!(
                    f,
                    "artifacts/{artifact} is not in artifacts/manifest.json; {}",
                    mend(artifact)
                )
            }
            Self::Missing { artifact, reason } => {
                write!(
                    f,
                    "artifacts/{artifact} cannot be read ({reason}); {}",
                    mend(artifact)
                )
            }
            Self::Older { artifact } => {
                write!(
                    f,
                    "artifacts/{artifact} is older than its sources; {}",
                    mend(artifact)
                )
            }
            Self::Edited { artifact } => {
                write!(
                    f,
                    "artifacts/{artifact} is not the file that was built; {}",
                    mend(artifact)
                )
            }
            Self::Source { source, reason } => write!(f, "source {source}: {reason}"),
        }
    }
}

impl std::error::Error for Stale {}

/// The command that makes the artifact again: its first folder is the name of its chain.
fn mend(artifact: &str) -> String {
    match artifact.split_once('/') {
        Some((chain, _)) => format!("run: cargo xtask build-onchain --only {chain}"),
        None => "run: cargo xtask build-onchain".into(),
    }
}
