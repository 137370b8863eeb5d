//! Intake: signed intents in, checked and on disk before they are answered.
//!
//! | module | holds |
//! |---|---|
//! | [`json`] | intents as JSON, read strictly |
//! | `check` | settlement, form, age, signature, session, limits, rate |
//! | `writer` | nonces, and the transaction that many submissions share |
//! | [`answer`], [`refusal`] | what the sender is told |
//! | [`feed`] | what was accepted and settled, as it happens |
//!
//! An intent that was accepted stays so: who sends it again, within an hour or later, gets the first answer.

pub mod answer;
mod check;
pub mod config;
pub mod feed;
pub mod json;
mod rate;
pub mod refusal;
mod writer;

pub use answer::{Accepted, Answer, Refused};
pub use config::{IntakeConfig, Rate};
pub use feed::FeedEvent;
pub use json::Form;
pub use refusal::Refusal;

use crate::{
    state::Sessions,
    store::{
        StoreError,
        intents_insert::{Inserted, NewIntent, bytes, stored_among},
        intents_view::{self, IntentView},
    },
};
use check::{Checks, Held};
use novate_netting::SignedIntent;
use novate_protocol::{ids::Owner, intent::Scheme};
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use writer::{Job, Writer};

/// A settlement whose intents are taken.
#[derive(Clone)]
pub struct Settlement {
    /// `clearing.settlements.id`.
    pub id: i16,
    /// As in [`Intent::chain`](novate_protocol::intent::Intent::chain).
    pub chain: u64,
    /// As in [`Intent::settlement`](novate_protocol::intent::Intent::settlement).
    pub address: [u8; 32],
    /// How its session keys sign.
    pub scheme: Scheme,
    /// Its sessions, as the index knows them.
    pub sessions: Arc<dyn Sessions>,
}

/// Takes intents. Clones share one queue, and one task that writes, which ends with the last of them.
#[derive(Clone)]
pub struct Intake(Arc<Shared>);

struct Shared {
    pool: PgPool,
    checks: Arc<Checks>,
    config: IntakeConfig,
    /// In bytes of bodies.
    room: Arc<Semaphore>,
    jobs: mpsc::Sender<Job>,
    feed: broadcast::Sender<FeedEvent>,
    _stop: DropGuard,
}

