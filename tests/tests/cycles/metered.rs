//! A canister on an emulator that counts what the IC would charge.

use candid::{Nat, Principal, Reserved, encode_args, encode_one, utils::ArgumentEncoder};
use ic_emulator::{Emulator, Options};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use std::collections::{BTreeMap, BTreeSet};

/// Enough for thousands of signatures.
const BALANCE: u128 = 1_000_000_000_000_000;

/// A canister, and what its methods cost.
pub struct Metered {
    pub emulator: Emulator,
    pub id: Principal,
    name: &'static str,
    /// Of the interface, still to be measured.
    missing: BTreeSet<String>,
    /// Cycles by figure.
    pub measured: BTreeMap<String, u128>,
}

/// A user; the same number is the same one.
pub fn user(number: u8) -> Principal {
    Principal::self_authenticating([number; 32])
}

impl Metered {
    /// `interface` is its `.did`.
    pub fn install(name: &'static str, wasm: &[u8], interface: &str, arg: Vec<u8>) -> Self {
        let options = Options {
            seed: [7; 32],
            metered: true,
            ..Options::default()
        };
        let emulator = Emulator::new(options).unwrap();
        let manage = |method: &str, args: Vec<u8>| {
            let management = Principal::management_canister();
            emulator.update(user(0), management, method, args).unwrap()
        };
        let create = ProvisionalCreateCanisterWithCyclesArgs {
            amount: Some(Nat::from(BALANCE)),
            settings: None,
            specified_id: None,
            sender_canister_version: None,
        };
        let created = manage(
            "provisional_create_canister_with_cycles",
            encode_one(create).unwrap(),
        );
        let CanisterIdRecord { canister_id } = candid::decode_one(&created).unwrap();
        let install = InstallCodeArgs {
            mode: CanisterInstallMode::Install,
            canister_id,
            wasm_module: wasm.to_vec(),
            arg,
            sender_canister_version: None,
        };
        manage("install_code", encode_one(install).unwrap());
        Self {
            emulator,
            id: canister_id,
            name,
            missing: methods(interface),
            measured: BTreeMap::new(),
        }
    }

    /// Methods that are not measured; why, is said where this is called.
    pub fn leave_out<const N: usize>(&mut self, methods: [&str; N]) {
        for method in methods {
            assert!(self.missing.remove(method), "there is no method {method}");
        }
    }

    /// Calls a method without measuring it, as an update call of `who`.
    pub fn call(&self, who: Principal, method: &str, args: impl ArgumentEncoder) -> Vec<u8> {
        let reply = self
            .emulator
            .update(who, self.id, method, encode_args(args).unwrap());
        let reply = reply.unwrap_or_else(|reject| panic!("{method}: {reject}"));
        assert!(!is_refusal(&reply), "{method} was refused");
        reply
    }

    /// Measures a method of the interface. Returns the reply.
    pub fn measure(&mut self, who: Principal, method: &str, args: impl ArgumentEncoder) -> Vec<u8> {
        self.measure_as(method, who, method, args)
    }

    /// Measures a method under the name of a figure. What it pays for signatures is apart, in `NAME_signature`.
    pub fn measure_as(
        &mut self,
        figure: &str,
        who: Principal,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Vec<u8> {
        self.missing.remove(method);
        let before = self.emulator.charges(self.id).unwrap();
        let reply = self.call(who, method, args);
        let charges = self.emulator.charges(self.id).unwrap().since(&before);
        let mut note = |figure: String, cycles: u128| {
            let known = self.measured.insert(figure.clone(), cycles);
            assert_eq!(known, None, "{figure} is there twice");
        };
        note(figure.to_owned(), charges.cycles());
        if charges.sent > 0 {
            note(format!("{figure}_signature"), charges.sent);
        }
        reply
    }

    /// The figures by `CANISTER.NAME`.
    ///
    /// # Panics
    /// When a method of the interface was not measured.
    pub fn figures(self) -> impl Iterator<Item = (String, u128)> {
        let (name, missing) = (self.name, self.missing);
        assert!(
            missing.is_empty(),
            "methods of {name} that are not measured: {missing:?}"
        );
        let figures = self.measured.into_iter();
        figures.map(move |(figure, cycles)| (format!("{name}.{figure}"), cycles))
    }
}

/// Names of the methods in the service of an interface; without queries, which cost nothing.
fn methods(interface: &str) -> BTreeSet<String> {
    let service = interface.split("\nservice ").nth(1).expect("a service");
    let service = service.split("-> {").nth(1).expect("its methods");
    let names = service.lines().filter_map(|line| {
        let (name, rest) = line.trim().split_once(" : (")?;
        (rest.contains("->") && !rest.ends_with(" query;")).then(|| name.to_owned())
    });
    names.collect()
}

/// Whether the reply is a `Result`, and an error.
fn is_refusal(reply: &[u8]) -> bool {
    matches!(
        candid::decode_one::<Result<Reserved, Reserved>>(reply),
        Ok(Err(_))
    )
}
