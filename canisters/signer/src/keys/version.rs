//! Versions of the keys. Each has its own derivation path, hence its own addresses, on EVM chains and on Solana alike.
//!
//! Contracts and programs are told an address and wait before they believe a new one. So the address of the next
//! version can be asked for in advance, and the version before signs on for an overlap.

use crate::{events, state};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use signer_api::{KeyStatus, Refusal, RetiringKey};

/// The longest overlap: 30 days, in seconds.
pub const MAX_OVERLAP: u64 = 30 * 86_400;

/// The path from the canister's root key, as the chain-key interface wants it.
pub(super) fn derivation_path(version: u32) -> Vec<Vec<u8>> {
    vec![format!("novate signer v{version}").into_bytes()]
}

/// The version that signs unless another is asked for.
pub fn current() -> u32 {
    state::read(|s| s.config.get().0.key_version).unwrap_or(1)
}

/// Which versions sign now.
pub fn status() -> KeyStatus {
    let retiring = state::read(|s| s.config.get().0.retiring);
    KeyStatus {
        current: current(),
        retiring: retiring.filter(|retiring| state::now() < retiring.until),
    }
}

/// # Errors
/// [`Refusal::UnknownKeyVersion`] for one that does not sign yet, [`Refusal::KeyRetired`] for one that signs no more.
pub fn require_usable(version: u32) -> Result<(), Refusal> {
    let KeyStatus { current, retiring } = status();
    if version == current || retiring.is_some_and(|retiring| retiring.version == version) {
        return Ok(());
    }
    if version == 0 || version > current {
        return Err(Refusal::UnknownKeyVersion { version, current });
    }
    Err(Refusal::KeyRetired { version, current })
}

/// That the addresses of a version may be asked for: of all so far, and of the next.
///
/// # Errors
/// [`Refusal::UnknownKeyVersion`].
pub fn require_foreseen(version: u32) -> Result<(), Refusal> {
    let current = current();
    if (1..=current.saturating_add(1)).contains(&version) {
        return Ok(());
    }
    Err(Refusal::UnknownKeyVersion { version, current })
}

/// Makes the next version the current one. The one before signs for another `overlap` seconds for those who ask for
/// it, older ones not at all. Returns the new version.
///
/// # Errors
/// [`Refusal::TooLarge`] above [`MAX_OVERLAP`], and after 2^32 - 1 versions.
pub fn rotate(caller: Principal, overlap: u64) -> Result<u32, Refusal> {
    if overlap > MAX_OVERLAP {
        return Err(too_large("overlap_seconds", overlap, MAX_OVERLAP));
    }
    let before = current();
    let Some(version) = before.checked_add(1) else {
        return Err(too_large(
            "the key version",
            u64::from(before) + 1,
            u32::MAX.into(),
        ));
    };
    let until = state::now().saturating_add(overlap);
    let retiring = RetiringKey {
        version: before,
        until,
    };
    state::write(|s| {
        s.configure(|c| {
            c.key_version = Some(version);
            c.retiring = Some(retiring);
        });
    });
    let fields = vec![
        ("key_version", Value::nat(version)),
        ("retiring_version", Value::nat(before)),
        ("retiring_until", Value::nat(until)),
    ];
    events::record(caller, "key_rotated", fields);
    Ok(version)
}

fn too_large(field: &str, value: u64, max: u64) -> Refusal {
    Refusal::TooLarge {
        field: field.into(),
        value: Nat::from(value),
        max: Nat::from(max),
    }
}
