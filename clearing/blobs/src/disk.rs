//! A folder on a local disk.
//!
//! `ROOT/xy/CID`, where `xy` are the two characters before the CID's last (IPFS's `next-to-last/2`), so that files spread over
//! 1,024 folders. A file appears complete or not at all: it is written under another name, flushed, renamed, and its folder
//! flushed. A file that is not what its name says is moved to `ROOT/aside`, so that the place is free for a good copy.

use crate::{BlobStore, Head, StoreError, content::verified};
use async_trait::async_trait;
use cid::Cid;
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

/// What a crash left in `ROOT/temp` is removed when it is older than this.
const STALE: Duration = Duration::from_secs(3600);

/// A folder of blobs.
#[derive(Clone, Debug)]
pub struct Disk {
    name: String,
    root: PathBuf,
    limit: usize,
}

impl Disk {
    /// Opens the folder, and makes it when it is not there. `limit` is the most bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written to.
    pub fn open(name: &str, root: &Path, limit: usize) -> Result<Self, StoreError> {
        let disk = Self {
            name: name.to_owned(),
            root: root.to_owned(),
            limit,
        };
        disk.make_folders().map_err(|e| disk.failed(root, &e))?;
        Ok(disk)
    }

    fn make_folders(&self) -> io::Result<()> {
        fs::create_dir_all(self.aside())?;
        fs::create_dir_all(self.temp())?;
        for entry in fs::read_dir(self.temp())? {
            let entry = entry?;
            let age = entry.metadata().and_then(|m| m.modified()).map(|t| t.elapsed());
            // Another process may have taken it away meanwhile, which is as well.
            if matches!(age, Ok(Ok(age)) if age > STALE) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn temp(&self) -> PathBuf {
        self.root.join("temp")
    }

    fn aside(&self) -> PathBuf {
        self.root.join("aside")
    }

    /// Where the blob's file is.
    pub fn path(&self, cid: &Cid) -> PathBuf {
        let name = cid.to_string();
        let shard: String = name.chars().rev().skip(1).take(2).collect();
        let shard: String = shard.chars().rev().collect();
        self.root.join(shard).join(name)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.root);
        if !folder.exists() {
            fs::create_dir_all(folder)?;
            File::open(&self.root)?.sync_all()?;
        }
        // Removed when anything below fails.
        let mut file = NamedTempFile::new_in(self.temp())?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        File::open(folder)?.sync_all()
    }

    /// The file's bytes, unchecked.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            let file = File::open(path)?;
            file.take(self.limit as u64 + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) if bytes.len() > self.limit => Err(StoreError::TooLarge {
                store: self.name.clone(),
                limit: self.limit,
            }),
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(self.failed(path, &e)),
        }
    }

    fn set_aside(&self, path: &Path) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        fs::rename(path, self.aside().join(format!("{name}.{}", now.as_nanos())))
    }

    fn failed(&self, path: &Path, error: &io::Error) -> StoreError {
        let store = self.name.clone();
        let reason = format!("{}: {error}", path.display());
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                StoreError::Full { store, reason }
            }
            _ => StoreError::Failed { store, reason },
        }
    }

    /// Runs `work` where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let disk = self.clone();
        let done = spawn_blocking(move || work(&disk)).await;
        done.unwrap_or_else(|e| {
            Err(StoreError::Failed {
                store: self.name.clone(),
                reason: format!("an access to the disk did not end: {e}"),
            })
        })
    }
}

#[async_trait]
impl BlobStore for Disk {
    fn name(&self) -> &str {
        &self.name
    }

    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        // A good copy stays; one that is not is set aside by reading it.
        if let Ok(Some(_)) = self.get(cid).await {
            return Ok(());
        }
        let (path, bytes) = (self.path(cid), bytes.to_vec());
        self.blocking(move |disk| disk.write(&path, &bytes).map_err(|e| disk.failed(&path, &e)))
            .await
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(cid);
        let wanted = path.clone();
        let Some(bytes) = self.blocking(move |disk| disk.read(&wanted)).await? else {
            return Ok(None);
        };
        match verified(&self.name, cid, bytes).await {
            Err(wrong @ StoreError::WrongBytes { .. }) => {
                self.blocking(move |disk| disk.set_aside(&path).map_err(|e| disk.failed(&path, &e)))
                    .await?;
                Err(wrong)
            }
            other => other.map(Some),
        }
    }

    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let path = self.path(cid);
        self.blocking(move |disk| match fs::metadata(&path) {
            Ok(data) => Ok(Some(Head {
                length: Some(data.len()),
            })),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk.failed(&path, &e)),
        })
        .await
    }
}
