//! Everything that must survive an upgrade, in stable memory.
//!
//! Nothing is copied at an upgrade: each structure lives in a region of its own and is opened again. Records are
//! stored in the Borsh bytes that are certified, the settings as Candid.

use crate::tree::Tree;
use borsh::{BorshDeserialize, BorshSerialize};
use candid::{CandidType, Principal};
use canister_kit::{Memory, icrc3::BlockLog, stored::Stored};
use ic_stable_structures::{
    DefaultMemoryImpl, StableBTreeMap, StableCell, Storable,
    memory_manager::{MemoryId, MemoryManager},
    storable::Bound,
};
use names_api::{
    challenge::Challenge,
    interface::Limits,
    name::{self, Name},
    record::{ClaimRecord, ContentRecord, Key, NameRecord, Record, WalletRecord},
};
use serde::Deserialize;
use std::{borrow::Cow, cell::RefCell};

/// Regions of the stable memory. A number is never used for anything else, not even by a later version.
mod region {
    pub(super) const CONFIG: u8 = 0;
    pub(super) const ROLES: u8 = 1;
    pub(super) const NAMES: u8 = 2;
    pub(super) const OWNED: u8 = 3;
    pub(super) const SKELETONS: u8 = 4;
    pub(super) const EXPIRIES: u8 = 5;
    pub(super) const OFFERS: u8 = 6;
    pub(super) const WALLETS: u8 = 7;
    pub(super) const CHALLENGES: u8 = 8;
    pub(super) const ASKED: u8 = 9;
    pub(super) const CONTENTS: u8 = 10;
    pub(super) const LABELS: u8 = 11;
    pub(super) const CLAIMS: u8 = 12;
    pub(super) const RESERVED: u8 = 13;
    pub(super) const CHANGES: u8 = 14;
    pub(super) const TREE_ROOT: u8 = 15;
    pub(super) const TREE_FORKS: u8 = 16;
    pub(super) const LOG_INDEX: u8 = 17;
    pub(super) const LOG_DATA: u8 = 18;
    pub(super) const SURPLUS: u8 = 19;
    pub(super) const BAD_SIGNATURES: u8 = 20;
}

/// Pages of 64 KiB by which a region grows. A MiB: 21 regions are paid for from the first name on, and all together have
/// room for 32 GiB. Never to be changed: the manager finds its regions by it.
const BUCKET_PAGES: u16 = 16;

/// The canister's state.
pub struct State {
    pub config: StableCell<Stored<Config>, Memory>,
    /// (principal, role) -> held.
    pub roles: StableBTreeMap<(Principal, u8), (), Memory>,
    /// Every name that was not freed yet, also when it has expired.
    pub names: StableBTreeMap<Text, Encoded<NameRecord>, Memory>,
    /// (holder, name).
    pub owned: StableBTreeMap<(Principal, Text), (), Memory>,
    /// (skeleton, name).
    pub skeletons: StableBTreeMap<(Text, Text), (), Memory>,
    /// (expiry, name).
    pub expiries: StableBTreeMap<(u64, Text), (), Memory>,
    /// Name -> to whom it is offered, and until when.
    pub offers: StableBTreeMap<Text, (Principal, u64), Memory>,
    /// Label in the tree -> link.
    pub wallets: StableBTreeMap<[u8; 32], Encoded<WalletRecord>, Memory>,
    /// Nonce -> open challenge.
    pub challenges: StableBTreeMap<u64, Encoded<Challenge>, Memory>,
    /// (requester, nonce) of the open challenges.
    pub asked: StableBTreeMap<(Principal, u64), (), Memory>,
    /// Nonces of open challenges whose requester has others: all but one of each requester.
    pub surplus: StableBTreeMap<u64, (), Memory>,
    /// Nonce of an open challenge -> signatures that were refused.
    pub bad_signatures: StableBTreeMap<u64, u8, Memory>,
    /// (name, label, version).
    pub contents: StableBTreeMap<(Text, Text, u32), Encoded<ContentRecord>, Memory>,
    /// (tenure, label) -> newest version, and versions that the tenure published; of the tenures that last.
    pub labels: StableBTreeMap<(u64, Text), (u32, u32), Memory>,
    pub claims: StableBTreeMap<[u8; 32], Encoded<ClaimRecord>, Memory>,
    /// Skeleton -> the name that was reserved.
    pub reserved: StableBTreeMap<Text, Text, Memory>,
    /// (day, principal) -> changes.
    pub changes: StableBTreeMap<(u32, Principal), u32, Memory>,
    /// What is certified besides the log.
    pub tree: Tree<Memory>,
    pub log: BlockLog,
}

/// What there is one of.
#[derive(CandidType, Clone, Debug, Default, Deserialize)]
pub struct Config {
    pub paused: bool,
    pub limits: Limits,
    /// Tenures so far.
    pub tenures: u64,
    /// Challenges so far.
    pub challenges: u64,
}

