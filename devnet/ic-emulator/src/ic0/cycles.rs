//! [Cycles](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-cycles).

use super::{
    ANYWHERE,
    Entry::{self, *},
    ic0, u128_from, write_u128,
};
use crate::execution::Execution;
use wasmi::{Linker, errors::LinkerError};

const ACCEPTING: &[Entry] = &[Update, ReplicatedQuery, ReplyCallback, RejectCallback];
const BURNING: &[Entry] = &[
    Init,
    PreUpgrade,
    Update,
    ReplicatedQuery,
    ReplyCallback,
    RejectCallback,
    Cleanup,
    Task,
];

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ANYWHERE;
        fn canister_cycle_balance128(ic0, dst: u32) {
            let balance = ic0.data().state.cycles;
            write_u128(&mut ic0, dst, balance)
        }
        // All of the balance is liquid: nothing is set aside for storage or responses.
        fn canister_liquid_cycle_balance128(ic0, dst: u32) {
            let balance = ic0.data().state.cycles;
            write_u128(&mut ic0, dst, balance)
        }
    }
    ic0! { linker, ACCEPTING;
        fn msg_cycles_available128(ic0, dst: u32) {
            let available = ic0.data().input.cycles_available;
            write_u128(&mut ic0, dst, available)
        }
        fn msg_cycles_accept128(ic0, max_high: u64, max_low: u64, dst: u32) {
            let execution = ic0.data_mut();
            let accepted = u128_from(max_high, max_low).min(execution.input.cycles_available);
            execution.input.cycles_available -= accepted;
            execution.effects.cycles_accepted += accepted;
            execution.state.cycles = execution.state.cycles.saturating_add(accepted);
            write_u128(&mut ic0, dst, accepted)
        }
    }
    ic0! { linker, &[ReplyCallback, RejectCallback];
        fn msg_cycles_refunded128(ic0, dst: u32) {
            let refunded = ic0.data().input.cycles_refunded;
            write_u128(&mut ic0, dst, refunded)
        }
    }
    ic0! { linker, BURNING;
        fn cycles_burn128(ic0, high: u64, low: u64, dst: u32) {
            let state = &mut ic0.data_mut().state;
            let burned = u128_from(high, low).min(state.cycles);
            state.cycles -= burned;
            write_u128(&mut ic0, dst, burned)
        }
    }
    Ok(())
}
