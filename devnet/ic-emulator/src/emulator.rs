//! The emulator as a library.

use crate::{
    Charges, Error, Gateway, Reject, Response,
    subnet::Subnet,
    world::{Ingress, RequestStatus, World, wall_clock},
};
use candid::Principal;
use ic_error_types::ErrorCode;
use std::{
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What differs between emulators.
#[derive(Clone, Debug)]
pub struct Options {
    /// All keys and random values follow from it. Random by default.
    pub seed: [u8; 32],
    /// Instructions of one update call, callback, task, installation or upgrade. The IC's 40 billion by default,
    /// which takes about a minute.
    pub instruction_limit: u64,
    /// Instructions of one query or message inspection. The IC's 5 billion by default.
    pub query_instruction_limit: u64,
    /// Largest heap of a canister in bytes. 1 GiB by default, where the IC gives 4.
    pub heap_limit: usize,
    /// Counts instructions as the IC does, for [`Emulator::charges`]; code then runs slower. Off by default.
    pub metered: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: ic_ed25519::PrivateKey::generate().serialize_raw(),
            instruction_limit: 40_000_000_000,
            query_instruction_limit: 5_000_000_000,
            heap_limit: 1 << 30,
            metered: false,
        }
    }
}

/// A subnet with no canisters yet. Clones share it.
#[derive(Clone)]
pub struct Emulator(Arc<Shared>);

impl Emulator {
    /// # Errors
    /// [`Error::RootKey`] and [`Error::SystemApi`], neither of which is expected.
    pub fn new(options: Options) -> Result<Self, Error> {
        Ok(Self(Arc::new(Shared {
            world: Mutex::new(World::new(options)?),
            progressed: Condvar::new(),
        })))
    }

    /// Serves HTTP on `address`; port 0 is any free one.
    ///
    /// # Errors
    /// [`Error::Bind`] and [`Error::Start`].
    pub fn start_gateway(&self, address: SocketAddr) -> Result<Gateway, Error> {
        Gateway::start(self.0.clone(), address)
    }

    /// The key that all certificates lead to, DER-encoded.
    pub fn root_key(&self) -> Vec<u8> {
        self.0.lock().environment.subnet.root_key.to_vec()
    }

    /// A canister id of the subnet, by which calls that create canisters can be routed.
    pub fn default_effective_canister_id(&self) -> Principal {
        Subnet::canister_id(0)
    }

    /// An update call by a user, with all that follows from it. The management canister can be called, too.
    ///
    /// # Errors
    /// What the call was rejected with; also if it waits for something, such as a timer.
    pub fn update(&self, sender: Principal, canister: Principal, method: &str, arg: Vec<u8>) -> Response {
        let mut world = self.0.lock();
        let id = world.random();
        let expiry = wall_clock();
        let method = method.to_string();
        world.submit(Ingress {
            id,
            sender,
            canister,
            effective_canister: canister,
            method,
            arg,
            expiry,
        })?;
        world.run();
        match world.request(&id).map(|request| &request.status) {
            Some(RequestStatus::Finished(response)) => response.clone(),
            _ => Err(Reject::new(
                ErrorCode::IngressMessageTimeout,
                "the call is not answered yet: it may wait for a timer, so advance the time",
            )),
        }
    }

    /// A query call by a user.
    ///
    /// # Errors
    /// What the call was rejected with.
    pub fn query(&self, sender: Principal, canister: Principal, method: &str, arg: Vec<u8>) -> Response {
        let failed = |e: Error| Reject::new(ErrorCode::CertifiedStateUnavailable, e.to_string());
        self.0
            .lock()
            .query(sender, canister, method, arg)
            .map_err(failed)?
    }

    /// Moves the time on and runs the timers that come due on the way, each at its time.
    pub fn advance_time(&self, by: Duration) {
        let mut world = self.0.lock();
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        world.advance(by);
        self.0.progressed.notify_all();
    }

    /// What the IC would have charged the canister up to now. It is not taken from the balance of cycles.
    ///
    /// None if there is no such canister, or the emulator does not meter.
    pub fn charges(&self, canister: Principal) -> Option<Charges> {
        let world = self.0.lock();
        let canister = world.canisters.get(&canister)?;
        world.environment.options.metered.then_some(canister.charges)
    }

    /// Nanoseconds since 1970.
    pub fn time(&self) -> u64 {
        self.0.lock().time()
    }
}

/// The world, used by one thread at a time.
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Told after a round.
    pub(crate) progressed: Condvar,
}

impl Shared {
    /// A panic while the world was locked cannot leave an execution half done: those work on copies.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the world away until something happened, or for `limit`.
    pub(crate) fn wait<'a>(&self, world: MutexGuard<'a, World>, limit: Duration) -> MutexGuard<'a, World> {
        self.progressed
            .wait_timeout(world, limit)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    /// Gives the world away for a moment.
    pub(crate) fn yield_to_others<'a>(&'a self, world: MutexGuard<'a, World>) -> MutexGuard<'a, World> {
        drop(world);
        std::thread::yield_now();
        self.lock()
    }
}
