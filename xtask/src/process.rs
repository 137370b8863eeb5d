//! Child processes, and the time they take.

use anyhow::{Context, Result, bail};
use std::{
    env,
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

/// Runs `work` and says on stderr how long `what` took.
///
/// # Errors
/// Those of `work`, with `what` before them.
pub fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("xtask: {what} ...");
    let start = Instant::now();
    let result = work().with_context(|| what.to_owned())?;
    eprintln!("xtask: {what}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// Runs a command to its end; what it prints goes where ours goes.
///
/// # Errors
/// When it cannot be started or fails, with its command line.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| shown(command))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// As [`run`], with the command's stdout sent to our stderr, which keeps ours for results.
///
/// # Errors
/// Those of [`run`].
pub fn run_aside(command: &mut Command) -> Result<()> {
    run(command.stdout(std::io::stderr()))
}

/// What a command prints on stdout.
///
/// # Errors
/// Those of [`run`], and when the output is no UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| shown(command))?;
    if !output.status.success() {
        // A test runner explains a failure on stdout.
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        bail!("{} ended with {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("the output of {}", shown(command)))
}

/// Does the command exist and succeed? Its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// Takes out of a command's environment what `cargo run` put there for us. Build scripts watch some of it: with our
/// values a nested cargo would compile again what the user's own cargo has compiled.
pub fn clean(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let exact = [
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_MANIFEST_LINKS",
        ];
        if exact.contains(&&*name) || name.starts_with("CARGO_PKG_") {
            command.env_remove(&*name);
        }
    }
    if let Some(path) = env::var_os("LD_LIBRARY_PATH") {
        let own =
            |dir: &Path| dir.join("../CACHEDIR.TAG").is_file() || dir.join("../../CACHEDIR.TAG").is_file();
        let toolchain = |dir: &Path| dir.join("rustlib").is_dir();
        let kept = env::split_paths(&path).filter(|dir| !own(dir) && !toolchain(dir));
        match env::join_paths(kept) {
            Ok(path) if !path.is_empty() => command.env("LD_LIBRARY_PATH", path),
            _ => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
    command
}

/// The command line, as one would type it.
pub fn shown(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
