//! Runs code on a copy of the canister's heap; dropping the copy undoes everything.

use crate::{
    Reject,
    code::Code,
    execution::{Execution, Function},
    instrument, metering,
};
use candid::Principal;
use ic_error_types::ErrorCode;
use std::fmt;
use wasmi::{
    Func, Instance, Linker, Ref, Store, TrapCode, Val,
    errors::{ErrorKind, HostError, LinkerError},
};

/// An instance of a canister's module with its heap and globals.
pub(crate) struct Sandbox {
    store: Store<Execution>,
    instance: Instance,
}

/// Why an imported function ended the execution.
#[derive(Debug)]
pub(crate) enum Abort {
    /// `ic0.trap` with its message.
    Trap(String),
    /// A rule of the system API was broken.
    Violation(String),
}

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(message) => write!(f, "Canister called `ic0.trap` with message: '{message}'"),
            Self::Violation(message) => write!(f, "Canister violated contract: {message}"),
        }
    }
}

impl HostError for Abort {}

impl Sandbox {
    /// A fresh instance, with heap and globals as the module declares them. The start function does not run.
    pub(crate) fn new(code: &Code, linker: &Linker<Execution>, execution: Execution) -> Result<Self, Reject> {
        let (canister, fuel) = (execution.system.canister, execution.fuel);
        let mut store = Store::new(linker.engine(), execution);
        store.limiter(|execution| &mut execution.limits);
        let instance = store
            .set_fuel(fuel)
            .and_then(|()| linker.instantiate_and_start(&mut store, &code.module))
            .map_err(|e| not_instantiated(canister, &e))?;
        let memory = instance.get_memory(&store, instrument::MEMORY);
        store.data_mut().memory = memory;
        Ok(Self { store, instance })
    }

    /// A copy for one execution; `self` stays as it is.
    pub(crate) fn fork(
        &self,
        code: &Code,
        linker: &Linker<Execution>,
        execution: Execution,
    ) -> Result<Self, Reject> {
        let canister = execution.system.canister;
        let mut copy = Self::new(code, linker, execution)?;
        copy.copy_heap(self)
            .and_then(|()| copy.copy_globals(self, code))
            .map_err(|reason| {
                let message = format!("Error from Canister {canister}: cannot load the heap: {reason}");
                Reject::new(ErrorCode::CanisterOutOfMemory, message)
            })?;
        Ok(copy)
    }

    /// Takes over the heap of another instance, also of another module, as upgrades with
    /// `wasm_memory_persistence = keep` do.
    pub(crate) fn copy_heap(&mut self, from: &Self) -> Result<(), String> {
        let Some(source) = from.instance.get_memory(&from.store, instrument::MEMORY) else {
            return Ok(());
        };
        let Some(target) = self.store.data().memory else {
            return Err("the module has no memory".into());
        };
        let missing = source.size(&from.store).saturating_sub(target.size(&self.store));
        target.grow(&mut self.store, missing).map_err(|e| e.to_string())?;
        let bytes = source.data(&from.store);
        match target.data_mut(&mut self.store).get_mut(..bytes.len()) {
            Some(heap) => heap.copy_from_slice(bytes),
            None => return Err("the heap did not grow".into()),
        }
        Ok(())
    }

