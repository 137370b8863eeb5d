//! [Cycle cost calculation](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-cycle-cost).

use super::{ALSO_START, Ic0, Trap, ic0, read_text, write_u128};
use crate::{execution::Execution, fees};
use wasmi::{Linker, errors::LinkerError};

/// Results of the functions that name a key.
const OK: u32 = 0;
const UNKNOWN_ALGORITHM: u32 = 1;
const UNKNOWN_KEY: u32 = 2;

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ALSO_START;
        fn cost_call(ic0, method_name_size: u64, payload_size: u64, dst: u32) {
            write_u128(&mut ic0, dst, fees::call(method_name_size, payload_size))
        }
        fn cost_create_canister(ic0, dst: u32) {
            write_u128(&mut ic0, dst, fees::CREATE_CANISTER)
        }
        // Curve 0 is secp256k1.
        fn cost_sign_with_ecdsa(ic0, src: u32, size: u32, curve: u32, dst: u32) -> u32 {
            signature(&mut ic0, src, size, curve == 0, dst)
        }
        // Algorithm 0 is BIP-340, 1 is Ed25519.
        fn cost_sign_with_schnorr(ic0, src: u32, size: u32, algorithm: u32, dst: u32) -> u32 {
            signature(&mut ic0, src, size, algorithm < 2, dst)
        }
    }
    Ok(())
}

fn signature(ic0: &mut Ic0<'_>, src: u32, size: u32, known_algorithm: bool, dst: u32) -> Trap<u32> {
    let key = read_text(ic0, src, size)?;
    if !known_algorithm {
        return Ok(UNKNOWN_ALGORITHM);
    }
    let Some(cost) = fees::signature(&key) else {
        return Ok(UNKNOWN_KEY);
    };
    write_u128(ic0, dst, cost)?;
    Ok(OK)
}
