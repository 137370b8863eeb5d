//! `docs/security.md` names tests that exist, and every program says whom to tell about a weakness.

mod common;

use common::{read, root, rows};
use std::{fs, path::PathBuf};

const CLASSES: [&str; 11] = [
    "signer authorization",
    "account data matching",
    "owner checks",
    "type cosplay",
    "initialization",
    "arbitrary CPI",
    "duplicate mutable accounts",
    "bump seed canonicalization",
    "PDA sharing",
    "closing accounts",
    "sysvar address checking",
];

/// The programs' folders, in the order of the columns.
const PROGRAMS: [&str; 4] = ["session-keys", "settlement", "staking", "rewards"];

fn library(program: &str) -> String {
    program.replace('-', "_")
}

/// The file of a test of `program` by its name, like `market::bid::nobody_bids_for_another`, and the function's name.
fn place<'a>(program: &str, test: &'a str) -> Option<(PathBuf, &'a str)> {
    let (module, function) = test.rsplit_once("::")?;
    let tests = format!("programs/{program}/tests/{}_program", library(program));
    let file = root()
        .join(tests)
        .join(format!("{}.rs", module.replace("::", "/")));
    Some((file, function))
}

/// What is wrong with a cell, if anything.
fn mistake(program: &str, cell: &str) -> Option<String> {
    let tests: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
    if tests.is_empty() {
        // Why the class cannot touch the program.
        return (cell.len() < 20).then(|| format!("{cell:?} is neither a test nor a reason"));
    }
    tests.into_iter().find_map(|test| {
        let Some((file, function)) = place(program, test) else {
            return Some(format!("`{test}` has no module"));
        };
        let source = fs::read_to_string(&file).unwrap_or_default();
        let defined = source.contains(&format!("#[test]\nfn {function}() {{"));
        (!defined).then(|| format!("{} has no test {function}", file.display()))
    })
}

#[test]
fn every_class_names_a_test_for_every_program_or_why_there_is_none() {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("the document");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let class = CLASSES.iter().position(|class| cells[0] == *class)?;
        Some((class, cells))
    });
    let (mut classes, mut mistakes) = (Vec::new(), Vec::new());
    for (class, cells) in rows {
        classes.push(class);
        assert_eq!(cells.len(), 1 + PROGRAMS.len(), "{cells:?}");
        for (program, cell) in PROGRAMS.iter().zip(&cells[1..]) {
            mistakes.extend(mistake(program, cell).map(|what| format!("{}, {program}: {what}", cells[0])));
        }
    }
    assert_eq!(
        classes,
        (0..CLASSES.len()).collect::<Vec<_>>(),
        "the rows of the table"
    );
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// Files and functions, in turn, of the last cells in the first table of a section.
fn named(section: &str) -> Vec<(String, String)> {
    let rows = rows(&read("docs/security.md"), |heading| heading == section);
    let cells = rows.iter().filter_map(|row| row.last());
    let tests = cells.flat_map(|cell| cell.split(", ")).filter_map(|test| {
        let (file, function) = test.split_once(' ')?;
        let is_file = file.ends_with(".rs") || file.ends_with(".sol");
        is_file.then(|| (file.to_owned(), function.to_owned()))
    });
    tests.collect()
}

#[test]
fn every_mistake_names_tests_that_exist() {
    for section in ["## The EVM contracts", "## The canisters"] {
        let named = named(section);
        assert!(named.len() > 5, "{section}: {named:?}");
        for (file, function) in named {
            let source = read(&file);
            let defined = ["fn", "function"].map(|word| format!("{word} {function}("));
            let is_there = defined.iter().any(|definition| source.contains(definition));
            assert!(is_there, "{file} has no test {function}");
        }
    }
}

#[test]
fn a_name_without_a_test_is_noticed() {
    assert!(mistake("staking", "`stake::no_test_has_this_name`").is_some());
    assert!(mistake("staking", "`no_module`").is_some());
    assert!(mistake("staking", "none").is_some());
    assert_eq!(
        mistake("staking", "the program reads no sysvar from an account"),
        None
    );
}

#[test]
fn every_program_says_whom_to_tell_about_a_weakness() {
    for program in PROGRAMS {
        let file = root().join(format!("artifacts/solana/{}.so", library(program)));
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let text = String::from_utf8_lossy(&bytes);
        let found = text.split_once("=======BEGIN SECURITY.TXT V1=======\0");
        let (_, found) = found.unwrap_or_else(|| panic!("{} has no security.txt", file.display()));
        let (found, _) = found
            .split_once("=======END SECURITY.TXT V1=======\0")
            .expect("its end");
        let fields: Vec<_> = found.split('\0').collect();
        for field in ["name", "project_url", "contacts", "policy"] {
            let at = fields.iter().step_by(2).position(|name| *name == field);
            let value = at.and_then(|at| fields.get(2 * at + 1));
            assert!(value.is_some_and(|value| !value.is_empty()), "{program}: {field}");
        }
    }
}
