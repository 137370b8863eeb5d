//! Who may do what. Every guard answers with the caller, so that no endpoint can forget to ask.

use crate::{
    api::Role,
    events::{self, Event},
    refusal::Refusal,
    state,
};
use candid::Principal;

impl Role {
    /// Its number in stable memory, never to be changed.
    fn number(self) -> u8 {
        match self {
            Self::Admin => 0,
            Self::Claimer => 1,
            Self::Guardian => 2,
        }
    }

    /// All roles.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Claimer, Self::Guardian];

    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Claimer => "claimer",
            Self::Guardian => "guardian",
        }
    }
}

/// Whether the principal holds the role.
pub fn has(who: Principal, role: Role) -> bool {
    state::read(|s| s.roles.contains_key(&(who, role.number())))
}

/// The caller of this message, if it holds the role.
///
/// # Errors
/// [`Refusal::Anonymous`], [`Refusal::RoleMissing`].
pub fn require(role: Role) -> Result<Principal, Refusal> {
    let caller = ic_cdk::api::msg_caller();
    still(caller, role).map(|()| caller)
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

/// Everybody with a role.
pub fn list() -> Vec<(Principal, Role)> {
    let held = state::read(|s| s.roles.keys().collect::<Vec<_>>());
    held.into_iter()
        .filter_map(|(who, number)| Some((who, Role::ALL.into_iter().find(|r| r.number() == number)?)))
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
        true => s.roles.insert((who, role.number()), ()),
        false => s.roles.remove(&(who, role.number())),
    });
    events::record(
        caller,
        if granted {
            Event::RoleGranted { who, role }
        } else {
            Event::RoleRevoked { who, role }
        },
    );
    Ok(())
}
