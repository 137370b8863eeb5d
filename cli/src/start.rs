//! `novate start` and `novate serve`

use crate::{clear, error::CliError};
use novate_api::{ApiConfig, rest::Clearing};
use novate_indexer::{Config, Store};
use std::path::Path;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// Indexes and serves; when one of the two ends, so does the other.
pub async fn start(file: &Path) -> Result<(), CliError> {
    let (config, api) = Config::load_with::<ApiConfig>(file)?;
    let stop = stopped_by_signal()?;
    let connecting = async {
        let store = Store::connect(&config.database_url).await?;
        store.migrate().await?;
        Ok::<_, CliError>(store)
    };
    // Another process that migrates may be waited for.
    let Some(store) = stop.run_until_cancelled(connecting).await.transpose()? else {
        return Ok(());
    };
    // The port is taken first: nothing is indexed by a process that cannot serve.
    let listener = listen(&api).await?;
    let pool = store.pool().clone();
    let clearing = intake(file, &store, &stop).await?;
    let serve = async {
        let result = novate_api::serve(api, listener, pool, clearing, stop.clone().cancelled_owned()).await;
        stop.cancel();
        result
    };
    let index = async {
        let result = novate_indexer::run_on(store, config.sources, stop.clone()).await;
        stop.cancel();
        result
    };
    let (served, indexed) = tokio::join!(serve, index);
    indexed?;
    Ok(served?)
}

/// Serves what another process indexes. Without a section `[clearing]` it writes nothing, so the database may be a replica; with
/// one it takes intents as well.
pub async fn serve(file: &Path) -> Result<(), CliError> {
    let (database_url, api) = Config::load_api::<ApiConfig>(file)?;
    let stop = stopped_by_signal()?;
    let connecting = async {
        let store = Store::connect(&database_url).await?;
        store.check().await?;
        Ok::<_, CliError>(store)
    };
    let Some(store) = stop.run_until_cancelled(connecting).await.transpose()? else {
        return Ok(());
    };
    let listener = listen(&api).await?;
    let clearing = intake(file, &store, &stop).await?;
    let pool = store.pool().clone();
    Ok(novate_api::serve(api, listener, pool, clearing, stop.cancelled_owned()).await?)
}

/// What takes intents, where the file has a section `[clearing]`.
async fn intake(file: &Path, store: &Store, stop: &CancellationToken) -> Result<Option<Clearing>, CliError> {
    match clear::load(file)? {
        Some((_, config)) => Ok(Some(Clearing::open(&config, store.pool(), stop).await?)),
        None => Ok(None),
    }
}

async fn listen(api: &ApiConfig) -> Result<TcpListener, CliError> {
    let address = api.listen;
    TcpListener::bind(address)
        .await
        .map_err(|cause| CliError::Listen { address, cause })
}

/// Cancelled by SIGINT or SIGTERM.
pub fn stopped_by_signal() -> Result<CancellationToken, CliError> {
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signal)?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        token.cancel();
    });
    Ok(stop)
}