/// A part of a key: a name, a skeleton or a label.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Text(pub String);

impl Text {
    /// The smallest.
    pub const EMPTY: Self = Self(String::new());
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Name> for Text {
    fn from(name: &Name) -> Self {
        Self(name.to_string())
    }
}

impl Storable for Text {
    /// A skeleton is the longest: two letters for each of a name's.
    const BOUND: Bound = Bound::Bounded {
        max_size: 2 * name::MAX as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        self.0.to_bytes()
    }

    fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn from_bytes(bytes: Cow<[u8]>) -> Self {
        Self(String::from_bytes(bytes))
    }
}

/// A record, stored in the bytes that are certified.
#[derive(Clone, Debug)]
pub struct Encoded<T>(pub T);

/// The bytes of a record.
pub fn bytes<T: BorshSerialize>(record: &T) -> Vec<u8> {
    // Only writing to memory can fail in the encoder, and memory does not fail.
    borsh::to_vec(record).unwrap_or_else(|e| ic_cdk::trap(format!("cannot encode a record: {e}")))
}

impl<T: BorshSerialize + BorshDeserialize> Storable for Encoded<T> {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(bytes(&self.0))
    }

    fn into_bytes(self) -> Vec<u8> {
        bytes(&self.0)
    }

    fn from_bytes(bytes: Cow<[u8]>) -> Self {
        // Written by `to_bytes`; a version that cannot read it must not run (see `probe`).
        Self(
            borsh::from_slice(&bytes)
                .unwrap_or_else(|e| ic_cdk::trap(format!("cannot read a stored record: {e}"))),
        )
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::open());
}

impl State {
    fn open() -> Self {
        let manager = MemoryManager::init_with_bucket_size(DefaultMemoryImpl::default(), BUCKET_PAGES);
        let memory = |region| manager.get(MemoryId::new(region));
        Self {
            config: StableCell::init(memory(region::CONFIG), Stored(Config::default())),
            roles: StableBTreeMap::init(memory(region::ROLES)),
            names: StableBTreeMap::init(memory(region::NAMES)),
            owned: StableBTreeMap::init(memory(region::OWNED)),
            skeletons: StableBTreeMap::init(memory(region::SKELETONS)),
            expiries: StableBTreeMap::init(memory(region::EXPIRIES)),
            offers: StableBTreeMap::init(memory(region::OFFERS)),
            wallets: StableBTreeMap::init(memory(region::WALLETS)),
            challenges: StableBTreeMap::init(memory(region::CHALLENGES)),
            asked: StableBTreeMap::init(memory(region::ASKED)),
            surplus: StableBTreeMap::init(memory(region::SURPLUS)),
            bad_signatures: StableBTreeMap::init(memory(region::BAD_SIGNATURES)),
            contents: StableBTreeMap::init(memory(region::CONTENTS)),
            labels: StableBTreeMap::init(memory(region::LABELS)),
            claims: StableBTreeMap::init(memory(region::CLAIMS)),
            reserved: StableBTreeMap::init(memory(region::RESERVED)),
            changes: StableBTreeMap::init(memory(region::CHANGES)),
            tree: Tree::open(memory(region::TREE_ROOT), memory(region::TREE_FORKS)),
            log: BlockLog::open(memory(region::LOG_INDEX), memory(region::LOG_DATA)),
        }
    }

    /// The settings.
    pub fn config(&self) -> Config {
        self.config.get().0.clone()
    }

    /// Changes the settings.
    pub fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config();
        change(&mut config);
        self.config.set(Stored(config));
    }

    /// Puts a record into the certified tree.
    pub fn certify(&mut self, record: &impl Record) {
        let hash = names_api::record::hash(&bytes(record));
        self.tree.insert(record.key().label(), hash);
    }

    /// Takes a record out of the certified tree.
    pub fn uncertify(&mut self, key: Key<'_>) {
        self.tree.remove(&key.label());
    }

    /// Stores a name's record, and certifies it. The caller keeps the indexes.
    pub fn put_name(&mut self, record: NameRecord) {
        self.certify(&record);
        self.names.insert(Text::from(&record.name), Encoded(record));
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

/// Now, in unix seconds.
pub fn now() -> u64 {
    ic_cdk::api::time() / 1_000_000_000
}

/// Reads a sample of everything that is stored with a format of ours: the settings (opened with the state), and the
/// oldest and newest record of each kind. If this version cannot read what another one wrote, the trap undoes its
/// upgrade.
pub fn probe() {
    read(|s| {
        drop((s.names.first_key_value(), s.names.last_key_value()));
        drop((s.wallets.first_key_value(), s.wallets.last_key_value()));
        drop((s.challenges.first_key_value(), s.challenges.last_key_value()));
        drop((s.contents.first_key_value(), s.contents.last_key_value()));
        drop((s.claims.first_key_value(), s.claims.last_key_value()));
        drop((s.log.get(0), s.log.tip()));
        s.tree.digest();
    });
}
