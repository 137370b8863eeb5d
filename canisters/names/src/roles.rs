//! Who may do what. Every guard answers with the caller, so that no endpoint can forget to ask.

use crate::{
    events::{self, Event},
    state,
};
use candid::Principal;
use names_api::{Refusal, interface::Role};

/// The role's number in stable memory, never to be changed.
fn number(role: Role) -> u8 {
    match role {
        Role::Admin => 0,
        Role::Guardian => 1,
        Role::Issuer => 2,
    }
}

/// Whether the principal holds the role.
pub fn has(who: Principal, role: Role) -> bool {
    state::read(|s| s.roles.contains_key(&(who, number(role))))
}

/// The principal, unless it is the one that anybody can be.
///
/// # Errors
/// [`Refusal::Anonymous`].
pub fn somebody(caller: Principal) -> Result<Principal, Refusal> {
    if caller == Principal::anonymous() {
        return Err(Refusal::Anonymous);
    }
    Ok(caller)
}

/// The caller of this message, if it holds the role.
///
/// # Errors
/// [`Refusal::Anonymous`], [`Refusal::RoleMissing`].
pub fn require(role: Role) -> Result<Principal, Refusal> {
    let caller = somebody(ic_cdk::api::msg_caller())?;
    if !has(caller, role) {
        return Err(Refusal::RoleMissing { caller, role });
    }
    Ok(caller)
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
    somebody(who)?;
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
    let event = match granted {
        true => Event::RoleGranted { who, role },
        false => Event::RoleRevoked { who, role },
    };
    events::record(caller, event);
    Ok(())
}
