//! [Time](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-time),
//! [global timer](https://internetcomputer.org/docs/references/ic-interface-spec#global-timer) and
//! [performance counter](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-performance-counter).

use super::{
    ALSO_START, ANYWHERE,
    Entry::{self, *},
    ic0, violation,
};
use crate::execution::Execution;
use wasmi::{Linker, errors::LinkerError};

const TIMER: &[Entry] = &[
    Init,
    PreUpgrade,
    Update,
    ReplyCallback,
    RejectCallback,
    Cleanup,
    Task,
];

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ANYWHERE;
        fn time(ic0) -> u64 {
            Ok(ic0.data().system.time)
        }
    }
    ic0! { linker, TIMER;
        fn global_timer_set(ic0, timestamp: u64) -> u64 {
            Ok(std::mem::replace(&mut ic0.data_mut().state.global_timer, timestamp))
        }
    }
    // An instruction of the interpreter counts as one.
    ic0! { linker, ALSO_START;
        fn performance_counter(ic0, counter: u32) -> u64 {
            let used = ic0.data().fuel - ic0.get_fuel()?;
            match counter {
                0 => Ok(used),
                1 => Ok(ic0.data().input.instructions_before + used),
                other => Err(violation(format!("there is no performance counter {other}"))),
            }
        }
    }
    Ok(())
}
