//! `novate.toml`: what is accepted, and that whatever is wrong is named with its place.

use novate_indexer::{Config, SourceOptions};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const ABI: &str =
    r#"[{"type":"event","name":"Ping","inputs":[{"name":"n","type":"uint256","indexed":false}]}]"#;
const IDL: &str = r#"{"address":"11111111111111111111111111111111","metadata":{"name":"p","version":"0.1.0","spec":"0.1.0"},
    "instructions":[],"events":[{"name":"Ping","discriminator":[1,2,3,4,5,6,7,8]}],
    "types":[{"name":"Ping","type":{"kind":"struct","fields":[{"name":"n","type":"u64"}]}}]}"#;

const GOOD: &str = r#"[database]
url = "postgres://localhost/novate"

[[networks]]
name = "anvil"
kind = "evm"
rpc = "http://127.0.0.1:8545"

[[networks]]
name = "local"
kind = "solana"
rpc = "http://127.0.0.1:8899"

[[networks]]
name = "ic"
kind = "icp"
rpc = "http://127.0.0.1:4943"
root_key = "fetch"

[[contracts]]
name = "ping"
network = "anvil"
address = "0x00000000000000000000000000000000000000aa"
abi = "abi.json"
"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("abi.json"), ABI).unwrap();
    fs::write(folder.path().join("idl.json"), IDL).unwrap();
    fs::write(folder.path().join("broken.json"), "{").unwrap();
    fs::write(folder.path().join("empty.json"), "[]").unwrap();
    folder
}

fn load(toml: &str) -> Result<Config, String> {
    let folder = folder();
    let path = folder.path().join("novate.toml");
    fs::write(&path, toml).unwrap();
    let text = |e: novate_indexer::ConfigError| {
        e.to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    };
    Config::load(&path).map_err(text)
}

/// `GOOD` with `from` replaced must be refused at `place`, with all of `words`.
#[track_caller]
fn refused(from: &str, to: &str, place: &str, words: &[&str]) {
    assert!(GOOD.contains(from), "{from:?}");
    let error = load(&GOOD.replacen(from, to, 1)).unwrap_err();
    assert!(
        error.starts_with(&format!("novate.toml:{place}: ")),
        "{place} is not where {error}"
    );
    for word in words {
        assert!(error.contains(word), "{word:?} is not in {error}");
    }
}

#[test]
fn a_good_configuration_is_read() {
    let config = load(GOOD).unwrap();
    assert_eq!(config.database_url, "postgres://localhost/novate");
    let [SourceOptions::Evm(evm)] = &config.sources[..] else {
        panic!("{:?}", config.sources)
    };
    assert_eq!(
        (evm.network.as_str(), evm.rpc[0].as_str(), evm.chain_id),
        ("anvil", "http://127.0.0.1:8545", None)
    );
    assert_eq!(evm.contracts[0].abi.tables()[0].name.as_str(), "ping_ping");
    assert_eq!(evm.contracts[0].start_block, 0);
}

#[test]
fn the_debug_text_of_a_configuration_holds_no_password() {
    let config = load(&GOOD.replace("localhost/", "me:hunter2@localhost/")).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn unknown_keys_are_refused_with_the_known_ones() {
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\npol_ms = 5",
        "7:1",
        &["networks[0].pol_ms", "unknown field", "poll_ms"],
    );
    refused(
        "[database]",
        "[databse]\n[database]",
        "1:2",
        &["databse", "expected one of", "networks"],
    );
    refused("abi = ", "abbi = ", "24:1", &["contracts[0].abbi", "`abi`"]);
}

#[test]
fn missing_keys_are_refused_with_their_section() {
    refused(
        "rpc = \"http://127.0.0.1:8545\"\n",
        "",
        "4:1",
        &["networks[0]", "missing field `rpc`"],
    );
    refused(
        "abi = \"abi.json\"\n",
        "",
        "20:1",
        &["contracts[0]", "`abi` is missing", "kind evm"],
    );
    refused(
        "address = \"0x00000000000000000000000000000000000000aa\"\n",
        "",
        "20:1",
        &["`address` is missing"],
    );
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\npoll_ms = \"fast\"",
        "7:11",
        &["networks[0].poll_ms", "string", "i64"],
    );
    refused(
        "kind = \"evm\"",
        "kind = \"evmm\"",
        "6:8",
        &["networks[0].kind", "evmm", "`evm`, `solana`, `icp`"],
    );
    refused(
        "rpc = \"http://127.0.0.1:8545\"",
        "rpc = 8545",
        "7:7",
        &["networks[0].rpc", "a URL or a list of URLs"],
    );
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\npoll_ms = 0",
        "7:11",
        &["networks[0].poll_ms", "0 is out of range", "1 to"],
    );
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\nchain_id = -1",
        "7:12",
        &["chain_id", "positive"],
    );
    refused(
        "abi = ",
        "start_block = -5\nabi = ",
        "24:15",
        &["contracts[0].start_block", "-5"],
    );
}

