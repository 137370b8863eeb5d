//! One message execution: what goes in, what the code may read, and what it leaves behind if it does not trap.

use crate::{Reject, fees, stable::StableMemory};
use candid::Principal;
use std::{collections::BTreeSet, sync::Arc};
use wasmi::{Memory, StoreLimits};

/// Bytes of a page of the IC's memory.
const DIRTY_PAGE: u64 = 4096;

/// Why code is entered. It decides which functions of the [system API][spec] may be called; in brackets the spec's
/// abbreviation.
///
/// [spec]: https://internetcomputer.org/docs/references/ic-interface-spec#system-api-imports
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// (s)
    Start,
    /// `canister_init` and `canister_post_upgrade` (I).
    Init,
    /// (G)
    PreUpgrade,
    /// (U)
    Update,
    /// `canister_query` by an update call: it may use the call's cycles; its changes are discarded (RQ).
    ReplicatedQuery,
    /// (NRQ)
    Query,
    /// (Ry)
    ReplyCallback,
    /// (Rt)
    RejectCallback,
    /// (C)
    Cleanup,
    /// `canister_inspect_message` (F).
    Inspect,
    /// `canister_heartbeat` and `canister_global_timer` (T).
    Task,
}

/// A function of the module.
#[derive(Clone, Debug)]
pub(crate) enum Function {
    /// An exported entry point.
    Export(String),
    /// A callback.
    Closure(Closure),
}

/// An index into table 0 and the value that the function is called with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closure {
    pub(crate) function: u32,
    pub(crate) env: u32,
}

/// All that one execution reads and writes; the interpreter's store carries it.
pub(crate) struct Execution {
    pub(crate) entry: Entry,
    pub(crate) input: Input,
    pub(crate) system: System,
    pub(crate) state: State,
    pub(crate) effects: Effects,
    /// Memory 0, if the module has one.
    pub(crate) memory: Option<Memory>,
    pub(crate) limits: StoreLimits,
    /// Instructions this execution may take.
    pub(crate) fuel: u64,
    /// Instructions that the IC counts for calls of the system API so far.
    pub(crate) system_calls: u64,
    /// Pages of stable memory that this execution wrote to, by their numbers.
    pub(crate) dirty_pages: BTreeSet<u64>,
}

/// The message.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) caller: Principal,
    pub(crate) arg: Vec<u8>,
    pub(crate) method: String,
    /// In a reject callback, what the call was rejected with.
    pub(crate) reject: Option<Reject>,
    /// When the caller stops waiting, in nanoseconds since 1970; 0 for never.
    pub(crate) deadline: u64,
    /// The call has had its response, or there is none to respond to.
    pub(crate) answered: bool,
    pub(crate) cycles_available: u128,
    pub(crate) cycles_refunded: u128,
    /// Instructions that earlier executions of the same call context took.
    pub(crate) instructions_before: u64,
}

impl Input {
    /// No call to answer, no argument.
    pub(crate) fn task(caller: Principal) -> Self {
        Self {
            caller,
            arg: Vec::new(),
            method: String::new(),
            reject: None,
            deadline: 0,
            answered: true,
            cycles_available: 0,
            cycles_refunded: 0,
            instructions_before: 0,
        }
    }
}

/// What the code can learn about its canister and the subnet, and not change.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) canister: Principal,
    pub(crate) subnet: Principal,
    /// DER.
    pub(crate) root_key: Arc<[u8]>,
    pub(crate) controllers: Vec<Principal>,
    pub(crate) version: u64,
    /// 1 running, 2 stopping, 3 stopped.
    pub(crate) status: u32,
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    /// In a query, the certificate of the canister's certified data.
    pub(crate) data_certificate: Option<Vec<u8>>,
    /// (name, value).
    pub(crate) environment: Vec<(String, String)>,
}

/// What belongs to the canister beside heap and globals; kept if the execution succeeds.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) stable: StableMemory,
    pub(crate) certified_data: Vec<u8>,
    /// Nanoseconds since 1970; 0 for off.
    pub(crate) global_timer: u64,
    pub(crate) cycles: u128,
}

/// What the execution asked for; done if it succeeds.
#[derive(Default)]
pub(crate) struct Effects {
    /// Appended reply data that may yet become the response.
    pub(crate) reply: Vec<u8>,
    pub(crate) response: Option<crate::Response>,
    /// Between `call_new` and `call_perform`.
    pub(crate) pending_call: Option<OutgoingCall>,
    pub(crate) calls: Vec<OutgoingCall>,
    pub(crate) cycles_accepted: u128,
    /// `ic0.accept_message` was called.
    pub(crate) message_accepted: bool,
}

/// A call to another canister, or to itself.
pub(crate) struct OutgoingCall {
    pub(crate) callee: Principal,
    pub(crate) method: String,
    pub(crate) arg: Vec<u8>,
    pub(crate) cycles: u128,
    pub(crate) on_reply: Closure,
    pub(crate) on_reject: Closure,
    pub(crate) on_cleanup: Option<Closure>,
    /// Of a best-effort call.
    pub(crate) timeout_seconds: Option<u32>,
}

impl Execution {
    /// Counts the pages that a write of `size` bytes to stable memory is the first one to.
    pub(crate) fn note_stable_write(&mut self, offset: u64, size: u64) {
        let Some(last) = size.checked_sub(1).and_then(|rest| offset.checked_add(rest)) else {
            return;
        };
        for page in offset / DIRTY_PAGE..=last / DIRTY_PAGE {
            if self.dirty_pages.insert(page) {
                self.system_calls += fees::DIRTY_PAGE;
            }
        }
    }
}

impl Effects {
    /// Drops the call under construction and returns its cycles.
    pub(crate) fn abandon_pending_call(&mut self, state: &mut State) {
        if let Some(call) = self.pending_call.take() {
            state.cycles += call.cycles;
        }
    }
}
