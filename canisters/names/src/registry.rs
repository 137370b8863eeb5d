//! Registering, renewing and giving names back.

use crate::{
    events::{self, Event},
    state::{self, State, Text},
    tenure,
};
use candid::Principal;
use names_api::{
    Refusal, convert,
    interface::NameView,
    name::Name,
    record::{GRACE, NameRecord, Phase, YEAR},
};

/// Most years for which a name is registered ahead.
pub const MAX_YEARS: u32 = 10;

/// Expired names that a registration clears away, the oldest first.
const SWEEP: usize = 2;

/// Most names in an answer.
const PAGE: u32 = 100;

/// Registers a name for a number of years. The caller becomes its holder.
///
/// # Errors
/// [`Refusal::Paused`], those of names, [`Refusal::ZeroYears`], [`Refusal::TooLong`], [`Refusal::NameTaken`],
/// [`Refusal::NameTooSimilar`], [`Refusal::NameReserved`], [`Refusal::TooManyNames`], [`Refusal::Full`].
pub fn register(caller: Principal, name: &str, years: u32) -> Result<NameView, Refusal> {
    let name = convert::name(name)?;
    let now = state::now();
    let expires_at = expiry(now, now, years)?;
    if state::read(|s| s.config.get().0.paused) {
        return Err(Refusal::Paused);
    }
    if let Some(record) = state::read(|s| find(s, &name))
        && record.phase(now) != Phase::Free
    {
        return Err(Refusal::NameTaken {
            name: record.name.to_string(),
            owner: convert::principal(&record.owner),
            free_at: record.expires_at.saturating_add(GRACE),
        });
    }
    if let Some(reserved) = state::read(|s| s.reserved.get(&Text(name.skeleton()))) {
        return Err(Refusal::NameReserved {
            name: name.to_string(),
            reserved: reserved.0,
        });
    }
    no_twin(&name, caller, now)?;
    room(caller, now)?;
    sweep(caller, &name, now);
    let limit = state::read(|s| s.config.get().0.limits.names);
    if state::read(|s| s.names.len()) >= limit {
        return Err(Refusal::Full { limit });
    }

    let record = tenure::begin(name, caller, expires_at, now);
    events::record(caller, Event::Registered(&record));
    Ok(shown(&record))
}

/// Adds years to a name's registration, also in the days of grace, from its expiry on.
///
/// # Errors
/// Those of [`held`], but for [`Refusal::NameExpired`] during the days of grace; [`Refusal::ZeroYears`],
/// [`Refusal::TooLong`].
pub fn renew(caller: Principal, name: &str, years: u32) -> Result<NameView, Refusal> {
    let mut record = held_or_grace(caller, name)?;
    let now = state::now();
    let expires_at = expiry(record.expires_at, now, years)?;
    state::write(|s| {
        let text = Text::from(&record.name);
        s.expiries.remove(&(record.expires_at, text.clone()));
        s.expiries.insert((expires_at, text), ());
        record.expires_at = expires_at;
        s.put_name(record.clone());
    });
    events::record(caller, Event::Renewed(&record));
    Ok(shown(&record))
}

/// Gives a name back; anybody may register it at once.
///
/// # Errors
/// As [`renew`], without those of years.
pub fn release(caller: Principal, name: &str) -> Result<(), Refusal> {
    let record = held_or_grace(caller, name)?;
    tenure::end(caller, &record, "released");
    events::record(caller, Event::Released(&record));
    Ok(())
}

/// When a registration ends that is extended from `start`.
fn expiry(start: u64, now: u64, years: u32) -> Result<u64, Refusal> {
    if years == 0 {
        return Err(Refusal::ZeroYears);
    }
    let expires_at = start.saturating_add(u64::from(years).saturating_mul(YEAR));
    let latest = now.saturating_add(u64::from(MAX_YEARS) * YEAR);
    if expires_at > latest {
        return Err(Refusal::TooLong { expires_at, latest });
    }
    Ok(expires_at)
}

/// The record of a name, whether it counts or not.
pub fn find(state: &State, name: &Name) -> Option<NameRecord> {
    state.names.get(&Text::from(name)).map(|record| record.0)
}

/// The record of a name that counts now.
///
/// # Errors
/// [`Refusal::NameUnknown`], [`Refusal::NameExpired`].
pub fn active(name: &Name) -> Result<NameRecord, Refusal> {
    let record = known(name)?;
    match record.phase(state::now()) {
        Phase::Active => Ok(record),
        Phase::Grace | Phase::Free => Err(expired(&record)),
    }
}

