//! The section `[clearing]`: what is meant by what is written, and which key is wrong.

use novate_clearing::{
    batch_maker::Allowed,
    config::{ChainConfig, Clearing, ClearingConfig, Network},
};
use novate_netting::Fees;
use novate_protocol::{ids::Asset, intent::Scheme};
use serde_json::{Value, json};
use std::path::Path;

const CONTRACT: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const OWNER: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";

fn section() -> Value {
    json!({
        "signer": {
            "url": "https://icp-api.io",
            "canister": "rrkah-fqaaa-aaaaa-aaaaq-cai",
            "identity": { "file": "operator.pem" },
        },
        "blobs": { "copies": 1, "stores": [{ "kind": "disk", "path": "blobs" }] },
        "settlements": [{
            "name": "main",
            "network": "ethereum",
            "contract": "settlement",
            "sessions": "session_keys",
            "address": CONTRACT,
            "chain_id": 1,
            "payer": { "file": "payer.key" },
            "fees": { "owner": OWNER, "pay_bps": 10 },
            "chain": { "chunk_entries": 100 },
        }],
    })
}

fn resolve(section: Value) -> Result<Clearing, String> {
    let network = |name: &str, kind: &str| Network {
        name: name.into(),
        kind: kind.into(),
        rpc: vec!["http://127.0.0.1:8545".into()],
    };
    let networks = [
        network("ethereum", "evm"),
        network("solana", "solana"),
        network("ic", "icp"),
    ];
    let contracts = ["settlement", "session_keys"].map(|name| (name.to_owned(), "ethereum".to_owned()));
    let section: ClearingConfig = serde_json::from_value(section).map_err(|e| e.to_string())?;
    section
        .resolve(Path::new("/etc/novate"), &networks, &contracts)
        .map_err(|e| e.to_string())
}

#[test]
fn a_settlement_is_reached_over_the_nodes_of_its_network() {
    let clearing = resolve(section()).unwrap();
    let plan = &clearing.settlements[0];
    assert_eq!(plan.scheme, Scheme::Eip712);
    assert_eq!(plan.address[..12], [0; 12]);
    assert_eq!(plan.fees.pay_bps, 10);
    assert_eq!(plan.limits.max_assets, 256);
    let ChainConfig::Evm(evm) = &plan.chain else {
        panic!("{:?}", plan.chain)
    };
    assert_eq!(evm.rpc, ["http://127.0.0.1:8545"]);
    assert_eq!(evm.chunk_entries, 100);
    // Paths are relative to the file.
    assert!(format!("{:?}", evm.key).contains("/etc/novate/payer.key"));
    assert!(format!("{:?}", clearing.signer.identity).contains("/etc/novate/operator.pem"));
}

#[test]
fn every_error_names_the_key_and_what_to_do() {
    for (pointer, value, key, todo) in [
        (
            "/network",
            json!("mars"),
            "network is \"mars\"",
            "add it, or name another",
        ),
        (
            "/network",
            json!("ic"),
            "network \"ic\" is of kind icp",
            "name one of kind evm or solana",
        ),
        ("/contract", json!("other"), "contract is \"other\"", "add it"),
        ("/sessions", json!("other"), "sessions is \"other\"", "add it"),
        ("/address", json!("0x12"), "address is \"0x12\"", "give 20 bytes"),
        (
            "/fees/owner",
            json!(CONTRACT),
            "fees.owner is the settlement",
            "name an account",
        ),
        (
            "/fees/pay_bps",
            json!(Fees::MAX_BPS + 1),
            "fees.pay_bps is 1001",
            "give at most 1000",
        ),
        (
            "/windows",
            json!({ "max_in_flight": 9 }),
            "windows.max_in_flight is 9",
            "give 1 to 8",
        ),
        (
            "/windows",
            json!({ "max_deltas": 0 }),
            "windows.max_deltas is 0",
            "give 1 to 20000",
        ),
        (
            "/windows",
            json!({ "max_intents": 200_001 }),
            "windows.max_intents is 200001",
            "give 1 to 200000",
        ),
        (
            "/assets",
            json!([OWNER, "0x12"]),
            "assets has one that is \"0x12\"",
            "give 20 bytes",
        ),
        (
            "/collections",
            json!(["0x12"]),
            "collections has one that is \"0x12\"",
            "give 20 bytes",
        ),
        (
            "/driver",
            json!({ "poll_ms": 0 }),
            "driver.poll_ms is 0",
            "give 1 to",
        ),
        (
            "/chain",
            json!({ "rpc": [] }),
            "chain has the key rpc",
            "leave it out",
        ),
        (
            "/chain",
            json!({ "gas": 1 }),
            "chain unknown field `gas`",
            "expected one of",
        ),
    ] {
        let mut section = section();
        let settlement = &mut section["settlements"][0];
        match settlement.pointer_mut(pointer) {
            Some(found) => *found = value,
            None => settlement[&pointer[1..]] = value,
        }
        let error = resolve(section).unwrap_err();
        assert!(
            error.contains("main") && error.contains(key) && error.contains(todo),
            "{error}"
        );
    }
}

#[test]
fn all_assets_are_allowed_unless_some_are_named() {
    let none = resolve(section()).unwrap();
    assert_eq!(none.settlements[0].allowed, Allowed::default());
    let mut some = section();
    some["settlements"][0]["assets"] = json!([OWNER]);
    some["settlements"][0]["collections"] = json!([CONTRACT]);
    let allowed = resolve(some).unwrap().settlements[0].allowed.clone();
    let asset = |address: &str| Asset::from_evm(hex::decode(&address[2..]).unwrap().try_into().unwrap());
    assert_eq!(allowed.assets, [asset(OWNER)].into());
    assert_eq!(allowed.collections, [asset(CONTRACT)].into());
}

#[test]
fn what_nobody_reads_is_refused() {
    let mut section = section();
    section["settlements"][0]["windows"] = json!({ "second": 1 });
    assert!(resolve(section).unwrap_err().contains("unknown field `second`"));
}

#[test]
fn there_is_a_settlement_and_no_name_twice() {
    let mut none = section();
    none["settlements"] = json!([]);
    assert!(
        resolve(none)
            .unwrap_err()
            .contains("add a [[clearing.settlements]]")
    );
    let mut twice = section();
    twice["settlements"] = json!([section()["settlements"][0], section()["settlements"][0]]);
    assert!(resolve(twice).unwrap_err().contains("rename one"));
}
