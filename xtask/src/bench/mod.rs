//! `bench`: measures one suite.

mod report;

use crate::{
    args::{self, Arg, Args, UsageError},
    process::{run_aside, shown, timed},
    repo::Repo,
    setup,
};
use anyhow::{Context, Result, ensure};
pub use report::Figure;
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

pub const HELP: &str = "\
cargo xtask bench SUITE [--quick]
cargo xtask bench --list

Measures the release build of `novate`, prints one line per figure

  bench SUITE.NAME VALUE UNIT

and writes them with machine, versions and command to bench/SUITE.json in the target folder. A suite starts what it needs and
leaves nothing running. Each figure is the median of at least three runs.

  latency   from a block's arrival to its row being visible in GraphQL, per chain

  --quick   a tenth of the data
  --list    print the names of the suites
";

struct Suite {
    name: &'static str,
    /// Builds what it needs; the command prints the lines above on stdout.
    command: fn(&Repo, bool) -> Result<Command>,
}

const SUITES: [Suite; 1] = [Suite {
    name: "latency",
    command: latency,
}];

pub fn main(mut args: Args) -> Result<()> {
    let (mut name, mut quick) = (None, false);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Flag(flag) if flag == "--quick" => quick = true,
            Arg::Flag(flag) if flag == "--list" => {
                SUITES.iter().for_each(|suite| println!("{}", suite.name));
                return Ok(());
            }
            Arg::Word(word) if name.is_none() => name = Some(word),
            other => return Err(args::unexpected(&other)),
        }
    }
    let Some(name) = name else {
        return Err(UsageError::new("name a suite, or use --list").into());
    };
    let name = args::one_of("suite", &name, SUITES.map(|suite| suite.name))?;
    let repo = Repo::find()?;
    setup::all(&repo)?;
    for suite in SUITES.iter().filter(|suite| suite.name == name) {
        measure(&repo, suite, quick)?;
    }
    Ok(())
}

/// Runs the suite, passing on what it prints, and writes the report.
fn measure(repo: &Repo, suite: &Suite, quick: bool) -> Result<()> {
    let folder = repo.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let mut command = (suite.command)(repo, quick)?;
    let figures = figures(suite.name, &mut command)?;
    ensure!(!figures.is_empty(), "the suite {} measured nothing", suite.name);
    let file = folder.join(format!("{}.json", suite.name));
    report::write(repo, &file, suite.name, quick, &shown(&command), &figures)?;
    eprintln!("xtask: wrote {}", file.display());
    Ok(())
}

fn figures(suite: &str, command: &mut Command) -> Result<Vec<Figure>> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| shown(command))?;
    let mut figures = Vec::new();
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        let line = line.with_context(|| shown(command))?;
        match Figure::parse(suite, &line) {
            Some(figure) => {
                println!("{}", figure.line(suite));
                figures.push(figure);
            }
            None => eprintln!("{line}"),
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "{} ended with {status}", shown(command));
    Ok(figures)
}

/// The programs that start the chains may be slow; what is measured is not.
fn latency(repo: &Repo, quick: bool) -> Result<Command> {
    timed("build novate for release", || {
        run_aside(
            repo.cargo()
                .args(["build", "--locked", "--workspace", "--release", "--bin", "novate"]),
        )
    })?;
    timed("build devnet", || {
        run_aside(
            repo.cargo()
                .args(["build", "--locked", "--workspace", "--bin", "devnet"]),
        )
    })?;
    let mut devnet = repo.command(repo.target.join("debug/devnet"));
    devnet.args(["bench", "latency", "--samples", if quick { "30" } else { "300" }]);
    devnet.env("NOVATE_BIN", repo.target.join("release/novate"));
    Ok(devnet)
}
