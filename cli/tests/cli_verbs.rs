//! The binary as a person or a script meets it: what it prints, and its exit codes.

use devnet_nodes::postgres::test_database;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Output},
};

const ABI: &str = r#"[{"type":"event","name":"Ping","anonymous":false,
    "inputs":[{"name":"n","type":"uint256","indexed":false}]}]"#;

fn novate(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
    command
        .current_dir(folder)
        .args(args)
        .env_remove("DATABASE_URL")
        .env_remove("RUST_LOG");
    command.output().expect("novate runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn refused(output: &Output, code: i32, words: &[&str]) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(
        output.stdout.is_empty(),
        "errors go to stderr: {}",
        text(&output.stdout)
    );
    for word in words {
        assert!(stderr.contains(word), "{word:?} is not in {stderr}");
    }
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn project(database: &str, listen: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("abi.json"), ABI).expect("written");
    let toml = format!(
        r#"[database]
url = "{database}"

[api]
listen = "{listen}"

[[networks]]
name = "local"
kind = "evm"
rpc = "http://127.0.0.1:1"

[[contracts]]
name = "ping"
network = "local"
address = "0x00000000000000000000000000000000000000aa"
abi = "abi.json"
"#
    );
    fs::write(folder.path().join("novate.toml"), toml).expect("written");
    folder
}

#[test]
fn help_names_every_verb_and_needs_no_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = succeeded(&novate(folder.path(), &["--help"]));
    for verb in ["init", "start", "serve", "status", "db"] {
        assert!(help.contains(verb), "{verb} is not in {help}");
        assert!(succeeded(&novate(folder.path(), &[verb, "--help"])).contains("Usage"));
    }
    refused(&novate(folder.path(), &["strat"]), 2, &["strat", "start"]);
}

#[test]
fn what_init_writes_can_be_used_and_is_never_overwritten() {
    let database = test_database().expect("a database");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("abi.json"), ABI).expect("written");
    let init = [
        "init",
        "--kind",
        "evm",
        "--rpc",
        "http://127.0.0.1:1",
        "--name",
        "ping",
        "--address",
        "0x00000000000000000000000000000000000000aa",
        "--abi",
        "abi.json",
    ];
    succeeded(&novate(folder.path(), &init));
    let written = fs::read_to_string(folder.path().join("novate.toml")).expect("it was written");
    refused(
        &novate(folder.path(), &init),
        2,
        &["novate.toml exists", "--output"],
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("novate.toml")).expect("still there"),
        written
    );

    let with_database = format!("{written}\n")
        .replace("# url = ", "url = ")
        .replace("postgres://user:password@localhost:5432/novate", &database.url);
    fs::write(folder.path().join("novate.toml"), with_database).expect("written");
    assert!(succeeded(&novate(folder.path(), &["db", "migrate"])).contains("up to date"));
}

#[test]
fn init_wants_the_artifact_of_its_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = [
        "init",
        "--kind",
        "solana",
        "--rpc",
        "http://127.0.0.1:1",
        "--name",
        "p",
        "--address",
        "x",
    ];
    refused(&novate(folder.path(), &base), 2, &["solana", "--idl"]);
    let wrong = [&base[..], &["--abi", "abi.json"]].concat();
    refused(&novate(folder.path(), &wrong), 2, &["--abi", "solana", "--idl"]);
    assert!(!folder.path().join("novate.toml").exists(), "nothing half done");
}

#[test]
fn a_missing_or_wrong_configuration_is_a_usage_error_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(
        &novate(folder.path(), &["start"]),
        2,
        &["novate.toml", "novate init"],
    );
    fs::write(
        folder.path().join("novate.toml"),
        "[database]\nurl = \"postgres://x/y\"\nport = 5\n",
    )
    .expect("written");
    refused(&novate(folder.path(), &["start"]), 2, &["novate.toml:3:", "port"]);
}

