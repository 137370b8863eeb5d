//! [Debugging aids](https://internetcomputer.org/docs/references/ic-interface-spec#debugging-aids).

use super::{ALSO_START, ic0, read};
use crate::{execution::Execution, sandbox::Abort};
use wasmi::{Linker, errors::LinkerError};

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ALSO_START;
        fn debug_print(ic0, src: u32, size: u32) {
            let text = read(&mut ic0, src, size)?;
            let canister = ic0.data().system.canister;
            tracing::info!(%canister, "{}", String::from_utf8_lossy(&text));
            Ok(())
        }
        fn trap(ic0, src: u32, size: u32) {
            let text = read(&mut ic0, src, size)?;
            Err(wasmi::Error::host(Abort::Trap(String::from_utf8_lossy(&text).into_owned())))
        }
    }
    Ok(())
}
