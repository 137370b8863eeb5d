//! Calls on their way: from users, canisters and the system, to canisters and the management canister.

use super::{Message, RequestId, World};
use crate::{
    Reject, Response,
    execution::{Closure, Entry, Function, Input, OutgoingCall},
    management::Outcome,
};
use candid::Principal;
use ic_error_types::ErrorCode;

/// Longest time a best-effort call waits, in seconds.
const MAX_TIMEOUT_SECONDS: u32 = 300;

/// Who waits for the response.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A user.
    Ingress(RequestId),
    /// A canister, by the callback that takes the response.
    Canister { canister: Principal, callback: u64 },
    /// Nobody: a timer or heartbeat.
    System,
}

/// A call on its way.
pub(crate) struct Call {
    pub(crate) origin: Origin,
    pub(crate) caller: Principal,
    pub(crate) callee: Principal,
    pub(crate) method: String,
    pub(crate) arg: Vec<u8>,
    pub(crate) cycles: u128,
    /// Nanoseconds since 1970; 0 for a caller that waits without limit.
    pub(crate) deadline: u64,
}

/// A call that a canister works on, over all its executions.
pub(crate) struct CallContext {
    pub(crate) origin: Origin,
    pub(crate) caller: Principal,
    pub(crate) deadline: u64,
    /// Cycles that came with the call and have not been accepted.
    pub(crate) cycles: u128,
    pub(crate) answered: bool,
    /// Calls made in this context whose response has not come.
    pub(crate) outstanding: usize,
    pub(crate) instructions: u64,
}

/// What a canister does with the response to a call it made.
pub(crate) struct Callback {
    pub(super) context: u64,
    pub(super) on_reply: Closure,
    pub(super) on_reject: Closure,
    pub(super) on_cleanup: Option<Closure>,
    /// Of a best-effort call, until it has expired.
    pub(super) deadline: Option<u64>,
}

impl World {
    /// Puts a call at the end of the queue.
    pub(super) fn send(&mut self, call: Call) {
        self.queue.push_back(Message::Call(call));
    }

    /// Hands a response to whoever made the call, with the cycles that were not used.
    pub(crate) fn respond(&mut self, origin: Origin, response: Response, refund: u128) {
        match origin {
            Origin::Ingress(id) => self.requests.finish(&id, response),
            Origin::Canister { canister, callback } => {
                self.queue.push_back(Message::Response {
                    canister,
                    callback,
                    response,
                    refund,
                });
            }
            Origin::System => (),
        }
    }

    pub(super) fn deliver_call(&mut self, mut call: Call) {
        if call.callee == Principal::management_canister() {
            match self.manage(&call) {
                Outcome::Done {
                    response,
                    cycles_used,
                } => {
                    let refund = call.cycles.saturating_sub(cycles_used);
                    self.respond(call.origin, response, refund);
                }
                // The management canister took note of the origin.
                Outcome::Later => (),
            }
            return;
        }
        let (entry, name) = match self.entry_point(call.callee, &call.method) {
            Ok(found) => found,
            Err(reject) => return self.respond(call.origin, Err(reject), call.cycles),
        };
        let arg = std::mem::take(&mut call.arg);
        let (callee, method) = (call.callee, call.method.clone());
        let Some(context) = self.open_context(call) else {
            return;
        };
        let input = Input {
            arg,
            method,
            ..Input::task(callee)
        };
        let result = self.execute(callee, context, entry, &Function::Export(name), input);
        self.close_context(callee, context, result);
    }

    /// The function that an update call enters: an update method, or a query method in replicated mode.
    fn entry_point(&self, callee: Principal, method: &str) -> Result<(Entry, String), Reject> {
        let canister = self
            .canisters
            .get(&callee)
            .ok_or_else(|| Reject::canister_not_found(callee))?;
        canister.check_running()?;
        canister.program()?;
        for (entry, kind) in [(Entry::Update, "update"), (Entry::ReplicatedQuery, "query")] {
            let name = format!("canister_{kind} {method}");
            if canister.exports(&name) {
                return Ok((entry, name));
            }
        }
        let kind = if canister.exports(&format!("canister_composite_query {method}")) {
            "it is a composite query, which update calls cannot call and this emulator does not model"
        } else {
            "check the name"
        };
        let message =
            format!("Error from Canister {callee}: it has no update or query method '{method}'; {kind}");
        Err(Reject::new(ErrorCode::CanisterMethodNotFound, message))
    }

    /// A call that an execution made.
    pub(super) fn send_from(&mut self, caller: Principal, context: u64, call: OutgoingCall) {
        let callback = self.fresh_id();
        let deadline = call.timeout_seconds.map(|seconds| {
            let seconds = u64::from(seconds.min(MAX_TIMEOUT_SECONDS));
            self.environment.time.saturating_add(seconds * 1_000_000_000)
        });
        if let Some(canister) = self.canisters.get_mut(&caller) {
            canister.charges.call(&call.method, &call.arg, call.cycles);
            let OutgoingCall {
                on_reply,
                on_reject,
                on_cleanup,
                ..
            } = call;
            let entry = Callback {
                context,
                on_reply,
                on_reject,
                on_cleanup,
                deadline,
            };
            canister.callbacks.insert(callback, entry);
        }
        self.send(Call {
            origin: Origin::Canister {
                canister: caller,
                callback,
            },
            caller,
            callee: call.callee,
            method: call.method,
            arg: call.arg,
            cycles: call.cycles,
            deadline: deadline.unwrap_or(0),
        });
    }
}
