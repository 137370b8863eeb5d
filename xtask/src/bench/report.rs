//! `target/bench/SUITE.json`.

use crate::{process::output, repo::Repo};
use anyhow::{Context, Result};
use serde_json::{Number, Value, json};
use std::{fs, path::Path};

/// One line `bench SUITE.NAME VALUE UNIT`, after which a suite may say `min VALUE max VALUE runs COUNT`.
#[derive(Debug, PartialEq)]
pub struct Figure {
    name: String,
    value: Number,
    unit: String,
    /// What follows the unit, by name.
    more: Vec<(String, Number)>,
}

impl Figure {
    /// A whole number of `unit`.
    pub fn new(name: String, value: u64, unit: &str) -> Self {
        Self {
            name,
            value: value.into(),
            unit: unit.to_owned(),
            more: Vec::new(),
        }
    }

    /// Nothing, when the line is not a figure of `suite`.
    pub fn parse(suite: &str, line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("bench ")?.split_whitespace();
        let name = words.next()?.strip_prefix(suite)?.strip_prefix('.')?.to_owned();
        let value = words.next()?.parse().ok()?;
        let unit = words.next()?.to_owned();
        let mut more = Vec::new();
        while let Some(key) = words.next() {
            more.push((key.to_owned(), words.next()?.parse().ok()?));
        }
        Some(Self {
            name,
            value,
            unit,
            more,
        })
    }

    /// The figure without what followed it.
    pub fn line(&self, suite: &str) -> String {
        format!("bench {suite}.{} {} {}", self.name, self.value, self.unit)
    }

    /// The figure for the report.
    pub fn to_json(&self) -> Value {
        let mut figure = json!({ "name": self.name, "value": self.value, "unit": self.unit });
        for (key, value) in &self.more {
            figure[key] = json!(value);
        }
        figure
    }
}

/// Writes the figures with what is needed to judge and to repeat them.
///
/// # Errors
/// When the file cannot be written or a version cannot be asked for.
pub fn write(
    repo: &Repo,
    file: &Path,
    suite: &str,
    quick: bool,
    command: &str,
    figures: &[Figure],
) -> Result<()> {
    let figures: Vec<Value> = figures.iter().map(Figure::to_json).collect();
    let versions = json!({
        "novate": output(repo.command("git").args(["describe", "--always", "--dirty"])).unwrap_or_default().trim(),
        "rustc": output(repo.command("rustc").arg("--version"))?.trim(),
    });
    let report = json!({
        "suite": suite, "quick": quick, "command": command, "figures": figures, "machine": machine(),
        "versions": versions,
    });
    fs::write(file, serde_json::to_string_pretty(&report)? + "\n").with_context(|| file.display().to_string())
}

/// Processor, cores, memory and kernel, as far as Linux tells.
fn machine() -> Value {
    let first = |file: &str, key: &str| -> Value {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().into())
            .unwrap_or_default()
    };
    json!({
        "processor": first("/proc/cpuinfo", "model name"),
        "cores": std::thread::available_parallelism().map(usize::from).ok(),
        "memory": first("/proc/meminfo", "MemTotal"),
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
    })
}
