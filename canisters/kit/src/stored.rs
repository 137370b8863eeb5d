//! Values in stable memory.

use candid::{CandidType, Decode, Encode};
use ic_stable_structures::{Storable, storable::Bound};
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// A value stored as Candid, so that a later version of its type may have more optional fields.
#[derive(Clone, Debug)]
pub struct Stored<T>(pub T);

impl<T: CandidType + DeserializeOwned> Storable for Stored<T> {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        // Only writing to memory can fail in the encoder, and memory does not fail.
        Cow::Owned(Encode!(&self.0).unwrap_or_else(|e| ic_cdk::trap(format!("cannot encode state: {e}"))))
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<[u8]>) -> Self {
        // Written by `to_bytes`. A version that cannot read it must not run: a canister reads a sample of all it has
        // stored while it is upgraded, and the trap undoes the upgrade.
        Self(
            Decode!(&bytes, T).unwrap_or_else(|e| ic_cdk::trap(format!("cannot read the stored state: {e}"))),
        )
    }
}
