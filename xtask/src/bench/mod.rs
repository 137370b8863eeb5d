//! `bench`: measures one suite.

mod report;

use crate::{
    args::{self, Arg, Args, UsageError},
    contracts,
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
cargo xtask bench SUITE [--quick] [--write]
cargo xtask bench --list

Measures one suite, prints one line per figure

  bench SUITE.NAME VALUE UNIT

and writes them with machine, versions and command to bench/SUITE.json in the target folder. A suite starts what it needs and
leaves nothing running. Each figure of time is the median of at least three runs, with the release build of `novate`.

  latency   from a block's arrival to its row being visible in GraphQL, per chain
  cu        compute units of every instruction of the Solana programs, in LiteSVM with the built .so; fails when one is
            over 5% worse than in docs/compute-units.md
  gas       gas of the EVM contracts' functions in forge: of the call alone, without the 21,000 of a transaction
  cycles    cycles of every method of the canisters, by the prices of a 13-node subnet, on our emulator with the built .wasm;
            fails when one differs by over 5% from docs/cycles.md
  netting   intents netted in a second of one thread's CPU time, without signatures and hashing; bytes an intent; what ten
            times the intents cost; and milliseconds by the clock to net and seal a batch of 100,000, with blob, leaves and
            roots
  intake    intents a second over HTTP, verified and on disk; the same intents' signatures alone, and the ratio to it; and the
            99th percentile of the time to an answer at half that rate
  clearing  seconds from the first of 100,000 signed payments over HTTP to the last batch that is final, half of them on a local
            Solana node and half on anvil, of 1,000 owners each; and what the same payments cost as single transfers, divided by
            what the batches cost: on Solana in lamports of fees, on EVM in gas

  --quick   a tenth of the data; all of it is quick for cu, gas and cycles
  --write   with cu and cycles: write the figures into the document instead of comparing them
  --list    print the names of the suites
";

struct Suite {
    name: &'static str,
    /// Builds what it needs, prints the lines above on stdout, and returns what it measured.
    measure: fn(&Repo, &Options) -> Result<Measured>,
}

/// What a suite measured.
struct Measured {
    /// What one would type to repeat it without xtask.
    command: String,
    figures: Vec<Figure>,
}

/// The programs, by the names of their libraries.
const PROGRAMS: [&str; 4] = ["session_keys", "settlement", "staking", "rewards"];

/// What the user asked for.
#[derive(Default)]
struct Options {
    quick: bool,
    write: bool,
}

/// Those whose figures stand in a document.
const WRITTEN: [&str; 2] = ["cu", "cycles"];

const SUITES: [Suite; 7] = [
    Suite {
        name: "latency",
        measure: |repo, options| printed("latency", latency(repo, options)?),
    },
    Suite {
        name: "cu",
        measure: |repo, options| printed("cu", compute_units(repo, options)),
    },
    Suite {
        name: "gas",
        measure: |repo, _| gas(repo),
    },
    Suite {
        name: "cycles",
        measure: |repo, options| printed("cycles", cycles(repo, options)),
    },
    Suite {
        name: "netting",
        measure: |repo, options| printed("netting", netting(repo, options)?),
    },
    Suite {
        name: "intake",
        measure: |repo, options| printed("intake", intake(repo, options)?),
    },
    Suite {
        name: "clearing",
        measure: |repo, options| printed("clearing", clearing(repo, options)?),
    },
];

pub fn main(mut args: Args) -> Result<()> {
    let (mut name, mut options) = (None, Options::default());
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Flag(flag) if flag == "--quick" => options.quick = true,
            Arg::Flag(flag) if flag == "--write" => options.write = true,
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
    if options.write && !WRITTEN.contains(&name) {
        return Err(UsageError::new("--write goes with the suites cu and cycles only").into());
    }
    let repo = Repo::find()?;
    setup::all(&repo)?;
    for suite in SUITES.iter().filter(|suite| suite.name == name) {
        measure(&repo, suite, &options)?;
    }
    Ok(())
}

/// Runs the suite and writes the report.
fn measure(repo: &Repo, suite: &Suite, options: &Options) -> Result<()> {
    let folder = repo.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let Measured { command, figures } = (suite.measure)(repo, options)?;
    ensure!(!figures.is_empty(), "the suite {} measured nothing", suite.name);
    let file = folder.join(format!("{}.json", suite.name));
    report::write(repo, &file, suite.name, options.quick, &command, &figures)?;
    eprintln!("xtask: wrote {}", file.display());
    Ok(())
}

/// The figures among the lines that `command` prints, which are passed on.
fn printed(suite: &str, mut command: Command) -> Result<Measured> {
    let command = &mut command;
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
    Ok(Measured {
        command: shown(command),
        figures,
    })
}

fn latency(repo: &Repo, options: &Options) -> Result<Command> {
    let mut devnet = devnet(repo)?;
    devnet.args([
        "bench",
        "latency",
        "--samples",
        if options.quick { "30" } else { "300" },
    ]);
    Ok(devnet)
}

/// A tenth of the owners pay a tenth of the payments.
fn clearing(repo: &Repo, options: &Options) -> Result<Command> {
    let mut devnet = devnet(repo)?;
    devnet.args(["bench", "clearing"]);
    if options.quick {
        devnet.args(["--owners", "100", "--payments", "5000"]);
    }
    Ok(devnet)
}

/// The programs that start the chains may be slow; the `novate` that is measured is not.
fn devnet(repo: &Repo) -> Result<Command> {
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
    devnet.env("NOVATE_BIN", repo.target.join("release/novate"));
    Ok(devnet)
}

/// The test binaries of the programs; each prints its figures and compares or writes them.
fn compute_units(repo: &Repo, options: &Options) -> Command {
    let mut cargo = repo.cargo();
    cargo.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    for program in PROGRAMS {
        cargo.args(["--test", &format!("{program}_program")]);
    }
    // One test after the other: what a test prints is then not mixed with another's.
    cargo.args([
        "--",
        "cu::compute_units",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]);
    if options.write {
        cargo.env("NOVATE_CU_WRITE", "1");
    }
    cargo
}

/// The test binary that calls every method of the canisters; it compares or writes its figures.
fn cycles(repo: &Repo, options: &Options) -> Command {
    let mut cargo = repo.cargo();
    cargo.args([
        "test",
        "--locked",
        "--workspace",
        "--test",
        "cycles",
        "--",
        "cycles",
        "--exact",
        "--nocapture",
    ]);
    if options.write {
        cargo.env("NOVATE_CYCLES_WRITE", "1");
    }
    cargo
}

/// The binary that makes its data, and then takes the time.
fn netting(repo: &Repo, options: &Options) -> Result<Command> {
    timed("build netting-bench for release", || {
        run_aside(repo.cargo().args([
            "build",
            "--locked",
            "--workspace",
            "--release",
            "--bin",
            "netting-bench",
        ]))
    })?;
    let mut bench = repo.command(repo.target.join("release/netting-bench"));
    if options.quick {
        bench.arg("--quick");
    }
    Ok(bench)
}

/// The example that starts Postgres and the intake, and sends to it.
fn intake(repo: &Repo, options: &Options) -> Result<Command> {
    timed("build intake_bench for release", || {
        run_aside(repo.cargo().args([
            "build",
            "--locked",
            "--workspace",
            "--release",
            "--example",
            "intake_bench",
        ]))
    })?;
    let mut bench = repo.command(repo.target.join("release/examples/intake_bench"));
    if options.quick {
        bench.arg("--quick");
    }
    Ok(bench)
}

/// The contracts' gas tests; `cargo xtask contracts` compares the same figures with the committed ones.
fn gas(repo: &Repo) -> Result<Measured> {
    let figures: Vec<_> = contracts::gas_figures(repo)?
        .into_iter()
        .map(|(name, gas)| Figure::new(name, gas, "gas"))
        .collect();
    for figure in &figures {
        println!("{}", figure.line("gas"));
    }
    Ok(Measured {
        command: format!("forge test --match-path '{}'", contracts::GAS_TESTS),
        figures,
    })
}
