//! `docs/solana.md` and `docs/solana-accounts.md` say what the programs' IDLs say.

mod common;

use common::{read, rows};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PROGRAMS: [&str; 4] = ["session_keys", "settlement", "staking", "rewards"];

/// Structs that stand for one number each.
const NUMBERS: [&str; 2] = ["Fixed", "Weight"];

fn idl(program: &str) -> Value {
    serde_json::from_str(&read(&format!("artifacts/solana/{program}.json"))).expect("an IDL")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a name")
}

fn names(value: &Value, key: &str) -> BTreeSet<String> {
    list(value, key)
        .iter()
        .map(|entry| name(entry).to_owned())
        .collect()
}

#[test]
fn every_instruction_is_in_the_table_of_its_program_with_its_events() {
    let text = read("docs/solana.md");
    for program in PROGRAMS {
        let idl = idl(program);
        let address = idl["address"].as_str().expect("an address");
        assert!(text.contains(address), "{program} has the id {address}");

        let title = format!("### {}", program.replace('_', "-"));
        let table = rows(&text, |heading| {
            heading == title || heading.starts_with(&format!("{title}:"))
        });
        let told: Vec<&str> = table.iter().map(|row| row[0].as_str()).collect();
        let unique: BTreeSet<String> = told.iter().map(|name| name.to_string()).collect();
        assert_eq!(unique, names(&idl, "instructions"), "{program}");
        assert_eq!(
            unique.len(),
            told.len(),
            "{program}: an instruction is there twice"
        );

        let events: BTreeSet<String> = table
            .iter()
            .flat_map(|row| row[3].split(", ").flat_map(|cell| cell.split(" or ")))
            .map(|event| event.trim_matches('*').to_owned())
            .collect();
        assert_eq!(events, names(&idl, "events"), "{program}");
    }
}

#[test]
fn every_instruction_says_in_the_idl_who_may_call_it() {
    for program in PROGRAMS {
        let idl = idl(program);
        for instruction in list(&idl, "instructions") {
            let docs = list(instruction, "docs").iter().filter_map(Value::as_str);
            let said = docs.filter(|line| line.starts_with("Who may call: ")).count();
            assert_eq!(said, 1, "{program}: {}", name(instruction));
        }
    }
}

#[test]
fn every_seed_is_in_the_table_of_addresses() {
    let text = read("docs/solana.md");
    let table = rows(&text, |heading| heading == "## Addresses");
    for program in PROGRAMS {
        let idl = idl(program);
        let program = program.replace('_', "-");
        for constant in list(&idl, "constants") {
            if constant["type"] != "bytes" {
                continue;
            }
            let bytes: Vec<u8> = serde_json::from_str(constant["value"].as_str().expect("bytes")).unwrap();
            let seed = format!("\"{}\"", String::from_utf8(bytes).expect("seeds are words"));
            let told = table
                .iter()
                .any(|row| row[1] == program && row[2].contains(&seed));
            assert!(told, "{program}: {seed}");
        }
    }
}

#[test]
fn every_account_has_its_layout() {
    let text = read("docs/solana-accounts.md");
    let mut told = BTreeSet::new();
    for program in PROGRAMS {
        let layouts = Layouts::of(&idl(program));
        for account in &layouts.accounts {
            let expected = layouts.rows(account);
            let size = expected.iter().map(|row| row.1).sum::<usize>() + 8;
            let heading = format!("### `{account}`: {size} bytes");
            assert!(text.lines().any(|line| line == heading), "{program}: {heading}");
            let table: Vec<_> = rows(&text, |line| line == heading)
                .into_iter()
                .filter(|row| row.len() == 5)
                .map(|row| (row[0].clone(), row[1].clone(), row[2].clone(), row[3].clone()))
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(at, len, field, kind)| (at.to_string(), len.to_string(), field, kind))
                .collect();
            assert_eq!(table, expected, "{program}: {account}");
            assert!(told.insert(heading), "{account} is in two programs");
        }
    }
    let headings = text.lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(headings, told.len(), "a layout is of no account");
}

