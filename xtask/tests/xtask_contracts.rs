//! What is recorded about the EVM contracts, and what is said when it no longer holds.

use serde_json::json;
use xtask::{
    contracts::{
        coverage::{self, Count},
        record::{self, Files},
        storage,
    },
    process::{run_aside, succeeds},
    repo::Repo,
};

const LCOV: &str = "TN:
SF:node_modules/lib/Math.sol
DA:1,0
FNDA:0,Math.max
end_of_record
SF:src/Vault.sol
DA:10,7
FN:10,Vault.open
FNDA:7,Vault.open
DA:11,7
BRDA:11,0,0,3
BRDA:11,0,1,-
DA:12,0
BRDA:12,1,0,0
LF:3
LH:2
end_of_record
SF:test/Vault.t.sol
DA:1,0
end_of_record
";

fn files(entries: &[(&str, &str)]) -> Files {
    entries
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

#[test]
fn of_a_coverage_report_only_the_contracts_count() {
    let coverage = coverage::parse(LCOV);
    assert_eq!(coverage.keys().collect::<Vec<_>>(), ["src/Vault.sol"]);
    let vault = coverage["src/Vault.sol"];
    assert_eq!(vault.lines, Count { found: 3, hit: 2 });
    assert_eq!(vault.branches, Count { found: 3, hit: 1 });
    assert_eq!(vault.functions, Count { found: 1, hit: 1 });
}

#[test]
fn files_covered_too_little_are_named_with_what_is_missing() {
    assert_eq!(
        coverage::too_low(&coverage::parse(LCOV)),
        [
            "src/Vault.sol: 66.7% (2/3) of its lines are covered",
            "src/Vault.sol: 33.3% (1/3) of its branches are covered",
        ]
    );
    assert!(coverage::table(&coverage::parse(LCOV)).contains("66.7% (2/3)"));
}

#[test]
fn ninety_five_of_a_hundred_are_enough_and_one_less_is_not() {
    let report = |hit: u32| {
        let lines: String = (0..100)
            .map(|line| format!("DA:{line},{}\n", u32::from(line < hit)))
            .collect();
        coverage::parse(&format!("SF:src/A.sol\n{lines}end_of_record\n"))
    };
    assert!(coverage::too_low(&report(95)).is_empty());
    assert_eq!(
        coverage::too_low(&report(94)),
        ["src/A.sol: 94.0% (94/100) of its lines are covered"]
    );
}

#[test]
fn a_file_with_functions_that_was_not_counted_is_named() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let sources = [
        file("src/Errors.sol", "error Wrong();"),
        file("src/Ledger.sol", "function add() {}"),
        file("src/Vault.sol", "function open() {}"),
    ];
    assert_eq!(
        coverage::missing(&coverage::parse(LCOV), &sources),
        ["src/Ledger.sol: is not in the report"]
    );
}

#[test]
fn a_layout_lists_variables_and_members_without_the_compilers_numbers() {
    let built = json!({ "storageLayout": {
        "storage": [
            { "astId": 7, "label": "owner", "offset": 0, "slot": "0", "type": "t_address" },
            { "astId": 9, "label": "open", "offset": 20, "slot": "0", "type": "t_bool" },
            { "astId": 11, "label": "pool", "offset": 0, "slot": "1", "type": "t_struct(Pool)42_storage" },
        ],
        "types": {
            "t_address": { "label": "address", "numberOfBytes": "20" },
            "t_bool": { "label": "bool", "numberOfBytes": "1" },
            "t_struct(Pool)42_storage": { "label": "struct Vault.Pool", "numberOfBytes": "32", "members": [
                { "astId": 5, "label": "admin", "offset": 12, "slot": "0", "type": "t_address" },
            ] },
        },
    } });
    let layout = storage::markdown("Vault", &built).unwrap().unwrap();
    assert_eq!(
        layout,
        "# Vault: storage\n\nSlots are of 32 bytes; offsets and sizes are in bytes.\n\n\
         | slot | offset | size | name | type |\n|---:|---:|---:|---|---|\n\
         | 0 | 0 | 20 | `owner` | `address` |\n\
         | 0 | 20 | 1 | `open` | `bool` |\n\
         | 1 | 0 | 32 | `pool` | `struct Vault.Pool` |\n\
         \n## struct Vault.Pool\n\n\
         | slot | offset | size | name | type |\n|---:|---:|---:|---|---|\n\
         | 0 | 12 | 20 | `admin` | `address` |\n"
    );
}

#[test]
fn a_contract_without_variables_has_no_layout_and_none_at_all_is_an_error() {
    let empty = json!({ "storageLayout": { "storage": [], "types": null } });
    assert_eq!(storage::markdown("Library", &empty).unwrap(), None);
    let error = storage::markdown("Vault", &json!({})).unwrap_err();
    assert_eq!(error.to_string(), "has no storage layout");
}

#[test]
fn entries_that_changed_came_or_went_are_named() {
    let committed = files(&[
        ("Gone.json", "{\n  \"a\": \"1\"\n}\n"),
        (
            "Vault.json",
            "{\n  \"deposit\": \"100\",\n  \"withdraw\": \"50\"\n}\n",
        ),
    ]);
    let now = files(&[(
        "Vault.json",
        "{\n  \"deposit\": \"101\",\n  \"withdraw\": \"50\",\n  \"z\": \"1\"\n}\n",
    )]);
    assert_eq!(
        record::differences("snapshots", &committed, &now),
        [
            "snapshots/Gone.json: - \"a\": \"1\"",
            "snapshots/Gone.json: - {",
            "snapshots/Gone.json: - }",
            "snapshots/Vault.json: - \"deposit\": \"100\"",
            "snapshots/Vault.json: + \"deposit\": \"101\"",
            "snapshots/Vault.json: + \"z\": \"1\"",
        ]
    );
    assert!(record::differences("snapshots", &now, &now).is_empty());
}

#[test]
fn the_same_lines_in_another_order_differ() {
    let [one, other] = ["| a |\n| b |\n", "| b |\n| a |\n"].map(|text| files(&[("A.md", text)]));
    assert_eq!(
        record::differences("storage", &one, &other),
        ["storage/A.md: the same lines in another order"]
    );
}

#[test]
fn what_is_written_is_read_again_and_replaces_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("records");
    assert!(record::read(&folder).unwrap().is_empty());
    record::write(&folder, &files(&[("Old.json", "{}\n"), ("Kept.json", "1\n")])).unwrap();
    let new = files(&[("Kept.json", "2\n"), ("New.json", "{}\n")]);
    record::write(&folder, &new).unwrap();
    assert_eq!(record::read(&folder).unwrap(), new);
    // Forge writes no line end.
    std::fs::write(folder.join("New.json"), "{}").unwrap();
    assert_eq!(record::read(&folder).unwrap(), new);
}

/// npm's own script for forge ends with 0 whatever forge ends with.
#[test]
fn a_forge_that_fails_is_seen_to_fail() {
    let repo = Repo::find().unwrap();
    assert!(succeeds(repo.npm_bin("forge", ".").arg("--version")));
    assert!(run_aside(repo.npm_bin("forge", ".").arg("no-such-verb")).is_err());
}
