//! The way of a built file into `artifacts/`, and what `--check` says when it is no longer what its source gives.

use std::{fs, path::PathBuf};
use tempfile::TempDir;
use xtask::{
    onchain::{
        compare::differences,
        json::pretty,
        product::{Part, Product, Sources, install, orphans, remove_orphans, up_to_date},
    },
    repo::Repo,
};

/// A checkout with the sources `a` and `b`, and the output folder of a build.
struct Checkout {
    repo: Repo,
    out: PathBuf,
    _dir: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo {
            root: dir.path().join("root"),
            target: dir.path().join("target"),
        };
        fs::create_dir_all(&repo.root).unwrap();
        fs::create_dir_all(&repo.target).unwrap();
        fs::write(repo.root.join("a"), "1").unwrap();
        fs::write(repo.root.join("b"), "1").unwrap();
        Self {
            out: repo.target.clone(),
            repo,
            _dir: dir,
        }
    }

    /// What a build from the source `source` gives.
    fn built(&self, file: &str, content: &str, source: &str) -> Product {
        fs::write(self.out.join(file), content).unwrap();
        Product {
            file: file.into(),
            sources: Sources::hashed(&self.repo, vec![source.into()]).unwrap(),
        }
    }

    fn install(&self, chain: &'static str, products: Vec<Product>) {
        self.install_part(&whole(chain, &[]), products);
    }

    fn install_part(&self, part: &Part, products: Vec<Product>) {
        install(&self.repo, part, &self.out, products).unwrap();
    }

    fn up_to_date(&self, chain: &'static str, expected: &[&str]) -> bool {
        up_to_date(&self.repo, &whole(chain, expected))
    }

    fn has(&self, artifact: &str) -> bool {
        self.repo.root.join("artifacts").join(artifact).exists()
    }

    fn differences(&self, products: &[Product]) -> Vec<String> {
        differences(&self.repo.root, &whole("evm", &[]), &self.out, products).unwrap()
    }

    fn change(&self, source: &str) {
        fs::write(self.repo.root.join(source), "2").unwrap();
    }
}

/// A chain that is built at once.
fn whole(chain: &'static str, expected: &[&str]) -> Part {
    Part {
        chain,
        name: None,
        expected: expected.iter().map(|file| file.to_string()).collect(),
    }
}

/// A program that is built alone.
fn program(name: &'static str) -> Part {
    Part {
        name: Some(name),
        ..whole("solana", &[&format!("{name}.so"), &format!("{name}.json")])
    }
}

#[test]
fn what_was_installed_is_up_to_date_until_its_source_changes() {
    let checkout = Checkout::new();
    assert!(!checkout.up_to_date("evm", &[]));
    checkout.install("evm", vec![checkout.built("A.json", "{}", "a")]);
    assert!(checkout.up_to_date("evm", &[]));
    assert!(checkout.up_to_date("evm", &["A.json"]));
    assert!(!checkout.up_to_date("evm", &["B.json"]));
    checkout.change("b");
    assert!(checkout.up_to_date("evm", &[]));
    checkout.change("a");
    assert!(!checkout.up_to_date("evm", &[]));
}

#[test]
fn installing_a_chain_replaces_its_files_and_leaves_the_others() {
    let checkout = Checkout::new();
    checkout.install("solana", vec![checkout.built("p.so", "ELF", "b")]);
    checkout.install("evm", vec![checkout.built("Old.json", "{}", "a")]);
    checkout.install("evm", vec![checkout.built("New.json", "{}", "a")]);
    assert!(!checkout.has("evm/Old.json"));
    assert!(checkout.up_to_date("evm", &["New.json"]));
    assert!(checkout.up_to_date("solana", &["p.so"]));
}

#[test]
fn installing_a_program_leaves_the_other_programs() {
    let checkout = Checkout::new();
    let (p, q) = (program("p"), program("q"));
    let product = |file: &str, content: &str, source: &str| checkout.built(file, content, source);
    checkout.install_part(
        &p,
        vec![product("p.so", "ELF", "a"), product("p.json", "{}", "a")],
    );
    assert!(up_to_date(&checkout.repo, &p) && !up_to_date(&checkout.repo, &q));
    checkout.install_part(
        &q,
        vec![product("q.so", "ELF", "b"), product("q.json", "{}", "b")],
    );
    assert!(up_to_date(&checkout.repo, &p) && up_to_date(&checkout.repo, &q));
    // Only the one whose source changed is stale, and building it again makes all right.
    checkout.change("b");
    assert!(up_to_date(&checkout.repo, &p) && !up_to_date(&checkout.repo, &q));
    checkout.install_part(
        &q,
        vec![product("q.so", "ELF 2", "b"), product("q.json", "{}", "b")],
    );
    assert!(up_to_date(&checkout.repo, &p) && up_to_date(&checkout.repo, &q));
    // A program without an interface is not all of it.
    checkout.install_part(&q, vec![product("q.so", "ELF 2", "b")]);
    assert!(!up_to_date(&checkout.repo, &q));
}

