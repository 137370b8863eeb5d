//! Where sessions are in their owners' grants, at this moment: anybody who closes a session that is over can move another
//! one to its slot.

use super::rpc::Account;
use session_keys::{ID as PROGRAM, state::view};
use solana_address::Address;

/// The slot of the session with this key; `None` when the owner has no such session.
pub(super) fn slot(grants: Option<&Account>, key: &[u8; 32]) -> Option<u8> {
    let account = grants.filter(|account| account.owner == PROGRAM)?;
    // A copy that is aligned as the records want it.
    let mut words = vec![0u64; account.data.len().div_ceil(size_of::<u64>())];
    let bytes = bytemuck::cast_slice_mut::<u64, u8>(&mut words).get_mut(..account.data.len())?;
    bytes.copy_from_slice(&account.data);
    let (_, sessions) = view(bytes).ok()?;
    let wanted = Address::from(*key);
    let slot = sessions.iter().position(|session| session.key == wanted)?;
    u8::try_from(slot).ok()
}
