//! One canister: its code, its state, the calls it is working on.

use crate::{
    Charges, Reject,
    code::Code,
    execution::{Effects, Entry, Execution, Function, Input, State, System},
    sandbox::Sandbox,
    world::{CallContext, Callback, Environment, Origin},
};
use candid::{Nat, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::DefiniteCanisterSettings;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use wasmi::StoreLimitsBuilder;

/// Most controllers, as on the IC.
pub(crate) const MAX_CONTROLLERS: usize = 10;

/// Largest table of a module, in elements.
const MAX_TABLE: usize = 1_000_000;

/// A [canister](https://internetcomputer.org/docs/references/ic-interface-spec#canister-lifecycle).
pub(crate) struct Canister {
    pub(crate) id: Principal,
    /// Only controllers and environment variables have an effect; the rest is remembered.
    pub(crate) settings: DefiniteCanisterSettings,
    pub(crate) status: Status,
    pub(crate) version: u64,
    pub(crate) state: State,
    /// None while the canister is empty.
    pub(crate) program: Option<Program>,
    pub(crate) contexts: BTreeMap<u64, CallContext>,
    pub(crate) callbacks: BTreeMap<u64, Callback>,
    /// Uploaded pieces of a module, by SHA-256.
    pub(crate) chunks: BTreeMap<[u8; 32], Vec<u8>>,
    pub(crate) charges: Charges,
}

/// Installed code with its heap and globals.
pub(crate) struct Program {
    pub(crate) code: Arc<Code>,
    pub(crate) sandbox: Sandbox,
}

/// Whether the canister takes calls.
pub(crate) enum Status {
    Running,
    /// Takes no more calls and waits for the open ones; then answers those who stopped it.
    Stopping(Vec<Origin>),
    Stopped,
}

/// A finished execution that is not yet the canister's state.
pub(crate) struct Attempt {
    sandbox: Sandbox,
    pub(crate) instructions: u64,
    /// As the IC counts them; 0 unless the code is metered.
    pub(crate) metered: u64,
}

impl Canister {
    pub(crate) fn new(id: Principal, controllers: Vec<Principal>, cycles: u128) -> Self {
        let settings = DefiniteCanisterSettings {
            controllers,
            freezing_threshold: Nat::from(2_592_000_u64),
            reserved_cycles_limit: Nat::from(5_000_000_000_000_u64),
            ..DefiniteCanisterSettings::default()
        };
        Self {
            id,
            settings,
            status: Status::Running,
            version: 0,
            state: State {
                cycles,
                ..State::default()
            },
            program: None,
            contexts: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            chunks: BTreeMap::new(),
            charges: Charges::default(),
        }
    }

    pub(crate) fn is_controller(&self, principal: Principal) -> bool {
        self.settings.controllers.contains(&principal)
    }

    /// Whether the installed module has an entry point, by its full export name.
    pub(crate) fn exports(&self, name: &str) -> bool {
        self.program
            .as_ref()
            .is_some_and(|program| program.code.exports(name))
    }

    /// The installed code, or the reject for an empty canister.
    pub(crate) fn program(&self) -> Result<&Program, Reject> {
        self.program.as_ref().ok_or_else(|| {
            let message = format!("Error from Canister {}: there is no Wasm module in it", self.id);
            Reject::new(ErrorCode::CanisterWasmModuleNotFound, message)
        })
    }

    /// Fails unless the canister takes calls.
    pub(crate) fn check_running(&self) -> Result<(), Reject> {
        match self.status {
            Status::Running => Ok(()),
            Status::Stopping(_) => Err(Reject::new(
                ErrorCode::CanisterStopping,
                format!("Canister {} is not running: it is stopping", self.id),
            )),
            Status::Stopped => Err(Reject::new(
                ErrorCode::CanisterStopped,
                format!("Canister {} is stopped", self.id),
            )),
        }
    }

    /// What an execution of this canister's code starts with.
    pub(crate) fn execution(&self, environment: &Environment, entry: Entry, input: Input) -> Execution {
        let variables = &self.settings.environment_variables;
        let system = System {
            canister: self.id,
            subnet: environment.subnet.id,
            root_key: environment.subnet.root_key.clone(),
            controllers: self.settings.controllers.clone(),
            version: self.version,
            status: match self.status {
                Status::Running => 1,
                Status::Stopping(_) => 2,
                Status::Stopped => 3,
            },
            time: environment.time,
            data_certificate: None,
            environment: variables
                .iter()
                .map(|v| (v.name.clone(), v.value.clone()))
                .collect(),
        };
        let limits = StoreLimitsBuilder::new()
            .memory_size(environment.options.heap_limit)
            .table_elements(MAX_TABLE)
            .build();
        let fuel = match entry {
            Entry::Query | Entry::Inspect => environment.options.query_instruction_limit,
            _ => environment.options.instruction_limit,
        };
        let state = self.state.clone();
        Execution {
            entry,
            input,
            system,
            state,
            effects: Effects::default(),
            memory: None,
            limits,
            fuel,
            system_calls: 0,
            dirty_pages: BTreeSet::new(),
        }
    }

    /// Runs code on a copy of the canister's state.
    ///
    /// # Errors
    /// The reject for an empty canister or a trap.
    pub(crate) fn attempt(
        &self,
        environment: &Environment,
        function: &Function,
        execution: Execution,
    ) -> Result<Attempt, Reject> {
        let Program { code, sandbox } = self.program()?;
        let mut sandbox = sandbox.fork(code, &environment.linker, execution)?;
        let instructions = sandbox.run(function)?;
        let metered = sandbox.metered();
        Ok(Attempt {
            metered,
            sandbox,
            instructions,
        })
    }

    /// Makes what an execution did the canister's state, and returns what it asked for.
    pub(crate) fn commit(&mut self, mut attempt: Attempt) -> Effects {
        let (state, effects) = attempt.take();
        self.state = state;
        self.version += 1;
        if let Some(program) = &mut self.program {
            program.sandbox = attempt.sandbox;
        }
        effects
    }
}

impl Attempt {
    /// Drops the changes of heap and globals and returns the rest.
    pub(crate) fn take(&mut self) -> (State, Effects) {
        let execution = self.sandbox.execution();
        execution.input.arg = Vec::new();
        (
            std::mem::take(&mut execution.state),
            std::mem::take(&mut execution.effects),
        )
    }
}
