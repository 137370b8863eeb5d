//! Starting, stopping, deleting and looking at canisters.

use super::{Managed, Outcome, decode, no_value, reply};
use crate::{
    Reject,
    canister::Status,
    execution::State,
    stable::PAGE,
    world::{Call, World},
};
use candid::Nat;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterStatusResult, CanisterStatusType, MemoryMetrics, QueryStats, UninstallCodeArgs,
};

impl World {
    pub(super) fn start_canister(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        canister.version += 1;
        if let Status::Stopping(waiting) = std::mem::replace(&mut canister.status, Status::Running) {
            for origin in waiting {
                let message = format!("Canister {} has been restarted", args.canister_id);
                self.respond(
                    origin,
                    Err(Reject::new(ErrorCode::CanisterStoppingCancelled, message)),
                    0,
                );
            }
        }
        Ok((no_value(), 0))
    }

    /// The answer comes when the canister has no open calls.
    pub(super) fn stop_canister(&mut self, call: &Call) -> Outcome {
        let canister =
            decode(call).and_then(|args: CanisterIdRecord| self.controlled(args.canister_id, call));
        let canister = match canister {
            Ok(canister) => canister,
            Err(reject) => {
                return Outcome::Done {
                    response: Err(reject),
                    cycles_used: 0,
                };
            }
        };
        match &mut canister.status {
            Status::Stopped => {
                return Outcome::Done {
                    response: Ok(no_value()),
                    cycles_used: 0,
                };
            }
            Status::Stopping(waiting) => waiting.push(call.origin.clone()),
            Status::Running => canister.status = Status::Stopping(vec![call.origin.clone()]),
        }
        canister.version += 1;
        Outcome::Later
    }

    pub(super) fn delete_canister(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        if !matches!(canister.status, Status::Stopped) {
            let message = format!(
                "Canister {} must be stopped before it is deleted",
                args.canister_id
            );
            return Err(Reject::new(ErrorCode::CanisterNotStopped, message));
        }
        self.canisters.remove(&args.canister_id);
        Ok((no_value(), 0))
    }

    pub(super) fn uninstall_code(&mut self, call: &Call) -> Managed {
        let args: UninstallCodeArgs = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        canister.program = None;
        canister.chunks.clear();
        canister.state = State {
            cycles: canister.state.cycles,
            ..State::default()
        };
        canister.version += 1;
        self.reject_open_calls(args.canister_id);
        Ok((no_value(), 0))
    }

    /// Sizes are in bytes. What the emulator does not count is zero.
    pub(super) fn canister_status(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        // A canister may ask about itself.
        if args.canister_id != call.caller {
            self.controlled(args.canister_id, call)?;
        }
        let canister = self.canisters.get(&args.canister_id);
        let canister = canister.ok_or_else(|| Reject::canister_not_found(args.canister_id))?;
        let program = canister.program.as_ref();
        let heap = program.map_or(0, |program| program.sandbox.heap_size());
        let stable = canister.state.stable.size() * PAGE;
        let code = program.map_or(0, |program| program.code.size as u64);
        let chunks: usize = canister.chunks.values().map(Vec::len).sum();
        let zero = || Nat::from(0_u64);
        reply(&CanisterStatusResult {
            status: match canister.status {
                Status::Running => CanisterStatusType::Running,
                Status::Stopping(_) => CanisterStatusType::Stopping,
                Status::Stopped => CanisterStatusType::Stopped,
            },
            ready_for_migration: false,
            version: canister.version,
            settings: canister.settings.clone(),
            module_hash: program.map(|program| program.code.hash.to_vec()),
            memory_size: Nat::from(heap + stable + code + chunks as u64),
            memory_metrics: MemoryMetrics {
                wasm_memory_size: Nat::from(heap),
                stable_memory_size: Nat::from(stable),
                global_memory_size: zero(),
                wasm_binary_size: Nat::from(code),
                custom_sections_size: zero(),
                canister_history_size: zero(),
                wasm_chunk_store_size: Nat::from(chunks),
                snapshots_size: zero(),
                log_memory_store_size: zero(),
            },
            cycles: Nat::from(canister.state.cycles),
            reserved_cycles: zero(),
            idle_cycles_burned_per_day: zero(),
            query_stats: QueryStats {
                num_calls_total: zero(),
                num_instructions_total: zero(),
                request_payload_bytes_total: zero(),
                response_payload_bytes_total: zero(),
            },
        })
    }
}
