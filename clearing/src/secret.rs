//! Where a key or password is read from. It is never in the configuration itself.

use serde::Deserialize;
use std::{env, fs, path::PathBuf};

/// `{ env = "NAME" }` or `{ file = "path" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    /// The environment variable with this name.
    Env(String),
    /// The content of this file.
    File(PathBuf),
}

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No such variable, or not text.
    #[error("the environment variable {name} is not set to a text ({source}): set it to the secret")]
    Env {
        /// Its name.
        name: String,
        /// Why.
        source: env::VarError,
    },
    /// No such file, not readable, or not text.
    #[error("the file {path} with the secret cannot be read ({source}): name one that the service may read")]
    File {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Secret {
    /// The secret, without blanks and line ends around it.
    ///
    /// # Errors
    /// [`SecretError`]
    pub fn read(&self) -> Result<String, SecretError> {
        let text = match self {
            Self::Env(name) => env::var(name).map_err(|source| SecretError::Env {
                name: name.clone(),
                source,
            }),
            Self::File(path) => fs::read_to_string(path).map_err(|source| SecretError::File {
                path: path.display().to_string(),
                source,
            }),
        }?;
        Ok(text.trim().to_owned())
    }
}
