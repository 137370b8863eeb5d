//! What can go wrong when a node is started.

use std::path::{Path, PathBuf};

/// Result of a launcher.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a node did not start or could not be used. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A binary was found nowhere.
    #[error("{program} was not found (looked in: {looked_in}); {remedy}")]
    NotFound {
        program: &'static str,
        looked_in: String,
        remedy: &'static str,
    },

    /// The file system (or a quota) has no room for the cluster.
    #[error(
        "no disk space for Postgres in {}: a new cluster needs about 60 MB; free some, or set TMPDIR to a larger disk\n{said}",
        dir.display()
    )]
    NoSpace { dir: PathBuf, said: String },

    /// Postgres runs as another user, who cannot enter the folder.
    #[error(
        "the user {user} that runs Postgres cannot enter {}: choose a folder whose parents are open to all, such as one below /var/tmp",
        dir.display()
    )]
    Unreachable { dir: PathBuf, user: String },

    /// A folder that should be ours belongs to somebody else.
    #[error("{} belongs to user id {owner}, not to {me}: remove it or choose another folder", dir.display())]
    ForeignFolder { dir: PathBuf, owner: u32, me: u32 },

    /// Another live process uses the cluster.
    #[error("the cluster in {} is in use by another process: stop that one first", dir.display())]
    InUse { dir: PathBuf },

    /// The data was written by another major version.
    #[error(
        "the cluster in {} is of PostgreSQL {found}, the binaries are {wanted}: dump it with {found} or remove the folder",
        dir.display()
    )]
    OtherMajor {
        dir: PathBuf,
        found: String,
        wanted: String,
    },

    /// The wanted port is taken.
    #[error(
        "{program}: port {port} on 127.0.0.1 is in use: stop what listens there, or choose port 0 for a free one"
    )]
    PortInUse { program: &'static str, port: u16 },

    /// The child ended before it was ready.
    #[error("{program} ended before it was ready ({status}); its last words:\n{log}")]
    Exited {
        program: &'static str,
        status: String,
        log: String,
    },

    /// The child lives but did not become ready.
    #[error("{program} was not ready within {seconds} s; its last words:\n{log}")]
    Timeout {
        program: &'static str,
        seconds: u64,
        log: String,
    },

    /// A value that should configure a node is malformed.
    #[error("{what} is {value:?}: {expected}")]
    Invalid {
        what: &'static str,
        value: String,
        expected: &'static str,
    },

    /// An operating system call failed.
    #[error("cannot {doing}: {source}")]
    Io { doing: String, source: std::io::Error },

    /// A statement to Postgres failed.
    #[error("Postgres: cannot {doing}: {source}")]
    Sql { doing: String, source: sqlx::Error },

    /// The IC node answered with an error.
    #[error("IC node: cannot {doing}: {message}")]
    Ic { doing: String, message: String },
}

impl Error {
    /// For `map_err`: an I/O error with what was tried.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// As [`Error::io`], naming the path.
    pub(crate) fn at<'a>(doing: &'a str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Self + 'a {
        move |source| Self::Io {
            doing: format!("{doing} {}", path.display()),
            source,
        }
    }

    /// For `map_err`: an error of the IC node with what was tried.
    pub(crate) fn ic<E: std::fmt::Display>(doing: impl Into<String>) -> impl FnOnce(E) -> Self {
        let doing = doing.into();
        move |e| Self::Ic {
            doing,
            message: e.to_string(),
        }
    }
}
