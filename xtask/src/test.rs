//! `test`: named steps, each timed.

use crate::{
    args::{self, Arg, Args, UsageError},
    contracts, onchain,
    process::run,
    repo::Repo,
    setup,
};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

pub const HELP: &str = "\
cargo xtask test [--quick] [--only STEP] [--keep-going] [--list] [FILTER] [-- OPTIONS OF THE TESTS]

Every test, in steps; each is timed, and the summary at the end says where the time went:

  setup       what is missing is installed
  fmt         cargo fmt, forge fmt
  vectors     protocol/vectors/v1.json is what its generator gives, with OpenZeppelin's own tree
  contracts   forge test with gas, storage layout and coverage of the contracts: see cargo xtask contracts --help
  onchain     build-onchain --check: artifacts/ is what its sources give
  rust        cargo test --workspace: all crates, programs in LiteSVM, canisters, the indexer, end to end
  lint        cargo clippy, warnings are errors; no unwrap, expect or panic outside tests

  --quick       without onchain and lint
  --only STEP   only this step, after setup; may be repeated
  --keep-going  run the steps after a failed one too
  --list        print the names of the steps
  FILTER        only the Rust tests whose name contains it: the steps setup and rust
";

struct Step {
    name: &'static str,
    /// Left out with `--quick`.
    slow: bool,
    run: fn(&Repo, &[String]) -> Result<()>,
}

const STEPS: [Step; 7] = [
    Step {
        name: "setup",
        slow: false,
        run: |repo, _| setup::all(repo),
    },
    Step {
        name: "fmt",
        slow: false,
        run: |repo, _| fmt(repo),
    },
    Step {
        name: "vectors",
        slow: false,
        run: |repo, _| vectors(repo),
    },
    Step {
        name: "contracts",
        slow: false,
        run: |repo, _| contracts::check(repo),
    },
    Step {
        name: "onchain",
        slow: true,
        run: |repo, _| onchain::check_all(repo),
    },
    Step {
        name: "rust",
        slow: false,
        run: rust,
    },
    Step {
        name: "lint",
        slow: true,
        run: |repo, _| lint(repo),
    },
];

fn fmt(repo: &Repo) -> Result<()> {
    run(repo.cargo().args(["fmt", "--all", "--check"]))?;
    run(repo
        .npm_bin("forge", "contracts-bindings")
        .args(["fmt", "--check"]))
}

fn vectors(repo: &Repo) -> Result<()> {
    let mut node = repo.command("node");
    run(node.args(["protocol/vectors/generate.mjs", "--check"]))
}

fn rust(repo: &Repo, options: &[String]) -> Result<()> {
    run(repo
        .cargo()
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .args(options))
}

/// The second run covers what the first does not, with what tests may do.
fn lint(repo: &Repo) -> Result<()> {
    let clippy = |targets: &[&str], lints: &[&str]| {
        let mut cargo = repo.cargo();
        cargo
            .args(["clippy", "--locked", "--workspace"])
            .args(targets)
            .args(["--", "-D", "warnings"]);
        run(cargo.args(lints))
    };
    let no_panics = [
        "-D",
        "clippy::unwrap_used",
        "-D",
        "clippy::expect_used",
        "-D",
        "clippy::panic",
    ];
    clippy(&["--lib", "--bins"], &no_panics)?;
    clippy(&["--tests", "--examples"], &[])
}

pub fn main(mut args: Args) -> Result<()> {
    let (mut quick, mut keep_going, mut only, mut options) = (false, false, Vec::new(), Vec::new());
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Flag(flag) if flag == "--quick" => quick = true,
            Arg::Flag(flag) if flag == "--keep-going" => keep_going = true,
            Arg::Flag(flag) if flag == "--only" => {
                let name = args.value("--only")?;
                only.push(args::one_of("step", &name, STEPS.map(|step| step.name))?.to_owned());
            }
            Arg::Flag(flag) if flag == "--list" => {
                STEPS.iter().for_each(|step| println!("{}", step.name));
                return Ok(());
            }
            Arg::Word(filter) if options.is_empty() => options.push(filter),
            Arg::Rest(rest) => options.extend(["--".into()].into_iter().chain(rest)),
            other => return Err(args::unexpected(&other)),
        }
    }
    if !options.is_empty() {
        if only.iter().any(|name| name != "rust") {
            return Err(UsageError::new("a filter goes with the step rust only").into());
        }
        only.push("rust".into());
    }
    let chosen = |step: &&Step| match only.is_empty() {
        true => !(quick && step.slow),
        false => step.name == "setup" || only.iter().any(|name| name == step.name),
    };
    let repo = Repo::find()?;
    let mut done = Vec::new();
    for step in STEPS.iter().filter(chosen) {
        eprintln!("xtask: step {}", step.name);
        let start = Instant::now();
        let result = (step.run)(&repo, &options);
        if let Err(error) = &result {
            eprintln!("xtask: step {} failed: {error:#}", step.name);
        }
        done.push((step.name, start.elapsed(), result.is_ok()));
        if result.is_err() && !keep_going {
            break;
        }
    }
    summary(&done)
}

/// Prints a line per step.
///
/// # Errors
/// When one of them failed.
fn summary(done: &[(&str, Duration, bool)]) -> Result<()> {
    println!();
    for (name, took, passed) in done {
        println!(
            "{name:<10} {:>7.1} s  {}",
            took.as_secs_f64(),
            if *passed { "ok" } else { "FAILED" }
        );
    }
    let failed: Vec<_> = done
        .iter()
        .filter(|(_, _, passed)| !passed)
        .map(|(name, ..)| *name)
        .collect();
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}
