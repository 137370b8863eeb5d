//! Compute units of every instruction, compared with the committed table `docs/compute-units.md`.
//!
//! Each program's test binary has a module `cu` with one test `compute_units`, which does the ordinary case of every
//! instruction once. Keys come from [`Chain::key`](crate::Chain::key), so that every run has the same bumps and thus the
//! same units.
//!
//! ```no_run
//! # use program_testing::{*, cu::Figures};
//! # fn stake(_: &mut Chain, _: u64) -> litesvm::types::TransactionResult { unimplemented!() }
//! # let mut chain = Chain::new(&[]);
//! // #[test] fn compute_units() {
//! let mut cu = Figures::of("staking");
//! let units = cu.record("stake", &stake(&mut chain, 100)); // every instruction of the IDL
//! assert!(units <= 12_000, "{units}");
//! let (one, twenty) = (4_120, 18_528);
//! cu.units("stake_tier", (twenty - one) / 19); // a figure that is no instruction: less is better
//! cu.count("stakes_per_tx", 30, "stakes"); // more is better
//! cu.compare();
//! ```
//!
//! [`Figures::compare`] fails when something got worse by more than [`TOLERANCE_PERCENT`], when an instruction of the
//! IDL was not recorded, and when table and figures do not name the same. It prints the figures as `cargo xtask bench cu`
//! prints them. `cargo xtask bench cu --write` puts them into the table; for one program that is
//! `NOVATE_CU_WRITE=1 cargo test --workspace --test staking_program cu::`.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use litesvm::types::TransactionResult;

pub use table::{Figure, Table};

use crate::{chain::root, idl, units};

mod table;

/// By how much a figure may be worse than in the table. What is better by more is only mentioned.
pub const TOLERANCE_PERCENT: u64 = 5;

/// What was measured of one program.
pub struct Figures {
    program: &'static str,
    /// Names of its instructions that are still to be measured.
    missing: Vec<String>,
    /// By `PROGRAM.NAME`.
    measured: BTreeMap<String, Figure>,
}

impl Figures {
    /// `program` is the name of its library.
    pub fn of(program: &'static str) -> Self {
        let instructions = idl::instructions(program).into_iter();
        Self {
            program,
            missing: instructions.map(|instruction| instruction.name).collect(),
            measured: BTreeMap::new(),
        }
    }

    /// Takes the units of a transaction of one `instruction`, by its name in the IDL, and returns them. What verifies
    /// signatures may be in the transaction too: it costs no units.
    ///
    /// # Panics
    /// When it was refused, was recorded before, or is no instruction of the program.
    #[track_caller]
    pub fn record(&mut self, instruction: &str, result: &TransactionResult) -> u64 {
        let units = units(result);
        let program = self.program;
        let index = self.missing.iter().position(|name| name == instruction);
        let index = index.unwrap_or_else(|| panic!("{program}.{instruction} is recorded or unknown"));
        self.missing.remove(index);
        self.units(instruction, units);
        units
    }

    /// A figure of compute units that is not one instruction's.
    pub fn units(&mut self, name: &str, units: u64) {
        self.add(name, Figure::units(units));
    }

    /// A number of things that should be large, like entries in one transaction.
    pub fn count(&mut self, name: &str, count: u64, unit: &str) {
        self.add(name, Figure::count(count, unit));
    }

    fn add(&mut self, name: &str, figure: Figure) {
        let name = format!("{}.{name}", self.program);
        assert_eq!(
            self.measured.insert(name.clone(), figure),
            None,
            "{name} is there twice"
        );
    }

    /// Prints the figures and compares them with the table, or writes them into it when `NOVATE_CU_WRITE` is set.
    ///
    /// # Panics
    /// With every difference, as the module says.
    #[track_caller]
    pub fn compare(self) {
        println!(); // the test's name stands on this line
        for (name, figure) in &self.measured {
            println!("bench cu.{name} {figure}");
        }
        let (program, missing) = (self.program, &self.missing);
        assert!(
            missing.is_empty(),
            "instructions of {program} that are not measured: {missing:?}"
        );

        let path = path();
        let text = fs::read_to_string(&path).unwrap();
        let mut table = Table::parse(&text).unwrap_or_else(|line| panic!("{}: {line:?}", path.display()));
        if env::var_os("NOVATE_CU_WRITE").is_some() {
            table.replace(program, self.measured);
            fs::write(&path, table.to_string()).unwrap();
            return;
        }
        let difference = table.difference(program, &self.measured);
        difference
            .better
            .iter()
            .for_each(|line| println!("{line}; note it in the table: {WRITE}"));
        let worse = difference.worse.join("\n");
        assert!(
            worse.is_empty(),
            "{worse}\nIf that is meant: {WRITE}, and say why in the commit"
        );
    }
}

const WRITE: &str = "cargo xtask bench cu --write";

/// Where the table is.
fn path() -> PathBuf {
    root().join("docs/compute-units.md")
}
