//! How many changes a principal may ask for in a day: each costs the canister cycles, also when it is refused.

use crate::state;
use candid::Principal;
use names_api::Refusal;

/// Seconds of a day of UTC.
const DAY: u64 = 24 * 3600;
/// Counts of earlier days that a change clears away: more than it adds.
const CLEARED: usize = 2;

/// Carries out a change of the caller's, if it may ask for another one today. One that is refused counts as well: its
/// checks were paid for, among them that of a signature.
///
/// # Errors
/// [`Refusal::TooManyChanges`], and those of the change.
pub fn count<T>(
    caller: Principal,
    change: impl FnOnce(Principal) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let (key, asked) = today(caller);
    if !left(caller) {
        return Err(Refusal::TooManyChanges {
            limit: state::read(|s| s.config.get().0.limits.changes_per_day),
            again_at: (u64::from(key.0) + 1) * DAY,
        });
    }
    state::write(|s| {
        for _ in 0..CLEARED {
            match s.changes.first_key_value() {
                Some(((earlier, who), _)) if earlier < key.0 => s.changes.remove(&(earlier, who)),
                _ => break,
            };
        }
        s.changes.insert(key, asked.saturating_add(1));
    });
    change(caller)
}

/// Whether the principal may ask for another change today.
pub fn left(caller: Principal) -> bool {
    today(caller).1 < state::read(|s| s.config.get().0.limits.changes_per_day)
}

/// The key of the principal's count of today, and the count.
fn today(caller: Principal) -> ((u32, Principal), u32) {
    let day = u32::try_from(state::now() / DAY).unwrap_or(u32::MAX);
    let key = (day, caller);
    (key, state::read(|s| s.changes.get(&key)).unwrap_or_default())
}