#[test]
fn a_program_that_is_no_more_is_removed_with_its_entries() {
    let checkout = Checkout::new();
    let (p, q) = (program("p"), program("q"));
    let built = |name: &str| ["so", "json"].map(|kind| checkout.built(&format!("{name}.{kind}"), "{}", "a"));
    checkout.install_part(&p, built("p").into());
    checkout.install_part(&q, built("q").into());
    let parts = [p];
    let manifest = || artifact_manifest::Manifest::read(&checkout.repo.root).unwrap();
    assert_eq!(
        orphans(&manifest(), "solana", &parts),
        ["solana/q.json", "solana/q.so"]
    );
    remove_orphans(&checkout.repo, "solana", &parts).unwrap();
    assert!(!checkout.has("solana/q.so") && !checkout.has("solana/q.json") && checkout.has("solana/p.so"));
    assert_eq!(orphans(&manifest(), "solana", &parts), [""; 0]);
    assert!(up_to_date(&checkout.repo, &parts[0]));
}

#[test]
fn a_source_that_changes_during_the_build_leaves_the_artifact_stale() {
    let checkout = Checkout::new();
    let product = checkout.built("A.json", "{}", "a");
    checkout.change("a");
    checkout.install("evm", vec![product]);
    assert!(!checkout.up_to_date("evm", &[]));
}

#[test]
fn check_finds_nothing_when_all_is_as_built() {
    let checkout = Checkout::new();
    checkout.install("evm", vec![checkout.built("A.json", "{}", "a")]);
    assert_eq!(
        checkout.differences(&[checkout.built("A.json", "{}", "a")]),
        [""; 0]
    );
}

#[test]
fn check_names_the_line_where_a_committed_text_differs() {
    let checkout = Checkout::new();
    checkout.install("evm", vec![checkout.built("A.json", "{\n  \"abi\": 1\n}\n", "a")]);
    let found = checkout.differences(&[checkout.built("A.json", "{\n  \"abi\": 2\n}\n", "a")]);
    assert_eq!(
        found,
        [r#"artifacts/evm/A.json: line 2: committed "\"abi\": 1", built "\"abi\": 2""#]
    );
}

#[test]
fn check_does_not_compare_machine_code() {
    let checkout = Checkout::new();
    checkout.install(
        "evm",
        vec![
            checkout.built("a.so", "ELF 1", "a"),
            checkout.built("a.wasm", "asm 1", "a"),
        ],
    );
    let built = [
        checkout.built("a.so", "ELF 2", "a"),
        checkout.built("a.wasm", "asm 2", "a"),
    ];
    assert_eq!(checkout.differences(&built), [""; 0]);
}

#[test]
fn check_names_what_is_stale_edited_moved_new_or_gone() {
    let checkout = Checkout::new();
    let all = || ["Stale", "Edited", "Moved"].map(|name| checkout.built(&format!("{name}.json"), "{}", "a"));
    checkout.install("evm", all().into());
    fs::write(checkout.repo.root.join("artifacts/evm/Edited.json"), "[]").unwrap();
    let new = checkout.built("New.json", "{}", "a");
    let moved = checkout.built("Moved.json", "{}", "b");
    let [_, edited, _] = all();
    let found = checkout.differences(&[edited, moved, new]).join("\n");
    for line in [
        "artifacts/evm/Edited.json is not the file that was built",
        "the sources of evm/Moved.json are others now",
        "artifacts/evm/New.json is not in artifacts/manifest.json; run: cargo xtask build-onchain --only evm",
        "artifacts/evm/Stale.json: nothing builds it any more",
    ] {
        assert!(found.contains(line), "{found}");
    }
    checkout.change("a");
    let found = checkout.differences(&all()).join("\n");
    let older =
        "artifacts/evm/Stale.json is older than its sources; run: cargo xtask build-onchain --only evm";
    assert!(found.contains(older), "{found}");
}

#[test]
fn committed_json_has_its_keys_in_alphabetical_order() {
    let value = serde_json::from_str(r#"{"b": [{"z": 1, "y": {"n": null, "m": 0}}], "a": "x"}"#).unwrap();
    let text = pretty(value).unwrap();
    let keys: Vec<_> = text.matches(char::is_alphabetic).collect();
    assert_eq!(keys.concat(), "axbymnnullz");
    assert!(text.ends_with("}\n"));
}
