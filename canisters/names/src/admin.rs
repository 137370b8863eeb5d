//! Limits, reserved names, and the pause.

use crate::{
    events::{self, Event},
    state::{self, Text},
};
use candid::{Nat, Principal};
use names_api::{Refusal, convert, interface::Limits};

/// Most names that one principal may be allowed: they are counted at each registration.
const MOST_NAMES_PER_PRINCIPAL: u32 = 1000;
/// Most names in an answer.
const PAGE: u32 = 100;

/// Sets the limits; nothing happens when they already are as wanted. What is there stays, also above them.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn set_limits(caller: Principal, limits: Limits) -> Result<(), Refusal> {
    if limits.names_per_principal > MOST_NAMES_PER_PRINCIPAL {
        return Err(Refusal::TooLarge {
            field: "names_per_principal".into(),
            value: Nat::from(limits.names_per_principal),
            max: Nat::from(MOST_NAMES_PER_PRINCIPAL),
        });
    }
    if state::read(|s| s.config.get().0.limits) != limits {
        state::write(|s| s.configure(|c| c.limits = limits));
        events::record(caller, Event::LimitsSet(&limits));
    }
    Ok(())
}

/// Stops or resumes registrations and challenges to link; nothing happens when it already is as wanted.
pub fn set_paused(caller: Principal, paused: bool) {
    if state::read(|s| s.config.get().0.paused) != paused {
        state::write(|s| s.configure(|c| c.paused = paused));
        events::record(caller, if paused { Event::Paused } else { Event::Resumed });
    }
}

/// Keeps a name, and those that look like it, from being registered. Who holds one keeps it.
///
/// # Errors
/// Those of malformed names; [`Refusal::NameReserved`] when one that looks like it is reserved already.
pub fn reserve(caller: Principal, name: &str) -> Result<(), Refusal> {
    let name = convert::name(name)?;
    let skeleton = Text(name.skeleton());
    match state::read(|s| s.reserved.get(&skeleton)) {
        Some(reserved) if reserved.0 == name.as_str() => return Ok(()),
        Some(reserved) => {
            return Err(Refusal::NameReserved {
                name: name.to_string(),
                reserved: reserved.0,
            });
        }
        None => {}
    }
    state::write(|s| s.reserved.insert(skeleton, Text::from(&name)));
    let name = name.as_str();
    events::record(caller, Event::Reserved { name });
    Ok(())
}

/// Lets a reserved name be registered again.
///
/// # Errors
/// Those of malformed names; [`Refusal::NotReserved`].
pub fn unreserve(caller: Principal, name: &str) -> Result<(), Refusal> {
    let name = convert::name(name)?;
    let skeleton = Text(name.skeleton());
    if state::read(|s| s.reserved.get(&skeleton)) != Some(Text::from(&name)) {
        return Err(Refusal::NotReserved {
            name: name.to_string(),
        });
    }
    state::write(|s| s.reserved.remove(&skeleton));
    let name = name.as_str();
    events::record(caller, Event::Unreserved { name });
    Ok(())
}

/// The reserved names in order of their skeletons, from the first whose skeleton comes after that of `after`; at most
/// 100.
///
/// # Errors
/// Those of malformed names.
pub fn reserved(after: Option<String>, limit: u32) -> Result<Vec<String>, Refusal> {
    let after = after.map(|name| convert::name(&name)).transpose()?;
    let after = after.map(|name| Text(name.skeleton()));
    Ok(state::read(|s| {
        s.reserved
            .range(after.clone().unwrap_or(Text::EMPTY)..)
            .filter(|entry| Some(entry.key()) != after.as_ref())
            .take(limit.min(PAGE) as usize)
            .map(|entry| entry.value().0)
            .collect()
    }))
}
