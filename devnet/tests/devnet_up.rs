//! The binary as a reader of the README meets it: it serves what the README asks for, and leaves nothing running.

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(120);

/// A running `devnet up`, and the address it serves on.
struct Up {
    child: Child,
    base: String,
    /// What it printed as ready to be sent: the file, and where it can be asked for afterwards.
    intent: PathBuf,
    became: String,
}

impl Up {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devnet"));
        let mut child = command
            .args(["up", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("devnet runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (mut base, mut intent, mut became) = (None, None, None);
        for line in lines.map(|line| line.expect("text")) {
            if let Some(url) = line.strip_prefix("GraphQL and GraphiQL") {
                base = url.trim().strip_suffix("/graphql").map(str::to_owned);
            }
            if line.starts_with("send an intent") {
                let file = line.split_once('@').and_then(|(_, rest)| rest.split_once(' '));
                intent = file.map(|(file, _)| PathBuf::from(file));
            }
            if let Some(command) = line.strip_prefix("what became of it") {
                became = command.trim().strip_prefix("curl ").map(str::to_owned);
            }
            if line.starts_with("Ready") {
                break;
            }
        }
        Self {
            child,
            base: base.expect("devnet said where it serves, and that it is ready"),
            intent: intent.expect("devnet said how to send an intent"),
            became: became.expect("devnet said how to ask for it"),
        }
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
    }
}

/// Processes whose parent is `parent`, theirs too.
fn descendants(parent: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux").flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        // pid (name) state ppid …; the name may hold anything but its last parenthesis is the last of the line.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        if after_name.split_whitespace().nth(1) == Some(&parent.to_string()) {
            found.push(pid);
            found.extend(descendants(pid));
        }
    }
    found
}

fn until_gone(pids: &[u32]) {
    let deadline = Instant::now() + PATIENCE;
    for pid in pids {
        while Path::new("/proc").join(pid.to_string()).exists() {
            assert!(Instant::now() < deadline, "process {pid} was left running");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The query in the README's `curl` command.
fn readme_query() -> String {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).expect("README.md");
    let query = readme
        .split("'query=")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    query.expect("a curl command with a query").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_query_is_answered_and_an_interrupt_leaves_nothing_running() {
    let mut up = Up::start();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let query = readme_query();
    let deadline = Instant::now() + PATIENCE;
    // What was sent a moment ago may not be indexed yet.
    let data = loop {
        let answer = http
            .get(format!("{}/graphql", up.base))
            .query(&[("query", &query)])
            .send()
            .await
            .expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        let data = answer["data"].clone();
        let rows = |list: &str| data[list]["nodes"].as_array().map_or(0, Vec::len);
        if rows("settlementDeposited") == 2 && rows("settlementNetBatchSettled") == 2 {
            break data;
        }
        assert!(Instant::now() < deadline, "{data}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(data["evmSettlementDeposited"]["totalCount"], 3, "{data}");
    assert_eq!(
        data["evmSettlementDeposited"]["nodes"][0]["amount"], "1000000",
        "{data}"
    );
    let batches = data["settlementNetBatchSettled"]["nodes"]
        .as_array()
        .expect("a list");
    let by_hand = batches.iter().find(|batch| batch["sequence"] == "1");
    assert_eq!(by_hand.expect("the first batch")["deltaCount"], "3", "{data}");
    let auction = &data["settlementAuctionSettled"]["nodes"][0];
    assert_eq!(
        (&auction["price"], &auction["royalty"]),
        (&"8000".into(), &"400".into()),
        "{data}"
    );
    assert_eq!(
        data["_meta"]["networks"].as_array().map(Vec::len),
        Some(3),
        "{data}"
    );
    let page = http
        .get(format!("{}/graphql", up.base))
        .header("accept", "text/html")
        .send()
        .await
        .expect("a page");
    assert!(page.text().await.expect("text").contains("GraphiQL"));
    first_intent(&up, &http).await;

    let children = descendants(up.child.id());
    assert!(
        children.len() >= 2,
        "Postgres and anvil are children: {children:?}"
    );
    up.signal("-INT");
    assert!(up.child.wait().expect("it ends").success());
    until_gone(&children);
}

/// Sends the intent that is printed, as its command does, until it is settled.
async fn first_intent(up: &Up, http: &reqwest::Client) {
    let sent = http
        .post(format!("{}/api/intents", up.base))
        .header("content-type", "application/json")
        .body(fs::read(&up.intent).expect("the file that was named"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(sent.status(), 202, "{}", sent.text().await.expect("text"));
    let deadline = Instant::now() + PATIENCE;
    loop {
        let intent = http.get(&up.became).send().await.expect("an answer");
        let intent: Value = intent.json().await.expect("JSON");
        if intent["status"]["state"] == "settled" {
            return;
        }
        assert!(Instant::now() < deadline, "{intent}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn kill_9_leaves_nothing_running() {
    let mut up = Up::start();
    let children = descendants(up.child.id());
    assert!(
        children.len() >= 2,
        "Postgres and anvil are children: {children:?}"
    );
    up.signal("-KILL");
    up.child.wait().expect("it ends");
    until_gone(&children);
}

#[test]
fn a_port_in_use_is_named_with_the_option_that_changes_it() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_devnet"))
        .args(["up", "--listen", &address])
        .output()
        .expect("devnet runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains(&address) && stderr.contains("--listen"),
        "{stderr}"
    );
}
