//! `novate db`

use crate::{Database, error::CliError};
use clap::Subcommand;
use novate_indexer::Store;

#[derive(Subcommand)]
pub enum Db {
    /// Bring the system tables to this program's version
    Migrate(Database),
    /// Delete everything that Novate keeps in the database, and migrate it afresh
    Reset {
        #[command(flatten)]
        database: Database,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

impl Db {
    pub async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Migrate(database) => {
                Store::connect(&database.url()?).await?.migrate().await?;
                println!("the database is up to date");
            }
            Self::Reset { database, yes } => {
                let store = Store::connect(&database.url()?).await?;
                if !yes {
                    return Err(CliError::NotConfirmed {
                        database: store.server(),
                    });
                }
                novate_catalog::reset(store.pool()).await?;
                println!("the database is empty and up to date");
            }
        }
        Ok(())
    }
}
