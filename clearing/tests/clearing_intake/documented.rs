//! `docs/intents.md` does what it says.

use novate_clearing::intake::json::read;
use novate_protocol::intent::Scheme;
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> String {
    fs::read_to_string(root().join("docs/intents.md")).unwrap()
}

/// The code block whose fence is followed by `tag`.
fn block(tag: &str) -> String {
    let document = document();
    let from = document
        .split_once(&format!("```{tag}\n"))
        .unwrap_or_else(|| panic!("no block {tag}"))
        .1;
    from.split_once("```").unwrap().0.trim().to_owned()
}

fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_example_for_an_evm_chain_is_signed_as_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pay.json"), block("json typed-data")).unwrap();
    let command = block("sh cast");
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("cast"));
    let cast = root().join("node_modules/.bin/cast");
    let signature = printed(Command::new(cast).args(words).current_dir(folder.path()));
    let sent = block("json evm");
    let signed = read(sent.as_bytes()).unwrap();
    assert!(signed.verify(Scheme::Eip712));
    assert!(
        sent.contains(&format!("\"{signature}\"")),
        "the signature is {signature}"
    );
}

#[test]
fn the_example_for_solana_prints_what_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("pay.mjs");
    fs::write(&script, block("js solana")).unwrap();
    let sent = printed(Command::new("node").arg(script));
    assert_eq!(sent, block("json solana"));
    assert!(read(sent.as_bytes()).unwrap().verify(Scheme::Ed25519));
}

#[test]
fn every_refusal_is_in_the_table_with_its_status() {
    let source = fs::read_to_string(root().join("clearing/src/intake/refusal.rs")).unwrap();
    let arms = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \""));
    let codes: Vec<&str> = arms.filter_map(|(_, code)| code.strip_suffix("\",")).collect();
    let document = document();
    let rows: BTreeMap<&str, &str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | `"))
        .filter(|(status, _)| status.parse::<u16>().is_ok())
        .filter_map(|(status, rest)| Some((rest.split_once('`')?.0, status)))
        .collect();
    assert_eq!(
        codes.iter().copied().collect::<std::collections::BTreeSet<_>>(),
        rows.keys().copied().collect()
    );
    use novate_clearing::intake::Refusal;
    use std::time::Duration;
    for refusal in [
        Refusal::Json(String::new()),
        Refusal::IntentTooLarge { bytes: 0, limit: 0 },
        Refusal::TooMany { limit: 0 },
        Refusal::BodyTooLarge { bytes: 0, limit: 0 },
        Refusal::UnknownField(String::new()),
        Refusal::DuplicateField(""),
        Refusal::MissingField(""),
        Refusal::InvalidField {
            field: "",
            problem: String::new(),
        },
        Refusal::UnknownSettlement { chain: 0 },
        Refusal::Malformed(novate_protocol::intent::Malformed::Expiry),
        Refusal::ToSettlement(""),
        Refusal::FromTheFuture {
            created_at: 0,
            now: 0,
        },
        Refusal::TooOld { age: 0, limit: 0 },
        Refusal::Expired {
            expires_at: 0,
            now: 0,
        },
        Refusal::BadSignature,
        Refusal::NoSession,
        Refusal::ActionNotAllowed,
        Refusal::OverLimit {
            remaining: 0,
            amount: 0,
        },
        Refusal::NonceUsed { last: 0 },
        Refusal::SessionRate(Duration::ZERO),
        Refusal::GlobalRate(Duration::ZERO),
        Refusal::Busy,
        Refusal::Unavailable(String::new()),
        Refusal::OutcomeUnknown,
    ] {
        assert_eq!(
            rows[refusal.code()],
            refusal.status().to_string(),
            "{}",
            refusal.code()
        );
    }
}
