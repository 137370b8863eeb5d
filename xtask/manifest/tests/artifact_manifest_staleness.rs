//! A change that an artifact was made from makes it stale, and nothing else does.

use artifact_manifest::{Entry, Manifest, Stale, check, sha256, source_hash, watched};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const ARTIFACT: &str = "solana/vault.so";

const CARGO_TOML: &str = "\
[workspace.dependencies]
# a comment
borsh = { version = \"1\", features = [
  \"derive\",
] }
unused = \"1\"

[profile.canister]
opt-level = \"z\"
";

const CARGO_LOCK: &str = "\
[[package]]
name = \"vault\"
version = \"0.1.0\"
dependencies = [
 \"borsh\",
 \"tester\",
]

[[package]]
name = \"borsh\"
version = \"1.5.0\"
source = \"registry+x\"
checksum = \"b0\"
dependencies = [
 \"cfg 2.0.0\",
]

[[package]]
name = \"cfg\"
version = \"1.0.0\"
source = \"registry+x\"
checksum = \"c1\"

[[package]]
name = \"cfg\"
version = \"2.0.0\"
source = \"registry+x\"
checksum = \"c2\"

[[package]]
name = \"tester\"
version = \"3.0.0\"
source = \"registry+x\"
checksum = \"t3\"
";

const SOURCES: [&str; 5] = [
    "vault/src",
    "Cargo.toml#[profile.canister]",
    "Cargo.toml#[workspace.dependencies] borsh",
    "Cargo.lock#vault borsh",
    "package-lock.json#solc",
];

/// A repository with one artifact that is up to date.
fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("vault/src/lib.rs", "mod state;");
    put("vault/src/state/mod.rs", "struct Vault;");
    put("Cargo.toml", CARGO_TOML);
    put("Cargo.lock", CARGO_LOCK);
    put(
        "package-lock.json",
        r#"{"packages":{"node_modules/solc":{"version":"0.8.37","integrity":"sha512-x"}}}"#,
    );
    put("artifacts/solana/vault.so", "ELF");
    let sources: Vec<String> = SOURCES.map(str::to_owned).into();
    let source_hash = source_hash(dir.path(), &sources).unwrap();
    let entry = Entry {
        sources,
        source_hash,
        sha256: sha256(b"ELF"),
    };
    Manifest([(ARTIFACT.to_owned(), entry)].into())
        .write(dir.path())
        .unwrap();
    assert_eq!(check(dir.path(), ARTIFACT), Ok(()));
    dir
}

