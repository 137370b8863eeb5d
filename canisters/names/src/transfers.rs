//! Giving a name to another holder, who must want it: a name is offered, then accepted.
//!
//! The receiver begins a tenure of its own, with the registration's days that are left and nothing else of the former
//! holder's: no wallets, no contents, no claims.

use crate::{
    events::{self, Event},
    registry, roles,
    state::{self, Text},
    tenure,
};
use candid::Principal;
use names_api::{Refusal, convert, interface::NameView};

/// Seconds in which an offer may be accepted.
const OFFER: u64 = 7 * 24 * 3600;

/// Offers a name; an offer to somebody else is replaced.
///
/// # Errors
/// [`Refusal::Anonymous`] for a receiver who is nobody, those of [`registry::held`], [`Refusal::OwnTransfer`].
pub fn offer(caller: Principal, name: &str, to: Principal) -> Result<u64, Refusal> {
    roles::somebody(to)?;
    let record = registry::held(caller, name)?;
    if to == caller {
        return Err(Refusal::OwnTransfer {
            name: record.name.to_string(),
        });
    }
    let until = state::now().saturating_add(OFFER);
    state::write(|s| s.offers.insert(Text::from(&record.name), (to, until)));
    let record = &record;
    events::record(caller, Event::TransferOffered { record, to, until });
    Ok(until)
}

/// Takes an offer back; nothing happens when there is none.
///
/// # Errors
/// Those of [`registry::held`].
pub fn cancel(caller: Principal, name: &str) -> Result<(), Refusal> {
    let record = registry::held(caller, name)?;
    if state::write(|s| s.offers.remove(&Text::from(&record.name))).is_some() {
        events::record(caller, Event::TransferCancelled(&record));
    }
    Ok(())
}

/// Accepts a name that is offered to the caller.
///
/// # Errors
/// Those of names, [`Refusal::NotOffered`], [`Refusal::TooManyNames`]; [`Refusal::NameTooSimilar`] when a third
/// principal, or the former holder, keeps a name that looks like this one.
pub fn accept(caller: Principal, name: &str) -> Result<NameView, Refusal> {
    let before = registry::active(&convert::name(name)?)?;
    let now = state::now();
    let offer = state::read(|s| s.offers.get(&Text::from(&before.name)));
    if offer.is_none_or(|(to, until)| to != caller || until <= now) {
        return Err(Refusal::NotOffered {
            name: before.name.to_string(),
            caller,
        });
    }
    registry::room(caller, now)?;
    registry::no_twin(&before.name, caller, now)?;

    let from = convert::principal(&before.owner);
    tenure::end(caller, &before, "transferred");
    let record = tenure::begin(before.name, caller, before.expires_at, now);
    let event = Event::Transferred {
        record: &record,
        from,
    };
    events::record(caller, event);
    Ok(registry::shown(&record))
}
