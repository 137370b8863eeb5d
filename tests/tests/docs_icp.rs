//! `docs/icp.md` says what the canisters' interfaces say.

mod common;

use common::{read, rows};
use std::collections::{BTreeMap, BTreeSet};

const CANISTERS: [&str; 2] = ["signer", "names"];

/// Methods of the interface, and which are queries.
fn methods(canister: &str) -> BTreeMap<String, bool> {
    let interface = read(&format!("artifacts/icp/{canister}.did"));
    let service = interface.split("\nservice ").nth(1).expect("a service");
    let methods = service.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("  ")?.split_once(" : (")?;
        rest.contains("->")
            .then(|| (name.to_owned(), rest.ends_with(" query;")))
    });
    methods.collect()
}

/// Methods in the tables of the sections of a canister, and which are marked as queries.
fn told(canister: &str) -> Vec<(String, bool)> {
    let sections = [format!("### {canister}: "), "### both: ".to_owned()];
    let wanted = |heading: &str| sections.iter().any(|section| heading.starts_with(section));
    let mut told = Vec::new();
    for row in rows(&read("docs/icp.md"), wanted) {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        for method in row[0].split(", ") {
            let name = method.trim_end_matches(" *q*");
            told.push((name.to_owned(), name != method));
        }
    }
    told
}

#[test]
fn every_method_is_in_the_tables_of_its_canister() {
    for canister in CANISTERS {
        let told = told(canister);
        let unique: BTreeMap<_, _> = told.iter().cloned().collect();
        assert_eq!(unique.len(), told.len(), "{canister}: a method is there twice");
        assert_eq!(unique, methods(canister), "{canister}");
    }
}

/// Who may call a method stands at its own documentation, from which the `.did` is made.
#[test]
fn every_method_says_in_the_interface_who_may_call_it() {
    for canister in CANISTERS {
        let interface = read(&format!("artifacts/icp/{canister}.did"));
        let (mut comment, mut said) = (String::new(), BTreeSet::new());
        for line in interface.split("\nservice ").nth(1).expect("a service").lines() {
            match line.trim().strip_prefix("// ") {
                Some(text) => comment = format!("{comment} {text}"),
                None => {
                    if comment.contains(" For ")
                        || comment.contains(" As `")
                        || comment.contains(" that is paused: for ")
                    {
                        said.extend(line.trim().split_once(" : (").map(|(name, _)| name.to_owned()));
                    }
                    comment.clear();
                }
            }
        }
        let all: BTreeSet<_> = methods(canister).into_keys().collect();
        assert_eq!(said, all, "{canister}");
    }
}
