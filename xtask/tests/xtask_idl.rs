//! The blocks that Anchor's tests print become one IDL. `idl_blocks.txt` was printed by the settlement program and
//! shortened.

use serde_json::{Value, json};
use xtask::onchain::idl::from_blocks;

const PRINTED: &str = include_str!("idl_blocks.txt");

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[test]
fn blocks_become_one_idl_sorted_by_name() {
    let idl = from_blocks(PRINTED).unwrap();
    assert_eq!(idl["address"], "3pZac7RTgE7PtGMgwfNVo3akgsUJ8GQRyQxrj1Pz7Lwu");
    assert_eq!(idl["metadata"]["name"], "settlement");
    assert_eq!(names(&idl["instructions"]), ["initialize", "pause"]);
    assert_eq!(names(&idl["accounts"]), ["Config", "Vault"]);
    assert_eq!(names(&idl["events"]), ["Paused"]);
    assert_eq!(names(&idl["constants"]), ["VAULT_SEED"]);
    assert_eq!(names(&idl["types"]), ["InitializeArgs", "Paused", "Vault"]);
    assert_eq!(
        idl["errors"],
        json!([{ "code": 6000, "name": "ZeroAmount", "msg": "The amount is zero: pass at least one base unit" }])
    );
}

#[test]
fn types_are_named_without_their_path_wherever_they_are_used() {
    let idl = from_blocks(PRINTED).unwrap();
    let argument = &idl["instructions"][0]["args"][0];
    assert_eq!(
        argument["type"],
        json!({ "defined": { "name": "InitializeArgs" } })
    );
    assert!(!idl.to_string().contains("settlement::"));
}

#[test]
fn two_types_of_one_name_are_refused() {
    let printed = PRINTED.replace("settlement::events::Paused", "settlement::events::Vault");
    let error = from_blocks(&printed).unwrap_err().to_string();
    assert!(error.contains("two types are named Vault"), "{error}");
    assert!(error.contains("settlement::events::Vault") && error.contains("settlement::state::vault::Vault"));
}

#[test]
fn a_path_in_a_doc_line_is_left_alone() {
    let printed = PRINTED.replace("Deposits were stopped.", "other::Vault");
    let idl = from_blocks(&printed).unwrap();
    assert_eq!(idl["types"][1]["docs"], json!(["other::Vault"]));
}

#[test]
fn what_is_empty_is_left_out() {
    let start = PRINTED.find("---- events::").unwrap();
    let idl = from_blocks(&PRINTED[..start]).unwrap();
    assert!(idl.get("events").is_none() && idl.get("constants").is_none());
    assert_eq!(names(&idl["types"]), ["InitializeArgs", "Vault"]);
}

#[test]
fn output_that_is_not_as_expected_is_refused() {
    for (from, to, says) in [
        (
            "--- IDL begin program ---",
            "--- IDL begin module ---",
            "the block module has no end",
        ),
        ("--- IDL end errors ---", "", "the block errors has no end"),
        (
            "IDL begin const ---",
            "IDL begin const",
            "does not begin as expected",
        ),
        ("\"code\": 6000,", "\"code\": ,", "the block errors"),
    ] {
        let error = format!("{:#}", from_blocks(&PRINTED.replace(from, to)).unwrap_err());
        assert!(error.contains(says), "{error}");
    }
    let unknown = PRINTED
        .replace("IDL begin const", "IDL begin macro")
        .replace("IDL end const", "IDL end macro");
    assert!(
        from_blocks(&unknown)
            .unwrap_err()
            .to_string()
            .contains("unknown block \"macro\"")
    );
    let none = from_blocks("running 0 tests").unwrap_err().to_string();
    assert!(none.contains("idl-build"), "{none}");
}
