//! Several stores as one: a blob is written to all of them, and read from the first that gives the right bytes.

mod guarded;

pub use guarded::StoreStatus;

use crate::{
    BlobStore, Failure, StoreError, Writes,
    content::{named, verified},
    error::Failures,
    store::check_anchor,
};
use cid::Cid;
use guarded::Guarded;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// How many copies, how large, and how long to wait.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Stores that must have a blob before it counts as written.
    pub copies: usize,
    /// Most bytes of a blob.
    pub max_blob: usize,
    /// Time for one store to give a blob, or to say whether it has it.
    pub read_limit: Duration,
    /// Time for one store to take a blob.
    pub write_limit: Duration,
    /// How long a store is left alone after three failures in a row …
    pub first_rest: Duration,
    /// … and at most, after more of them.
    pub longest_rest: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            copies: 2,
            max_blob: 64 << 20,
            read_limit: Duration::from_secs(5),
            write_limit: Duration::from_secs(30),
            first_rest: Duration::from_secs(10),
            longest_rest: Duration::from_secs(300),
        }
    }
}

/// The configured stores.
pub struct Replicas {
    stores: Vec<Arc<Guarded>>,
    settings: Settings,
}

/// A blob that enough stores keep.
#[derive(Debug)]
pub struct Kept {
    /// Its name.
    pub cid: Cid,
    /// The stores that have it. Others may still be writing it.
    pub stores: Vec<String>,
    /// What went wrong at others so far.
    pub failures: Vec<Failure>,
}

impl Replicas {
    /// `stores` in the order in which they are read: nearest first.
    ///
    /// # Errors
    /// [`StoreError::Config`] when two have one name, or fewer than `copies` take blobs.
    pub fn new(stores: Vec<Box<dyn BlobStore>>, settings: Settings) -> Result<Self, StoreError> {
        let mut names = BTreeSet::new();
        if let Some(twice) = stores.iter().find(|store| !names.insert(store.name())) {
            let name = twice.name();
            return Err(StoreError::Config(format!(
                "two stores have the name {name:?}; rename one"
            )));
        }
        let kept_by = stores
            .iter()
            .filter(|store| store.writes() == Writes::Blobs)
            .count();
        let copies = settings.copies;
        if copies == 0 || copies > kept_by {
            let reason =
                format!("copies = {copies}, but {kept_by} stores take blobs; add stores or lower it");
            return Err(StoreError::Config(reason));
        }
        let guard = |store| Arc::new(Guarded::new(store, &settings));
        let stores = stores.into_iter().map(guard).collect();
        Ok(Self { stores, settings })
    }

    /// Writes a blob to every store at once, and returns as soon as enough have it. The others go on by themselves.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::TooFewCopies`]
    pub async fn put(&self, bytes: Vec<u8>) -> Result<Kept, StoreError> {
        self.write(bytes, Writes::Blobs).await
    }

    /// Writes a receipt or an attestation, also to stores that take nothing else.
    ///
    /// # Errors
    /// [`StoreError::TooLargeToAnchor`] and those of [`put`](Self::put).
    pub async fn anchor(&self, bytes: Vec<u8>) -> Result<Kept, StoreError> {
        check_anchor(&bytes)?;
        self.write(bytes, Writes::Anchors).await
    }

    async fn write(&self, bytes: Vec<u8>, what: Writes) -> Result<Kept, StoreError> {
        if bytes.len() > self.settings.max_blob {
            return Err(StoreError::TooLarge {
                store: "of any kind".to_owned(),
                limit: self.settings.max_blob,
            });
        }
        let (cid, bytes) = named(bytes).await?;
        let mut writes = JoinSet::new();
        for store in self.writers(what) {
            let (store, bytes, limit) = (Arc::clone(store), Arc::clone(&bytes), self.settings.write_limit);
            writes.spawn(async move {
                let done = match what {
                    Writes::Anchors => {
                        store
                            .call("anchor", limit, store.store.anchor(&cid, &bytes))
                            .await
                    }
                    _ => store.call("put", limit, store.store.put(&cid, &bytes)).await,
                };
                (store.name().to_owned(), done)
            });
        }
        let (mut stores, mut failures) = (Vec::new(), Vec::new());
        while let Some(done) = writes.join_next().await {
            match done {
                Ok((store, Ok(()))) => stores.push(store),
                Ok((store, Err(error))) => failures.push(Failure { store, error }),
                Err(error) => tracing::error!(%error, "a write to a blob store did not end"),
            }
            if stores.len() >= self.settings.copies {
                writes.detach_all();
                return Ok(Kept {
                    cid,
                    stores,
                    failures,
                });
            }
        }
        Err(StoreError::TooFewCopies {
            cid,
            kept: stores.len(),
            wanted: self.settings.copies,
            failures: Failures(failures),
        })
    }

    /// The bytes, checked, from the first store in order that gives them; `None` when every store says that it does not have
    /// them. A store that gave others is sent the right ones.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when some store could not say.
    pub async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let mut failures = Vec::new();
        for store in self.stores.iter().filter(|store| store.store.reads()) {
            let read = async {
                match store.store.get(cid).await? {
                    // Once more, for a store need not be one of ours.
                    Some(bytes) => verified(store.name(), cid, bytes).await.map(Some),
                    None => Ok(None),
                }
            };
            let read = store.call("get", self.settings.read_limit, read).await;
            match read {
                Ok(Some(bytes)) => {
                    self.mend(cid, &bytes, &failures).await;
                    return Ok(Some(bytes));
                }
                Ok(None) => {}
                Err(error) => failures.push(Failure {
                    store: store.name().to_owned(),
                    error,
                }),
            }
        }
        match failures.is_empty() {
            true => Ok(None),
            false => Err(StoreError::Unavailable {
                cid: *cid,
                failures: Failures(failures),
            }),
        }
    }

    /// Gives the right bytes to stores that gave wrong ones. One that cannot take them now is left to [`crate::Repair`].
    async fn mend(&self, cid: &Cid, bytes: &[u8], failures: &[Failure]) {
        for failure in failures {
            let wrong = matches!(failure.error, StoreError::WrongBytes { .. });
            let mut writers = self.writers(Writes::Blobs);
            if let Some(store) = writers.find(|store| wrong && store.name() == failure.store) {
                let mended = self.put_into(store, cid, bytes).await.is_ok();
                tracing::warn!(store = store.name(), %cid, mended, "a store had a damaged copy");
            }
        }
    }

    /// Stores that are sent this.
    pub(crate) fn writers(&self, what: Writes) -> impl Iterator<Item = &Arc<Guarded>> {
        self.stores
            .iter()
            .filter(move |store| store.store.writes() >= what)
    }

    pub(crate) async fn put_into(&self, store: &Guarded, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        store
            .call("put", self.settings.write_limit, store.store.put(cid, bytes))
            .await
    }

    /// Whether a store has a blob, of this length if it tells one.
    pub(crate) async fn has(&self, store: &Guarded, cid: &Cid, length: u64) -> Result<bool, StoreError> {
        let head = store
            .call("head", self.settings.read_limit, store.store.head(cid))
            .await?;
        Ok(head.is_some_and(|head| head.length.is_none_or(|said| said == length)))
    }

    /// How each store is doing, in the order of reading.
    pub fn status(&self) -> Vec<StoreStatus> {
        self.stores.iter().map(|store| store.status()).collect()
    }
}
