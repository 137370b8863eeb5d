//! A command line, word by word.

use anyhow::Result;
use std::{collections::VecDeque, fmt};

/// The words after the verb.
pub struct Args {
    words: VecDeque<String>,
    /// The part after the equal sign of the flag that was just read.
    inline: Option<String>,
}

/// One argument.
#[derive(Debug, PartialEq, Eq)]
pub enum Arg {
    /// `--name`, without a value that may follow it.
    Flag(String),
    /// A word that is no flag.
    Word(String),
    /// What follows `--`, untouched.
    Rest(Vec<String>),
}

/// The user wrote something that this program does not understand.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageError(String);

impl UsageError {
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

impl Args {
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        Self {
            words: words.into_iter().collect(),
            inline: None,
        }
    }

    /// The next argument, or nothing at the end.
    ///
    /// # Errors
    /// [`UsageError`] when the last flag was given a value that it does not take.
    #[expect(clippy::should_implement_trait, reason = "it can fail, so it is no iterator")]
    pub fn next(&mut self) -> Result<Option<Arg>> {
        if let Some(value) = self.inline.take() {
            return Err(UsageError(format!("the value {value:?} belongs to no flag")).into());
        }
        let Some(word) = self.words.pop_front() else {
            return Ok(None);
        };
        Ok(Some(match word.strip_prefix("--") {
            Some("") => Arg::Rest(self.words.drain(..).collect()),
            Some(flag) => {
                let (name, value) = flag
                    .split_once('=')
                    .map_or((flag, None), |(n, v)| (n, Some(v.to_owned())));
                self.inline = value;
                Arg::Flag(format!("--{name}"))
            }
            None => Arg::Word(word),
        }))
    }

    /// What stands after the equal sign of the flag that was just read, if anything.
    pub fn inline_value(&mut self) -> Option<String> {
        self.inline.take()
    }

    /// The value of the flag that was just read: `--only solana` or `--only=solana`.
    ///
    /// # Errors
    /// [`UsageError`] when there is none.
    pub fn value(&mut self, flag: &str) -> Result<String> {
        let value = self
            .inline
            .take()
            .or_else(|| self.words.pop_front_if(|word| !word.starts_with("--")));
        value.ok_or_else(|| UsageError(format!("{flag} needs a value")).into())
    }
}

/// The error for an argument that the verb does not have.
pub fn unexpected(arg: &Arg) -> anyhow::Error {
    UsageError(match arg {
        Arg::Flag(flag) => format!("unknown flag {flag}"),
        Arg::Word(word) => format!("unexpected {word:?}"),
        Arg::Rest(_) => "nothing may follow --".into(),
    })
    .into()
}

/// Picks `value` from `known`, for a flag or word that takes one of a few names.
///
/// # Errors
/// [`UsageError`] with the names that it takes.
pub fn one_of<'a>(what: &str, value: &str, known: impl IntoIterator<Item = &'a str>) -> Result<&'a str> {
    let known: Vec<_> = known.into_iter().collect();
    match known.iter().find(|name| **name == value) {
        Some(name) => Ok(name),
        None => Err(UsageError(format!(
            "{what} {value:?} is unknown; known: {}",
            known.join(", ")
        ))
        .into()),
    }
}
