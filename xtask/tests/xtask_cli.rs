//! The program as one calls it: help, exit codes, and where it may be called.

use std::{
    path::Path,
    process::{Command, Output},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn xtask(dir: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn without_a_verb_it_lists_them_and_each_explains_itself() {
    let list = text(&xtask(ROOT.as_ref(), "").stdout);
    for verb in xtask::VERBS {
        assert!(list.contains(verb.name) && list.contains(verb.about), "{list}");
        let help = xtask(ROOT.as_ref(), &format!("{} --help", verb.name));
        assert!(help.status.success());
        assert!(text(&help.stdout).starts_with(&format!("cargo xtask {}", verb.name)));
    }
}

#[test]
fn wrong_usage_ends_with_code_2_and_names_what_is_wrong() {
    for (line, says) in [
        ("biuld", "there is no verb \"biuld\""),
        (
            "setup --fast",
            "unknown flag --fast; see: cargo xtask setup --help",
        ),
        (
            "build-onchain --only near",
            "known: solana, icp, evm, solana/session-keys",
        ),
        (
            "build-onchain --only solana/market",
            "chain or program \"solana/market\" is unknown",
        ),
        ("build-onchain --only", "--only needs a value"),
        (
            "test --only compile",
            "known: setup, fmt, vectors, contracts, onchain, rust, lint",
        ),
        (
            "test --only fmt some_test",
            "a filter goes with the step rust only",
        ),
        ("bench", "name a suite"),
        (
            "bench speed",
            "suite \"speed\" is unknown; known: latency, cu, gas, cycles",
        ),
        (
            "bench latency --write",
            "--write goes with the suites cu and cycles only",
        ),
    ] {
        let output = xtask(ROOT.as_ref(), line);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {error}");
        assert!(error.contains(says), "{line}: {error}");
    }
}

#[test]
fn outside_a_checkout_it_fails_with_code_1() {
    let elsewhere = tempfile::tempdir().unwrap();
    let output = xtask(elsewhere.path(), "setup");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is not inside a checkout of Novate"));
}

#[test]
fn steps_and_suites_can_be_listed() {
    assert_eq!(
        text(&xtask(ROOT.as_ref(), "test --list").stdout),
        "setup\nfmt\nvectors\ncontracts\nonchain\nrust\nlint\n"
    );
    assert_eq!(
        text(&xtask(ROOT.as_ref(), "bench --list").stdout),
        "latency\ncu\ngas\ncycles\nnetting\nintake\nclearing\n"
    );
}
