//! Everything that must survive an upgrade, in stable memory.
//!
//! Nothing is copied at an upgrade: each structure lives in a region of its own and is opened again. Values are
//! stored as Candid, so a later version may add optional fields.

use crate::{contract::Contract, requests::RequestRecord};
use candid::{CandidType, Principal};
use canister_kit::{Memory, icrc3::BlockLog, stored::Stored};
use ic_stable_structures::{
    DefaultMemoryImpl, StableBTreeMap, StableCell,
    memory_manager::{MemoryId, MemoryManager},
};
use serde::Deserialize;
use serde_bytes::ByteBuf;
use signer_api::{ClaimRequest, RetiringKey};
use std::cell::RefCell;

/// Regions of the stable memory. A number is never used for anything else, not even by a later version.
mod region {
    pub(super) const CONFIG: u8 = 0;
    pub(super) const ROLES: u8 = 1;
    pub(super) const DISTRIBUTORS: u8 = 2;
    pub(super) const CLAIMS: u8 = 3;
    pub(super) const LOG_INDEX: u8 = 4;
    pub(super) const LOG_DATA: u8 = 5;
    pub(super) const REQUESTS: u8 = 6;
    pub(super) const DISTRIBUTOR_DAYS: u8 = 7;
    pub(super) const SETTLEMENTS: u8 = 8;
    pub(super) const REGISTRIES: u8 = 9;
    pub(super) const TURNS: u8 = 10;
    pub(super) const DAYS: u8 = 11;
    pub(super) const CREDITS: u8 = 12;
    pub(super) const KEYS: u8 = 13;
    pub(super) const REFUSALS: u8 = 14;
    pub(super) const COUNTERS: u8 = 15;
    pub(super) const ACCEPTED: u8 = 16;
    pub(super) const CALLS: u8 = 20;
    pub(super) const NONCES: u8 = 21;
    pub(super) const EVM_RPCS: u8 = 22;
    pub(super) const SUBMISSIONS: u8 = 23;
}

/// A chain and a contract on it, see [`Contract::key`].
pub type ContractKey = [u8; Contract::KEY];

/// The canister's state.
pub struct State {
    pub config: StableCell<Stored<Config>, Memory>,
    /// (principal, role) -> held.
    pub roles: StableBTreeMap<(Principal, u8), (), Memory>,
    /// Chain id and address -> the most that one claim may pay, in base units.
    pub distributors: StableBTreeMap<(u64, [u8; 20]), u128, Memory>,
    /// Chain id and address -> the most that the claims of a day may pay, in base units; no limit where there is none.
    pub distributor_days: StableBTreeMap<(u64, [u8; 20]), u128, Memory>,
    /// Claims of the first version. Read only: new ones are among the requests.
    pub claims: StableBTreeMap<[u8; 32], Stored<ClaimRecord>, Memory>,
    pub requests: StableBTreeMap<[u8; 32], Stored<RequestRecord>, Memory>,
    pub settlements: StableBTreeMap<ContractKey, Stored<signer_api::Settlement>, Memory>,
    pub registries: StableBTreeMap<ContractKey, Stored<signer_api::Registry>, Memory>,
    /// What comes next, by [`crate::turns`]. Stays when a contract is removed.
    pub turns: StableBTreeMap<(u8, ContractKey), Stored<Turn>, Memory>,
    /// (series, contract, number) -> digest that it was accepted with, by [`crate::turns`].
    pub accepted: StableBTreeMap<(u8, ContractKey, u64), [u8; 32], Memory>,
    /// What was accepted on a day, by [`crate::days`], in base units.
    pub days: StableBTreeMap<crate::days::Key, u128, Memory>,
    /// Operator -> cycles.
    pub credits: StableBTreeMap<Principal, u128, Memory>,
    /// (version, curve) -> public key.
    pub keys: StableBTreeMap<(u32, u8), Vec<u8>, Memory>,
    /// Caller -> (day, refusals on that day).
    pub refusals: StableBTreeMap<Principal, (u64, u64), Memory>,
    /// See [`Counter`].
    pub counters: StableBTreeMap<u8, u64, Memory>,
    /// What transactions may call, by [`crate::transaction::calls`].
    pub calls: StableBTreeMap<crate::transaction::calls::Key, Stored<signer_api::AllowedCall>, Memory>,
    /// What each nonce was given away for, by [`crate::transaction::nonces`].
    pub nonces:
        StableBTreeMap<crate::transaction::nonces::Key, Stored<crate::transaction::nonces::Taken>, Memory>,
    /// Chain id -> how it is reached.
    pub evm_rpcs: StableBTreeMap<u64, Stored<signer_api::EvmRpc>, Memory>,
    pub submissions: StableBTreeMap<[u8; 32], Stored<crate::submission::record::Submission>, Memory>,
    pub log: BlockLog,
}

