use novate_api::{ApiError, rest::OpenError};
use novate_catalog::CatalogError;
use novate_clearing::{
    audit::{AuditError, AuthorityError, IndexedError, vault::VaultError},
    config::ClearingConfigError,
    run::RunError,
};
use novate_indexer::{ConfigError, IndexerError, StoreError};
use novate_netting::receipt::ReceiptError;
use std::{io, net::SocketAddr, path::PathBuf, process::ExitCode};

/// Why a verb could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{} exists; name another file with --output", .0.display())]
    Exists(PathBuf),
    #[error("cannot write {}: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("a contract of kind {kind} is described by --{wanted}; name the file")]
    MissingArtifact {
        kind: &'static str,
        wanted: &'static str,
    },
    #[error("--{given} describes no contract of kind {kind}; that is --{wanted}")]
    WrongArtifact {
        kind: &'static str,
        given: &'static str,
        wanted: &'static str,
    },
    #[error("this deletes every row that Novate keeps in {database}; say --yes to do it")]
    NotConfirmed { database: String },
    #[error("cannot listen on {address}: {cause}; free it, or set another `listen` in the section [api]")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("waiting for a signal to stop: {0}")]
    Signal(io::Error),
    #[error("{} has no section [clearing]; docs/clearing.md shows one", .0.display())]
    NoClearing(PathBuf),
    #[error(transparent)]
    ClearingConfig(#[from] ClearingConfigError),
    #[error(transparent)]
    Clearing(#[from] RunError),
    #[error(transparent)]
    Intake(#[from] OpenError),
    #[error("reading {}: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("{}: {cause}", path.display())]
    Receipt { path: PathBuf, cause: ReceiptError },
    #[error(
        "{0:?} is no authority: give an EVM address (0x and 40 hex digits) or a Solana address (base58 of 32 bytes)"
    )]
    NoAuthority(String),
    #[error("say whose signature counts with --authority, or name the configuration with --config")]
    WhoseSignature,
    #[error("the configuration has no settlement {address} on chain {chain}, which the receipt is of")]
    OtherSettlement { chain: u64, address: String },
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Indexed(#[from] IndexedError),
    #[error("something does not hold, see above")]
    DoesNotHold,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Indexer(#[from] IndexerError),
}

impl CliError {
    /// 2 for what the caller must write differently, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_)
            | Self::Exists(_)
            | Self::MissingArtifact { .. }
            | Self::WrongArtifact { .. }
            | Self::NoClearing(_)
            | Self::NoAuthority(_)
            | Self::WhoseSignature
            | Self::ClearingConfig(_)
            | Self::NotConfirmed { .. } => ExitCode::from(2),
            Self::Api(ApiError::Config { .. }) | Self::Store(StoreError::Url(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
