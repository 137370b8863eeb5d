//! `docs/evm.md` says what the contracts' ABIs say.

mod common;

use common::{read, rows};
use serde_json::Value;
use std::collections::BTreeSet;

/// With their own tables.
const CONTRACTS: [&str; 6] = [
    "RewardToken",
    "StakingRewards",
    "RewardDistributor",
    "SessionKeys",
    "Settlement",
    "OrderRegistry",
];

/// What several contracts inherit.
const SHARED: &str = "Guarded";

/// OpenZeppelin's, never emitted by contracts whose domain is fixed.
const NEVER: &str = "EIP712DomainChanged";

fn abi(contract: &str) -> Vec<Value> {
    let artifact = read(&format!("artifacts/evm/{contract}.json"));
    let mut artifact: Value = serde_json::from_str(&artifact).expect("an artifact");
    serde_json::from_value(artifact["abi"].take()).expect("an ABI")
}

fn names(abi: &[Value], wanted: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let wanted = abi.iter().filter(|item| wanted(item));
    wanted
        .map(|item| item["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn changes_something(item: &Value) -> bool {
    item["type"] == "function" && item["stateMutability"] != "view" && item["stateMutability"] != "pure"
}

/// Functions and events in the table of a section.
fn told(section: &str) -> (Vec<String>, BTreeSet<String>) {
    let title = format!("### {section}");
    let table = rows(&read("docs/evm.md"), |heading| heading == title);
    let split = |cell: &str| -> Vec<String> { cell.split(", ").map(str::to_owned).collect() };
    let functions = table.iter().flat_map(|row| split(&row[0])).collect();
    (functions, table.iter().flat_map(|row| split(&row[3])).collect())
}

#[test]
fn every_function_is_in_the_table_of_its_contract_with_its_events() {
    let (shared_functions, shared_events) = told(SHARED);
    let shared_functions: BTreeSet<_> = shared_functions.into_iter().collect();
    let mut is_shared = false;
    for contract in CONTRACTS {
        let abi = abi(contract);
        let (told_functions, mut told_events) = told(contract);
        let mut functions: BTreeSet<_> = told_functions.iter().cloned().collect();
        assert_eq!(
            functions.len(),
            told_functions.len(),
            "{contract}: a function is there twice"
        );

        let mut in_abi = names(&abi, changes_something);
        if shared_functions.is_subset(&in_abi) {
            is_shared = true;
            functions.extend(shared_functions.iter().cloned());
            told_events.extend(shared_events.iter().cloned());
            // It always reverts.
            in_abi.remove("renounceOwnership");
        }
        assert_eq!(functions, in_abi, "functions of {contract}");

        let mut events = names(&abi, |item| item["type"] == "event");
        events.remove(NEVER);
        // Of the constructor alone.
        let text = read("docs/evm.md");
        events.retain(|event| told_events.contains(event) || !text.contains(&format!("a {event} each")));
        assert_eq!(told_events, events, "events of {contract}");
    }
    assert!(is_shared, "no contract has the functions of {SHARED}");
}

#[test]
fn every_contract_has_its_row() {
    let text = read("docs/evm.md");
    let table = rows(&text, |heading| heading == "# The EVM contracts");
    let told: Vec<_> = table.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(told, CONTRACTS);
}

/// Each type that is signed is hashed in the source of a contract, under a domain that one of them has.
#[test]
fn what_is_signed_is_in_the_sources() {
    let table = rows(&read("docs/evm.md"), |heading| heading == "## Signatures");
    let sources = ["src", "src/libraries", "src/settlement"].map(|folder| {
        let folder = common::root().join("contracts-bindings").join(folder);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let files = files.map(|file| file.expect("a file").path());
        files
            .filter(|file| file.is_file())
            .map(|file| std::fs::read_to_string(file).expect("a source"))
            .collect::<String>()
    });
    let sources = sources.concat();
    for row in table.iter().filter(|row| row[0].starts_with("Novate ")) {
        assert!(
            sources.contains(&format!("EIP712(\"{}\", \"1\")", row[0])),
            "{}",
            row[0]
        );
        for signed in row[1].split(", ") {
            assert!(sources.contains(&format!("\"{signed}(")), "{signed}");
        }
    }
    assert!(table.len() >= 5);
}
