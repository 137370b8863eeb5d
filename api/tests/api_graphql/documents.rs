//! The examples of `docs/graphql.md` are queries of a real schema: that of the contracts in this repository.

use crate::rig::{Rig, config};
use novate_catalog::{ColumnType, Table};
use serde_json::{Value, json};

/// A table with the fields of an event; whether they are numbers or lists is all that the examples need of their types.
fn table(network: &str, contract: &str, event: &str, fields: &Value) -> Table {
    let columns = fields.as_array().unwrap().iter().map(|field| {
        let number = field["type"].as_str().is_some_and(|ty| ty.starts_with('u'));
        let list = field["type"].get("vec").is_some();
        let ty = match (number, list) {
            (true, _) => ColumnType::Numeric,
            (_, true) => ColumnType::Json,
            _ => ColumnType::Text,
        };
        (field["name"].as_str().unwrap(), ty, false, None)
    });
    Table::new(network, contract, event, columns).unwrap()
}

/// Every event of a contract, from its ABI.
fn evm(contract: &str, artifact: &str) -> Vec<Table> {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let events = artifact["abi"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["type"] == "event");
    events
        .map(|event| table("evm", contract, event["name"].as_str().unwrap(), &event["inputs"]))
        .collect()
}

/// Every event of a program, from its IDL.
fn solana(contract: &str, idl: &str) -> Vec<Table> {
    let idl: Value = serde_json::from_str(idl).unwrap();
    let types = idl["types"].as_array().unwrap();
    let events = idl["events"].as_array().unwrap().iter().map(|event| {
        let ty = types.iter().find(|ty| ty["name"] == event["name"]).unwrap();
        table(
            "solana",
            contract,
            event["name"].as_str().unwrap(),
            &ty["type"]["fields"],
        )
    });
    events.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_answered() {
    let text = include_str!("../../../docs/graphql.md");
    let examples: Vec<&str> = text
        .split("```graphql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(examples.len() >= 5, "only {} examples were found", examples.len());
    let tables = [
        evm(
            "evm_settlement",
            include_str!("../../../artifacts/evm/Settlement.json"),
        ),
        evm(
            "reward_token",
            include_str!("../../../artifacts/evm/RewardToken.json"),
        ),
        solana(
            "settlement",
            include_str!("../../../artifacts/solana/settlement.json"),
        ),
    ];
    let rig = Rig::new(config(), &tables.concat()).await;
    for example in examples {
        rig.data(example, json!({})).await;
    }
}
