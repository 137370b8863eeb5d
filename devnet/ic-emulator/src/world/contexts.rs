//! [Call contexts](https://internetcomputer.org/docs/references/ic-interface-spec#call-contexts): a call from its first
//! execution to its response.

use super::{Call, CallContext, Origin, World};
use crate::{
    Reject,
    canister::Status,
    execution::{Effects, Entry, Function, Input},
    management,
};
use candid::Principal;
use ic_error_types::ErrorCode;

impl World {
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
        canister.charges.execution(attempt.metered);
        let effects = if entry == Entry::ReplicatedQuery {
            let (state, effects) = attempt.take();
            canister.state.cycles = state.cycles;
            canister.version += 1;
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
            self.respond(origin, Ok(management::no_value()), 0);
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
