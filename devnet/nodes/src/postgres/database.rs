//! A new database per test.

use super::{
    binaries::Binaries,
    cluster::{Cluster, Place, Settings},
};
use crate::{Error, Result};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    env,
    future::Future,
    str::FromStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// An empty database, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    /// Connection URL with a password.
    pub url: String,
    name: String,
    server: String,
}

/// The cluster that all tests of one process share, because `initdb` takes seconds.
static SHARED: Mutex<Option<Cluster>> = Mutex::new(None);

/// A new, empty database on the server of `DATABASE_URL`, else on a temporary cluster that all callers in this
/// process share.
///
/// # Errors
/// As [`super::Postgres::start`].
pub fn test_database() -> Result<TestDatabase> {
    if let Ok(server) = env::var("DATABASE_URL") {
        return TestDatabase::on(&server);
    }
    let server = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = &*shared {
            cluster.url("postgres")
        } else {
            let cluster = shared.insert(Cluster::start(
                &Binaries::find()?,
                Place::Temporary,
                Settings::default(),
            )?);
            // Statics are not dropped. Without this the folder would stay until the next start.
            // SAFETY: `stop_shared` is an ordinary function that lives as long as the program.
            unsafe { libc::atexit(stop_shared) };
            cluster.url("postgres")
        }
    };
    TestDatabase::on(&server)
}

extern "C" fn stop_shared() {
    // `try_lock`: a thread that was stopped in the middle of `test_database` must not block the exit.
    if let Ok(mut shared) = SHARED.try_lock() {
        drop(shared.take());
    }
}

impl TestDatabase {
    /// A new database beside the one `server` names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a URL that is none, [`Error::Sql`] otherwise.
    pub fn on(server: &str) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let invalid = |why: String| Error::Invalid {
            what: "the database URL",
            value: format!("{} ({why})", without_password(server)),
            expected: "write it as postgres://user:password@host:port/database",
        };
        // sqlx takes any scheme.
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| server.starts_with(scheme))
        {
            return Err(invalid("not a PostgreSQL URL".into()));
        }
        let options = PgConnectOptions::from_str(server).map_err(|e| invalid(e.to_string()))?;
        // Unique on a server that several machines may share.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("novate_{:x}_{now:x}_{count}", std::process::id());
        // template0: unlike template1 nobody can be connected to it, which would make this fail.
        execute(
            server,
            "create a database",
            &format!("create database {name} template template0"),
        )?;
        let url = options.database(&name).to_url_lossy().to_string();
        Ok(Self {
            url,
            name,
            server: server.to_owned(),
        })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped = execute(
            &self.server,
            "drop the database",
            &format!("drop database if exists {} with (force)", self.name),
        );
        if let Err(error) = dropped {
            tracing::warn!(database = %self.name, %error, "a test database stays behind");
        }
    }
}

/// What may be shown of a URL.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

fn execute(server: &str, doing: &str, statement: &str) -> Result<()> {
    let run = async {
        let mut connection = PgConnection::connect(server).await?;
        // The names in these statements are made above from digits and letters.
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    block_on(run).map_err(|source| Error::Sql {
        doing: doing.to_owned(),
        source,
    })
}

/// On a thread of its own, because the caller may itself run inside a runtime, and `Drop` cannot wait otherwise.
fn block_on<T: Send>(future: impl Future<Output = Result<T, sqlx::Error>> + Send) -> Result<T, sqlx::Error> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(sqlx::Error::Io)?.block_on(future)
        });
        thread.join().unwrap_or(Err(sqlx::Error::WorkerCrashed))
    })
}
