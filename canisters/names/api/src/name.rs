//! What a name is, and which two look alike.

use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;

/// Fewest characters of a name.
pub const MIN: usize = 3;
/// Most characters of a name: those of a DNS label.
pub const MAX: usize = 63;

/// A normalised name: `a` to `z`, `0` to `9` and single inner hyphens, 3 to 63 characters.
///
/// ASCII alone keeps the letters of other scripts out that look like Latin ones. A double hyphen is refused because
/// it is how DNS marks encoded names (`xn--`).
#[derive(BorshSerialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    #[error("a name has 3 to 63 characters, not {length}")]
    Length { length: usize },
    #[error(
        "a name has the letters a to z, digits and hyphens, but not {character:?} (character {position})"
    )]
    Character { character: char, position: usize },
    #[error("a hyphen stands between two letters or digits, not at position {position}")]
    Hyphen { position: usize },
}

impl Name {
    /// Reads a name; capital letters become small ones, and nothing else is changed.
    ///
    /// # Errors
    /// The first rule that the text breaks; positions count from 0.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let length = text.chars().take(MAX + 1).count();
        if !(MIN..=MAX).contains(&length) {
            let length = if length > MAX {
                text.chars().count()
            } else {
                length
            };
            return Err(NameError::Length { length });
        }
        let wrong = |c: &char| !(c.is_ascii_alphanumeric() || *c == '-');
        if let Some((position, character)) = text.chars().enumerate().find(|(_, c)| wrong(c)) {
            return Err(NameError::Character { character, position });
        }
        let bytes = text.as_bytes();
        let lonely = |at: usize| bytes.get(at).is_none_or(|byte| *byte == b'-');
        let hyphens = (0..bytes.len()).filter(|at| bytes[*at] == b'-');
        if let Some(position) = hyphens
            .into_iter()
            .find(|at| lonely(at.wrapping_sub(1)) || lonely(at + 1))
        {
            return Err(NameError::Hyphen { position });
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a reader may take the name for: names with the same skeleton look alike in some font.
    ///
    /// Hyphens fall out; `0` reads as `o`, `1` and `i` as `l`, `5` as `s`, `m` as `rn`, `w` as `vv`, `d` as `cl`. The
    /// pairs are written out and not drawn together, so that `vvv` and `vw` meet as well.
    pub fn skeleton(&self) -> String {
        let mut skeleton = String::with_capacity(2 * self.0.len());
        for letter in self.0.chars() {
            match letter {
                '-' => {}
                '0' => skeleton.push('o'),
                '1' | 'i' => skeleton.push('l'),
                '5' => skeleton.push('s'),
                'm' => skeleton.push_str("rn"),
                'w' => skeleton.push_str("vv"),
                'd' => skeleton.push_str("cl"),
                other => skeleton.push(other),
            }
        }
        skeleton
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BorshDeserialize for Name {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let text = String::deserialize_reader(reader)?;
        match Self::parse(&text) {
            Ok(name) if name.0 == text => Ok(name),
            _ => Err(borsh::io::Error::new(
                borsh::io::ErrorKind::InvalidData,
                "no normalised name",
            )),
        }
    }
}
