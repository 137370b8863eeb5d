//! Two disks, of which one can be full.

use async_trait::async_trait;
use novate_blobs::{BlobStore, Head, Replicas, Settings, StoreError, disk::Disk};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub fn replicas(folder: &Path, full: Arc<AtomicBool>) -> Replicas {
    let disk = |name: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        Disk::open(name, &path, 64 << 20).unwrap()
    };
    let stores: Vec<Box<dyn BlobStore>> = vec![
        Box::new(disk("first")),
        Box::new(FullDisk {
            disk: disk("second"),
            full,
        }),
    ];
    let settings = Settings {
        first_rest: Duration::from_millis(50),
        longest_rest: Duration::from_millis(50),
        ..Settings::default()
    };
    Replicas::new(stores, settings).unwrap()
}

/// A disk without room, as long as the switch says so.
struct FullDisk {
    disk: Disk,
    full: Arc<AtomicBool>,
}

#[async_trait]
impl BlobStore for FullDisk {
    fn name(&self) -> &str {
        self.disk.name()
    }

    async fn put(&self, cid: &cid::Cid, bytes: &[u8]) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError::Failed {
                store: "second".into(),
                reason: "No space left on device".into(),
            });
        }
        self.disk.put(cid, bytes).await
    }

    async fn get(&self, cid: &cid::Cid) -> Result<Option<Vec<u8>>, StoreError> {
        self.disk.get(cid).await
    }

    async fn head(&self, cid: &cid::Cid) -> Result<Option<Head>, StoreError> {
        self.disk.head(cid).await
    }
}
