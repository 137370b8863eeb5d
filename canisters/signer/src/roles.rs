//! Who may do what. Every guard answers with the caller, so that no endpoint can forget to ask.

use crate::{events, state};
use candid::Principal;
use canister_kit::icrc3::Value;
use signer_api::{Refusal, Role};

/// A role's number in stable memory, never to be changed.
fn number(role: Role) -> u8 {
    match role {
        Role::Admin => 0,
        Role::Operator => 1,
        Role::Guardian => 2,
    }
}

/// Whether the principal holds the role.
pub fn has(who: Principal, role: Role) -> bool {
    state::read(|s| s.roles.contains_key(&(who, number(role))))
}

/// Whether the principal holds any role.
pub fn has_any(who: Principal) -> bool {
    Role::ALL.into_iter().any(|role| has(who, role))
}

/// The caller of this message, if it holds the role.
///
/// # Errors
/// [`Refusal::Anonymous`], [`Refusal::RoleMissing`].
pub fn require(role: Role) -> Result<Principal, Refusal> {
    let caller = ic_cdk::api::msg_caller();
    still(caller, role).map(|()| caller)
}

/// The caller of this message, if it is anybody in particular.
///
/// # Errors
/// [`Refusal::Anonymous`].
pub fn require_named() -> Result<Principal, Refusal> {
    let caller = ic_cdk::api::msg_caller();
    if caller == Principal::anonymous() {
        return Err(Refusal::Anonymous);
    }
    Ok(caller)
}

/// As [`require`] for a caller known from before an await: the role may have been taken away since.
///
/// # Errors
/// As [`require`].
pub fn still(caller: Principal, role: Role) -> Result<(), Refusal> {
    if caller == Principal::anonymous() {
        return Err(Refusal::Anonymous);
    }
    if !has(caller, role) {
        return Err(Refusal::RoleMissing { caller, role });
    }
    Ok(())
}

/// As [`still`], for one of several roles; the refusal names the first.
///
/// # Errors
/// As [`require`].
pub fn still_any(caller: Principal, roles: &[Role]) -> Result<(), Refusal> {
    if roles.iter().any(|role| still(caller, *role).is_ok()) {
        return Ok(());
    }
    roles.first().map_or(Ok(()), |role| still(caller, *role))
}

/// Everybody with a role.
pub fn list() -> Vec<(Principal, Role)> {
    let held = state::read(|s| s.roles.keys().collect::<Vec<_>>());
    held.into_iter()
        .filter_map(|(who, held)| Some((who, Role::ALL.into_iter().find(|role| number(*role) == held)?)))
        .collect()
}

/// Grants or revokes a role; nothing happens when it already is as wanted.
///
/// # Errors
/// [`Refusal::Anonymous`] when `who` is the anonymous principal, which anybody can be; [`Refusal::LastAdmin`].
pub fn set(caller: Principal, who: Principal, role: Role, granted: bool) -> Result<(), Refusal> {
    if who == Principal::anonymous() {
        return Err(Refusal::Anonymous);
    }
    if has(who, role) == granted {
        return Ok(());
    }
    let admins = list().iter().filter(|(_, held)| *held == Role::Admin).count();
    if !granted && role == Role::Admin && admins == 1 {
        return Err(Refusal::LastAdmin);
    }
    state::write(|s| match granted {
        true => s.roles.insert((who, number(role)), ()),
        false => s.roles.remove(&(who, number(role))),
    });
    let block_type = if granted { "role_granted" } else { "role_revoked" };
    let fields = vec![
        ("principal", Value::text(who)),
        ("role", Value::text(role.name())),
    ];
    events::record(caller, block_type, fields);
    Ok(())
}