fn replace(root: &Path, path: &str, from: &str, to: &str) {
    let path = root.join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn older() -> Result<(), Stale> {
    Err(Stale::Older {
        artifact: ARTIFACT.into(),
    })
}

#[test]
fn changed_source_is_stale_and_names_the_command() {
    let repo = repository();
    replace(repo.path(), "vault/src/state/mod.rs", "Vault", "Safe");
    let stale = check(repo.path(), ARTIFACT).unwrap_err();
    assert_eq!(
        stale.to_string(),
        "artifacts/solana/vault.so is older than its sources; run: cargo xtask build-onchain --only solana"
    );
}

#[test]
fn added_removed_and_renamed_files_are_stale() {
    let repo = repository();
    fs::write(repo.path().join("vault/src/new.rs"), "").unwrap();
    assert_eq!(check(repo.path(), ARTIFACT), older());

    let repo = repository();
    fs::remove_file(repo.path().join("vault/src/state/mod.rs")).unwrap();
    assert_eq!(check(repo.path(), ARTIFACT), older());

    let repo = repository();
    fs::rename(
        repo.path().join("vault/src/lib.rs"),
        repo.path().join("vault/src/main.rs"),
    )
    .unwrap();
    assert_eq!(check(repo.path(), ARTIFACT), older());
}

#[test]
fn editor_files_are_no_sources() {
    let repo = repository();
    fs::write(repo.path().join("vault/src/.lib.rs.swp"), "x").unwrap();
    fs::write(repo.path().join("vault/src/lib.rs~"), "x").unwrap();
    assert_eq!(check(repo.path(), ARTIFACT), Ok(()));
}

#[test]
fn every_locked_version_below_a_dependency_counts() {
    for (file, from, to) in [
        ("Cargo.lock", "1.5.0", "1.5.1"),
        ("Cargo.lock", "\"c2\"", "\"c3\""),
        ("Cargo.toml", "\"derive\"", "\"std\""),
        ("Cargo.toml", "\"z\"", "\"s\""),
        ("package-lock.json", "0.8.37", "0.8.38"),
    ] {
        let repo = repository();
        replace(repo.path(), file, from, to);
        assert_eq!(check(repo.path(), ARTIFACT), older(), "{file}: {from} -> {to}");
    }
}

#[test]
fn versions_of_what_is_not_used_do_not_count() {
    for (file, from, to) in [
        ("Cargo.lock", "\"t3\"", "\"t4\""),
        ("Cargo.lock", "\"c1\"", "\"c9\""),
        ("Cargo.toml", "unused = \"1\"", "unused = \"2\""),
        ("Cargo.toml", "# a comment", "# another"),
    ] {
        let repo = repository();
        replace(repo.path(), file, from, to);
        assert_eq!(check(repo.path(), ARTIFACT), Ok(()), "{file}: {from} -> {to}");
    }
}

#[test]
fn artifact_that_is_edited_missing_or_unlisted_is_refused() {
    let repo = repository();
    fs::write(repo.path().join("artifacts/solana/vault.so"), "ELF2").unwrap();
    assert_eq!(
        check(repo.path(), ARTIFACT),
        Err(Stale::Edited {
            artifact: ARTIFACT.into()
        })
    );

    fs::remove_file(repo.path().join("artifacts/solana/vault.so")).unwrap();
    assert!(matches!(check(repo.path(), ARTIFACT), Err(Stale::Missing { .. })));

    let unlisted = check(repo.path(), "evm/Vault.json").unwrap_err();
    assert_eq!(
        unlisted.to_string(),
        "artifacts/evm/Vault.json is not in artifacts/manifest.json; run: cargo xtask build-onchain --only evm"
    );
}

#[test]
fn manifest_that_is_absent_or_broken_is_refused() {
    let repo = repository();
    for broken in [
        "",
        "[]",
        r#"{"solana/vault.so": {"sources": ["a"], "sha256": "b"}}"#,
    ] {
        fs::write(repo.path().join("artifacts/manifest.json"), broken).unwrap();
        assert!(
            matches!(check(repo.path(), ARTIFACT), Err(Stale::Manifest { .. })),
            "{broken:?}"
        );
    }
    fs::remove_file(repo.path().join("artifacts/manifest.json")).unwrap();
    assert!(
        check(repo.path(), ARTIFACT)
            .unwrap_err()
            .to_string()
            .contains("run: cargo xtask build-onchain")
    );
}

#[test]
fn source_that_cannot_be_found_is_named() {
    let repo = repository();
    for wrong in [
        "nowhere/src",
        "Cargo.toml#[nothing]",
        "Cargo.toml#[workspace.dependencies] nothing",
        "Cargo.lock#vault nothing",
        "Cargo.lock#nothing borsh",
        "Cargo.lock#vault",
        "package-lock.json#nothing",
    ] {
        let error = source_hash(repo.path(), &[wrong.to_owned()]).unwrap_err();
        assert!(
            matches!(&error, Stale::Source { source, .. } if source == wrong),
            "{error}"
        );
    }
}

#[test]
fn watched_names_all_that_decides() {
    let repo = repository();
    let relative = |p: PathBuf| p.strip_prefix(repo.path()).unwrap().display().to_string();
    let watched: Vec<_> = watched(repo.path(), ARTIFACT)
        .unwrap()
        .into_iter()
        .map(relative)
        .collect();
    assert_eq!(
        watched,
        [
            "Cargo.lock",
            "Cargo.toml",
            "artifacts/manifest.json",
            "artifacts/solana/vault.so",
            "package-lock.json",
            "vault/src",
        ]
    );
}
