//! The chores of this repository. `cargo xtask` lists them; `cargo xtask VERB --help` explains one.
//!
//! Few dependencies and no procedural macros: it is compiled before anything else can start.

pub mod args; // the command line
pub mod bench;
pub mod contracts; // tests, gas, storage and coverage of the EVM contracts
pub mod dev;
pub mod onchain; // build-onchain: programs, canisters and contracts into artifacts/
pub mod process; // child processes, and the time they take
pub mod repo; // where things are
pub mod setup;
pub mod test;

use anyhow::Result;

/// One word after `cargo xtask`.
pub struct Verb {
    pub name: &'static str,
    /// One line for the list of verbs.
    pub about: &'static str,
    /// What `--help` prints.
    pub help: &'static str,
    pub run: fn(args::Args) -> Result<()>,
}

/// In the order in which a newcomer meets them.
pub const VERBS: [Verb; 6] = [
    Verb {
        name: "setup",
        about: "install what is missing",
        help: setup::HELP,
        run: setup::main,
    },
    Verb {
        name: "dev",
        about: "the local stack with the demo flow and GraphQL",
        help: dev::HELP,
        run: dev::main,
    },
    Verb {
        name: "test",
        about: "every test",
        help: test::HELP,
        run: test::main,
    },
    Verb {
        name: "contracts",
        about: "tests of the EVM contracts, with gas, storage layout and coverage",
        help: contracts::HELP,
        run: contracts::main,
    },
    Verb {
        name: "build-onchain",
        about: "programs, canisters and contracts into artifacts/",
        help: onchain::HELP,
        run: onchain::main,
    },
    Verb {
        name: "bench",
        about: "measure one suite",
        help: bench::HELP,
        run: bench::main,
    },
];