#[test]
fn what_is_no_toml_is_refused_at_its_place() {
    refused("kind = \"evm\"", "kind = evm", "6:8", &[]);
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\nkind = \"evm\"",
        "7:1",
        &["duplicate key"],
    );
}

#[test]
fn names_are_known_unique_and_names() {
    refused(
        "network = \"anvil\"",
        "network = \"anvill\"",
        "22:11",
        &["contracts[0].network", "\"anvill\"", "anvil, local, ic"],
    );
    refused(
        "name = \"local\"",
        "name = \"anvil\"",
        "10:8",
        &["networks[1].name", "used twice", "line 5"],
    );
    refused(
        "name = \"local\"",
        "name = \"a b\"",
        "10:8",
        &["networks[1].name", "\"a b\"", "letters"],
    );
    let twice = format!(
        "{GOOD}\n[[contracts]]\nname = \"ping\"\nnetwork = \"anvil\"\naddress = \"0x01\"\nabi = \"abi.json\"\n"
    );
    let error = load(&twice).unwrap_err();
    assert!(
        error.contains(":27:8: contracts[1].name") && error.contains("line 21"),
        "{error}"
    );
}

#[test]
fn two_contracts_are_two_addresses_and_two_sets_of_tables() {
    let second = |name: &str, address: &str| {
        format!(
            "{GOOD}\n[[contracts]]\nname = \"{name}\"\nnetwork = \"anvil\"\naddress = \"{address}\"\nabi = \"abi.json\"\n"
        )
    };
    let error = load(&second("pong", "0x00000000000000000000000000000000000000AA")).unwrap_err();
    assert!(
        error.contains(":29:11: contracts[1].address") && error.contains("followed as contract ping"),
        "{error}"
    );
    // Both give the table ping_ping.
    let error = load(&second("Ping", "0x00000000000000000000000000000000000000ab")).unwrap_err();
    assert!(
        error.contains("ping_ping") && error.contains("contract ping"),
        "{error}"
    );
    assert!(load(&second("pong", "0x00000000000000000000000000000000000000ab")).is_ok());
}

#[test]
fn addresses_are_those_of_the_chain() {
    let evm = "0x00000000000000000000000000000000000000aa";
    for (bad, why) in [
        ("0xaa", "40 hexadecimal digits"),
        ("00000000000000000000000000000000000000aa", "begin with 0x"),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "checksum"),
    ] {
        refused(evm, bad, "23:11", &["contracts[0].address", bad, why]);
    }
    let on = |network: &str, address: &str, artifact: &str| {
        let good = GOOD
            .replace("network = \"anvil\"", &format!("network = \"{network}\""))
            .replace(evm, address);
        load(&good.replace("abi = \"abi.json\"", artifact))
    };
    let error = on("local", "0xaa", "idl = \"idl.json\"").unwrap_err();
    assert!(
        error.contains(":23:11: contracts[0].address") && error.contains("base58"),
        "{error}"
    );
    assert!(on("local", "11111111111111111111111111111111", "idl = \"idl.json\"").is_ok());
    let error = on("ic", "not-a-principal", "blocks = \"abi.json\"").unwrap_err();
    assert!(
        error.contains(":23:11: contracts[0].address") && error.contains("canister"),
        "{error}"
    );
}

#[test]
fn keys_of_another_kind_are_refused_with_the_right_ones() {
    refused(
        "root_key = \"fetch\"",
        "chain_id = 1",
        "18:12",
        &["networks[2].chain_id", "kind icp", "root_key"],
    );
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\nroot_key = \"fetch\"",
        "7:12",
        &["root_key", "kind evm", "chain_id"],
    );
    refused(
        "abi = \"abi.json\"",
        "idl = \"idl.json\"",
        "24:7",
        &["contracts[0].idl", "kind evm", "abi"],
    );
    refused(
        "network = \"anvil\"",
        "network = \"local\"",
        "24:7",
        &["contracts[0].abi", "kind solana", "idl"],
    );
    refused(
        "rpc = \"http://127.0.0.1:8899\"",
        "rpc = [\"http://a\", \"http://b\"]",
        "12:7",
        &["networks[1].rpc", "give one URL"],
    );
}

#[test]
fn urls_and_root_keys_are_checked() {
    refused(
        "http://127.0.0.1:8545",
        "127.0.0.1:8545",
        "7:7",
        &["networks[0].rpc", "http://"],
    );
    refused(
        "kind = \"evm\"",
        "kind = \"evm\"\nws = \"http://a\"",
        "7:6",
        &["networks[0].ws", "wss://"],
    );
    refused(
        "rpc = \"http://127.0.0.1:8545\"",
        "rpc = []",
        "7:7",
        &["at least one"],
    );
    refused(
        "root_key = \"fetch\"",
        "root_key = \"xyz\"",
        "18:12",
        &["networks[2].root_key", "\"xyz\"", "fetch"],
    );
}