/// What there is one of.
#[derive(CandidType, Clone, Debug, Default, Deserialize)]
pub struct Config {
    pub key_name: String,
    pub paused: bool,
    /// The first version's ECDSA key, a compressed SEC1 point; now in `keys`.
    pub ecdsa_key: Option<ByteBuf>,
    /// The first version's Ed25519 key; now in `keys`.
    pub ed25519_key: Option<ByteBuf>,
    /// 1 if absent.
    pub key_version: Option<u32>,
    pub retiring: Option<RetiringKey>,
    /// Cycles; a constant if absent.
    pub margin: Option<u128>,
}

/// A decision to sign by the first version, and its result.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct ClaimRecord {
    pub request: ClaimRequest,
    pub digest: ByteBuf,
    pub signature: Option<ByteBuf>,
    pub caller: Principal,
    pub accepted_at: u64,
    pub signed_at: Option<u64>,
}

/// What comes next of something that is counted without gaps.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct Turn {
    pub next: u64,
    /// Digest of the one before, as an earlier version kept it. Now in `accepted`.
    pub last: Option<ByteBuf>,
}

/// What is counted. The number is that in stable memory, never to be changed.
#[derive(Clone, Copy, Debug)]
pub enum Counter {
    /// Requests accepted, without the claims of the first version.
    Requests = 0,
    /// Claims accepted, without those of the first version.
    Claims = 1,
    /// Refusals, also those that are not in the log.
    Refusals = 2,
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
            distributor_days: StableBTreeMap::init(memory(region::DISTRIBUTOR_DAYS)),
            claims: StableBTreeMap::init(memory(region::CLAIMS)),
            requests: StableBTreeMap::init(memory(region::REQUESTS)),
            settlements: StableBTreeMap::init(memory(region::SETTLEMENTS)),
            registries: StableBTreeMap::init(memory(region::REGISTRIES)),
            turns: StableBTreeMap::init(memory(region::TURNS)),
            accepted: StableBTreeMap::init(memory(region::ACCEPTED)),
            days: StableBTreeMap::init(memory(region::DAYS)),
            credits: StableBTreeMap::init(memory(region::CREDITS)),
            keys: StableBTreeMap::init(memory(region::KEYS)),
            refusals: StableBTreeMap::init(memory(region::REFUSALS)),
            counters: StableBTreeMap::init(memory(region::COUNTERS)),
            calls: StableBTreeMap::init(memory(region::CALLS)),
            nonces: StableBTreeMap::init(memory(region::NONCES)),
            evm_rpcs: StableBTreeMap::init(memory(region::EVM_RPCS)),
            submissions: StableBTreeMap::init(memory(region::SUBMISSIONS)),
            log: BlockLog::open(memory(region::LOG_INDEX), memory(region::LOG_DATA)),
        }
    }

    /// Changes the configuration.
    pub fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config.get().0.clone();
        change(&mut config);
        self.config.set(Stored(config));
    }

    /// How many there were so far.
    pub fn counted(&self, counter: Counter) -> u64 {
        self.counters.get(&(counter as u8)).unwrap_or(0)
    }

    /// One more.
    pub fn count(&mut self, counter: Counter) {
        let count = self.counted(counter).saturating_add(1);
        self.counters.insert(counter as u8, count);
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

/// Unix seconds.
pub fn now() -> u64 {
    ic_cdk::api::time() / 1_000_000_000
}

/// Reads a sample of everything that is stored as Candid: the settings (opened with the state), and the first and
/// last of the rest. If this version cannot read what another one wrote, the trap undoes its upgrade.
pub fn probe() {
    read(|s| {
        drop((s.claims.first_key_value(), s.claims.last_key_value()));
        drop((s.requests.first_key_value(), s.requests.last_key_value()));
        drop((s.settlements.first_key_value(), s.settlements.last_key_value()));
        drop((s.registries.first_key_value(), s.registries.last_key_value()));
        drop((s.turns.first_key_value(), s.turns.last_key_value()));
        drop((s.calls.first_key_value(), s.calls.last_key_value()));
        drop((s.nonces.first_key_value(), s.nonces.last_key_value()));
        drop((s.evm_rpcs.first_key_value(), s.evm_rpcs.last_key_value()));
        drop((s.submissions.first_key_value(), s.submissions.last_key_value()));
        drop((s.log.get(0), s.log.tip()));
    });
}