#[test]
fn a_database_that_is_away_is_named_without_its_password() {
    let folder = project("postgres://me:secret@127.0.0.1:1/novate", "127.0.0.1:0");
    for args in [&["start"][..], &["serve"], &["status"], &["db", "migrate"]] {
        let output = novate(folder.path(), args);
        refused(&output, 1, &["127.0.0.1:1"]);
        assert!(
            !text(&output.stderr).contains("secret"),
            "the password is told: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn a_port_in_use_is_named_with_the_key_that_changes_it() {
    let database = test_database().expect("a database");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let folder = project(&database.url, &address);
    for verb in ["start", "serve"] {
        refused(&novate(folder.path(), &[verb]), 1, &[&address, "listen"]);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let database = test_database().expect("a database");
    let folder = project(&database.url, "127.0.0.1:0");
    succeeded(&novate(folder.path(), &["db", "migrate"]));
    let store = novate_indexer::Store::connect(&database.url)
        .await
        .expect("a connection");
    let newer = "insert into novate.migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, '', 0)";
    sqlx::query(newer).execute(store.pool()).await.expect("inserted");
    for args in [&["start"][..], &["serve"], &["status"], &["db", "migrate"]] {
        refused(&novate(folder.path(), args), 1, &["newer", "9999"]);
    }
}

#[test]
fn reset_deletes_only_when_told_so() {
    let database = test_database().expect("a database");
    let folder = project(&database.url, "127.0.0.1:0");
    succeeded(&novate(folder.path(), &["db", "migrate"]));
    refused(&novate(folder.path(), &["db", "reset"]), 2, &["--yes"]);
    assert!(succeeded(&novate(folder.path(), &["db", "reset", "--yes"])).contains("empty"));
}

#[test]
fn status_speaks_to_people_and_to_machines() {
    let database = test_database().expect("a database");
    let folder = project(&database.url, "127.0.0.1:0");
    refused(&novate(folder.path(), &["status"]), 1, &["novate db migrate"]);
    succeeded(&novate(folder.path(), &["db", "migrate"]));
    assert!(succeeded(&novate(folder.path(), &["status"])).contains("nothing was indexed"));
    let json = succeeded(&novate(folder.path(), &["status", "--json"]));
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON on stdout");
    assert_eq!(value["networks"], serde_json::json!([]));
    assert_eq!(value["sources"], serde_json::json!([]));
}

#[test]
fn the_database_of_the_configuration_comes_before_the_environments() {
    let (configured, other) = (
        test_database().expect("a database"),
        test_database().expect("another"),
    );
    let folder = project(&configured.url, "127.0.0.1:0");
    let run = |folder: &Path, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
        command
            .current_dir(folder)
            .args(args)
            .env("DATABASE_URL", &other.url)
            .env_remove("RUST_LOG");
        command.output().expect("novate runs")
    };
    let refused = text(&run(folder.path(), &["db", "reset"]).stderr);
    let named = |url: &str| {
        url.rsplit('/')
            .next()
            .and_then(|name| name.split('?').next())
            .expect("a name")
            .to_owned()
    };
    let name = named(&configured.url);
    assert!(refused.contains(&name), "{refused} is not about {name}");

    let empty = tempfile::tempdir().expect("a folder");
    let refused = text(&run(empty.path(), &["db", "reset"]).stderr);
    let name = named(&other.url);
    assert!(refused.contains(&name), "{refused} is not about {name}");
    let refused = text(&run(empty.path(), &["db", "reset", "--database-url", &configured.url]).stderr);
    assert!(!refused.contains(&name), "{refused} is about {name}");
}

#[tokio::test]
async fn who_only_reads_needs_neither_rights_to_write_nor_contracts() {
    let database = test_database().expect("a database");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let folder = project(&database.url, &address);
    refused(&novate(folder.path(), &["serve"]), 1, &["novate db migrate"]);
    succeeded(&novate(folder.path(), &["db", "migrate"]));
    let store = novate_indexer::Store::connect(&database.url)
        .await
        .expect("a connection");
    let read_only = "do $$ begin execute format(
         'alter database %I set default_transaction_read_only = on', current_database()); end $$";
    sqlx::query(read_only)
        .execute(store.pool())
        .await
        .expect("altered");
    refused(&novate(folder.path(), &["db", "migrate"]), 1, &["read-only"]);

    // The port is the last thing that can fail.
    fs::remove_file(folder.path().join("abi.json")).expect("removed");
    refused(&novate(folder.path(), &["serve"]), 1, &[&address, "listen"]);
    let bare = format!(
        "[database]\nurl = \"{}\"\n[api]\nlisten = \"{address}\"\n",
        database.url
    );
    fs::write(folder.path().join("novate.toml"), bare).expect("written");
    refused(&novate(folder.path(), &["serve"]), 1, &[&address, "listen"]);
    assert!(succeeded(&novate(folder.path(), &["status"])).contains("nothing was indexed"));
    refused(&novate(folder.path(), &["start"]), 2, &["[[contracts]]"]);
}
