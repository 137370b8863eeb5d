//! From a window to a batch that can be signed.

use crate::{
    Entry, Netted, Opening, Outcome, Rules, Signature,
    blob::{Head, MAX_LEN, Names, Row, encode, is_idle, listings},
    cid::cid_of,
    leaves::{delta_leaves, intent_leaves, item_leaves, root},
    net,
};
use novate_protocol::{
    batch::BatchHeader,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
};

/// A window that is closed.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What holds for all of it.
    pub rules: &'a Rules,
    /// The batch's place among those of its settlement, from 1.
    pub sequence: u64,
    /// When the window opened, in Unix seconds: not after `rules.closed_at`.
    pub opened_at: u64,
    /// The state that it begins with, in canonical form.
    pub opening: &'a Opening,
    /// In window order, with ids and verified signatures.
    pub entries: &'a [Entry],
    /// The signature of each entry.
    pub signatures: &'a [Signature],
}

/// A batch with all that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The blob.
    pub bytes: Vec<u8>,
    /// Its binary CIDv1.
    pub cid: [u8; 36],
    /// What the authority signs.
    pub header: BatchHeader,
    /// Debits, then credits.
    pub deltas: Vec<DeltaLeaf>,
    /// Items that change hands.
    pub items: Vec<ItemLeaf>,
    /// For each of these, the session of its holder that allows the move.
    pub item_sessions: Vec<[u8; 32]>,
    /// The intents of the batch.
    pub intents: Vec<IntentLeaf>,
    /// What became of each entry of the draft. Those that are [`Outcome::Open`] are not in the batch.
    pub outcomes: Vec<Outcome>,
}

/// Why a window gives no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Every entry has one signature.
    #[error("{entries} entries and {signatures} signatures: give one for each, in the same order")]
    Signatures {
        /// How many entries there are.
        entries: usize,
        /// How many signatures there are.
        signatures: usize,
    },
    /// Batches are counted from 1.
    #[error("sequence 0 is none: the first batch of a settlement has 1")]
    Sequence,
    /// Time goes forward.
    #[error("the window opened at {opened_at}, after it was closed at {closed_at}: look at the clock")]
    Clock {
        /// In Unix seconds.
        opened_at: u64,
        /// In Unix seconds.
        closed_at: u64,
    },
    /// The fees are above what intents allow.
    #[error("a fee of {0} basis points is above the highest, 1,000: lower it in the configuration")]
    Fees(u16),
    /// The opening state is not canonical.
    #[error("the opening {0} are not sorted by their keys, or have duplicates: sort them")]
    Unsorted(&'static str),
    /// Carried entries come before all others.
    #[error("a carried entry comes after one that is not: put those of earlier windows first")]
    Order,
    /// The blob would be longer than readers accept.
    #[error("the blob has {0} bytes, and {MAX_LEN} is the most: close the window with fewer entries")]
    TooLong(usize),
}

/// Nets a window, and makes its blob, leaves, roots and header.
///
/// It is netted on the part of the opening state that its entries name, since the blob holds no more.
///
/// # Errors
/// [`SealError`]
pub fn seal(draft: &Draft) -> Result<Sealed, SealError> {
    check(draft)?;
    let mut names = Names::default();
    draft.entries.iter().for_each(|entry| names.add(&entry.intent));
    let opening = names.restrict(draft.opening);
    let netted = net(draft.rules, &opening, draft.entries);

    let intents = intent_leaves(
        draft
            .entries
            .iter()
            .map(|entry| &entry.id)
            .zip(netted.outcomes.iter().copied()),
    );
    let (deltas, items) = (delta_leaves(&netted.deltas), item_leaves(&netted.items));
    let ((bytes, cid), roots) = rayon::join(
        || {
            let bytes = blob(draft, opening, &netted);
            let cid = cid_of(&bytes);
            (bytes, cid)
        },
        || {
            (
                root(&intents, IntentLeaf::hash),
                root(&deltas, DeltaLeaf::hash),
                root(&items, ItemLeaf::hash),
            )
        },
    );
    if bytes.len() > MAX_LEN {
        return Err(SealError::TooLong(bytes.len()));
    }
    let (intents_root, deltas_root, items_root) = roots;
    // None of these counts reaches 2^32: every leaf comes from an entry of a blob that is shorter than that.
    let header = BatchHeader {
        chain: draft.rules.chain,
        settlement: draft.rules.settlement,
        sequence: draft.sequence,
        intents_root,
        deltas_root,
        items_root,
        blob_cid: cid,
        intent_count: intents.len() as u32,
        delta_count: deltas.len() as u32,
        item_count: items.len() as u32,
        opened_at: draft.opened_at,
    };
    Ok(Sealed {
        bytes,
        cid,
        header,
        deltas,
        items,
        item_sessions: netted.items.iter().map(|moved| moved.session).collect(),
        intents,
        outcomes: netted.outcomes,
    })
}

fn check(draft: &Draft) -> Result<(), SealError> {
    let Draft {
        rules,
        opening,
        entries,
        ..
    } = draft;
    let (opened_at, closed_at) = (draft.opened_at, rules.closed_at);
    let fee = rules.fees.pay_bps.max(rules.fees.sale_bps);
    if draft.signatures.len() != entries.len() {
        return Err(SealError::Signatures {
            entries: entries.len(),
            signatures: draft.signatures.len(),
        });
    }
    if draft.sequence == 0 {
        return Err(SealError::Sequence);
    }
    if opened_at > closed_at {
        return Err(SealError::Clock { opened_at, closed_at });
    }
    if fee > crate::Fees::MAX_BPS {
        return Err(SealError::Fees(fee));
    }
    if !entries.is_sorted_by_key(|entry| !entry.carried) {
        return Err(SealError::Order);
    }
    match opening.unsorted() {
        Some(list) => Err(SealError::Unsorted(list)),
        None => Ok(()),
    }
}

fn blob(draft: &Draft, opening: Opening, netted: &Netted) -> Vec<u8> {
    let counts = listings(draft.entries.iter().map(|entry| &entry.intent));
    let outcomes = netted.outcomes.iter().copied();
    let window = draft.entries.iter().zip(draft.signatures).zip(outcomes);
    let needed = window.filter(|((entry, _), outcome)| !is_idle(entry, *outcome, &counts));
    let rows = needed.map(|((entry, signature), outcome)| Row {
        intent: &entry.intent,
        signature,
        received_at: entry.received_at,
        carried: entry.carried,
        outcome,
    });
    let rows: Vec<Row> = rows.collect();
    let opening = if rows.len() < draft.entries.len() {
        let mut names = Names::default();
        rows.iter().for_each(|row| names.add(row.intent));
        names.restrict(&opening)
    } else {
        opening
    };
    let head = Head {
        rules: draft.rules,
        sequence: draft.sequence,
        opened_at: draft.opened_at,
        opening: &opening,
    };
    encode(&head, rows.into_iter())
}
