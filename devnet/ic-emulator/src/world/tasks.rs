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
        let is_due =
            |canister: &&Canister| canister.state.global_timer != 0 && canister.state.global_timer <= time;
        let due: Vec<_> = self.running().filter(is_due).map(|c| c.id).collect();
        for id in due {
            if let Some(canister) = self.canisters.get_mut(&id) {
                canister.state.global_timer = 0;
            }
            self.run_task(id, "canister_global_timer");
        }
        if time.saturating_sub(self.last_heartbeat) >= HEARTBEAT {
            self.last_heartbeat = time;
            let running: Vec<_> = self.running().map(|canister| canister.id).collect();
            for id in running {
                self.run_task(id, "canister_heartbeat");
            }
        }
    }

    /// When the next timer of a running canister is due, in nanoseconds since 1970. Others keep theirs until they are
    /// started.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        let timers = self.running().map(|canister| canister.state.global_timer);
        timers.filter(|timer| *timer != 0).min()
    }

    fn running(&self) -> impl Iterator<Item = &Canister> {
        let canisters = self.canisters.values();
        canisters.filter(|canister| matches!(canister.status, Status::Running))
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
