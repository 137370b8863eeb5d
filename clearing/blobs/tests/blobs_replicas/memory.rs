//! A store in memory that fails on demand.

use async_trait::async_trait;
use cid::Cid;
use futures_util::future;
use novate_blobs::{BlobStore, Head, Replicas, Settings, StoreError, Writes};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Well,
    Fails,
    Silent,
    /// Gives other bytes, and says nothing of it.
    Lies,
    Pending,
}

#[derive(Clone)]
pub struct Memory {
    name: &'static str,
    writes: Writes,
    mode: Arc<Mutex<Mode>>,
    pub blobs: Arc<Mutex<HashMap<Cid, Vec<u8>>>>,
    calls: Arc<AtomicUsize>,
}

impl Memory {
    pub fn new(name: &'static str) -> Self {
        Self::that_writes(name, Writes::Blobs)
    }

    pub fn that_writes(name: &'static str, writes: Writes) -> Self {
        Self {
            name,
            writes,
            mode: Arc::new(Mutex::new(Mode::Well)),
            blobs: Arc::default(),
            calls: Arc::default(),
        }
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub fn holds(&self, cid: &Cid) -> bool {
        self.blobs.lock().unwrap().contains_key(cid)
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    async fn act(&self, cid: &Cid) -> Result<Mode, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mode = *self.mode.lock().unwrap();
        let store = self.name.to_owned();
        match mode {
            Mode::Fails => Err(StoreError::Failed {
                store,
                reason: "it is ill".to_owned(),
            }),
            Mode::Pending => Err(StoreError::Pending { store, cid: *cid }),
            Mode::Silent => future::pending().await,
            Mode::Well | Mode::Lies => Ok(mode),
        }
    }
}

#[async_trait]
impl BlobStore for Memory {
    fn name(&self) -> &str {
        self.name
    }

    fn writes(&self) -> Writes {
        self.writes
    }

    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        self.act(cid).await?;
        self.blobs.lock().unwrap().insert(*cid, bytes.to_vec());
        Ok(())
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(match self.act(cid).await? {
            Mode::Lies => Some(b"something else".to_vec()),
            _ => self.blobs.lock().unwrap().get(cid).cloned(),
        })
    }

    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        self.act(cid).await?;
        let length = self
            .blobs
            .lock()
            .unwrap()
            .get(cid)
            .map(|bytes| bytes.len() as u64);
        Ok(length.map(|length| Head { length: Some(length) }))
    }
}

/// Short times, so that the tests are.
pub fn settings() -> Settings {
    Settings {
        max_blob: 1_000_000,
        read_limit: Duration::from_millis(100),
        write_limit: Duration::from_millis(300),
        first_rest: Duration::from_millis(100),
        longest_rest: Duration::from_millis(400),
        ..Settings::default()
    }
}

pub fn replicas(stores: &[&Memory]) -> Replicas {
    let stores = stores
        .iter()
        .map(|store| Box::new((*store).clone()) as Box<dyn BlobStore>);
    Replicas::new(stores.collect(), settings()).unwrap()
}
