//! What each method of the canisters costs, in cycles: `cargo xtask bench cycles`, against `docs/cycles.md`.

mod metered;
mod names;
mod signer;

use std::{collections::BTreeMap, env, fs, path::Path};

/// By how much a figure may differ from the table, in percent.
const TOLERANCE: u128 = 5;
const WRITE: &str = "cargo xtask bench cycles --write";

/// One test for all canisters: what it prints is not mixed with another's.
#[test]
fn cycles() {
    let figures: BTreeMap<String, u128> = signer::figures().chain(names::figures()).collect();
    println!(); // the test's name stands on this line
    for (name, cycles) in &figures {
        println!("bench cycles.{name} {cycles} cycles");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cycles.md");
    let text = fs::read_to_string(&path).expect("the table");
    if env::var_os("NOVATE_CYCLES_WRITE").is_some() {
        return fs::write(&path, written(&text, &figures)).expect("the table is written");
    }
    let differences = differences(&table(&text), &figures);
    assert!(
        differences.is_empty(),
        "{}\nIf that is meant: {WRITE}, and say why in the commit",
        differences.join("\n")
    );
}

/// The rows ``| `signer.pause` | 12345 |``.
fn table(text: &str) -> BTreeMap<String, u128> {
    let rows = text.lines().filter_map(|line| {
        let (name, cycles) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name.to_owned(), cycles.trim_end_matches(" |").parse().ok()?))
    });
    rows.collect()
}

/// The document with these rows in place of its own, which follow its only line of dashes.
fn written(text: &str, figures: &BTreeMap<String, u128>) -> String {
    let head: Vec<_> = text.lines().take_while(|line| !line.starts_with("| `")).collect();
    let rows = figures
        .iter()
        .map(|(name, cycles)| format!("| `{name}` | {cycles} |"));
    let lines = head.into_iter().map(str::to_owned).chain(rows);
    lines.map(|line| line + "\n").collect()
}

/// What figures say that the table does not, a sentence each.
fn differences(table: &BTreeMap<String, u128>, figures: &BTreeMap<String, u128>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, now) in figures {
        match table.get(name) {
            None => found.push(format!("{name} is not in the table")),
            Some(before) if before.abs_diff(*now) * 100 > before * TOLERANCE => {
                found.push(format!("{name} was {before} and is {now}"));
            }
            Some(_) => {}
        }
    }
    let gone = table.keys().filter(|name| !figures.contains_key(*name));
    found.extend(gone.map(|name| format!("{name} is in the table, and nothing measures it")));
    found
}

#[test]
fn every_difference_from_the_table_is_noticed() {
    let text = "# Title\n\n| method | cycles |\n|---|---|\n| `signer.a` | 100 |\n| `signer.b` | 7 |\n";
    let now = |a: u128| BTreeMap::from([("signer.a".to_owned(), a), ("signer.b".to_owned(), 7)]);
    assert!(differences(&table(text), &now(105)).is_empty());
    assert_eq!(
        differences(&table(text), &now(94)),
        ["signer.a was 100 and is 94"]
    );
    let other = BTreeMap::from([("signer.b".to_owned(), 7), ("signer.c".to_owned(), 1)]);
    assert_eq!(
        differences(&table(text), &other),
        [
            "signer.c is not in the table",
            "signer.a is in the table, and nothing measures it"
        ]
    );
    assert_eq!(written(text, &now(100)), text);
    assert!(differences(&table(&written(text, &other)), &other).is_empty());
}
