//! Rows as both sides are compared: by table and id, every value as text.

use anyhow::{Context, Result};
use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns that every table has. A field of such a name is served with `arg_` before it.
const COMMON: [&str; 9] = [
    "id",
    "network",
    "address",
    "block_number",
    "block_hash",
    "block_time",
    "tx_hash",
    "position",
    "finality",
];

/// Columns of one row by their GraphQL names, each as text.
pub type Row = BTreeMap<String, String>;

/// Rows by table of the catalog, then by id.
#[derive(Debug, Default)]
pub struct Rows(pub BTreeMap<String, BTreeMap<String, Row>>);

impl Rows {
    /// Adds a row; `fields` are (GraphQL name, value) pairs.
    pub fn add<'a>(&mut self, table: &str, id: String, fields: impl IntoIterator<Item = (&'a str, String)>) {
        let row = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        self.0.entry(table.to_owned()).or_default().insert(id, row);
    }

    /// Rows per table.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.0
            .iter()
            .map(|(table, rows)| (table.clone(), rows.len()))
            .collect()
    }
}

/// A JSON value as the text it is compared by: strings without quotes, `null` as `null`.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// `blockTime` for `block_time`.
pub fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

/// `item_listed` for `ItemListed` and `itemListed`.
pub fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Name by which GraphQL serves a field of an event.
pub fn column(field: &str) -> String {
    let field = snake(field);
    if COMMON.contains(&field.as_str()) {
        camel(&format!("arg_{field}"))
    } else {
        camel(&field)
    }
}

/// A time as both sides have it: whole seconds since 1970.
pub fn seconds(rfc3339: &str) -> Result<String> {
    let time = DateTime::parse_from_rfc3339(rfc3339).with_context(|| format!("the time {rfc3339:?}"))?;
    Ok(time.timestamp().to_string())
}

/// Every difference between what the chains say and what was served, a sentence each. Columns that `chain` does not
/// give (for example `finality`, which moves) are not compared.
pub fn differences(chain: &Rows, served: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    let none = BTreeMap::new();
    let tables: std::collections::BTreeSet<&String> = chain.0.keys().chain(served.0.keys()).collect();
    for table in tables {
        let on_chain = chain.0.get(table).unwrap_or(&none);
        let in_api = served.0.get(table).unwrap_or(&none);
        for (id, row) in on_chain {
            let Some(got) = in_api.get(id) else {
                found.push(format!("{table}: event {id} is on the chain and not served"));
                continue;
            };
            for (column, want) in row {
                match got.get(column) {
                    Some(value) if value == want => {}
                    Some(value) => found.push(format!(
                        "{table}: {id}: {column} is {value}, the chain says {want}"
                    )),
                    None => found.push(format!(
                        "{table}: {id}: no column {column}, the chain says {want}"
                    )),
                }
            }
        }
        for id in in_api.keys().filter(|id| !on_chain.contains_key(*id)) {
            found.push(format!("{table}: event {id} is served and not on the chain"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(amount: &str) -> Rows {
        let mut rows = Rows::default();
        rows.add("t", "1".into(), [("amount", amount.to_owned())]);
        rows
    }

    #[test]
    fn equal_rows_have_no_differences() {
        assert!(differences(&rows("5"), &rows("5")).is_empty());
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        assert_eq!(
            differences(&rows("5"), &rows("6")),
            ["t: 1: amount is 6, the chain says 5"]
        );
        assert_eq!(
            differences(&rows("5"), &Rows::default()),
            ["t: event 1 is on the chain and not served"]
        );
        assert_eq!(
            differences(&Rows::default(), &rows("5")),
            ["t: event 1 is served and not on the chain"]
        );
    }
}
