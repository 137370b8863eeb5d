//! Where things are.

use crate::process::clean;
use anyhow::{Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// This checkout.
pub struct Repo {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Repo {
    /// The checkout that `cargo xtask` was called in.
    ///
    /// # Errors
    /// When the current folder is in no checkout.
    pub fn find() -> Result<Self> {
        let here = env::current_dir().context("the current folder")?;
        let root = here
            .ancestors()
            .find(|dir| dir.join("xtask/toolchain").is_dir())
            .with_context(|| format!("{} is not inside a checkout of Novate", here.display()))?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => here.join(dir),
            None => own_target().unwrap_or_else(|| root.join("target")),
        };
        Ok(Self { root, target })
    }

    /// `cargo` in the root, with this target folder.
    pub fn cargo(&self) -> Command {
        let mut command = self.command("cargo");
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// `program` in the root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = clean(Command::new(program));
        command.current_dir(&self.root);
        command
    }

    /// A program of Foundry that npm brings, run in the folder `dir` below the root.
    pub fn npm_bin(&self, name: &str, dir: &str) -> Command {
        // What lies in `.bin` is a script that starts the program and ends with 0 whatever the program ends with.
        let scripts = self.root.join("node_modules/.bin").join(name);
        let mut command = self.command(self.foundry(name).unwrap_or(scripts));
        command.current_dir(self.root.join(dir));
        command
    }

    /// The program itself: in the package for this platform, or where the other downloads it to when npm left that out.
    fn foundry(&self, name: &str) -> Option<PathBuf> {
        let packages = fs::read_dir(self.root.join("node_modules/@foundry-rs")).ok()?;
        packages
            .filter_map(|package| Some(package.ok()?.path()))
            .flat_map(|package| ["bin", "dist"].map(|folder| package.join(folder).join(name)))
            .find(|program| program.is_file())
    }

    /// A folder for what can be made again, shared by all checkouts.
    ///
    /// # Errors
    /// When neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub fn cache() -> Result<PathBuf> {
        let base = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
            Some(dir) => PathBuf::from(dir),
            None => PathBuf::from(env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?)
                .join(".cache"),
        };
        Ok(base.join("novate"))
    }
}

/// The target folder that this program lies in: it may come from cargo's configuration.
fn own_target() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program
        .ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
}

/// An empty folder at `path`, whatever was there.
///
/// # Errors
/// Those of the file system, with the path.
pub fn empty_dir(path: &Path) -> Result<()> {
    let at = || path.display().to_string();
    if path.exists() {
        fs::remove_dir_all(path).with_context(at)?;
    }
    fs::create_dir_all(path).with_context(at)
}

/// Is `program` in one of the folders of `PATH`?
pub fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