/// Which of an owner's intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Below this number; from the latest on without.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Intake {
    /// Begins to take intents for these settlements. To be called within a Tokio runtime.
    ///
    /// Keeps one connection of the pool for the feed; the writer has one of its own. The database need not be there yet: until
    /// it is, intents are refused as [`Refusal::Unavailable`].
    pub fn start(pool: PgPool, settlements: Vec<Settlement>, config: IntakeConfig) -> Self {
        let (jobs, queue) = mpsc::channel(config.queue.max(1));
        tokio::spawn(Writer::new(&pool.connect_options(), &config).run(queue));
        let stop = CancellationToken::new();
        let feed = feed::start(pool.clone(), stop.clone());
        Self(Arc::new(Shared {
            checks: Arc::new(Checks::new(settlements, rate::Rates::new(&config))),
            room: Arc::new(Semaphore::new(config.max_in_flight_bytes as usize)),
            pool,
            config,
            jobs,
            feed,
            _stop: stop.drop_guard(),
        }))
    }

    /// Takes the intents of a body; the answers are in their order.
    ///
    /// # Errors
    /// [`Refusal`] when the body as a whole cannot be read, is too large, or finds the service busy: then nothing is stored.
    pub async fn submit_json(
        &self,
        body: impl AsRef<[u8]> + Send + 'static,
        form: Form,
    ) -> Result<Vec<Answer>, Refusal> {
        let (bytes, limit) = (body.as_ref().len(), self.0.config.max_body_bytes);
        if bytes > limit {
            return Err(Refusal::BodyTooLarge { bytes, limit });
        }
        let room = self.room(bytes)?;
        let (checks, most, now) = (self.0.checks.clone(), self.0.config.max_intents, self.now());
        let checked = on_all_cores(room, move || {
            let texts = json::split(body.as_ref(), form, most)?;
            Ok::<_, Refusal>(checks.all(texts.into_iter().map(json::read).collect(), now))
        });
        let (_room, checked) = checked.await?;
        Ok(self.store(checked?).await)
    }

    /// Takes intents; the answers are in their order.
    ///
    /// # Errors
    /// As [`Intake::submit_json`].
    pub async fn submit(&self, intents: Vec<SignedIntent>) -> Result<Vec<Answer>, Refusal> {
        let limit = self.0.config.max_intents;
        if intents.len() > limit {
            return Err(Refusal::TooMany { limit });
        }
        let room = self.room(size_of_val(&intents[..]))?;
        let (checks, now) = (self.0.checks.clone(), self.now());
        let checked = on_all_cores(room, move || {
            checks.all(intents.into_iter().map(Ok).collect(), now)
        });
        let (_room, checked) = checked.await?;
        Ok(self.store(checked).await)
    }

    /// The intent of this id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn get(&self, id: &[u8; 32]) -> Result<Option<IntentView>, StoreError> {
        intents_view::by_id(&self.0.pool, id).await
    }

    /// An owner's intents, the latest first.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn by_owner(&self, owner: &Owner, page: Page) -> Result<Vec<IntentView>, StoreError> {
        intents_view::by_owner(&self.0.pool, owner, page.before, page.limit).await
    }

    /// The lowest nonce with which the session's next intent would be taken.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn next_nonce(
        &self,
        settlement: i16,
        owner: &Owner,
        session: &[u8; 32],
    ) -> Result<u64, StoreError> {
        intents_view::next_nonce(&self.0.pool, settlement, owner, session).await
    }

    /// What is accepted and settled from now on, in every process. Who is slow is told how much was missed.
    pub fn feed(&self) -> broadcast::Receiver<FeedEvent> {
        self.0.feed.subscribe()
    }

    /// The clock by which the age of intents is judged, in Unix seconds.
    pub fn now(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0.room).try_acquire_many_owned(bytes);
        room.map_err(|_| Refusal::Busy)
    }

    /// Stores those that passed, and answers all.
    async fn store(&self, checked: Vec<Result<NewIntent, Held>>) -> Vec<Answer> {
        let passed: Vec<NewIntent> = checked.iter().flatten().copied().collect();
        let held = checked.iter().filter_map(|one| one.as_ref().err());
        let (stored, first) = tokio::join!(self.write(passed), self.accepted_before(held));
        let mut stored = stored.map(Vec::into_iter);
        let answers: Vec<Answer> = checked
            .into_iter()
            .map(|one| match one {
                Ok(new) => match &mut stored {
                    Ok(stored) => answer(&new, stored.next()),
                    Err(refusal) => refused(Some(new.id), refusal.clone()),
                },
                Err(held) => match held.id.and_then(|id| first.get(&id)) {
                    Some(accepted) => Answer::Accepted(*accepted),
                    None => refused(held.id, held.refusal),
                },
            })
            .collect();
        for answer in &answers {
            let code = match answer {
                Answer::Accepted(_) => "accepted",
                Answer::Refused(refused) => refused.refusal.code(),
            };
            metrics::counter!("novate_intents_total", "answer" => code).increment(1);
        }
        answers
    }

    async fn write(&self, intents: Vec<NewIntent>) -> Result<Vec<Inserted>, Refusal> {
        if intents.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        self.0
            .jobs
            .try_send(Job { intents, answer })
            .map_err(|_| Refusal::Busy)?;
        // Without an answer the writer ended in the middle.
        answered.await.unwrap_or(Err(Refusal::OutcomeUnknown))
    }

    /// Of those that are held back, the ones that were accepted earlier: the same intent with the same signature, so the
    /// signature is known to be right.
    async fn accepted_before<'a>(&self, held: impl Iterator<Item = &'a Held>) -> HashMap<[u8; 32], Accepted> {
        let repeated = held.filter(|held| held.refusal.may_be_a_repetition());
        let signatures: HashMap<[u8; 32], _> = repeated
            .filter_map(|held| Some((held.id?, held.signature?)))
            .collect();
        if signatures.is_empty() {
            return HashMap::new();
        }
        let ids: Vec<_> = signatures.keys().copied().collect();
        let found = stored_among(&self.0.pool, &ids).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "earlier answers could not be looked up");
            Vec::new()
        });
        let same = found.into_iter().filter(|found| {
            signatures
                .get(&found.id)
                .is_some_and(|signature| bytes(signature) == found.signature)
        });
        same.map(|found| {
            let accepted = Accepted {
                id: found.id,
                seq: found.seq,
                received_at: found.received_at,
            };
            (found.id, accepted)
        })
        .collect()
    }
}

fn answer(new: &NewIntent, inserted: Option<Inserted>) -> Answer {
    match inserted {
        Some(Inserted::Stored { seq, received_at }) => Answer::Accepted(Accepted {
            id: new.id,
            seq,
            received_at,
        }),
        Some(Inserted::NonceUsed { last }) => refused(Some(new.id), Refusal::NonceUsed { last }),
        None => refused(Some(new.id), Refusal::OutcomeUnknown),
    }
}

const fn refused(id: Option<[u8; 32]>, refusal: Refusal) -> Answer {
    Answer::Refused(Refused { id, refusal })
}

/// Away from the threads that serve connections. The room goes with the work, which goes on when nobody waits for it any more.
async fn on_all_cores<T: Send + 'static>(
    room: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(OwnedSemaphorePermit, T), Refusal> {
    let (done, result) = oneshot::channel();
    rayon::spawn(move || drop(done.send((room, work()))));
    result
        .await
        .map_err(|_| Refusal::Unavailable("the check was interrupted".into()))
}
