//! What a window takes, and what that nets to.

use super::{BatchMaker, Limits, MakerError};
use crate::{
    settlement::Settlement,
    signer::fits,
    state::{AsOf, InFlight},
    store::{
        batches::{self, State},
        intents::{self, StoredIntent},
        nonces, outcomes, settlements,
    },
};
use novate_bindings::icp::BatchRequest;
use novate_netting::{Draft, Entry, Outcome, SealError, Sealed, Signature, seal};
use novate_protocol::ids::Owner;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Everything that a window depends on.
pub(super) struct Reading {
    cursor: i64,
    /// As far as the database knows.
    next_sequence: u64,
    sequence: u64,
    /// No batch was made before.
    first: bool,
    /// The last batch that was over when `in_flight` was read.
    over: u64,
    opened_at: u64,
    closed_at: u64,
    /// Listings that nobody has bought.
    book: Vec<StoredIntent>,
    /// Intents of batches that ended without effect.
    retries: Vec<StoredIntent>,
    new: Vec<StoredIntent>,
    next_nonces: HashMap<(Owner, [u8; 32]), u64>,
    in_flight: Vec<InFlight>,
}

/// A window that is netted.
pub(super) struct Closed {
    /// Where it began.
    pub cursor: i64,
    /// The next sequence then, as far as the database knew.
    pub next_sequence: u64,
    /// No batch was made before.
    pub first: bool,
    /// The last new intent that it took.
    pub last: i64,
    pub sealed: Sealed,
    /// Filled intents.
    pub filled: u32,
    /// What is in the batch, in window order.
    pub ended: Vec<(i64, Outcome)>,
    /// What stays in the book.
    pub open: Vec<i64>,
}

impl BatchMaker {
    pub(super) async fn read(
        &self,
        now: u64,
        new: u64,
        oldest: Option<u64>,
        opened: u64,
        as_of: AsOf,
    ) -> Result<Reading, MakerError> {
        let id = self.settlement.id;
        let mut db = self.context.pool.acquire().await?;
        let position = settlements::position(&mut db, id).await?;
        let next = position.next_sequence;
        let sequence = position
            .sequence(opened)
            .ok_or(MakerError::Unknown { opened, next })?;
        let limit = i64::try_from(new).unwrap_or(i64::MAX);
        let mut new = intents::window(&mut *db, id, position.cursor, limit).await?;
        // The intake may have seen later blocks than this process. What it saw before the index was looked at here was seen here
        // too; both times are whole seconds.
        let known = new
            .iter()
            .take_while(|intent| intent.received_at < as_of.looked_at);
        let known = known.count();
        new.truncate(known);
        let waiting: HashSet<i64> = outcomes::waiting_for_buyers(&mut db, id).await?;
        let carried = intents::carried(&mut *db, id, now).await?;
        let (book, mut retries): (Vec<_>, Vec<_>) = carried
            .into_iter()
            .partition(|intent| waiting.contains(&intent.seq));
        let sessions: HashSet<(Owner, [u8; 32])> = new
            .iter()
            .map(|new| (new.signed.intent.owner, new.signed.intent.session))
            .collect();
        let sessions: Vec<_> = sessions.into_iter().collect();
        let nonces = nonces::next_after(&mut db, id, position.cursor, &sessions).await?;
        let in_flight = batches::after(&mut db, id, as_of.over).await?;
        // Until the index has seen it closed, what it was to take is reserved, and missing for its own intents.
        if in_flight.iter().any(|batch| batch.state == State::Closed) {
            retries.clear();
        }
        let in_flight = in_flight.into_iter().map(|batch| InFlight {
            sequence: batch.header.sequence,
            deltas: batch.leaves.deltas,
            items: batch.leaves.items,
        });
        let earliest = now.saturating_sub(self.settlement.limits.window_seconds);
        Ok(Reading {
            cursor: position.cursor,
            next_sequence: next,
            sequence,
            first: !position.begun,
            over: as_of.over,
            opened_at: oldest.unwrap_or(now).clamp(earliest, now),
            closed_at: now,
            book,
            retries,
            new,
            next_nonces: sessions.into_iter().zip(nonces).collect(),
            in_flight: in_flight.collect(),
        })
    }

