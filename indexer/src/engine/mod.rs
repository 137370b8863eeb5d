//! Runs the sources: one task each, none waiting for another.

mod backoff;
mod follow;
mod progress;

use crate::{
    Config, IndexerError, SourceOptions, Store, evm::EvmSource, icp::IcpSource, solana::SolanaSource,
    source::Source,
};
use backoff::Backoff;
use follow::Follower;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Connects to the database, migrates it and follows everything that is configured until `shutdown`.
///
/// A node that does not answer and a database that goes away are retried for ever; see the state of each source in
/// `novate.sources`. Nothing is lost by ending it at any moment.
///
/// # Errors
/// [`IndexerError::Store`] and [`IndexerError::Catalog`] at start only; [`IndexerError::AllStopped`] when no source can go on
/// without a person.
pub async fn run(config: Config, shutdown: CancellationToken) -> Result<(), IndexerError> {
    let store = Store::connect(&config.database_url).await?;
    store.migrate().await?;
    run_on(store, config.sources, shutdown).await
}

/// As [`run`], on a database that is connected and migrated.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    store: Store,
    sources: Vec<SourceOptions>,
    shutdown: CancellationToken,
) -> Result<(), IndexerError> {
    let sources = sources.into_iter().map(build).collect::<Result<Vec<_>, _>>()?;
    store
        .retire_all_but(&sources.iter().map(|(_, source)| source.id()).collect::<Vec<_>>())
        .await?;
    let mut tasks = JoinSet::new();
    for (kind, source) in sources {
        let follower = Follower::new(store.clone(), kind, source, Backoff::default());
        let shutdown = shutdown.clone();
        tasks.spawn(async move { shutdown.run_until_cancelled(follower.run()).await });
    }
    let mut first = None;
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(None) => {}
            Ok(Some((source_id, reason))) => {
                first.get_or_insert(IndexerError::AllStopped { source_id, reason });
            }
            Err(crash) => {
                tracing::error!(%crash, "a source crashed; please report this");
                let crashed = IndexerError::AllStopped {
                    source_id: "unknown".into(),
                    reason: crash.to_string(),
                };
                first.get_or_insert(crashed);
            }
        }
    }
    match first {
        Some(stopped) if !shutdown.is_cancelled() => Err(stopped),
        _ => Ok(()),
    }
}

fn build(options: SourceOptions) -> Result<(&'static str, Box<dyn Source>), IndexerError> {
    let built: Result<(_, Box<dyn Source>), _> = match options {
        SourceOptions::Evm(options) => EvmSource::new(options).map(|source| ("evm", Box::new(source) as _)),
        SourceOptions::Solana(options) => {
            SolanaSource::new(options).map(|source| ("solana", Box::new(source) as _))
        }
        SourceOptions::Icp(options) => IcpSource::new(options).map(|source| ("icp", Box::new(source) as _)),
    };
    built.map_err(|error| IndexerError::Source(error.to_string()))
}
