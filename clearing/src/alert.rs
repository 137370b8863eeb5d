//! What a person has to look at.

use std::fmt;

/// Kinds of alerts, each with a paragraph in the handbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alert {
    /// The clocks of service, database and chain differ: no window is closed.
    Clock,
    /// The signer refuses a batch.
    Refused,
    /// A part of a batch can never be applied.
    Quarantined,
    /// A batch was cancelled by the guardian, or taken back.
    Closed,
    /// A batch was abandoned as it was.
    Abandoned,
    /// The chain holds another batch under a sequence of ours.
    Conflict,
    /// The account that pays for transactions is empty.
    Payer,
    /// A transaction fails again and again.
    Failing,
    /// Too few stores take a blob.
    Blob,
    /// A batch that was settled is not any more.
    Reorg,
    /// The chain has opened a batch that the database does not know: no window is closed.
    Unknown,
}

impl Alert {
    /// Its name in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Refused => "refused",
            Self::Quarantined => "quarantined",
            Self::Closed => "closed",
            Self::Abandoned => "abandoned",
            Self::Conflict => "conflict",
            Self::Payer => "payer",
            Self::Failing => "failing",
            Self::Blob => "blob",
            Self::Reorg => "reorg",
            Self::Unknown => "unknown",
        }
    }

    /// Logs and counts it: `novate_clearing_alerts_total{settlement, alert}`.
    pub(crate) fn raise(self, settlement: &str, batch: Option<i64>, reason: impl fmt::Display) {
        metrics::counter!("novate_clearing_alerts_total",
            "settlement" => settlement.to_owned(), "alert" => self.name())
        .increment(1);
        tracing::error!(alert = self.name(), settlement, batch, "{reason}");
    }
}