/// The record of a name that the caller holds and that counts now.
///
/// # Errors
/// Those of a malformed name, [`Refusal::NameUnknown`], [`Refusal::NotHolder`], [`Refusal::NameExpired`].
pub fn held(caller: Principal, name: &str) -> Result<NameRecord, Refusal> {
    let record = held_or_grace(caller, name)?;
    match record.phase(state::now()) {
        Phase::Active => Ok(record),
        Phase::Grace | Phase::Free => Err(expired(&record)),
    }
}

fn held_or_grace(caller: Principal, name: &str) -> Result<NameRecord, Refusal> {
    let record = known(&convert::name(name)?)?;
    let owner = convert::principal(&record.owner);
    if owner != caller {
        return Err(Refusal::NotHolder {
            name: record.name.to_string(),
            owner,
            caller,
        });
    }
    if record.phase(state::now()) == Phase::Free {
        return Err(expired(&record));
    }
    Ok(record)
}

fn known(name: &Name) -> Result<NameRecord, Refusal> {
    state::read(|s| find(s, name)).ok_or_else(|| Refusal::NameUnknown {
        name: name.to_string(),
    })
}

fn expired(record: &NameRecord) -> Refusal {
    Refusal::NameExpired {
        name: record.name.to_string(),
        expired_at: record.expires_at,
        free_at: record.expires_at.saturating_add(GRACE),
    }
}

/// That nobody but `owner` holds a name that looks like this one. The name itself does not count.
///
/// # Errors
/// [`Refusal::NameTooSimilar`].
pub fn no_twin(name: &Name, owner: Principal, now: u64) -> Result<(), Refusal> {
    let skeleton = Text(name.skeleton());
    let twin = state::read(|s| {
        let alike = s.skeletons.keys_range((skeleton.clone(), Text::EMPTY)..);
        alike
            .take_while(|(other, _)| *other == skeleton)
            .filter(|(_, text)| text.0 != name.as_str())
            .filter_map(|(_, text)| s.names.get(&text))
            .find(|twin| convert::principal(&twin.0.owner) != owner && twin.0.phase(now) != Phase::Free)
    });
    match twin {
        Some(twin) => Err(Refusal::NameTooSimilar {
            name: name.to_string(),
            held: twin.0.name.to_string(),
        }),
        None => Ok(()),
    }
}

/// That the principal may hold another name.
///
/// # Errors
/// [`Refusal::TooManyNames`].
pub fn room(owner: Principal, now: u64) -> Result<(), Refusal> {
    let limit = state::read(|s| s.config.get().0.limits.names_per_principal);
    let names = state::read(|s| {
        let held = s.owned.keys_range((owner, Text::EMPTY)..);
        held.take_while(|(holder, _)| *holder == owner)
            .filter_map(|(_, name)| s.names.get(&name))
            .filter(|record| record.0.phase(now) != Phase::Free)
            .take(limit as usize)
            .count()
    });
    if names >= limit as usize {
        return Err(Refusal::TooManyNames { owner, limit });
    }
    Ok(())
}

/// Ends the tenures of `wanted` and of the names that expired first, if they are free.
fn sweep(caller: Principal, wanted: &Name, now: u64) {
    let oldest = state::read(|s| s.expiries.keys().take(SWEEP).collect::<Vec<_>>());
    let names = oldest.into_iter().map(|(_, name)| name);
    for name in names.chain([Text::from(wanted)]) {
        let record = state::read(|s| s.names.get(&name)).map(|record| record.0);
        if let Some(record) = record.filter(|record| record.phase(now) == Phase::Free) {
            tenure::end(caller, &record, "expired");
            events::record(caller, Event::Expired(&record));
        }
    }
}

/// A record as callers see it.
pub fn shown(record: &NameRecord) -> NameView {
    let offer = state::read(|s| s.offers.get(&Text::from(&record.name)));
    convert::name_view(record, offer, state::now())
}

/// A name, whether it counts or not.
///
/// # Errors
/// Those of a malformed name.
pub fn view(name: &str) -> Result<Option<NameView>, Refusal> {
    let name = convert::name(name)?;
    let record = state::read(|s| find(s, &name));
    Ok(record.as_ref().map(shown))
}

/// The names of a holder, in order of their letters, from the first after `after`; at most 100.
pub fn names_of(owner: Principal, after: Option<String>, limit: u32) -> Vec<NameView> {
    let after = after.map(Text);
    let start = after.clone().unwrap_or(Text::EMPTY);
    let records: Vec<_> = state::read(|s| {
        s.owned
            .keys_range((owner, start)..)
            .take_while(|(holder, _)| *holder == owner)
            .filter(|(_, name)| Some(name) != after.as_ref())
            .take(limit.min(PAGE) as usize)
            .filter_map(|(_, name)| s.names.get(&name))
            .collect()
    });
    records.iter().map(|record| shown(&record.0)).collect()
}
