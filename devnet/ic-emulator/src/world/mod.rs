//! The subnet: canisters, the messages between them, time.
//!
//! Messages are executed one at a time, in the order in which they were sent. Each execution works on a copy of
//! the canister's state that is kept or dropped as a whole
//! ([message execution](https://internetcomputer.org/docs/references/ic-interface-spec#rule-message-execution)).

mod calls;
mod contexts;
mod ingress;
mod query;
mod requests;
mod responses;
mod tasks;

pub(crate) use calls::{Call, CallContext, Callback, Origin};
pub(crate) use ingress::Ingress;
pub(crate) use requests::{Request, RequestId, RequestStatus};

use crate::{Error, Options, Response, canister::Canister, code, execution::Execution, ic0, subnet::Subnet};
use candid::Principal;
use requests::Requests;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, VecDeque},
    time::{SystemTime, UNIX_EPOCH},
};
use wasmi::{Engine, Linker};

/// Messages executed before timers and expiry are looked at again.
const MESSAGES_PER_ROUND: usize = 1_000;

/// Rounds until the emulator gives up hope that the canisters come to rest.
const MAX_ROUNDS: usize = 20;

/// Timers that run while the time is moved on once.
const MAX_STEPS: usize = 10_000;

/// All state of the emulator.
pub(crate) struct World {
    pub(crate) environment: Environment,
    pub(crate) canisters: BTreeMap<Principal, Canister>,
    requests: Requests,
    queue: VecDeque<Message>,
    /// For call contexts and callbacks.
    next_id: u64,
    next_canister: u64,
    random_values: u64,
    last_heartbeat: u64,
    /// Nanoseconds by which the time is ahead of the wall clock.
    ahead: u64,
}

/// What every execution needs and none changes.
pub(crate) struct Environment {
    pub(crate) options: Options,
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<Execution>,
    pub(crate) subnet: Subnet,
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
}

/// What waits to be executed.
enum Message {
    Call(Call),
    Response {
        canister: Principal,
        callback: u64,
        response: Response,
        refund: u128,
    },
}

impl World {
    pub(crate) fn new(options: Options) -> Result<Self, Error> {
        let engine = code::engine();
        let linker = ic0::linker(&engine)?;
        let subnet = Subnet::new(&options.seed)?;
        let environment = Environment {
            options,
            engine,
            linker,
            subnet,
            time: wall_clock(),
        };
        Ok(Self {
            environment,
            canisters: BTreeMap::new(),
            requests: Requests::new(),
            queue: VecDeque::new(),
            next_id: 0,
            next_canister: 0,
            random_values: 0,
            last_heartbeat: 0,
            ahead: 0,
        })
    }

    /// Nanoseconds since 1970.
    pub(crate) fn time(&self) -> u64 {
        self.environment.time
    }

    /// Sets the time by the wall clock and what [`World::advance`] added; it never goes back.
    pub(crate) fn follow_clock(&mut self) {
        self.set_time(wall_clock().saturating_add(self.ahead));
    }

    fn set_time(&mut self, time: u64) {
        self.environment.time = self.environment.time.max(time);
    }

    /// Moves the time on by nanoseconds, from one timer to the next.
    pub(crate) fn advance(&mut self, by: u64) {
        self.ahead = self.ahead.saturating_add(by);
        let end = self.time().saturating_add(by);
        for _ in 0..MAX_STEPS {
            self.run();
            match self.next_timer().filter(|timer| *timer <= end) {
                Some(timer) => self.set_time(timer),
                None => break,
            }
        }
        self.set_time(end);
        self.run();
    }

    /// Executes until nothing is left to do now, or canisters seem to call each other for ever.
    pub(crate) fn run(&mut self) {
        for _ in 0..MAX_ROUNDS {
            if !self.round() {
                return;
            }
        }
        tracing::warn!("canisters keep calling each other; stopped after {MAX_ROUNDS} rounds");
    }

    /// [`World::round`] at the time of the wall clock.
    pub(crate) fn live_round(&mut self) -> bool {
        self.follow_clock();
        self.round()
    }

    /// Executes what is due and up to [`MESSAGES_PER_ROUND`] messages; false when nothing is left to do now.
    pub(crate) fn round(&mut self) -> bool {
        self.expire_calls();
        self.run_tasks();
        for _ in 0..MESSAGES_PER_ROUND {
            let Some(message) = self.queue.pop_front() else {
                break;
            };
            // No two messages at the same time.
            self.set_time(self.time().saturating_add(1));
            match message {
                Message::Call(call) => self.deliver_call(call),
                Message::Response {
                    canister,
                    callback,
                    response,
                    refund,
                } => {
                    self.deliver_response(canister, callback, response, refund);
                }
            }
            self.finish_stopping();
        }
        // As long as the gateway takes a request, which goes by the wall clock, it must be known as one taken before.
        self.requests.forget_before(wall_clock());
        !self.queue.is_empty()
    }

    /// 32 bytes that differ from call to call and, by the seed, from emulator to emulator.
    pub(crate) fn random(&mut self) -> [u8; 32] {
        self.random_values += 1;
        let seed = &self.environment.subnet.randomness;
        Sha256::new()
            .chain_update(seed)
            .chain_update(self.random_values.to_be_bytes())
            .finalize()
            .into()
    }

    /// The next canister id that is not taken.
    pub(crate) fn fresh_canister_id(&mut self) -> Principal {
        loop {
            let id = Subnet::canister_id(self.next_canister);
            self.next_canister += 1;
            if !self.canisters.contains_key(&id) {
                return id;
            }
        }
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// Nanoseconds since 1970; a clock before 1970 counts as 1970.
pub(crate) fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
