//! What the IC charges a canister for its messages.

use crate::{Response, fees};

/// What the IC would have charged a canister since it was created, without storage and without installations, whose
/// prices do not depend on its methods. Queries and message inspections are free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Executions: update calls, callbacks, timers and heartbeats. Those that trapped are not counted.
    pub executions: u64,
    /// Of those executions.
    pub instructions: u64,
    /// Update calls of users.
    pub ingress: u64,
    /// Bytes of method names and arguments of those; a nonce would count as well.
    pub ingress_bytes: u64,
    /// Calls made, also to the management canister.
    pub calls: u64,
    /// Bytes of method names and arguments of those, and of the responses.
    pub call_bytes: u64,
    /// Cycles sent along with calls and not refunded, such as the price of a threshold signature.
    pub sent: u128,
}

impl Charges {
    /// Everything but [`Charges::sent`], in cycles of a 13-node subnet. A subnet of n nodes charges n/13 of it.
    pub fn cycles(&self) -> u128 {
        fees::EXECUTION * u128::from(self.executions)
            + fees::INSTRUCTION * u128::from(self.instructions)
            + fees::INGRESS * u128::from(self.ingress)
            + fees::INGRESS_BYTE * u128::from(self.ingress_bytes)
            + fees::CALL * u128::from(self.calls)
            + fees::CALL_BYTE * u128::from(self.call_bytes)
    }

    /// What was added since `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            executions: self.executions - earlier.executions,
            instructions: self.instructions - earlier.instructions,
            ingress: self.ingress - earlier.ingress,
            ingress_bytes: self.ingress_bytes - earlier.ingress_bytes,
            calls: self.calls - earlier.calls,
            call_bytes: self.call_bytes - earlier.call_bytes,
            sent: self.sent - earlier.sent,
        }
    }

    pub(crate) fn execution(&mut self, instructions: u64) {
        self.executions += 1;
        self.instructions += instructions;
    }

    pub(crate) fn ingress(&mut self, method: &str, arg: &[u8]) {
        self.ingress += 1;
        self.ingress_bytes += (method.len() + arg.len()) as u64;
    }

    pub(crate) fn call(&mut self, method: &str, arg: &[u8], cycles: u128) {
        self.calls += 1;
        self.call_bytes += (method.len() + arg.len()) as u64;
        self.sent += cycles;
    }

    pub(crate) fn response(&mut self, response: &Response, refund: u128) {
        let bytes = match response {
            Ok(reply) => reply.len(),
            Err(reject) => reject.message.len(),
        };
        self.call_bytes += bytes as u64;
        self.sent = self.sent.saturating_sub(refund);
    }
}
