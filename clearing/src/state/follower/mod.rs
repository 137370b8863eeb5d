//! Keeps a settlement's state up to date with the index.

mod catch_up;
mod config;
mod error;
mod heads;
mod known;
mod merge;
mod tables;

pub use config::FollowerConfig;
pub use known::Known;

use super::{
    ask::{AsOf, InFlight, NotReady, Openings, Sessions},
    available::Reserved,
    rows::Home,
};
use catch_up::{Moment, News, Place, fold, set};
use error::FollowError;
use heads::Heads;
use known::as_of;
use novate_netting::{Entry, Opening, Session};
use novate_protocol::ids::Owner;
use sqlx::{PgPool, postgres::PgListener};
use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};
use tables::Tables;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Postgres channel that the indexer notifies with every transaction that adds or removes rows.
const CHANNEL: &str = "novate_events";

/// Longest pause after an error that the index has to mend.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The state of one settlement, as the index has it. Clones are the same one, and cheap.
///
/// Every look at the index is one transaction, in which the network's head and the rows belong together. It is never a state that
/// no moment of the index had: when blocks that were counted have left the chain everything is read again, and until that is done
/// nothing is answered.
#[derive(Clone)]
pub struct Follower {
    shared: Arc<Shared>,
}

struct Shared {
    settlement: String,
    session_margin: u64,
    known: RwLock<Result<Known, String>>,
    changed: watch::Sender<Option<AsOf>>,
}

impl Follower {
    /// Begins to follow, until `stop`. Takes two connections of `pool`, one of them for good: it listens.
    pub fn start(pool: PgPool, config: FollowerConfig, stop: CancellationToken) -> Self {
        let shared = Arc::new(Shared {
            settlement: config.settlement.clone(),
            session_margin: config.session_margin,
            known: RwLock::new(Err("the index is being read".into())),
            changed: watch::Sender::new(None),
        });
        let task = Task {
            home: Home::new(config.scheme, config.address),
            shared: shared.clone(),
            pool,
            config,
            tables: None,
            place: None,
            told: None,
        };
        tokio::spawn(task.run(stop));
        Self { shared }
    }

    /// Tells when the state has changed; none while there is none.
    pub fn watch(&self) -> watch::Receiver<Option<AsOf>> {
        self.shared.changed.subscribe()
    }

    /// Looks at the state. It does not change meanwhile, so this should not take long.
    ///
    /// # Errors
    /// [`NotReady`]
    pub fn look<T>(&self, at: impl FnOnce(&Known) -> T) -> Result<T, NotReady> {
        match &*self.shared.known() {
            Ok(known) => Ok(at(known)),
            Err(reason) => Err(NotReady {
                settlement: self.shared.settlement.clone(),
                reason: reason.clone(),
            }),
        }
    }
}

impl Sessions for Follower {
    fn session(&self, owner: &Owner, key: &[u8; 32], now: u64) -> Result<Option<Session>, NotReady> {
        let session = self.look(|known| known.state.session(owner, key, now, &Reserved::default()))?;
        Ok(session.filter(|session| self.shared.lasts(session, now)))
    }

    fn as_of(&self) -> Result<AsOf, NotReady> {
        self.look(|known| known.as_of)
    }
}

impl Openings for Follower {
    fn opening(
        &self,
        entries: &[Entry],
        now: u64,
        in_flight: &[InFlight],
        next_nonce: &dyn Fn(&Owner, &[u8; 32]) -> u64,
    ) -> Result<(AsOf, Opening), NotReady> {
        self.look(|known| {
            let mut opening = known.state.opening(entries, now, in_flight, next_nonce);
            opening.sessions.retain(|session| self.shared.lasts(session, now));
            (known.as_of, opening)
        })
    }
}

impl Shared {
    /// Whether the session is still alive when a batch that is made now is applied.
    fn lasts(&self, session: &Session, now: u64) -> bool {
        now.saturating_add(self.session_margin) < session.expires_at
    }

    fn known(&self) -> RwLockReadGuard<'_, Result<Known, String>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what is known by what `by` makes of it.
    fn update(&self, by: impl FnOnce(&mut Result<Known, String>)) {
        let as_of = {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            by(&mut known);
            known.as_ref().ok().map(|known| known.as_of)
        };
        self.changed.send_if_modified(|before| {
            let said = |as_of: Option<AsOf>| {
                as_of.map(|as_of| AsOf {
                    looked_at: 0,
                    ..as_of
                })
            };
            let changed = said(*before) != said(as_of);
            *before = as_of;
            changed
        });
    }
}

