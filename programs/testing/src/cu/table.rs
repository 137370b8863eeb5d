//! The table in `docs/compute-units.md`: rows ``| `staking.stake` | 9876 CU |`` in alphabetical order, and text around
//! them.

use std::{collections::BTreeMap, fmt};

use super::TOLERANCE_PERCENT;

const UNITS: &str = "CU";

/// A number with its unit: `CU`, of which less is better, or something of which more is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    value: u64,
    unit: String,
}

impl Figure {
    pub fn units(value: u64) -> Self {
        Self::count(value, UNITS)
    }

    pub fn count(value: u64, unit: &str) -> Self {
        Self {
            value,
            unit: unit.to_owned(),
        }
    }

    /// Is this worse than `before`, by more than the tolerance?
    fn is_worse_than(&self, before: &Self) -> bool {
        let [less, more] = match self.unit == UNITS {
            true => [before.value, self.value],
            false => [self.value, before.value],
        };
        u128::from(more) * 100 > u128::from(less) * u128::from(100 + TOLERANCE_PERCENT)
    }
}

/// `9876 CU`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// The document, in three parts.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    before: String,
    rows: BTreeMap<String, Figure>,
    after: String,
}

/// How figures differ from the table, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub worse: Vec<String>,
    pub better: Vec<String>,
}

impl Table {
    /// Reads the document: the rows follow its first line of dashes, `|---|---|`.
    ///
    /// # Errors
    /// The first row that has another form, or an empty line when there is no table.
    pub fn parse(text: &str) -> Result<Self, String> {
        let head = text.find("\n|---").ok_or_else(String::new)? + 1;
        let start = text[head..].find('\n').map_or(text.len(), |end| head + end + 1);
        let rows = text[start..]
            .split_inclusive('\n')
            .take_while(|line| line.starts_with('|'));
        let rows: Vec<_> = rows.collect();
        let end = start + rows.iter().map(|row| row.len()).sum::<usize>();
        let rows = rows
            .into_iter()
            .map(|line| row(line).ok_or_else(|| line.to_owned()));
        Ok(Self {
            before: text[..start].to_owned(),
            rows: rows.collect::<Result<_, _>>()?,
            after: text[end..].to_owned(),
        })
    }

    /// Replaces the rows of a program.
    pub fn replace(&mut self, program: &str, figures: BTreeMap<String, Figure>) {
        self.rows.retain(|name, _| !is_of(program, name));
        self.rows.extend(figures);
    }

    /// What `figures` of a program say that the table does not.
    pub fn difference(&self, program: &str, figures: &BTreeMap<String, Figure>) -> Difference {
        let mut found = Difference::default();
        for (name, now) in figures {
            match self.rows.get(name) {
                None => found.worse.push(format!("{name} is not in the table")),
                Some(before) if before.unit != now.unit || now.is_worse_than(before) => {
                    found.worse.push(format!("{name} was {before} and is {now}"));
                }
                Some(before) if before.is_worse_than(now) => {
                    found.better.push(format!("{name} was {before} and is {now}"));
                }
                Some(_) => {}
            }
        }
        let gone = self
            .rows
            .keys()
            .filter(|name| is_of(program, name) && !figures.contains_key(*name));
        found
            .worse
            .extend(gone.map(|name| format!("{name} is in the table, and nothing measures it")));
        found
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.before)?;
        for (name, figure) in &self.rows {
            writeln!(f, "| `{name}` | {figure} |")?;
        }
        f.write_str(&self.after)
    }
}

fn row(line: &str) -> Option<(String, Figure)> {
    let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
    let (value, unit) = rest.trim_end().strip_suffix(" |")?.split_once(' ')?;
    Some((name.to_owned(), Figure::count(value.parse().ok()?, unit)))
}

fn is_of(program: &str, name: &str) -> bool {
    name.split_once('.').is_some_and(|(of, _)| of == program)
}
