//! `novate start` from its first line to SIGTERM, against a real chain.

use devnet_nodes::{Anvil, AnvilOptions, postgres::test_database};
use serde_json::Value;
use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const ABI: &str =
    r#"[{"type":"event","name":"Ping","inputs":[{"name":"n","type":"uint256","indexed":false}]}]"#;

/// Killed when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn poll<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_goes_live_says_so_and_ends_on_a_signal() {
    let anvil = Anvil::start(AnvilOptions::default()).unwrap();
    let database = test_database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("abi.json"), ABI).unwrap();
    let toml = format!(
        "[api]\nlisten = \"127.0.0.1:0\"\n\n[[networks]]\nname = \"local\"\nkind = \"evm\"\nrpc = \"{}\"\nchain_id = 31337\n\n\
         [[contracts]]\nname = \"ping\"\nnetwork = \"local\"\naddress = \"0x00000000000000000000000000000000000000aa\"\n\
         abi = \"abi.json\"\n",
        anvil.url()
    );
    fs::write(folder.path().join("novate.toml"), toml).unwrap();
    let novate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
        command
            .current_dir(folder.path())
            .env("DATABASE_URL", &database.url)
            .env_remove("RUST_LOG");
        command
    };

    let log = fs::File::create(folder.path().join("log")).unwrap();
    let start = novate()
        .args(["start", "--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    let mut running = Running(start.unwrap());
    poll("live", || {
        let output = novate().args(["status", "--json"]).output().unwrap();
        let status: Value = serde_json::from_slice(&output.stdout).ok()?;
        let source = &status["sources"][0];
        (source["state"] == "live" && source["next_block"] == 1).then_some(())
    });

    let id = running.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let asked = Instant::now();
    let ended = poll("the end", || running.0.try_wait().unwrap());
    assert!(ended.success(), "{ended}");
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(!log.is_empty());
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    }
}

#[test]
fn it_fails_when_no_source_can_go_on() {
    let anvil = Anvil::start(AnvilOptions::default()).unwrap();
    let database = test_database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("abi.json"), ABI).unwrap();
    let toml = format!(
        "[database]\nurl = \"{}\"\n\n[api]\nlisten = \"127.0.0.1:0\"\n\n[[networks]]\nname = \"local\"\nkind = \"evm\"\n\
         rpc = \"{}\"\nchain_id = 5\n\n[[contracts]]\nname = \"ping\"\nnetwork = \"local\"\n\
         address = \"0x00000000000000000000000000000000000000aa\"\nabi = \"abi.json\"\n",
        database.url,
        anvil.url()
    );
    fs::write(folder.path().join("novate.toml"), toml).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
    let output = command.current_dir(folder.path()).arg("start").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("`chain_id` is 5") && stderr.contains("31337"),
        "{stderr}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_while_another_process_migrates() {
    let database = test_database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("abi.json"), ABI).unwrap();
    let toml = format!(
        "[database]\nurl = \"{}\"\n\n[api]\nlisten = \"127.0.0.1:0\"\n\n[[networks]]\nname = \"local\"\nkind = \"evm\"\n\
         rpc = \"http://127.0.0.1:1\"\n\n[[contracts]]\nname = \"ping\"\nnetwork = \"local\"\n\
         address = \"0x00000000000000000000000000000000000000aa\"\nabi = \"abi.json\"\n",
        database.url
    );
    fs::write(folder.path().join("novate.toml"), toml).unwrap();
    let store = novate_indexer::Store::connect(&database.url).await.unwrap();
    store.migrate().await.unwrap();
    let mut other = store.pool().begin().await.unwrap();
    sqlx::query("lock table novate.migrations in access exclusive mode")
        .execute(&mut *other)
        .await
        .unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
    command.current_dir(folder.path()).arg("start");
    let mut running = Running(command.stderr(Stdio::null()).spawn().unwrap());
    let deadline = Instant::now() + Duration::from_secs(30);
    let waiting = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waiting)
        .fetch_one(store.pool())
        .await
        .unwrap()
    {
        assert!(Instant::now() < deadline, "it does not wait");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let id = running.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let ended = poll("the end", || running.0.try_wait().unwrap());
    assert!(ended.success(), "{ended}");
    other.rollback().await.unwrap();
}
