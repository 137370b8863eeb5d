//! [Query calls](https://internetcomputer.org/docs/references/ic-interface-spec#http-query): run on a copy, then dropped.

use super::World;
use crate::{
    Error, Reject, Response,
    execution::{Entry, Function, Input},
};
use candid::Principal;
use ic_error_types::ErrorCode;

impl World {
    /// The outer error is the emulator's, the inner one the canister's answer.
    pub(crate) fn query(
        &self,
        sender: Principal,
        callee: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Response, Error> {
        if callee == Principal::management_canister() {
            return Ok(Err(Reject::not_modelled(format!(
                "the management canister's query method '{method}'"
            ))));
        }
        let certificate = self.data_certificate(callee)?;
        Ok(self.run_query(sender, callee, method, arg, certificate))
    }

    fn run_query(
        &self,
        sender: Principal,
        callee: Principal,
        method: &str,
        arg: Vec<u8>,
        certificate: Vec<u8>,
    ) -> Response {
        let canister = self
            .canisters
            .get(&callee)
            .ok_or_else(|| Reject::canister_not_found(callee))?;
        canister.check_running()?;
        canister.program()?;
        let name = format!("canister_query {method}");
        if !canister.exports(&name) {
            let hint = if canister.exports(&format!("canister_composite_query {method}")) {
                "composite queries are not modelled by this emulator"
            } else {
                "check the name, or make an update call"
            };
            let message = format!("Error from Canister {callee}: it has no query method '{method}'; {hint}");
            return Err(Reject::new(ErrorCode::CanisterMethodNotFound, message));
        }
        let input = Input {
            arg,
            method: method.into(),
            answered: false,
            ..Input::task(sender)
        };
        let mut execution = canister.execution(&self.environment, Entry::Query, input);
        execution.system.data_certificate = Some(certificate);
        let mut attempt = canister.attempt(&self.environment, &Function::Export(name), execution)?;
        let (_, effects) = attempt.take();
        effects.response.unwrap_or_else(|| {
            let message = format!("Error from Canister {callee}: Canister did not reply to the call");
            Err(Reject::new(ErrorCode::CanisterDidNotReply, message))
        })
    }
}
