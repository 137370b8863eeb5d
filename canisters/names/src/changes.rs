//! How many changes a principal may make in a day: each costs the canister cycles and a block of the log.

use crate::state;
use candid::Principal;
use names_api::Refusal;

/// Seconds of a day of UTC.
const DAY: u64 = 24 * 3600;
/// Counts of earlier days that a change clears away: more than it adds.
const CLEARED: usize = 2;

/// Carries out a change of the caller's, if it may make another one today. What is refused does not count.
///
/// # Errors
/// [`Refusal::TooManyChanges`], and those of the change.
pub fn count<T>(
    caller: Principal,
    change: impl FnOnce(Principal) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let day = state::now() / DAY;
    let key = (u32::try_from(day).unwrap_or(u32::MAX), caller);
    let made = state::read(|s| s.changes.get(&key)).unwrap_or_default();
    let limit = state::read(|s| s.config.get().0.limits.changes_per_day);
    if made >= limit {
        return Err(Refusal::TooManyChanges {
            limit,
            again_at: (day + 1) * DAY,
        });
    }
    let done = change(caller)?;
    state::write(|s| {
        for _ in 0..CLEARED {
            match s.changes.first_key_value() {
                Some(((earlier, who), _)) if earlier < key.0 => s.changes.remove(&(earlier, who)),
                _ => break,
            };
        }
        s.changes.insert(key, made.saturating_add(1));
    });
    Ok(done)
}