    fn copy_globals(&mut self, from: &Self, code: &Code) -> Result<(), String> {
        for name in (0..code.mutable_globals).map(instrument::global) {
            let source = from.instance.get_global(&from.store, &name);
            let target = self.instance.get_global(&self.store, &name);
            let (Some(source), Some(target)) = (source, target) else {
                continue;
            };
            let value = source.get(&from.store);
            target.set(&mut self.store, value).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// Runs a function to its end and returns the number of instructions it took.
    ///
    /// # Errors
    /// The reject that the caller gets for the trap. The sandbox has to be dropped then.
    pub(crate) fn run(&mut self, function: &Function) -> Result<u64, Reject> {
        let fuel = self.store.data().fuel;
        self.store.set_fuel(fuel).map_err(|e| self.trapped(&e))?;
        match function {
            Function::Export(name) => {
                let Ok(function) = self.instance.get_typed_func::<(), ()>(&self.store, name) else {
                    let message = format!("`{name}` is not a function without parameters and results");
                    return Err(self.reject(ErrorCode::CanisterInvalidWasm, &message));
                };
                function.call(&mut self.store, ()).map_err(|e| self.trapped(&e))?;
            }
            Function::Closure(closure) => {
                let function = self.table_entry(closure.function);
                let Some(function) = function.and_then(|f| f.typed::<u32, ()>(&self.store).ok()) else {
                    let message = format!(
                        "Canister violated contract: there is no function of type (i32) -> () in its table at {}",
                        closure.function
                    );
                    return Err(self.reject(ErrorCode::CanisterContractViolation, &message));
                };
                function
                    .call(&mut self.store, closure.env)
                    .map_err(|e| self.trapped(&e))?;
            }
        }
        let left = self.store.get_fuel().map_err(|e| self.trapped(&e))?;
        let execution = self.store.data_mut();
        execution.effects.abandon_pending_call(&mut execution.state);
        Ok(fuel.saturating_sub(left))
    }

    pub(crate) fn execution(&mut self) -> &mut Execution {
        self.store.data_mut()
    }

    /// Instructions as the IC counts them, since this instance began; 0 unless the code is metered.
    pub(crate) fn metered(&self) -> u64 {
        let counter = self.instance.get_global(&self.store, metering::COUNTER);
        match counter.map(|counter| counter.get(&self.store)) {
            Some(Val::I64(counted)) => self.store.data().system_calls.saturating_add_signed(counted),
            _ => 0,
        }
    }

    /// Size of the heap in bytes.
    pub(crate) fn heap_size(&self) -> u64 {
        let memory = self.instance.get_memory(&self.store, instrument::MEMORY);
        memory.map_or(0, |memory| memory.data_size(&self.store) as u64)
    }

    fn table_entry(&self, index: u32) -> Option<Func> {
        let table = self.instance.get_table(&self.store, instrument::TABLE)?;
        match table.get(&self.store, index.into())? {
            Ref::Func(function) => function.val().copied(),
            Ref::Extern(_) => None,
        }
    }

    fn trapped(&self, error: &wasmi::Error) -> Reject {
        let execution = self.store.data();
        if let Some(abort) = error.downcast_ref::<Abort>() {
            let code = match abort {
                Abort::Trap(_) => ErrorCode::CanisterCalledTrap,
                Abort::Violation(_) => ErrorCode::CanisterContractViolation,
            };
            return self.reject(code, &abort.to_string());
        }
        if error.as_trap_code() == Some(TrapCode::OutOfFuel) {
            let message = format!(
                "Canister exceeded the limit of {} instructions for single message execution.",
                execution.fuel
            );
            return self.reject(ErrorCode::CanisterInstructionLimitExceeded, &message);
        }
        self.reject(ErrorCode::CanisterTrapped, &format!("Canister trapped: {error}"))
    }

    fn reject(&self, code: ErrorCode, message: &str) -> Reject {
        let canister = self.store.data().system.canister;
        Reject::new(code, format!("Error from Canister {canister}: {message}"))
    }
}

fn not_instantiated(canister: Principal, error: &wasmi::Error) -> Reject {
    let reason = match error.kind() {
        ErrorKind::Linker(LinkerError::MissingDefinition { name, .. }) => {
            let (module, function) = (name.module(), name.name());
            format!("it imports `{module}.{function}`, which is not modelled by this emulator")
        }
        other => other.to_string(),
    };
    let message = format!("Error from Canister {canister}: Canister's Wasm module is not valid: {reason}");
    Reject::new(ErrorCode::CanisterInvalidWasm, message)
}
