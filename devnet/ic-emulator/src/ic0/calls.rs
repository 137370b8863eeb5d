//! [Inter-canister calls](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-call).

use super::{
    Entry::{self, *},
    Ic0, Trap, ic0, read, read_text, u128_from, violation,
};
use crate::execution::{Closure, Execution, OutgoingCall};
use candid::Principal;
use ic_error_types::RejectCode;
use wasmi::{Linker, errors::LinkerError};

const CALLING: &[Entry] = &[Update, ReplyCallback, RejectCallback, Task];

/// Largest argument of a call, 2 MiB.
const MAX_ARGUMENT: usize = 2 * 1024 * 1024;
/// Most calls of one execution, as many as fit into a queue of the IC.
const MAX_CALLS: usize = 500;
/// Longest method name, in bytes.
const MAX_METHOD_NAME: u32 = 20_000;

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, CALLING;
        fn call_new(ic0, callee_src: u32, callee_size: u32, name_src: u32, name_size: u32,
                    reply_fun: u32, reply_env: u32, reject_fun: u32, reject_env: u32) {
            let execution = ic0.data_mut();
            execution.effects.abandon_pending_call(&mut execution.state);
            if name_size > MAX_METHOD_NAME {
                return Err(violation(format!("a method name of {name_size} bytes is too long")));
            }
            let callee = Principal::try_from_slice(&read(&mut ic0, callee_src, callee_size)?);
            let call = OutgoingCall {
                callee: callee.map_err(|e| violation(format!("the callee is not a principal: {e}")))?,
                method: read_text(&mut ic0, name_src, name_size)?,
                arg: Vec::new(),
                cycles: 0,
                on_reply: Closure { function: reply_fun, env: reply_env },
                on_reject: Closure { function: reject_fun, env: reject_env },
                on_cleanup: None,
                timeout_seconds: None,
            };
            ic0.data_mut().effects.pending_call = Some(call);
            Ok(())
        }
        fn call_on_cleanup(ic0, fun: u32, env: u32) {
            let closure = Closure { function: fun, env };
            match pending(&mut ic0)?.on_cleanup.replace(closure) {
                None => Ok(()),
                Some(_) => Err(violation("call_on_cleanup may be called once per call".into())),
            }
        }
        fn call_data_append(ic0, src: u32, size: u32) {
            let length = pending(&mut ic0)?.arg.len() + size as usize;
            if length > MAX_ARGUMENT {
                return Err(violation(format!("argument of {length} bytes is larger than {MAX_ARGUMENT}")));
            }
            let data = read(&mut ic0, src, size)?;
            pending(&mut ic0)?.arg.extend(data);
            Ok(())
        }
        fn call_with_best_effort_response(ic0, timeout_seconds: u32) {
            match pending(&mut ic0)?.timeout_seconds.replace(timeout_seconds) {
                None => Ok(()),
                Some(_) => Err(violation("the timeout may be set once per call".into())),
            }
        }
        fn call_perform(ic0) -> u32 {
            pending(&mut ic0)?;
            let execution = ic0.data_mut();
            if execution.effects.calls.len() >= MAX_CALLS {
                execution.effects.abandon_pending_call(&mut execution.state);
                return Ok(RejectCode::SysTransient as u32);
            }
            let call = execution.effects.pending_call.take();
            execution.effects.calls.extend(call);
            Ok(0)
        }
    }
    ic0! { linker, &[Update, ReplyCallback, RejectCallback, Task];
        fn call_cycles_add128(ic0, high: u64, low: u64) {
            let amount = u128_from(high, low);
            pending(&mut ic0)?;
            let state = &mut ic0.data_mut().state;
            let Some(rest) = state.cycles.checked_sub(amount) else {
                let balance = state.cycles;
                return Err(violation(format!("cannot attach {amount} cycles, the balance is {balance}")));
            };
            state.cycles = rest;
            pending(&mut ic0)?.cycles += amount;
            Ok(())
        }
    }
    Ok(())
}

fn pending<'a>(ic0: &'a mut Ic0<'_>) -> Trap<&'a mut OutgoingCall> {
    ic0.data_mut().effects.pending_call.as_mut().ok_or_else(no_call)
}

fn no_call() -> wasmi::Error {
    violation("there is no call under construction: use call_new first".into())
}