    /// Nets as much as gives a batch that signer and chain take; `None` when nothing is there any more.
    pub(super) async fn net(&self, reading: Reading, limits: Limits) -> Result<Option<Closed>, MakerError> {
        let settlement = Arc::clone(&self.settlement);
        let netting = move || {
            let most = usize::try_from(limits.max_intents).unwrap_or(usize::MAX);
            let mut take = (reading.retries.len() + reading.new.len()).min(most);
            // Of the book alone nothing becomes but that listings expire.
            if take == 0 && !reading.expires() {
                return Ok(None);
            }
            loop {
                match reading.net(&settlement, take) {
                    Ok(closed) if take <= 1 || closed.fits(&settlement, &limits) => return Ok(Some(closed)),
                    Ok(_) => {}
                    Err(MakerError::Seal(SealError::TooLong(_))) if take > 1 => {}
                    Err(error) => return Err(error),
                }
                take /= 2;
            }
        };
        tokio::task::spawn_blocking(netting).await?
    }
}

impl Reading {
    /// Whether a listing of the book has expired.
    fn expires(&self) -> bool {
        let mut book = self.book.iter();
        book.any(|listing| listing.signed.intent.expires_at <= self.closed_at)
    }

    /// Nets the book with the first `take` of the others.
    fn net(&self, settlement: &Settlement, take: usize) -> Result<Closed, MakerError> {
        let retries = self.retries.get(..take).unwrap_or(&self.retries);
        let new = take.saturating_sub(retries.len());
        let new = self.new.get(..new).unwrap_or(&self.new);
        let mut carried: Vec<&StoredIntent> = self.book.iter().chain(retries).collect();
        carried.sort_unstable_by_key(|intent| intent.seq);
        let (mut entries, mut signatures, mut seqs) = (Vec::new(), Vec::<Signature>::new(), Vec::new());
        let carried = carried.into_iter().map(|intent| (intent, true));
        for (stored, carried) in carried.chain(new.iter().map(|intent| (intent, false))) {
            entries.push(Entry {
                intent: stored.signed.intent,
                id: stored.id,
                // Nothing is stored whose signature was not verified.
                signed: true,
                received_at: stored.received_at,
                carried,
            });
            signatures.push(stored.signed.signature);
            seqs.push(stored.seq);
        }
        let next_nonce = |owner: &Owner, key: &[u8; 32]| {
            self.next_nonces.get(&(*owner, *key)).copied().unwrap_or_default()
        };
        let (as_of, mut opening) =
            settlement
                .state
                .opening(&entries, self.closed_at, &self.in_flight, &next_nonce)?;
        if as_of.over < self.over {
            let (from, to) = (self.over, as_of.over);
            return Err(MakerError::WentBack { from, to });
        }
        settlement.allowed.restrict(&mut opening);
        let sealed = seal(&Draft {
            rules: &settlement.rules(self.closed_at),
            sequence: self.sequence,
            opened_at: self.opened_at,
            opening: &opening,
            entries: &entries,
            signatures: &signatures,
        })?;
        let (mut ended, mut open, mut filled) = (Vec::new(), Vec::new(), 0_u32);
        for (seq, outcome) in seqs.into_iter().zip(&sealed.outcomes) {
            match outcome {
                Outcome::Open => open.push(seq),
                outcome => ended.push((seq, *outcome)),
            }
            filled = filled.saturating_add(u32::from(*outcome == Outcome::Filled));
        }
        Ok(Closed {
            cursor: self.cursor,
            next_sequence: self.next_sequence,
            first: self.first,
            last: new.last().map_or(self.cursor, |intent| intent.seq),
            sealed,
            filled,
            ended,
            open,
        })
    }
}

impl Closed {
    fn fits(&self, settlement: &Settlement, limits: &Limits) -> bool {
        let Sealed {
            header,
            deltas,
            items,
            ..
        } = &self.sealed;
        // Its id has the same length, whatever it is.
        let request = BatchRequest::new([0; 32], settlement.signer_chain(), header, deltas, items);
        let debits = self.sealed.deltas.iter().filter(|leaf| leaf.amount < 0);
        let assets: HashSet<_> = debits.map(|leaf| leaf.asset).collect();
        self.sealed.deltas.len() <= limits.max_deltas
            && self.sealed.items.len() <= limits.max_items
            && assets.len() <= limits.max_assets
            && fits(&request)
    }
}
