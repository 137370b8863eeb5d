//! PostgreSQL for development and tests.
//!
//! | call | `DATABASE_URL` is set | it is not |
//! |---|---|---|
//! | [`test_database`] | a new database on that server | a new database on one cluster per process |
//! | [`Postgres::start`] | a new database on that server | a cluster of its own, removed at the end |
//!
//! The binaries are the system's, else npm's `embedded-postgres`. As root they run as the user `postgres`,
//! else `nobody`: Postgres refuses root.

mod binaries;
mod cluster;
mod database;
mod scratch;
mod user;

#[cfg(doc)]
use crate::Error;
use crate::Result;
use cluster::{Cluster, Place};
use std::{env, path::Path};

pub use binaries::{Binaries, Version};
pub use cluster::Settings;
pub use database::{TestDatabase, test_database};

/// A server, or a database on somebody else's, to work with until this is dropped.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    /// Declared after nothing that uses it: dropping it stops the server or drops the database.
    _kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Cluster { _alive: Box<Cluster> },
    Database { _alive: TestDatabase },
}

impl Postgres {
    /// A place for tests and the local stack: a new database on `DATABASE_URL` when that is set, else [`Postgres::temporary`].
    ///
    /// # Errors
    /// [`Error::Invalid`] or [`Error::Sql`] for `DATABASE_URL`, else those of [`Postgres::temporary`].
    pub fn start() -> Result<Self> {
        match env::var("DATABASE_URL") {
            Ok(server) => {
                let database = TestDatabase::on(&server)?;
                Ok(Self {
                    url: database.url.clone(),
                    _kept: Kept::Database { _alive: database },
                })
            }
            Err(_) => Self::temporary(),
        }
    }

    /// A new cluster in a temporary folder, removed at the end. It trades durability for speed (`fsync` off).
    ///
    /// # Errors
    /// [`Error::NotFound`] without binaries, [`Error::NoSpace`] on a full disk, and what else [`Error`] says
    /// about clusters.
    pub fn temporary() -> Result<Self> {
        Self::launch(Place::Temporary, Settings::default())
    }

    /// The cluster in `folder`, made when missing, kept at the end, with `fsync` on. A subfolder per major
    /// version holds the data, because one version cannot read another's.
    ///
    /// # Errors
    /// As [`Postgres::temporary`]; [`Error::InUse`] when another process runs it; [`Error::PortInUse`].
    pub fn persistent(folder: &Path, settings: Settings) -> Result<Self> {
        Self::launch(Place::Persistent(folder.to_owned()), settings)
    }

    fn launch(place: Place, settings: Settings) -> Result<Self> {
        let cluster = Cluster::start(&Binaries::find()?, place, settings)?;
        Ok(Self {
            url: cluster.url("postgres"),
            _kept: Kept::Cluster {
                _alive: Box::new(cluster),
            },
        })
    }

    /// Connection URL with a password, of a superuser when the cluster is ours.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new database on this server, dropped when the result is.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub fn database(&self) -> Result<TestDatabase> {
        TestDatabase::on(&self.url)
    }

    /// A folder for [`Postgres::persistent`] that the user who runs Postgres can reach: below the cache
    /// folder, or below /var/tmp when that is closed to others, as root's home is.
    pub fn default_folder() -> std::path::PathBuf {
        user::state_folder().join("postgres")
    }
}
