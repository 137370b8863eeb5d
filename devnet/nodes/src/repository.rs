//! Where npm's packages are: the folder `node_modules` of this repository.

use std::path::{Path, PathBuf};

/// `node_modules/{below}` of the nearest folder upwards from the current one that has it, else of the
/// checkout this crate was compiled in.
pub(crate) fn node_module(below: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok();
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
    let starts = here.iter().map(PathBuf::as_path).chain([compiled]);
    starts
        .flat_map(Path::ancestors)
        .map(|dir| dir.join("node_modules").join(below))
        .find(|path| path.exists())
}

/// The file `name` in a folder of `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}
