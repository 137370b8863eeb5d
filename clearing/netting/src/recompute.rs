//! Recomputing a batch from its blob, as an auditor does who trusts nobody.

use crate::{Blob, Draft, Entry, Outcome, SealError, Sealed, Signature, SignedIntent, seal, verify_all};
use novate_protocol::batch::BatchHeader;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;

/// What a blob comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recomputed {
    /// The batch that follows from the intents and the opening state in the blob, with the blob as it was given.
    pub sealed: Sealed,
    /// What the blob says that does not follow. None in an honest blob.
    pub differences: Vec<Difference>,
}

/// Something that is not what it would have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Difference {
    /// The outcome of an entry.
    Outcome {
        /// The entry's place in the blob, from 0.
        entry: usize,
        /// The intent, in hex.
        intent: String,
        /// What the blob says.
        found: &'static str,
        /// What follows from the rules.
        expected: &'static str,
    },
    /// The blob holds something on which nothing in it depends, or leaves out what has to be there.
    Content {
        /// In which list.
        list: &'static str,
        /// How many the blob has.
        found: usize,
        /// How many it would have to have.
        expected: usize,
    },
    /// A field of the header.
    Header {
        /// Which.
        field: &'static str,
        /// What the header says: bytes in hex.
        found: String,
        /// What follows from the blob.
        expected: String,
    },
}

impl Blob {
    /// Verifies every signature, computes every id, nets the window again, and makes leaves, roots and header.
    ///
    /// # Errors
    /// [`SealError`], when no batch maker could have made a batch of it.
    pub fn recompute(&self) -> Result<Recomputed, SealError> {
        let scheme = self.rules.scheme;
        let intents: Vec<SignedIntent> = self.entries.iter().map(|entry| entry.signed).collect();
        let signatures: Vec<Signature> = intents.iter().map(|intent| intent.signature).collect();
        let signed = verify_all(scheme, &intents);
        let ids: Vec<[u8; 32]> = intents
            .par_iter()
            .map(|signed| signed.intent.id(scheme))
            .collect();
        let entries: Vec<Entry> = self
            .entries
            .iter()
            .zip(ids.into_iter().zip(signed))
            .map(|(entry, (id, signed))| Entry {
                intent: entry.signed.intent,
                id,
                signed,
                received_at: entry.received_at,
                carried: entry.carried,
            })
            .collect();
        let mut sealed = seal(&Draft {
            rules: &self.rules,
            sequence: self.sequence,
            opened_at: self.opened_at,
            opening: &self.opening,
            entries: &entries,
            signatures: &signatures,
        })?;
        let differences = self.differences(&entries, &sealed);
        // The header commits to the blob that there is.
        let bytes = self.encode();
        if sealed.bytes != bytes {
            sealed.cid = crate::cid::cid_of(&bytes);
            (sealed.header.blob_cid, sealed.bytes) = (sealed.cid, bytes);
        }
        Ok(Recomputed { sealed, differences })
    }

    fn differences(&self, entries: &[Entry], sealed: &Sealed) -> Vec<Difference> {
        let outcomes = self.entries.iter().zip(entries).zip(&sealed.outcomes).enumerate();
        let outcomes = outcomes.filter(|(_, ((claimed, _), outcome))| claimed.outcome != **outcome);
        let outcomes = outcomes.map(|(at, ((claimed, entry), outcome))| Difference::Outcome {
            entry: at,
            intent: hex::encode(entry.id),
            found: Outcome::name(claimed.outcome),
            expected: outcome.name(),
        });
        let mut differences: Vec<Difference> = outcomes.collect();
        // What `seal` gives is a blob of this format, and if only outcomes differ has the same lists.
        if let Ok(minimal) = Blob::decode(&sealed.bytes) {
            let (found, expected) = (self.counts(), minimal.counts());
            let content = found.into_iter().zip(expected);
            let content = content.filter(|((_, found), (_, expected))| found != expected);
            differences.extend(content.map(|((list, found), (_, expected))| Difference::Content {
                list,
                found,
                expected,
            }));
        }
        differences
    }

    fn counts(&self) -> [(&'static str, usize); 5] {
        let sessions = self.opening.sessions.iter();
        [
            ("balances", self.opening.balances.len()),
            ("sessions", self.opening.sessions.len()),
            ("limits", sessions.map(|session| session.limits.len()).sum()),
            ("items", self.opening.items.len()),
            ("entries", self.entries.len()),
        ]
    }
}

impl Recomputed {
    /// Every field in which a header, such as the one on chain, is not that of the recomputed batch.
    pub fn compare(&self, header: &BatchHeader) -> Vec<Difference> {
        let own = &self.sealed.header;
        let fields = fields(header).into_iter().zip(fields(own));
        let different = fields.filter(|((_, found), (_, expected))| found != expected);
        different
            .map(|((field, found), (_, expected))| Difference::Header {
                field,
                found,
                expected,
            })
            .collect()
    }
}

/// Every field of a header as people read it.
fn fields(header: &BatchHeader) -> [(&'static str, String); 11] {
    [
        ("chain", header.chain.to_string()),
        ("settlement", hex::encode(header.settlement)),
        ("sequence", header.sequence.to_string()),
        ("intents_root", hex::encode(header.intents_root)),
        ("deltas_root", hex::encode(header.deltas_root)),
        ("items_root", hex::encode(header.items_root)),
        ("blob_cid", hex::encode(header.blob_cid)),
        ("intent_count", header.intent_count.to_string()),
        ("delta_count", header.delta_count.to_string()),
        ("item_count", header.item_count.to_string()),
        ("opened_at", header.opened_at.to_string()),
    ]
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome {
                entry,
                intent,
                found,
                expected,
            } => write!(
                f,
                "intent {intent} (entry {entry}) is {found}, and has to be {expected}"
            ),
            Self::Content {
                list,
                found,
                expected,
            } => write!(f, "the blob has {found} {list}, and the batch needs {expected}"),
            Self::Header {
                field,
                found,
                expected,
            } => write!(f, "the header's {field} is {found}, and has to be {expected}"),
        }
    }
}
