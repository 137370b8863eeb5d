//! How much of each file in src/ the tests run.

use super::{GAS_TESTS, PROJECT, work};
use crate::{process::run_aside, repo::Repo};
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// The least share that must be covered, in percent.
pub const LEAST: u32 = 95;

/// How many there are, and how many of them ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub found: u32,
    pub hit: u32,
}

/// What ran of one file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    pub lines: Count,
    pub branches: Count,
    pub functions: Count,
}

/// Files with what ran of them.
pub type Coverage = BTreeMap<String, Covered>;

impl Count {
    fn add(&mut self, ran: bool) {
        self.found += 1;
        self.hit += u32::from(ran);
    }

    fn is_enough(self) -> bool {
        self.hit * 100 >= self.found * LEAST
    }

    fn shown(self) -> String {
        match self.found {
            0 => "-".into(),
            found => format!(
                "{:.1}% ({}/{found})",
                f64::from(self.hit) * 100.0 / f64::from(found),
                self.hit
            ),
        }
    }
}

impl Covered {
    fn kinds(self) -> [(&'static str, Count); 3] {
        [
            ("lines", self.lines),
            ("branches", self.branches),
            ("functions", self.functions),
        ]
    }
}

/// Where forge's report lies: an LCOV file with every line.
pub fn report(repo: &Repo) -> PathBuf {
    repo.target.join("contracts/lcov.info")
}

/// Runs the tests with counters. Few runs of the random ones are enough for that, and the gas tests would measure code
/// that is not optimised.
///
/// # Errors
/// When a test fails or the report cannot be read.
pub fn measure(repo: &Repo) -> Result<Coverage> {
    work(repo)?;
    let report = report(repo);
    let mut forge = repo.npm_bin("forge", PROJECT);
    forge
        .args(["coverage", "--report", "lcov", "--report-file"])
        .arg(&report)
        .args(["--no-match-path", GAS_TESTS])
        .env("FOUNDRY_FUZZ_RUNS", "32")
        .env("FOUNDRY_INVARIANT_RUNS", "2")
        .env("FOUNDRY_INVARIANT_DEPTH", "16")
        .env("FORGE_SNAPSHOT_EMIT", "false");
    run_aside(&mut forge)?;
    read(&report)
}

fn read(report: &Path) -> Result<Coverage> {
    let text = fs::read_to_string(report).with_context(|| report.display().to_string())?;
    Ok(parse(&text))
}

/// What an LCOV report says of the files in src/.
pub fn parse(lcov: &str) -> Coverage {
    let mut coverage = Coverage::new();
    let mut file = None;
    for line in lcov.lines() {
        let (kind, rest) = line.split_once(':').unwrap_or((line, ""));
        let mut numbers = rest.split(',');
        let (first, last) = (numbers.next(), numbers.next_back());
        let ran = |times: Option<&str>| times.is_some_and(|times| !matches!(times, "0" | "-"));
        if kind == "SF" {
            file = rest.starts_with("src/").then(|| rest.to_owned());
        }
        let Some(file) = &file else { continue };
        match kind {
            "DA" => coverage.entry(file.clone()).or_default().lines.add(ran(last)),
            "BRDA" => coverage.entry(file.clone()).or_default().branches.add(ran(last)),
            "FNDA" => coverage
                .entry(file.clone())
                .or_default()
                .functions
                .add(ran(first)),
            _ => {}
        }
    }
    coverage
}

/// A sentence for each of `files` that has functions and is not in the report. Forge leaves files out, or counts nothing
/// in them, when it compiles the sources in several parts because of compiler profiles.
pub fn missing(coverage: &Coverage, files: &[(String, String)]) -> Vec<String> {
    files
        .iter()
        .filter(|(file, text)| text.contains("function ") && !coverage.contains_key(file))
        .map(|(file, _)| format!("{file}: is not in the report"))
        .collect()
}

/// The sources in src/ with their texts, but not the interfaces, which have nothing to run.
///
/// # Errors
/// When one cannot be read.
pub fn sources(repo: &Repo) -> Result<Vec<(String, String)>> {
    let project = repo.root.join(PROJECT);
    let mut files = Vec::new();
    let mut folders = vec![project.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.extend((!path.ends_with("interfaces")).then_some(path));
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(&project).unwrap_or(&path);
            files.push((name.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// For reading: a line per file.
pub fn table(coverage: &Coverage) -> String {
    let mut text = String::new();
    let mut row = |name: &str, cells: [String; 3]| {
        let [lines, branches, functions] = cells;
        let _ = writeln!(text, "{name:<36} {lines:>18} {branches:>18} {functions:>18}");
    };
    row("covered", ["lines", "branches", "functions"].map(str::to_owned));
    for (file, covered) in coverage {
        row(file, covered.kinds().map(|(_, count)| count.shown()));
    }
    text
}

/// A sentence for each file and kind below [`LEAST`].
pub fn too_low(coverage: &Coverage) -> Vec<String> {
    let mut found = Vec::new();
    for (file, covered) in coverage {
        for (kind, count) in covered.kinds() {
            if !count.is_enough() {
                found.push(format!("{file}: {} of its {kind} are covered", count.shown()));
            }
        }
    }
    found
}
