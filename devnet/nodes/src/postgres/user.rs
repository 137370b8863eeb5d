//! Who runs Postgres, and which folders that user can reach.

use crate::{Error, Result};
use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// The user that Postgres runs as when we are root: it refuses to run as root.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    name: &'static str,
    uid: u32,
    gid: u32,
}

fn effective_uid() -> u32 {
    // SAFETY: a system call without arguments that cannot fail.
    unsafe { libc::geteuid() }
}

/// `None`: as ourselves.
pub(super) fn runner() -> Option<User> {
    if effective_uid() != 0 {
        return None;
    }
    ["postgres", "nobody"].into_iter().find_map(lookup).or(Some(User {
        name: "nobody",
        uid: 65534,
        gid: 65534,
    }))
}

/// From /etc/passwd: `name:x:uid:gid:...` (passwd(5)). Reading it avoids getpwnam's shared buffer.
fn lookup(name: &'static str) -> Option<User> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = passwd
        .lines()
        .map(|l| l.split(':'))
        .find(|l| l.clone().next() == Some(name))?
        .skip(2);
    Some(User {
        name,
        uid: fields.next()?.parse().ok()?,
        gid: fields.next()?.parse().ok()?,
    })
}

/// A command that runs as the right user, anywhere, with English messages.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(user) = runner() {
        command.uid(user.uid).gid(user.gid);
    }
    command.current_dir("/").env_remove("PGDATA").env("LC_ALL", "C");
    command
}

/// Makes `path` private to the user that runs Postgres.
pub(super) fn hand_over(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(Error::at("set the mode of", path))?;
    if let Some(user) = runner() {
        chown(path, Some(user.uid), Some(user.gid)).map_err(Error::at("change the owner of", path))?;
    }
    Ok(())
}

/// Whether the user that runs Postgres can enter `path`; folders that do not exist yet do not count.
pub(super) fn can_reach(path: &Path) -> bool {
    let Some(user) = runner() else { return true };
    path.ancestors()
        .filter_map(|dir| fs::metadata(dir).ok())
        .all(|m| {
            m.mode() & 0o001 != 0
                || (m.uid() == user.uid && m.mode() & 0o100 != 0)
                || (m.gid() == user.gid && m.mode() & 0o010 != 0)
        })
}

/// [`Error::Unreachable`] unless [`can_reach`].
pub(super) fn must_reach(path: &Path) -> Result<()> {
    match runner() {
        Some(user) if !can_reach(path) => Err(Error::Unreachable {
            dir: path.to_owned(),
            user: user.name.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A folder for what outlives this process: the user's cache folder if Postgres can reach it.
pub(super) fn state_folder() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    match cache {
        Some(cache) if can_reach(&cache) => cache.join("novate"),
        _ => PathBuf::from(format!("/var/tmp/novate-{}", effective_uid())),
    }
}

/// A folder for what this process needs: the temporary folder if Postgres can reach it.
pub(super) fn scratch_folder() -> PathBuf {
    let tmp = env::temp_dir();
    let tmp = if can_reach(&tmp) {
        tmp
    } else {
        PathBuf::from("/var/tmp")
    };
    tmp.join(format!("novate-{}", effective_uid()))
}

/// Makes `path` with its parents, enterable by all. Its name may be guessable and its parent open to all, so a
/// folder that somebody else put there is refused.
pub(super) fn own_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::at("create the folder", path))?;
    let found = fs::symlink_metadata(path).map_err(Error::at("look at", path))?;
    let me = effective_uid();
    if found.uid() != me || !found.is_dir() {
        return Err(Error::ForeignFolder {
            dir: path.to_owned(),
            owner: found.uid(),
            me,
        });
    }
    if found.mode() & 0o777 != 0o711 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o711))
            .map_err(Error::at("set the mode of", path))?;
    }
    Ok(())
}