#[test]
fn artifacts_are_there_and_describe_events() {
    let abi = "abi = \"abi.json\"";
    refused(
        abi,
        "abi = \"nowhere.json\"",
        "24:7",
        &["contracts[0].abi", "cannot read", "nowhere.json"],
    );
    refused(
        abi,
        "abi = \"broken.json\"",
        "24:7",
        &["broken.json is unusable", "EOF"],
    );
    refused(
        abi,
        "abi = \"empty.json\"",
        "24:7",
        &["empty.json is unusable", "no events"],
    );
    refused(abi, "abi = \"idl.json\"", "24:7", &["idl.json is unusable"]);
    refused(
        abi,
        "abi = \"abi.json\"\nevents = [\"Pingg\"]",
        "25:10",
        &["contracts[0].events", "\"Pingg\"", "it has Ping"],
    );
    let solana = GOOD
        .replace("network = \"anvil\"", "network = \"local\"")
        .replace("address = \"0x00000000000000000000000000000000000000aa\"\n", "");
    assert!(load(&solana.replace(abi, "idl = \"idl.json\"")).is_ok());
    let error = load(&solana.replace(abi, "idl = \"abi.json\"")).unwrap_err();
    assert!(
        error.contains(":23:7: contracts[0].idl") && error.contains("abi.json is unusable"),
        "{error}"
    );
}

#[test]
fn environment_variables_are_replaced_and_missed() {
    // Set by cargo for every test.
    let config = load(&GOOD.replace("localhost/", "${CARGO_PKG_NAME}/")).unwrap();
    assert_eq!(config.database_url, "postgres://novate-indexer/novate");
    refused(
        "localhost/",
        "${NOVATE_NO_SUCH}/",
        "2:7",
        &["database.url", "NOVATE_NO_SUCH is not set"],
    );
    refused("localhost/", "${OPEN/", "2:7", &["closing brace"]);
}

#[test]
fn something_must_be_indexed() {
    let error = load("[database]\nurl = \"postgres://localhost/novate\"\n").unwrap_err();
    assert!(
        error.contains("nothing to index") && error.contains("[[contracts]]"),
        "{error}"
    );
    assert!(
        Config::load(Path::new("/nonexistent/novate.toml"))
            .unwrap_err()
            .to_string()
            .contains("novate init")
    );
}

fn example() -> (String, toml::Table) {
    let text = include_str!("../novate.example.toml")
        .replace("${NOVATE_DB_PASSWORD}", "x")
        .replace("${NODE_KEY}", "x");
    let table = text.parse().unwrap();
    (text, table)
}

#[test]
fn the_example_is_accepted() {
    let (text, _) = example();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("novate.example.toml");
    let copy = tempfile::Builder::new()
        .prefix("example")
        .suffix(".toml")
        .tempfile_in(path.parent().unwrap())
        .unwrap();
    fs::write(copy.path(), text).unwrap();
    let config = Config::load(copy.path()).unwrap();
    assert_eq!(config.sources.len(), 3);
}

/// The schema names exactly the keys that are read: one it lacks would be underlined by editors, one it has in addition
/// would be refused at start.
#[test]
fn the_schema_has_the_keys_of_the_parser() {
    let schema: Value = serde_json::from_str(include_str!("../novate.schema.json")).unwrap();
    let keys = |section: &Value| -> Vec<String> {
        section["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let parsed = |toml: &str| -> Vec<String> {
        // The parser lists what it expects when it meets what it does not.
        let error = load(toml).unwrap_err();
        let expected = error.split_once("expected ").unwrap().1;
        let mut keys: Vec<_> = expected
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        keys.sort();
        keys
    };
    let properties = &schema["properties"];
    assert_eq!(parsed("zzz = 1"), keys(&schema));
    assert_eq!(parsed("[database]\nzzz = 1"), keys(&properties["database"]));
    assert_eq!(
        parsed("[[networks]]\nzzz = 1"),
        keys(&properties["networks"]["items"])
    );
    assert_eq!(
        parsed("[[contracts]]\nzzz = 1"),
        keys(&properties["contracts"]["items"])
    );
    let (_, example) = example();
    for section in ["networks", "contracts"] {
        for table in example[section].as_array().unwrap() {
            for key in table.as_table().unwrap().keys() {
                assert!(
                    keys(&properties[section]["items"]).contains(key),
                    "{section}: {key}"
                );
            }
        }
    }
}
