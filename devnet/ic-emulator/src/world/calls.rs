//! [Calls](https://internetcomputer.org/docs/references/ic-interface-spec#call-contexts): call contexts, callbacks and
//! the responses that go back.

use super::{Message, RequestId, World};
use crate::{
    Reject, Response,
    canister::Status,
    execution::{Closure, Effects, Entry, Function, Input, OutgoingCall},
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
    context: u64,
    on_reply: Closure,
    on_reject: Closure,
    on_cleanup: Option<Closure>,
    /// Of a best-effort call, until it has expired.
    deadline: Option<u64>,
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

    pub(super) fn open_context(&mut self, call: Call) -> Option<u64> {
        let id = self.fresh_id();
        let context = CallContext {
            answered: matches!(call.origin, Origin::System),
            origin: call.origin,
            caller: call.caller,
            deadline: call.deadline,
            cycles: call.cycles,
            outstanding: 0,
            instructions: 0,
        };
        self.canisters.get_mut(&call.callee)?.contexts.insert(id, context);
        Some(id)
    }

    /// One execution within a call context. What `input` says of the call is taken from the context.
    ///
    /// # Errors
    /// The reject for a trap; then nothing has happened.
    pub(super) fn execute(
        &mut self,
        id: Principal,
        context_id: u64,
        entry: Entry,
        function: &Function,
        input: Input,
    ) -> Result<(), Reject> {
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Reject::canister_not_found(id))?;
        let Some(context) = canister.contexts.get(&context_id) else {
            return Ok(());
        };
        let input = Input {
            caller: context.caller,
            deadline: context.deadline,
            answered: context.answered,
            cycles_available: context.cycles,
            instructions_before: context.instructions,
            ..input
        };
        let execution = canister.execution(&self.environment, entry, input);
        let mut attempt = canister.attempt(&self.environment, function, execution)?;
        let instructions = attempt.instructions;
        let effects = if entry == Entry::ReplicatedQuery {
            let (_, effects) = attempt.take();
            canister.state.cycles = canister.state.cycles.saturating_add(effects.cycles_accepted);
            effects
        } else {
            canister.commit(attempt)
        };
        if let Some(context) = canister.contexts.get_mut(&context_id) {
            context.instructions += instructions;
            context.cycles = context.cycles.saturating_sub(effects.cycles_accepted);
            context.outstanding += effects.calls.len();
        }
        self.perform(id, context_id, effects);
        Ok(())
    }

    /// Sends the calls and the response that an execution left behind.
    fn perform(&mut self, id: Principal, context_id: u64, effects: Effects) {
        for call in effects.calls {
            self.send_from(id, context_id, call);
        }
        let Some(response) = effects.response else { return };
        let canister = self.canisters.get_mut(&id);
        let Some(context) = canister.and_then(|c| c.contexts.get_mut(&context_id)) else {
            return;
        };
        context.answered = true;
        let refund = std::mem::take(&mut context.cycles);
        let origin = context.origin.clone();
        self.respond(origin, response, refund);
    }

    fn send_from(&mut self, caller: Principal, context: u64, call: OutgoingCall) {
        let callback = self.fresh_id();
        let deadline = call.timeout_seconds.map(|seconds| {
            let seconds = u64::from(seconds.min(MAX_TIMEOUT_SECONDS));
            self.environment.time.saturating_add(seconds * 1_000_000_000)
        });
        if let Some(canister) = self.canisters.get_mut(&caller) {
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

    /// Ends a context that waits for nothing; a call not answered by then is rejected.
    pub(super) fn close_context(&mut self, id: Principal, context_id: u64, last: Result<(), Reject>) {
        let Some(canister) = self.canisters.get_mut(&id) else {
            return;
        };
        let finished = canister
            .contexts
            .get(&context_id)
            .is_some_and(|context| context.outstanding == 0);
        if !finished {
            return;
        }
        let Some(context) = canister.contexts.remove(&context_id) else {
            return;
        };
        if context.answered {
            if let Err(reject) = last {
                tracing::warn!(canister = %id, %reject, "trapped with nobody to answer");
            }
            return;
        }
        let reject = last.err().unwrap_or_else(|| {
            let message = format!("Error from Canister {id}: Canister did not reply to the call");
            Reject::new(ErrorCode::CanisterDidNotReply, message)
        });
        self.respond(context.origin, Err(reject), context.cycles);
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

    /// Stops canisters that were only waiting for their open calls.
    pub(super) fn finish_stopping(&mut self) {
        let mut stopped = Vec::new();
        for canister in self.canisters.values_mut() {
            if canister.contexts.is_empty()
                && let Status::Stopping(waiting) = &mut canister.status
            {
                stopped.append(waiting);
                canister.status = Status::Stopped;
                canister.version += 1;
            }
        }
        for origin in stopped {
            self.respond(origin, Ok(crate::management::no_value()), 0);
        }
    }

    /// Drops all calls of a canister whose code is going away.
    pub(crate) fn reject_open_calls(&mut self, id: Principal) {
        let Some(canister) = self.canisters.get_mut(&id) else {
            return;
        };
        canister.callbacks.clear();
        for context in std::mem::take(&mut canister.contexts).into_values() {
            if !context.answered {
                let message = format!("Canister {id} has been uninstalled");
                let reject = Reject::new(ErrorCode::CanisterRejectedMessage, message);
                self.respond(context.origin, Err(reject), context.cycles);
            }
        }
    }
}
