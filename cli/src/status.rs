//! `novate status`

use crate::{Database, error::CliError};
use clap::Args;
use novate_catalog::{NetworkStatus, SourceStatus};
use novate_indexer::Store;
use serde_json::json;

#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    database: Database,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Status {
    pub async fn run(self) -> Result<(), CliError> {
        let store = Store::connect(&self.database.url()?).await?;
        store.check().await?;
        let networks = novate_catalog::networks(store.pool()).await?;
        let sources = novate_catalog::sources(store.pool()).await?;
        if self.json {
            println!("{:#}", json!({ "networks": networks, "sources": sources }));
        } else {
            print(&networks, &sources);
        }
        Ok(())
    }
}

fn print(networks: &[NetworkStatus], sources: &[SourceStatus]) {
    if networks.is_empty() {
        println!("nothing was indexed in this database yet; `novate start` does");
        return;
    }
    println!(
        "{:<20} {:<8} {:>12} {:>12} {:>12}",
        "network", "kind", "head", "confirmed", "finalized"
    );
    for NetworkStatus {
        name,
        kind,
        head,
        confirmed,
        finalized,
        ..
    } in networks
    {
        println!(
            "{name:<20} {kind:<8} {:>12} {:>12} {:>12}",
            block(*head),
            block(*confirmed),
            block(*finalized)
        );
    }
    println!(
        "\n{:<30} {:<9} {:>12} {:>10}",
        "source", "state", "next block", "events"
    );
    for SourceStatus {
        id,
        state,
        next_block,
        events,
        error,
        ..
    } in sources
    {
        let state = format!("{state:?}").to_lowercase();
        println!(
            "{id:<30} {state:<9} {:>12} {events:>10}",
            block(next_block.unwrap_or(-1))
        );
        if let Some(error) = error {
            println!("    {error}");
        }
    }
}

fn block(number: i64) -> String {
    if number < 0 {
        "-".into()
    } else {
        number.to_string()
    }
}
