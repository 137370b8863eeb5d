use crate::common::{blob, ready};
use novate_blobs::{Config, Replicas, StoreError};
use std::path::Path;

const PAIR: &str = "49W385L4rePHy6PAaQUovbD2aacgN4HsKXSMeUzRg4fmwXszN91JuMFrQRj3vMDpZuRF3ZknQBuRBoWQJEfXstMw";

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "TOKEN" => "letter",
        "KEY_ID" => "id",
        "KEY" => "key",
        "PAIR" => PAIR,
        "NO_PAIR" => "letters",
        _ => return None,
    };
    Some(value.to_owned())
}

fn open(text: &str, base: &Path) -> Result<Replicas, String> {
    ready();
    let config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
    config.open(base, variable).map_err(|e| e.to_string())
}

const ALL: &str = r#"
copies = 3
max_blob_bytes = 1000
read_seconds = 1
write_seconds = 2

[[stores]]
kind = "disk"
path = "blobs"

[[stores]]
kind = "kubo"
name = "own node"
url = "http://127.0.0.1:5001"
token_env = "TOKEN"

[[stores]]
kind = "s3"
name = "bucket"
url = "https://s3.example"
region = "eu-central-1"
bucket = "blobs"
prefix = "novate/"
key_id_env = "KEY_ID"
key_env = "KEY"

[[stores]]
kind = "pinning"
name = "pins"
url = "https://pins.example/psa"
token_env = "TOKEN"
origins = ["/ip4/203.0.113.1/tcp/4001"]
writes = "blobs"
wait_seconds = 1

[[stores]]
kind = "bundler"
name = "permanent"
upload_url = "https://upload.example/tx/solana"
graphql_url = "https://gateway.example/graphql"
gateway_url = "https://gateway.example"
key_env = "PAIR"
writes = "anchors"

[[stores]]
kind = "gateway"
name = "public"
url = "https://ipfs.example"
"#;

#[test]
fn every_kind_of_store_can_be_configured() {
    let folder = tempfile::tempdir().unwrap();
    let replicas = open(ALL, folder.path()).unwrap();
    let names: Vec<String> = replicas.status().into_iter().map(|store| store.name).collect();
    assert_eq!(
        names,
        ["disk", "own node", "bucket", "pins", "permanent", "public"]
    );
    assert!(folder.path().join("blobs").is_dir(), "relative to the base");
}

#[tokio::test]
async fn two_folders_are_two_copies() {
    let folder = tempfile::tempdir().unwrap();
    let text = "max_blob_bytes = 100\nstores = [{ kind = \"disk\", path = \"one\" }, \
                { kind = \"disk\", name = \"other\", path = \"two\" }]";
    let replicas = open(text, folder.path()).unwrap();
    let (cid, bytes) = blob(1, 100);
    let kept = replicas.put(bytes.clone()).await.unwrap();
    assert_eq!(kept.stores.len(), 2);
    std::fs::remove_dir_all(folder.path().join("one")).unwrap();
    assert_eq!(replicas.get(&cid).await.unwrap(), Some(bytes));
    let error = replicas.put(vec![0; 101]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: 100, .. }),
        "{error}"
    );
}

#[test]
fn mistakes_are_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, said) in [
        ("copies = 3", "copies = 5", "copies = 5, but 4 stores take blobs"),
        ("copies = 3", "copys = 3", "unknown field `copys`"),
        (
            "bucket = \"blobs\"",
            "bucket = \"blobs\"\nsecret = \"x\"",
            "unknown field `secret`",
        ),
        (
            "\"https://ipfs.example\"",
            "\"ipfs.example\"",
            "\"ipfs.example\" is no address",
        ),
        (
            "\"https://ipfs.example\"",
            "\"ftp://ipfs.example\"",
            "neither http:// nor https://",
        ),
        ("name = \"pins\"", "name = \"bucket\"", "rename one"),
        (
            "\"KEY_ID\"",
            "\"UNSET\"",
            "the environment variable UNSET is not set",
        ),
        ("\"PAIR\"", "\"NO_PAIR\"", "NO_PAIR holds no Solana key pair"),
        ("\"anchors\"", "\"everything\"", "unknown variant `everything`"),
        ("kind = \"gateway\"", "kind = \"ftp\"", "unknown variant `ftp`"),
    ] {
        let error = open(&ALL.replacen(from, to, 1), folder.path()).err().unwrap();
        assert!(error.contains(said), "{to}: {error}");
        assert!(!error.contains("letter"), "no secret is told: {error}");
    }
}
