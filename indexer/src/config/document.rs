//! The text of a configuration, and where in it something is.

use super::{ConfigError, Problem};
use serde::de::DeserializeOwned;
use std::{
    ops::Range,
    path::{Path, PathBuf},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Read {
            path: path.to_owned(),
            cause,
        })?;
        Ok(Self {
            path: path.to_owned(),
            text,
        })
    }

    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text)
            .map_err(|e| self.error(e.span().unwrap_or(0..0), Problem::Toml(e.message().to_owned())))
    }

    /// An error about the bytes at `span`.
    pub fn error(&self, span: Range<usize>, problem: Problem) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let key = self.key(&span);
        ConfigError::At {
            file: self.path.clone(),
            line: self.line(span.start),
            column: before[line_start..].chars().count() + 1,
            key: if key.is_empty() { key } else { format!("{key}: ") },
            problem,
        }
    }

    /// Line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.text.get(..byte).unwrap_or(&self.text).matches('\n').count() + 1
    }

    /// A path of the configuration, which is relative to the folder of the file.
    pub fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// Replaces `${NAME}` by the environment variable, so that secrets need not be in the file.
    pub fn substitute(&self, value: &Spanned<String>) -> Result<String, ConfigError> {
        let mut rest = value.get_ref().as_str();
        let mut result = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| self.error(value.span(), Problem::OpenVariable))?;
            let variable = std::env::var(name);
            result.push_str(before);
            result.push_str(
                &variable.map_err(|_| self.error(value.span(), Problem::Variable(name.to_owned())))?,
            );
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    /// Path of the innermost key that `span` belongs to; empty in a text that is no TOML.
    fn key(&self, span: &Range<usize>) -> String {
        let mut path = String::new();
        if span.is_empty() && span.start == 0 {
            return path;
        }
        if let Ok(table) = DeTable::parse(&self.text) {
            descend(table.get_ref(), span, &mut path);
        }
        path
    }
}

fn descend(table: &DeTable<'_>, span: &Range<usize>, path: &mut String) {
    for (key, value) in table {
        // A table made by several headers has a span that does not cover its entries, so all are looked at.
        let mut inner = path.clone();
        if !inner.is_empty() {
            inner.push('.');
        }
        inner.push_str(key.get_ref());
        if visit(value, span, &mut inner) || covers(&key.span(), span) {
            *path = inner;
            return;
        }
    }
}

/// Whether `span` is at or within `value`; `path` then is that of the innermost.
fn visit(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: &mut String) -> bool {
    let before = path.len();
    match value.get_ref() {
        DeValue::Table(table) => descend(table, span, path),
        DeValue::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let mut inner = format!("{path}[{i}]");
                if visit(item, span, &mut inner) {
                    *path = inner;
                    break;
                }
            }
        }
        _ => {}
    }
    path.len() > before || covers(&value.span(), span)
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
