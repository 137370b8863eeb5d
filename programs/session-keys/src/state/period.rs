use anchor_lang::prelude::*;

/// How often a limit starts anew.
///
/// Periods follow each other without a gap from the second in which the session was created, whatever the
/// calendar says: a day is 86,400 seconds and a month is 30 days.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Never: what is spent is spent.
    OneTime,
    Hour,
    Day,
    Week,
    Month,
}

impl Period {
    /// The length in seconds; 0 for [`Period::OneTime`].
    pub const fn seconds(self) -> u32 {
        match self {
            Self::OneTime => 0,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
            Self::Month => 2_592_000,
        }
    }
}
