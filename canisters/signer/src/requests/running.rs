//! Who is being signed.

use serde_bytes::ByteBuf;
use signer_api::Refusal;
use std::{cell::RefCell, collections::BTreeSet};

thread_local! {
    static RUNNING: RefCell<BTreeSet<[u8; 32]>> = const { RefCell::new(BTreeSet::new()) };
}

/// Holds a request id while its signature is made: a twin call would pay for a second signature. Its drop also
/// runs when a callback traps (the CDK then drops the future). The set is empty when a stopped canister is upgraded.
pub(super) struct Running([u8; 32]);

impl Running {
    /// # Errors
    /// [`Refusal::InProgress`].
    pub(super) fn enter(id: [u8; 32]) -> Result<Self, Refusal> {
        let free = RUNNING.with_borrow_mut(|running| running.insert(id));
        // Made only for who got in: the drop of another would let a third one in.
        free.then(|| Self(id)).ok_or_else(|| Refusal::InProgress {
            id: ByteBuf::from(id),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.remove(&self.0));
    }
}
