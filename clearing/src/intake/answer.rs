//! What the sender of an intent is told.

use super::Refusal;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// What became of one intent that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is on disk, and will be in a window.
    Accepted(Accepted),
    /// It is not taken.
    Refused(Refused),
}

/// An intent that is stored. Who sends it again gets the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its [`Intent::id`](novate_protocol::intent::Intent::id).
    pub id: [u8; 32],
    /// Its place in the order of arrival.
    pub seq: i64,
    /// When it first arrived, in Unix seconds.
    pub received_at: u64,
}

/// An intent that is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its id, where it could be read that far.
    pub id: Option<[u8; 32]>,
    /// Why.
    pub refusal: Refusal,
}

impl Answer {
    /// The HTTP status of this answer alone: 202, or the refusal's.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Accepted(_) => 202,
            Self::Refused(refused) => refused.refusal.status(),
        }
    }
}

/// `{"status":"accepted","id":"0x…","seq":1,"receivedAt":1}` or
/// `{"status":"refused","id":"0x…","code":"…","message":"…","retryAfterMs":1}`.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Accepted(accepted) => {
                map.serialize_entry("status", "accepted")?;
                map.serialize_entry("id", &super::json::hex(&accepted.id))?;
                map.serialize_entry("seq", &accepted.seq)?;
                map.serialize_entry("receivedAt", &accepted.received_at)?;
            }
            Self::Refused(Refused { id, refusal }) => {
                map.serialize_entry("status", "refused")?;
                if let Some(id) = id {
                    map.serialize_entry("id", &super::json::hex(id))?;
                }
                map.serialize_entry("code", refusal.code())?;
                map.serialize_entry("message", &refusal.to_string())?;
                if let Some(wait) = refusal.retry_after() {
                    map.serialize_entry("retryAfterMs", &wait.as_millis())?;
                }
            }
        }
        map.end()
    }
}
