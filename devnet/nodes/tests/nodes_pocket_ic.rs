//! `POCKET_IC_BIN`: how its server is started and asked for an instance, and what is said when that fails.
//!
//! The server here is a stand-in: a script that writes the port of this test, which answers the one request in
//! PocketIC's words and has the emulator as its gateway. The launcher runs in this test binary, started again.

use devnet_nodes::IcNode;
use ic_agent::identity::BasicIdentity;
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    thread,
};

const ROLE: &str = "NODES_POCKET_IC_ROLE";

/// Not a test by itself: what the re-executed binary does with the `POCKET_IC_BIN` it is given.
#[tokio::test]
async fn role() {
    if env::var_os(ROLE).is_none() {
        return;
    }
    let created = async {
        let node = IcNode::start().await?;
        let agent = node.agent(BasicIdentity::from_raw_key(&[1; 32]))?;
        node.create_canister(&agent, 1_000_000_000_000).await
    };
    match created.await {
        Ok(canister) => println!("RESULT {canister}"),
        Err(error) => println!("RESULT {error}"),
    }
}

async fn run(binary: &Path) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "role", "--nocapture"])
        .env(ROLE, "1")
        .env("POCKET_IC_BIN", binary);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_once("RESULT ")
        .unwrap_or_else(|| panic!("{said}"))
        .1
        .to_owned()
}

fn script(folder: &tempfile::TempDir, body: &str) -> std::path::PathBuf {
    let path = folder.path().join("pocket-ic");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A server that writes `port` where it is told to.
fn server(folder: &tempfile::TempDir, port: u16) -> std::path::PathBuf {
    let body = "while [ $# -gt 0 ]; do [ \"$1\" = --port-file ] && file=$2; shift; done";
    script(
        folder,
        &format!("{body}\necho {port} > \"$file\"\nexec sleep 600"),
    )
}

/// Answers one request; the thread returns its first line and its body.
fn answer_once(answer: Value) -> (u16, thread::JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut buffer) = (String::new(), [0; 4096]);
        let body = loop {
            let read = stream.read(&mut buffer).unwrap();
            request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            let body = request.split_once("\r\n\r\n").map(|(_, body)| body);
            if let Some(Ok(body)) = body.map(serde_json::from_str) {
                break body;
            }
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 201 Created\r\ncontent-length: {}\r\nconnection: close",
            answer.len()
        );
        write!(stream, "{head}\r\n\r\n{answer}").unwrap();
        (request.lines().next().unwrap().to_owned(), body)
    });
    (port, thread)
}

#[tokio::test]
async fn an_instance_is_made_and_used_through_its_gateway() {
    let gateway = IcNode::start().await.unwrap();
    let port: u16 = gateway
        .url()
        .rsplit_once(':')
        .unwrap()
        .1
        .trim_end_matches('/')
        .parse()
        .unwrap();
    // "AAAAAAAAAAABAQ==" is the first canister id of a subnet, as the emulator has it.
    let topology = json!({ "subnet_configs": {}, "default_effective_canister_id": { "canister_id": "AAAAAAAAAAABAQ==" } });
    let info = json!({ "instance_id": 0, "port": port });
    let created = json!({ "Created": { "instance_id": 0, "topology": topology, "http_gateway_info": info } });
    let (control, asked) = answer_once(created);
    let folder = tempfile::tempdir().unwrap();
    let said = run(&server(&folder, control)).await;
    let first = "rwlgt-iiaaa-aaaaa-aaaaa-cai";
    assert_eq!(
        said.lines().next(),
        Some(first),
        "the canister was created behind the gateway"
    );

    let (line, config) = asked.join().unwrap();
    assert_eq!(line, "POST /instances HTTP/1.1");
    let subnets = &config["subnet_config_set"];
    for wanted in ["nns", "ii", "fiduciary", "test_threshold_keys"] {
        assert_eq!(subnets[wanted]["state_config"], "New", "{wanted}");
    }
    assert_eq!(subnets["application"].as_array().unwrap().len(), 1);
    assert_eq!(config["http_gateway_config"]["ip_addr"], "127.0.0.1");
    assert_eq!(
        config["initial_time"],
        json!({ "AutoProgress": { "artificial_delay_ms": null } })
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_said() {
    let (control, _asked) = answer_once(json!({ "Error": { "message": "no room for a subnet" } }));
    let folder = tempfile::tempdir().unwrap();
    let said = run(&server(&folder, control)).await;
    assert!(
        said.contains("cannot create an instance of PocketIC: no room for a subnet"),
        "{said}"
    );
}

#[tokio::test]
async fn an_answer_of_another_version_is_shown() {
    let (control, _asked) = answer_once(json!({ "Made": 1 }));
    let folder = tempfile::tempdir().unwrap();
    let said = run(&server(&folder, control)).await;
    assert!(said.contains(r#"it answered {"Made":1}"#), "{said}");
}

#[tokio::test]
async fn a_server_that_ends_is_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(&script(&folder, "echo 'no such library' >&2; exit 3")).await;
    assert!(
        said.contains("PocketIC ended before it was ready (exit status: 3)"),
        "{said}"
    );
    assert!(said.contains("no such library"), "{said}");
}

#[tokio::test]
async fn a_binary_that_is_not_there_is_said() {
    let said = run(Path::new("/nonexistent/pocket-ic")).await;
    assert!(
        said.contains("POCKET_IC_BIN is \"/nonexistent/pocket-ic\""),
        "{said}"
    );
}
