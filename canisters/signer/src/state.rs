//! Everything that must survive an upgrade, in stable memory.
//!
//! Nothing is copied at an upgrade: each structure lives in a region of its own and is opened again. Values are
//! stored as Candid, so a later version may add optional fields.

use crate::api::ClaimRequest;
use candid::{CandidType, Principal};
use canister_kit::{Memory, icrc3::BlockLog, stored::Stored};
use ic_stable_structures::{
    DefaultMemoryImpl, StableBTreeMap, StableCell,
    memory_manager::{MemoryId, MemoryManager},
};
use serde::Deserialize;
use serde_bytes::ByteBuf;
use std::cell::RefCell;

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
    pub log: BlockLog,
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
            log: BlockLog::open(memory(region::LOG_INDEX), memory(region::LOG_DATA)),
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
        drop((s.log.get(0), s.log.tip()));
    });
}
