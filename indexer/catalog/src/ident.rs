use crate::CatalogError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Postgres cuts longer names silently, so we refuse them.
const MAX_BYTES: usize = 63;

/// A lower-case SQL name: `[a-z0-9_]`, not starting with a digit, at most 63 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ident(String);

impl Ident {
    /// `maxPerPeriod`, `MaxPerPeriod`, `max-per-period` all give `max_per_period`; `HTTPServer2` gives `http_server2`.
    pub fn from_name(name: &str) -> Result<Self, CatalogError> {
        let mut snake = String::with_capacity(name.len() + 4);
        let chars: Vec<char> = name.chars().collect();
        for (i, &c) in chars.iter().enumerate() {
            if !c.is_ascii_alphanumeric() {
                if !snake.is_empty() && !snake.ends_with('_') {
                    snake.push('_');
                }
                continue;
            }
            let after_lower = i > 0 && (chars[i - 1].is_ascii_lowercase() || chars[i - 1].is_ascii_digit());
            let ends_acronym = i > 0
                && chars[i - 1].is_ascii_uppercase()
                && chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
            if c.is_ascii_uppercase() && (after_lower || ends_acronym) && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        let snake = snake.trim_end_matches('_');
        let bare = if snake.starts_with(|c: char| c.is_ascii_digit()) {
            format!("n{snake}")
        } else {
            snake.into()
        };
        Self::try_from(bare).map_err(|_| CatalogError::BadName(name.into()))
    }

    /// `left` and `right` as one name, as in `settlement_deposited`.
    pub fn join(left: &str, right: &str) -> Result<Self, CatalogError> {
        let (left, right) = (Self::from_name(left)?, Self::from_name(right)?);
        Self::try_from(format!("{left}_{right}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Quoted, so that a keyword is a name like any other.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl TryFrom<String> for Ident {
    type Error = CatalogError;

    fn try_from(name: String) -> Result<Self, CatalogError> {
        let legal = !name.is_empty()
            && name.len() <= MAX_BYTES
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if legal {
            Ok(Self(name))
        } else {
            Err(CatalogError::BadName(name))
        }
    }
}

impl From<Ident> for String {
    fn from(ident: Ident) -> Self {
        ident.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
