//! Everything that must survive an upgrade, in stable memory.
//!
//! Nothing is copied at an upgrade: each structure lives in a region of its own and is opened again. Values are
//! stored as Candid, so a later version may add optional fields.

use crate::{api::ClaimRequest, icrc3::Value};
use candid::{CandidType, Decode, Encode, Principal};
use ic_stable_structures::{
    DefaultMemoryImpl, StableBTreeMap, StableCell, StableLog, Storable,
    memory_manager::{MemoryId, MemoryManager, VirtualMemory},
    storable::Bound,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use std::{borrow::Cow, cell::RefCell};

type Memory = VirtualMemory<DefaultMemoryImpl>;

/// Regions of the stable memory. A number is never used for anything else, not even by a later version.
mod region {
    pub(super) const CONFIG: u8 = 0;
    pub(super) const ROLES: u8 = 1;
    pub(super) const DISTRIBUTORS: u8 = 2;
    pub(super) const CLAIMS: u8 = 3;
    pub(super) const LOG_INDEX: u8 = 4;
    pub(super) const LOG_DATA: u8 = 5;
}

/// The canister's state.
pub struct State {
    pub config: StableCell<Stored<Config>, Memory>,
    /// (principal, role) -> held.
    pub roles: StableBTreeMap<(Principal, u8), (), Memory>,
    /// Chain id and address -> the most that one claim may pay, in base units.
    pub distributors: StableBTreeMap<(u64, [u8; 20]), u128, Memory>,
    pub claims: StableBTreeMap<[u8; 32], Stored<ClaimRecord>, Memory>,
    pub log: StableLog<Stored<Value>, Memory, Memory>,
}

/// What there is one of.
#[derive(CandidType, Clone, Debug, Default, Deserialize)]
pub struct Config {
    pub key_name: String,
    pub paused: bool,
    /// Compressed SEC1 point, once fetched. It never changes: the derivation path is constant.
    pub ecdsa_key: Option<ByteBuf>,
    /// Ed25519 public key, once fetched.
    pub ed25519_key: Option<ByteBuf>,
}

/// A decision to sign, and its result.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct ClaimRecord {
    pub request: ClaimRequest,
    pub digest: ByteBuf,
    pub signature: Option<ByteBuf>,
    pub caller: Principal,
    pub accepted_at: u64,
    pub signed_at: Option<u64>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::open());
}

impl State {
    fn open() -> Self {
        let manager = MemoryManager::init(DefaultMemoryImpl::default());
        let memory = |region| manager.get(MemoryId::new(region));
        Self {
            config: StableCell::init(memory(region::CONFIG), Stored(Config::default())),
            roles: StableBTreeMap::init(memory(region::ROLES)),
            distributors: StableBTreeMap::init(memory(region::DISTRIBUTORS)),
            claims: StableBTreeMap::init(memory(region::CLAIMS)),
            log: StableLog::init(memory(region::LOG_INDEX), memory(region::LOG_DATA)),
        }
    }

    /// Changes the configuration.
    pub fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config.get().0.clone();
        change(&mut config);
        self.config.set(Stored(config));
    }
}

/// Looks at the state.
pub fn read<R>(f: impl FnOnce(&State) -> R) -> R {
    STATE.with_borrow(f)
}

/// Changes the state.
pub fn write<R>(f: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(f)
}

/// Reads a sample of everything that is stored as Candid: the settings (opened with the state), and the oldest and
/// newest claim and block. If this version cannot read what another one wrote, the trap undoes its upgrade.
pub fn probe() {
    read(|s| {
        drop((s.claims.first_key_value(), s.claims.last_key_value()));
        drop((s.log.get(0), s.log.last()));
    });
}

/// A value in stable memory, as Candid.
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
        // Written by `to_bytes`. A version that cannot read it must not run: see `probe`.
        Self(
            Decode!(&bytes, T).unwrap_or_else(|e| ic_cdk::trap(format!("cannot read the stored state: {e}"))),
        )
    }
}
