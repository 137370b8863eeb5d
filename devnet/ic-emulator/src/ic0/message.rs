//! [Method arguments](https://internetcomputer.org/docs/references/ic-interface-spec#method-arguments),
//! [responding](https://internetcomputer.org/docs/references/ic-interface-spec#responding) and
//! [message inspection](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-inspect-message).

use super::{
    ANYWHERE,
    Entry::{self, *},
    RESPONDING, Trap, blob, ic0, read, read_text, violation,
};
use crate::{Reject, execution::Execution};
use wasmi::{Linker, errors::LinkerError};

const ARGUMENT: &[Entry] = &[Init, Update, ReplicatedQuery, Query, ReplyCallback, Inspect];
const REJECT_CODE: &[Entry] = &[ReplyCallback, RejectCallback, Cleanup];
const DEADLINE: &[Entry] = &[Update, ReplicatedQuery, Query, ReplyCallback, RejectCallback];

/// Largest reply, 2 MiB.
pub(super) const MAX_REPLY: usize = 2 * 1024 * 1024;

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    blob(linker, "msg_arg_data", ARGUMENT, |e| Ok(&e.input.arg))?;
    blob(linker, "msg_caller", ANYWHERE, |e| Ok(e.input.caller.as_slice()))?;
    blob(linker, "msg_reject_msg", &[RejectCallback], |e| {
        match &e.input.reject {
            Some(reject) => Ok(reject.message.as_bytes()),
            None => Err(violation("there is no reject message".into())),
        }
    })?;
    blob(linker, "msg_method_name", &[Inspect], |e| {
        Ok(e.input.method.as_bytes())
    })?;
    ic0! { linker, REJECT_CODE;
        fn msg_reject_code(ic0) -> u32 {
            Ok(ic0.data().input.reject.as_ref().map_or(0, |reject| reject.code as u32))
        }
    }
    ic0! { linker, DEADLINE;
        fn msg_deadline(ic0) -> u64 {
            Ok(ic0.data().input.deadline)
        }
    }
    ic0! { linker, RESPONDING;
        fn msg_reply_data_append(ic0, src: u32, size: u32) {
            unanswered(ic0.data())?;
            let length = ic0.data().effects.reply.len() + size as usize;
            if length > MAX_REPLY {
                return Err(violation(format!("reply of {length} bytes is larger than {MAX_REPLY}")));
            }
            let data = read(&mut ic0, src, size)?;
            ic0.data_mut().effects.reply.extend(data);
            Ok(())
        }
        fn msg_reply(ic0) {
            unanswered(ic0.data())?;
            let effects = &mut ic0.data_mut().effects;
            effects.response = Some(Ok(std::mem::take(&mut effects.reply)));
            Ok(())
        }
        fn msg_reject(ic0, src: u32, size: u32) {
            unanswered(ic0.data())?;
            let message = read_text(&mut ic0, src, size)?;
            ic0.data_mut().effects.response = Some(Err(Reject::by_canister(message)));
            Ok(())
        }
    }
    ic0! { linker, &[Inspect];
        fn accept_message(ic0) {
            if std::mem::replace(&mut ic0.data_mut().effects.message_accepted, true) {
                return Err(violation("the message is already accepted".into()));
            }
            Ok(())
        }
    }
    Ok(())
}

/// A call is answered once, in whichever of its executions.
fn unanswered(execution: &Execution) -> Trap<()> {
    if execution.input.answered || execution.effects.response.is_some() {
        return Err(violation("the call is already answered".into()));
    }
    Ok(())
}
