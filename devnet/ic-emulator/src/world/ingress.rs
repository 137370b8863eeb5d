//! [Update calls of users](https://internetcomputer.org/docs/references/ic-interface-spec#http-call-overview).

use super::{Call, Origin, Request, RequestId, World};
use crate::{
    Reject,
    execution::{Entry, Function, Input},
    management,
};
use candid::Principal;
use ic_certification::HashTree;
use ic_error_types::ErrorCode;

/// An authenticated update call.
pub(crate) struct Ingress {
    pub(crate) id: RequestId,
    pub(crate) sender: Principal,
    pub(crate) canister: Principal,
    pub(crate) effective_canister: Principal,
    pub(crate) method: String,
    pub(crate) arg: Vec<u8>,
    /// Nanoseconds since 1970 by the wall clock, which may be behind the emulator's time.
    pub(crate) expiry: u64,
}

impl World {
    /// Takes a call in. A request that was taken in before changes nothing.
    ///
    /// # Errors
    /// The reject of a call that is not accepted; it leaves no trace.
    pub(crate) fn submit(&mut self, ingress: Ingress) -> Result<(), Reject> {
        if self.requests.get(&ingress.id).is_some() {
            return Ok(());
        }
        if ingress.canister == Principal::management_canister() {
            management::check_ingress(&ingress.method)?;
        } else {
            self.inspect(&ingress)?;
        }
        if let Some(canister) = self.canisters.get_mut(&ingress.canister) {
            canister.charges.ingress(&ingress.method, &ingress.arg);
        }
        self.requests.insert(
            ingress.id,
            ingress.sender,
            ingress.effective_canister,
            ingress.expiry,
        );
        self.send(Call {
            origin: Origin::Ingress(ingress.id),
            caller: ingress.sender,
            callee: ingress.canister,
            method: ingress.method,
            arg: ingress.arg,
            cycles: 0,
            deadline: 0,
        });
        Ok(())
    }

    /// What became of a request; none if it was never accepted, or long ago.
    pub(crate) fn request(&self, id: &RequestId) -> Option<&Request> {
        self.requests.get(id)
    }

    /// Proves the status of one request, or that there is none; without `id`, only the hash of all.
    pub(crate) fn request_witness(&self, id: Option<&RequestId>) -> HashTree {
        self.requests.witness(id)
    }

    /// Asks the canister whether it accepts the message.
    fn inspect(&self, ingress: &Ingress) -> Result<(), Reject> {
        let id = ingress.canister;
        let canister = self
            .canisters
            .get(&id)
            .ok_or_else(|| Reject::canister_not_found(id))?;
        canister.check_running()?;
        canister.program()?;
        if !canister.exports("canister_inspect_message") {
            return Ok(());
        }
        let (arg, method) = (ingress.arg.clone(), ingress.method.clone());
        let input = Input {
            arg,
            method,
            ..Input::task(ingress.sender)
        };
        let execution = canister.execution(&self.environment, Entry::Inspect, input);
        let function = Function::Export("canister_inspect_message".into());
        let mut attempt = canister.attempt(&self.environment, &function, execution)?;
        let (_, effects) = attempt.take();
        if effects.message_accepted {
            return Ok(());
        }
        let message = format!("Error from Canister {id}: Canister rejected the message");
        Err(Reject::new(ErrorCode::CanisterRejectedMessage, message))
    }
}
