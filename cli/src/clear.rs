//! `novate clear`

use crate::{ConfigFile, error::CliError, start::stopped_by_signal};
use novate_clearing::config::{Clearing, ClearingConfig, Network};
use novate_indexer::{ClearingSection, Config, Store};
use std::{path::Path, time::Duration};

/// How long the parts of the service may take to end.
const GRACE: Duration = Duration::from_secs(4);

/// Makes batches of what was taken in and settles them, until SIGINT or SIGTERM.
pub async fn clear(file: &ConfigFile) -> Result<(), CliError> {
    let (database_url, clearing) =
        load(&file.config)?.ok_or_else(|| CliError::NoClearing(file.config.clone()))?;
    let stop = stopped_by_signal()?;
    let run = async {
        let store = Store::connect(&database_url).await?;
        store.migrate().await?;
        novate_clearing::run::run(&clearing, store.pool().clone(), stop.clone()).await?;
        Ok::<_, CliError>(())
    };
    // Another process that migrates may be waited for, and a node that does not answer.
    tokio::select! {
        ended = run => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

/// URL of the database and the section `[clearing]`; none when the file has none.
pub fn load(path: &Path) -> Result<Option<(String, Clearing)>, CliError> {
    let Some(section) = Config::load_clearing::<ClearingConfig>(path)? else {
        return Ok(None);
    };
    let ClearingSection {
        database_url,
        section,
        folder,
        networks,
        contracts,
    } = section;
    let networks = networks.into_iter().map(|network| Network {
        name: network.name,
        kind: network.kind.to_owned(),
        rpc: network.rpc,
    });
    let networks: Vec<Network> = networks.collect();
    Ok(Some((
        database_url,
        section.resolve(&folder, &networks, &contracts)?,
    )))
}
