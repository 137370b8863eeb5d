//! `dev`: builds the local stack and becomes it.

use crate::{
    args::{Arg, Args},
    process::{run_aside, shown, timed},
    repo::Repo,
    setup,
};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;

pub const HELP: &str = "\
cargo xtask dev [--check [--json]] [OPTIONS OF devnet]

Installs what is missing, builds the program `devnet` and runs it: a Solana node, anvil, an IC node and Postgres,
everything deployed, the demo flow run once, everything indexed and served over GraphQL. Ctrl-C ends it all.

  --listen ADDRESS   where GraphQL is served, without --check; default 127.0.0.1:8080
  --check            run the demo flow, compare every row with the chains, print a report as JSON on stdout and as
                     a table on stderr, end; exit code 0 only if all holds
  --json             with --check: without the table

All but --check is passed on: devnet explains it with `cargo xtask dev -- --help`.
DATABASE_URL, if set, is the Postgres server to use. POCKET_IC_BIN, if set, is the PocketIC server to use.
";

pub fn main(args: Args) -> Result<()> {
    let (verb, options) = split(args)?;
    let repo = Repo::find()?;
    setup::all(&repo)?;
    timed("build devnet and novate", || build(&repo))?;
    let mut devnet = repo.command(repo.target.join("debug/devnet"));
    devnet.arg(verb).args(options);
    // This process becomes devnet: Ctrl-C and other signals reach it, and its exit code is ours.
    let error = devnet.exec();
    Err(error).with_context(|| shown(&devnet))
}

/// The verb of `devnet`, and its options.
fn split(mut args: Args) -> Result<(&'static str, Vec<String>)> {
    let (mut verb, mut options) = ("up", Vec::new());
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Flag(flag) if flag == "--check" => verb = "check",
            Arg::Flag(flag) => {
                options.push(flag);
                options.extend(args.inline_value());
            }
            Arg::Word(word) => options.push(word),
            Arg::Rest(rest) => options.extend(rest),
        }
    }
    Ok((verb, options))
}

/// The whole workspace is selected, so that the dependencies have the features that `cargo test` gives them and are
/// not compiled twice.
fn build(repo: &Repo) -> Result<()> {
    run_aside(repo.cargo().args([
        "build",
        "--locked",
        "--workspace",
        "--bin",
        "devnet",
        "--bin",
        "novate",
    ]))
}
