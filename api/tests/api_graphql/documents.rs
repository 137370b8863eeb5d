//! The examples of `docs/graphql.md` are queries of a real schema: that of the contracts in this repository.

use crate::rig::{Rig, config};
use novate_catalog::{ColumnType, Table};
use serde_json::json;

/// The tables that the examples use, as the artifacts' ABI and IDL give them.
fn tables() -> Vec<Table> {
    use ColumnType::{Numeric, Text};
    let deposited = [
        ("owner", Text, false, None),
        ("asset", Text, false, None),
        ("amount", Numeric, false, None),
    ];
    let transfer = [
        ("from", Text, false, None),
        ("to", Text, false, None),
        ("value", Numeric, false, None),
    ];
    vec![
        Table::new("evm", "evm_settlement", "Deposited", deposited.clone()).unwrap(),
        Table::new("solana", "settlement", "Deposited", deposited).unwrap(),
        Table::new("evm", "reward_token", "Transfer", transfer).unwrap(),
    ]
}

#[tokio::test]
async fn every_example_is_answered() {
    let text = include_str!("../../../docs/graphql.md");
    let examples: Vec<&str> = text
        .split("```graphql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(examples.len() >= 5, "only {} examples were found", examples.len());
    let rig = Rig::new(config(), &tables()).await;
    for example in examples {
        rig.data(example, json!({})).await;
    }
}
