//! What a canister can learn about itself:
//! [identity](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-canister-self),
//! [status](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-canister-status),
//! [version](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-canister-version),
//! controllers and environment variables.

use super::{
    ALSO_START, ANYWHERE,
    Entry::{self, *},
    Ic0, Trap, blob, copy_blob, heap, ic0, read, read_text, size, violation,
};
use crate::execution::Execution;
use wasmi::{Linker, errors::LinkerError};

const ROOT_KEY: &[Entry] = &[
    Init,
    PreUpgrade,
    Update,
    ReplicatedQuery,
    ReplyCallback,
    RejectCallback,
    Cleanup,
    Task,
];

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    blob(linker, "canister_self", ANYWHERE, |e| {
        Ok(e.system.canister.as_slice())
    })?;
    blob(linker, "subnet_self", ANYWHERE, |e| {
        Ok(e.system.subnet.as_slice())
    })?;
    blob(linker, "root_key", ROOT_KEY, |e| Ok(&e.system.root_key))?;
    ic0! { linker, ANYWHERE;
        fn canister_status(ic0) -> u32 {
            Ok(ic0.data().system.status)
        }
        fn canister_version(ic0) -> u64 {
            Ok(ic0.data().system.version)
        }
        // The subnet is this one process.
        fn subnet_self_node_count(ic0) -> u32 {
            Ok(1)
        }
    }
    ic0! { linker, ALSO_START;
        fn is_controller(ic0, src: u32, size: u32) -> u32 {
            let principal = read(&mut ic0, src, size)?;
            if principal.len() > 29 {
                return Err(violation(format!("a principal has at most 29 bytes, not {}", principal.len())));
            }
            let controllers = &ic0.data().system.controllers;
            Ok(controllers.iter().any(|controller| controller.as_slice() == principal).into())
        }
        fn in_replicated_execution(ic0) -> u32 {
            Ok((!matches!(ic0.data().entry, Query | Inspect)).into())
        }
    }
    environment(linker)
}

/// Environment variables, which the canister's settings give.
fn environment(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ANYWHERE;
        fn env_var_count(ic0) -> u32 {
            Ok(ic0.data().system.environment.len() as u32)
        }
        fn env_var_name_size(ic0, index: u32) -> u32 {
            name(ic0.data(), index).map(size)
        }
        fn env_var_name_copy(ic0, index: u32, dst: u32, offset: u32, size: u32) {
            let (heap, execution) = heap(&mut ic0)?;
            copy_blob(heap, name(execution, index)?, dst, offset, size)
        }
        fn env_var_name_exists(ic0, src: u32, length: u32) -> u32 {
            Ok(value(&mut ic0, src, length).is_ok().into())
        }
        fn env_var_value_size(ic0, src: u32, length: u32) -> u32 {
            value(&mut ic0, src, length).map(|value| size(&value))
        }
        fn env_var_value_copy(ic0, src: u32, length: u32, dst: u32, offset: u32, size: u32) {
            let value = value(&mut ic0, src, length)?;
            let (heap, _) = heap(&mut ic0)?;
            copy_blob(heap, &value, dst, offset, size)
        }
    }
    Ok(())
}

fn name(execution: &Execution, index: u32) -> Trap<&[u8]> {
    match execution.system.environment.get(index as usize) {
        Some((name, _)) => Ok(name.as_bytes()),
        None => Err(violation(format!("there is no environment variable {index}"))),
    }
}

fn value(ic0: &mut Ic0<'_>, src: u32, length: u32) -> Trap<Vec<u8>> {
    let wanted = read_text(ic0, src, length)?;
    let environment = &ic0.data().system.environment;
    match environment.iter().find(|(name, _)| *name == wanted) {
        Some((_, value)) => Ok(value.as_bytes().to_vec()),
        None => Err(violation(format!("there is no environment variable {wanted:?}"))),
    }
}