/// Sessions follow the head of `Grants`, so they are no part of its type; its documentation in the IDL has them.
#[test]
fn sessions_are_laid_out_as_the_program_says() {
    let text = read("docs/solana-accounts.md");
    let idl = idl("session_keys");
    let types = list(&idl, "types");
    let grants = types
        .iter()
        .find(|kind| name(kind) == "Grants")
        .expect("the type");
    let docs: Vec<&str> = list(grants, "docs").iter().filter_map(Value::as_str).collect();
    let records = docs
        .split(|line| line.starts_with("Numbers are"))
        .nth(1)
        .expect("records");
    let row = |line: &str| -> Option<Vec<String>> {
        let cells = line.strip_prefix("| ")?.split('|').take(3);
        Some(cells.map(|cell| cell.trim().to_owned()).collect())
    };
    let expected: Vec<_> = records.iter().filter_map(|line| row(line)).collect();
    let section = text
        .split("In a session:")
        .nth(1)
        .and_then(|rest| rest.split("## ").next());
    let table: Vec<_> = section.expect("the section").lines().filter_map(row).collect();
    let without_heads =
        |rows: Vec<Vec<String>>| -> Vec<_> { rows.into_iter().filter(|row| row[0] != "offset").collect() };
    let expected = without_heads(expected);
    assert_eq!(without_heads(table), expected);
    assert!(expected.len() > 20);
}

/// The types of an IDL, to compute where fields are.
struct Layouts {
    types: BTreeMap<String, Value>,
    accounts: BTreeSet<String>,
}

impl Layouts {
    fn of(idl: &Value) -> Self {
        let types = list(idl, "types").iter();
        Self {
            types: types
                .map(|kind| (name(kind).to_owned(), kind["type"].clone()))
                .collect(),
            accounts: names(idl, "accounts"),
        }
    }

    /// Offset, bytes, name and type of each field behind the discriminator; structs within are taken apart.
    fn rows(&self, account: &str) -> Vec<(usize, usize, String, String)> {
        let mut rows = Vec::new();
        self.add(&self.types[account], 8, "", &mut rows);
        rows
    }

    fn add(&self, kind: &Value, mut at: usize, prefix: &str, rows: &mut Vec<(usize, usize, String, String)>) {
        for field in list(kind, "fields") {
            let (name, kind) = (format!("{prefix}{}", name(field)), &field["type"]);
            let size = self.size(kind);
            match self.defined(kind) {
                Some((of, inner)) if inner["kind"] == "struct" && !NUMBERS.contains(&of) => {
                    self.add(inner, at, &format!("{name}."), rows);
                }
                _ => rows.push((at, size, name, self.spelled(kind))),
            }
            at += size;
        }
    }

    fn defined<'a>(&'a self, kind: &'a Value) -> Option<(&'a str, &'a Value)> {
        let name = kind["defined"]["name"].as_str()?;
        Some((name, &self.types[name]))
    }

    fn size(&self, kind: &Value) -> usize {
        if let Some((_, inner)) = self.defined(kind) {
            return match inner["kind"].as_str() {
                Some("struct") => list(inner, "fields")
                    .iter()
                    .map(|field| self.size(&field["type"]))
                    .sum(),
                _ => 1, // an enum without fields
            };
        }
        if let [element, len] = list(kind, "array") {
            return self.size(element) * len.as_u64().expect("a length") as usize;
        }
        match kind.as_str() {
            Some("u8" | "bool") => 1,
            Some("u16") => 2,
            Some("u32") => 4,
            Some("u64" | "i64") => 8,
            Some("pubkey") => 32,
            _ => panic!("the size of {kind} is not known"),
        }
    }

    fn spelled(&self, kind: &Value) -> String {
        if let Some((name, _)) = self.defined(kind) {
            return name.to_owned();
        }
        if let [element, len] = list(kind, "array") {
            return format!("[{}; {len}]", self.spelled(element));
        }
        kind.as_str().expect("a plain type").to_owned()
    }
}
