//! A signer on the emulator as a library: its limits can be chosen, and another canister can call it.

use super::{CHAIN, DISTRIBUTOR, person, wasm};
use candid::{CandidType, Nat, Principal, utils::ArgumentEncoder};
use ic_emulator::{Options, Reject};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use signer_api::{BatchRequest, Distributor, InitArgs, Refusal, Role, Signed};
use std::{ops::Deref, time::Duration};

pub use canister_testing::emulated::install;

/// What is not about the signer is in [`canister_testing::Emulated`].
pub struct Emulated(canister_testing::Emulated);

impl Deref for Emulated {
    type Target = canister_testing::Emulated;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Controls and administers the signer, and is an operator.
pub fn me() -> Principal {
    person(1)
}

pub fn distributor() -> Distributor {
    Distributor {
        chain_id: CHAIN,
        address: ByteBuf::from(DISTRIBUTOR.to_vec()),
        max_amount: Nat::from(5000u32),
        max_per_day: None,
    }
}

impl Emulated {
    /// With one distributor.
    pub fn start(options: Options) -> Self {
        let signer = Self::with(options, wasm());
        let ok: Result<(), Refusal> = signer.update("set_role", (me(), Role::Operator, true)).unwrap();
        ok.unwrap();
        let granted: Result<Nat, Refusal> = signer
            .update("grant_credits", (me(), Nat::from(super::CREDITS)))
            .unwrap();
        granted.unwrap();
        let ok: Result<(), Refusal> = signer.update("allow_distributor", (distributor(),)).unwrap();
        ok.unwrap();
        signer
    }

    /// The given code, where nobody but the administrator may do anything.
    pub fn with(options: Options, wasm: Vec<u8>) -> Self {
        let init = InitArgs {
            admin: me(),
            key_name: "dfx_test_key".into(),
        };
        Self(canister_testing::Emulated::start(options, wasm, (init,)))
    }

    /// An update call by the administrator.
    pub fn update<T: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, Reject> {
        self.0.update(1, method, args)
    }

    /// What a setting answers that must be taken.
    pub fn set(&self, method: &str, args: impl ArgumentEncoder) {
        let done: Result<(), Refusal> = self.update(method, args).unwrap();
        done.unwrap();
    }

    /// A batch that is asked for by the operator.
    pub fn sign_batch(&self, request: &BatchRequest) -> Result<Signed, Refusal> {
        self.update("sign_batch", (request,)).unwrap()
    }

    /// Unix seconds of the subnet.
    pub fn now(&self) -> u64 {
        self.emulator.time() / 1_000_000_000
    }

    /// To the next midnight (UTC).
    pub fn to_midnight(&self) {
        let day = 86_400 * 1_000_000_000;
        let left = day - self.emulator.time() % day;
        self.emulator.advance_time(Duration::from_nanos(left));
    }
}
