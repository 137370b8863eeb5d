//! `novate clear`, as far as it goes without chains.

use std::{
    fs,
    process::{Command, Output},
};

fn clear(section: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = format!(
        "[database]\nurl = \"postgres://x@127.0.0.1:1/x\"\n\
         [[networks]]\nname = \"local\"\nkind = \"evm\"\nrpc = \"http://127.0.0.1:1\"\n{section}"
    );
    fs::write(folder.path().join("novate.toml"), toml).expect("written");
    Command::new(env!("CARGO_BIN_EXE_novate"))
        .current_dir(folder.path())
        .arg("clear")
        .env_remove("DATABASE_URL")
        .output()
        .expect("novate runs")
}

fn refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said}");
    }
}

#[test]
fn without_a_section_it_says_where_one_is_shown() {
    refused(&clear(""), &["no section [clearing]", "docs/clearing.md"]);
}

#[test]
fn a_mistake_is_named_with_line_and_key() {
    let section = "[clearing]\n[clearing.signer]\nurl = \"https://icp-api.io\"\ncanister = \"aaaaa-aa\"\n\
        identity = { file = \"a.pem\" }\nkey = 1\n";
    refused(
        &clear(section),
        &["novate.toml:12", "clearing.signer.key", "unknown field `key`"],
    );
}

#[test]
fn what_a_settlement_refers_to_must_be_in_the_file() {
    let section = "[clearing.signer]\nurl = \"https://icp-api.io\"\ncanister = \"aaaaa-aa\"\nidentity = { file = \"a.pem\" }\n\
        [clearing.blobs]\ncopies = 1\nstores = [{ kind = \"disk\", path = \"blobs\" }]\n\
        [[clearing.settlements]]\nname = \"main\"\nnetwork = \"local\"\ncontract = \"settlement\"\nsessions = \"keys\"\n\
        address = \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"\nchain_id = 1\npayer = { env = \"KEY\" }\n\
        fees = { owner = \"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359\" }\n";
    refused(
        &clear(section),
        &[
            "clearing.settlements, main",
            "contract is \"settlement\"",
            "add it",
        ],
    );
}
