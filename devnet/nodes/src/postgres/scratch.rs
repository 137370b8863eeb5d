//! Temporary folders that are removed even when their process could not do it.
//!
//! Each folder `pg-N` has a file `pg-N.lock` beside it, locked (flock) by the process that owns it. The kernel
//! releases the lock however that process ends; whoever starts next removes the folders it can lock.

use super::user;
use crate::{Error, Result};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// A folder of this process, removed on drop.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    /// Held, not read.
    _lock: File,
}

impl Scratch {
    /// # Errors
    /// [`Error::Io`]; [`Error::ForeignFolder`] when somebody else made our parent folder.
    pub(super) fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let parent = user::scratch_folder();
        user::own_folder(&parent)?;
        remove_stale(&parent);
        loop {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("pg-{}-{n}", std::process::id()));
            if path.exists() {
                continue; // left by a process that had our id and whose Postgres still ends
            }
            let lock = path.with_extension("lock");
            let Some(lock) = take(&lock).map_err(Error::at("lock", &lock))? else {
                continue;
            };
            fs::create_dir(&path).map_err(Error::at("create the folder", &path))?;
            return Ok(Self { path, _lock: lock });
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Locks the file, made when missing. `None`: another process has it.
pub(super) fn take(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(None),
        Err(fs::TryLockError::Error(error)) => return Err(error),
    }
    // Between our open and lock, a remover may have unlinked it: then the name is free and our lock worthless.
    let same =
        fs::metadata(path).is_ok_and(|found| file.metadata().is_ok_and(|ours| found.ino() == ours.ino()));
    Ok(same.then_some(file))
}

/// Removes the folders whose owner is gone. Best effort: what fails now is tried again at the next start.
fn remove_stale(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let lock = entry.path();
        if lock.extension().is_none_or(|e| e != "lock") {
            continue;
        }
        let folder = lock.with_extension("");
        if let Ok(Some(_held)) = take(&lock)
            && !postmaster_alive(&folder.join("data"))
        {
            tracing::debug!(folder = %folder.display(), "removing what a killed process left");
            remove(&folder);
        }
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "cannot remove a temporary cluster");
        return; // keep the lock file: it marks the folder for the next start
    }
    fs::remove_file(folder.with_extension("lock")).ok();
}

/// Whether a server runs on these data. After a kill -9 of its parent it takes a moment to end.
pub(super) fn postmaster_alive(data: &Path) -> bool {
    let pid = fs::read_to_string(data.join("postmaster.pid")).ok();
    let Some(pid) = pid
        .as_deref()
        .and_then(|s| s.lines().next()?.trim().parse::<libc::pid_t>().ok())
    else {
        return false;
    };
    // SAFETY: signal 0 only asks whether the process exists.
    let exists =
        unsafe { libc::kill(pid, 0) } == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
    // Ids are used again: where /proc tells, the process must be a postgres.
    let other =
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| !name.starts_with("postgres"));
    exists && !other
}
