//! [Certified data](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-certified-data).

use super::{
    ANYWHERE,
    Entry::{self, *},
    blob, ic0, read, violation,
};
use crate::execution::Execution;
use wasmi::{Linker, errors::LinkerError};

const SETTING: &[Entry] = &[Init, PreUpgrade, Update, ReplyCallback, RejectCallback, Task];

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    blob(linker, "data_certificate", &[Query], |e| {
        match &e.system.data_certificate {
            Some(certificate) => Ok(certificate),
            None => Err(violation("there is no data certificate".into())),
        }
    })?;
    ic0! { linker, ANYWHERE;
        fn data_certificate_present(ic0) -> u32 {
            Ok(ic0.data().system.data_certificate.is_some().into())
        }
    }
    ic0! { linker, SETTING;
        fn certified_data_set(ic0, src: u32, size: u32) {
            if size > 32 {
                return Err(violation(format!("certified data has at most 32 bytes, not {size}")));
            }
            ic0.data_mut().state.certified_data = read(&mut ic0, src, size)?;
            Ok(())
        }
    }
    Ok(())
}
