//! System tasks: [global timers](https://internetcomputer.org/docs/references/ic-interface-spec#global-timer) and
//! [heartbeats](https://internetcomputer.org/docs/references/ic-interface-spec#heartbeat).

use super::{Call, Origin, World};
use crate::{
    canister::{Canister, Status},
    execution::{Entry, Function, Input},
};
use candid::Principal;

/// Nanoseconds between heartbeats, about the time between blocks of the IC.
const HEARTBEAT: u64 = 1_000_000_000;

impl World {
    /// Runs the timers that are due, and heartbeats.
    pub(super) fn run_tasks(&mut self) {
        let time = self.environment.time;
        let due =
            |canister: &Canister| canister.state.global_timer != 0 && canister.state.global_timer <= time;
        for id in self.running(due) {
            if let Some(canister) = self.canisters.get_mut(&id) {
                canister.state.global_timer = 0;
            }
            self.run_task(id, "canister_global_timer");
        }
        if time.saturating_sub(self.last_heartbeat) >= HEARTBEAT {
            self.last_heartbeat = time;
            for id in self.running(|_| true) {
                self.run_task(id, "canister_heartbeat");
            }
        }
    }

    /// When the next timer is due, in nanoseconds since 1970.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        let timers = self
            .canisters
            .values()
            .map(|canister| canister.state.global_timer);
        timers.filter(|timer| *timer != 0).min()
    }

    fn running(&self, wanted: impl Fn(&Canister) -> bool) -> Vec<Principal> {
        let running = self
            .canisters
            .values()
            .filter(|c| matches!(c.status, Status::Running) && wanted(c));
        running.map(|canister| canister.id).collect()
    }

    fn run_task(&mut self, id: Principal, entry_point: &str) {
        if !self
            .canisters
            .get(&id)
            .is_some_and(|canister| canister.exports(entry_point))
        {
            return;
        }
        let system = Principal::management_canister();
        let call = Call {
            origin: Origin::System,
            caller: system,
            callee: id,
            method: String::new(),
            arg: Vec::new(),
            cycles: 0,
            deadline: 0,
        };
        let Some(context) = self.open_context(call) else {
            return;
        };
        let function = Function::Export(entry_point.into());
        let result = self.execute(id, context, Entry::Task, &function, Input::task(system));
        self.close_context(id, context, result);
    }
}
