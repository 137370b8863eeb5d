//! [Code installation](https://internetcomputer.org/docs/references/ic-interface-spec#ic-install_code): the old code and
//! state stay unless every step succeeds.

use super::{Managed, decode, no_value};
use crate::{
    Reject,
    canister::{Canister, Program},
    code::Code,
    execution::{Entry, Function, Input, State},
    instrument,
    sandbox::Sandbox,
    world::{Call, Environment, World},
};
use candid::Principal;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterInstallMode, InstallCodeArgs, UpgradeFlags, WasmMemoryPersistence,
};
use std::sync::Arc;

impl World {
    pub(super) fn install_code(&mut self, call: &Call) -> Managed {
        let args: InstallCodeArgs = decode(call)?;
        self.install(args.canister_id, args.mode, &args.wasm_module, args.arg, call)
    }

    pub(super) fn install(
        &mut self,
        id: Principal,
        mode: CanisterInstallMode,
        wasm: &[u8],
        arg: Vec<u8>,
        call: &Call,
    ) -> Managed {
        self.controlled(id, call)?;
        let code = Code::new(&self.environment.engine, wasm, self.environment.options.metered)?;
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Reject::canister_not_found(id))?;
        if mode == CanisterInstallMode::Install && canister.program.is_some() {
            let message = format!("Canister {id} cannot be installed because the canister is not empty");
            return Err(Reject::new(ErrorCode::CanisterAlreadyInstalled, message));
        }
        let (program, state) = match mode {
            CanisterInstallMode::Upgrade(flags) => upgrade(
                canister,
                &self.environment,
                code,
                arg,
                call.caller,
                flags.unwrap_or_default(),
            )?,
            CanisterInstallMode::Install | CanisterInstallMode::Reinstall => {
                let state = State {
                    cycles: canister.state.cycles,
                    ..State::default()
                };
                let setup = Setup {
                    code,
                    state,
                    entry_point: "canister_init",
                    heap: None,
                };
                setup.run(canister, &self.environment, arg, call.caller)?
            }
        };
        canister.program = Some(program);
        canister.state = state;
        canister.version += 1;
        Ok((no_value(), 0))
    }
}

fn upgrade(
    canister: &Canister,
    environment: &Environment,
    code: Code,
    arg: Vec<u8>,
    caller: Principal,
    flags: UpgradeFlags,
) -> Result<(Program, State), Reject> {
    let old = canister.program()?;
    let mut state = canister.state.clone();
    let before;
    let mut heap = &old.sandbox;
    if old.code.exports("canister_pre_upgrade") && flags.skip_pre_upgrade != Some(true) {
        let execution = canister.execution(environment, Entry::PreUpgrade, Input::task(caller));
        let mut sandbox = old.sandbox.fork(&old.code, &environment.linker, execution)?;
        sandbox.run(&Function::Export("canister_pre_upgrade".into()))?;
        state = std::mem::take(&mut sandbox.execution().state);
        before = sandbox;
        heap = &before;
    }
    // Timers do not survive an upgrade.
    state.global_timer = 0;
    let keep = flags.wasm_memory_persistence == Some(WasmMemoryPersistence::Keep);
    let setup = Setup {
        code,
        state,
        entry_point: "canister_post_upgrade",
        heap: keep.then_some(heap),
    };
    setup.run(canister, environment, arg, caller)
}

/// New code before its first execution.
struct Setup<'a> {
    code: Code,
    state: State,
    entry_point: &'static str,
    /// A heap to take over.
    heap: Option<&'a Sandbox>,
}

impl Setup<'_> {
    /// Runs the start function and the entry point, where the module has them.
    fn run(
        self,
        canister: &Canister,
        environment: &Environment,
        arg: Vec<u8>,
        caller: Principal,
    ) -> Result<(Program, State), Reject> {
        let input = Input {
            arg,
            ..Input::task(caller)
        };
        let mut execution = canister.execution(environment, Entry::Start, input);
        execution.state = self.state;
        let mut sandbox = Sandbox::new(&self.code, &environment.linker, execution)?;
        if let Some(heap) = self.heap {
            sandbox.copy_heap(heap).map_err(|reason| {
                let message = format!(
                    "Error from Canister {}: cannot keep the heap: {reason}",
                    canister.id
                );
                Reject::new(ErrorCode::CanisterInvalidWasm, message)
            })?;
        }
        if self.code.has_start {
            sandbox.run(&Function::Export(instrument::START.into()))?;
        }
        sandbox.execution().entry = Entry::Init;
        if self.code.exports(self.entry_point) {
            sandbox.run(&Function::Export(self.entry_point.into()))?;
        }
        let state = std::mem::take(&mut sandbox.execution().state);
        sandbox.execution().input.arg = Vec::new();
        Ok((
            Program {
                code: Arc::new(self.code),
                sandbox,
            },
            state,
        ))
    }
}
