use std::{fmt, str::FromStr};

/// How certain a block is; `Seen < Confirmed < Finalized`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finality {
    /// In the best chain we know of.
    Seen,
    /// EVM `safe`, Solana `confirmed`; on the IC every certified block is at once finalized.
    Confirmed,
    /// EVM `finalized`, Solana `finalized`.
    Finalized,
}

impl Finality {
    pub const ALL: [Self; 3] = [Self::Seen, Self::Confirmed, Self::Finalized];

    /// As the column `finality` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Confirmed => "confirmed",
            Self::Finalized => "finalized",
        }
    }
}

impl fmt::Display for Finality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Finality {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|finality| finality.as_str() == s)
            .ok_or_else(|| format!("finality {s:?} is none of seen, confirmed, finalized"))
    }
}
