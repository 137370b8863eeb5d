//! [Responses](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-call) on their way back, and the
//! callbacks that take them.

use super::{Message, World};
use crate::{
    Reject, Response,
    execution::{Entry, Function, Input},
};
use candid::Principal;
use ic_error_types::ErrorCode;

impl World {
    pub(super) fn deliver_response(
        &mut self,
        id: Principal,
        callback: u64,
        response: Response,
        refund: u128,
    ) {
        let Some(canister) = self.canisters.get_mut(&id) else {
            return;
        };
        canister.state.cycles = canister.state.cycles.saturating_add(refund);
        canister.charges.response(&response, refund);
        // It is gone when a best-effort call expired, or the code was uninstalled.
        let Some(callback) = canister.callbacks.remove(&callback) else {
            return;
        };
        if let Some(context) = canister.contexts.get_mut(&callback.context) {
            context.outstanding = context.outstanding.saturating_sub(1);
        }
        let (entry, closure, arg, reject) = match response {
            Ok(arg) => (Entry::ReplyCallback, callback.on_reply, arg, None),
            Err(reject) => (
                Entry::RejectCallback,
                callback.on_reject,
                Vec::new(),
                Some(reject),
            ),
        };
        let input = Input {
            arg,
            reject,
            cycles_refunded: refund,
            ..Input::task(id)
        };
        let cleanup_input = Input {
            arg: Vec::new(),
            ..input.clone()
        };
        let result = self.execute(id, callback.context, entry, &Function::Closure(closure), input);
        if let (Err(reject), Some(cleanup)) = (&result, callback.on_cleanup) {
            tracing::debug!(canister = %id, %reject, "callback trapped, cleaning up");
            let cleanup = Function::Closure(cleanup);
            if let Err(reject) = self.execute(id, callback.context, Entry::Cleanup, &cleanup, cleanup_input) {
                tracing::warn!(canister = %id, %reject, "cleanup trapped");
            }
        }
        self.close_context(id, callback.context, result);
    }

    /// Answers best-effort calls that waited too long.
    pub(super) fn expire_calls(&mut self) {
        let time = self.environment.time;
        for (id, canister) in &mut self.canisters {
            for (callback_id, callback) in &mut canister.callbacks {
                if callback.deadline.take_if(|deadline| *deadline < time).is_some() {
                    let reject = Reject::new(ErrorCode::DeadlineExpired, "Call deadline has expired.");
                    self.queue.push_back(Message::Response {
                        canister: *id,
                        callback: *callback_id,
                        response: Err(reject),
                        refund: 0,
                    });
                }
            }
        }
    }
}