struct Task {
    shared: Arc<Shared>,
    pool: PgPool,
    config: FollowerConfig,
    home: Home,
    tables: Option<Tables>,
    /// Where the state is; none while there is none.
    place: Option<Place>,
    /// The last error that was logged.
    told: Option<String>,
}

impl Task {
    async fn run(mut self, stop: CancellationToken) {
        let mut listener = None;
        let mut pause = self.config.poll;
        loop {
            if listener.is_none() {
                listener = listen(&self.pool).await;
            }
            let step = tokio::select! {
                () = stop.cancelled() => return,
                step = self.step() => step,
            };
            pause = match step {
                Ok(()) => {
                    self.told = None;
                    self.config.poll
                }
                Err(error) => {
                    let keeps = error.keeps_state();
                    self.tell(&error);
                    if keeps {
                        self.config.poll
                    } else {
                        (pause * 2).min(LONGEST_PAUSE)
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = heard(&mut listener) => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Brings the state up to date.
    async fn step(&mut self) -> Result<(), FollowError> {
        if self.tables.is_none() {
            self.tables = Some(Moment::tables(&self.pool, &self.config).await?);
        }
        let Some(tables) = &self.tables else {
            return Ok(());
        };
        let mut moment = Moment::begin(&self.pool, &self.config).await?;
        let heads = moment.heads;
        if let Some(place) = &mut self.place {
            let news = moment.news(&self.config, tables, &mut self.home, place).await?;
            if let News::Rows(rows) = news {
                place.block = heads.complete;
                let mut folded = Ok(());
                self.shared.update(|known| {
                    folded = advance(known, place, rows, heads);
                    if let Err(error) = &folded {
                        *known = Err(error.to_string());
                    }
                });
                return folded;
            }
            tracing::warn!(
                settlement = self.config.settlement,
                "the index has rolled back what was counted: reading it again"
            );
            self.forget("the index has rolled back what was counted, and is being read again");
        }
        if heads.complete < 0 {
            let finality = self.config.finality;
            return Err(FollowError::Waiting(format!(
                "the index has no {finality} block yet"
            )));
        }
        self.rebuild(moment).await
    }

    async fn rebuild(&mut self, mut moment: Moment<'_>) -> Result<(), FollowError> {
        let Some(tables) = &self.tables else {
            return Ok(());
        };
        let began = Instant::now();
        let heads = moment.heads;
        let (state, place) = moment.rebuild(&self.config, tables, &mut self.home).await?;
        tracing::info!(
            settlement = self.config.settlement,
            block = heads.complete,
            seconds = began.elapsed().as_secs_f64(),
            "the index is read"
        );
        self.place = Some(place);
        let as_of = as_of(&state, heads);
        self.shared.update(|known| *known = Ok(Known { state, as_of }));
        Ok(())
    }

    fn forget(&mut self, reason: &str) {
        self.place = None;
        self.shared.update(|known| *known = Err(reason.to_owned()));
    }

    fn tell(&mut self, error: &FollowError) {
        let text = error.to_string();
        if !error.keeps_state() {
            self.tables = None;
            self.forget(&text);
        } else if self.place.is_none() {
            self.forget(&text);
        }
        if self.told.as_ref() != Some(&text) {
            tracing::warn!(
                settlement = self.config.settlement,
                error = text,
                "cannot follow the index"
            );
            self.told = Some(text);
        }
    }
}

/// Applies new rows to what is known.
fn advance(
    known: &mut Result<Known, String>,
    place: &mut Place,
    rows: Vec<merge::Found>,
    heads: Heads,
) -> Result<(), FollowError> {
    let Ok(known) = known else {
        return Ok(());
    };
    for found in rows {
        fold(&mut known.state, &found)?;
        set(&mut place.marks, found);
    }
    known.as_of = as_of(&known.state, heads);
    Ok(())
}

/// Without it the index is polled.
async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// Waits for a notification; for ever when there is no listener. A listener whose connection broke is given up, for it may have
/// missed some.
async fn heard(listener: &mut Option<PgListener>) {
    match listener {
        None => std::future::pending().await,
        Some(connected) => {
            if !matches!(connected.try_recv().await, Ok(Some(_))) {
                *listener = None;
            }
        }
    }
}
