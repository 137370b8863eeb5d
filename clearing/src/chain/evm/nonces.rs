//! Who gets which nonce of a paying account.
//!
//! The chain and the node's pool say which nonces are used. What they do not know yet is kept here, for a short time: a nonce
//! that was given away and whose transaction is not in the pool so far. So a plan that nobody sends leaves no gap for long,
//! and a restart needs no memory.
//!
//! Everything in this process that pays with an account on a chain shares one of these. **Two processes must not pay with one
//! account**: they would take each other's nonces. Nothing would be settled twice (a step that is done again changes nothing),
//! but transactions would push each other out.

use alloy::primitives::Address;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

/// How long a nonce stays given away without a sign of its transaction.
const HOLD: Duration = Duration::from_secs(30);

/// Of one account on one chain.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    /// When there was last a sign of each.
    held: Mutex<BTreeMap<u64, Instant>>,
}

/// What the chain and the node's pool say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Transactions of the account in blocks.
    pub mined: u64,
    /// And in the pool, up to the first nonce that is missing there.
    pub pending: u64,
}

/// By chain id and account.
type Accounts = HashMap<(u64, Address), Weak<Nonces>>;

static ACCOUNTS: Mutex<Option<Accounts>> = Mutex::new(None);

impl Nonces {
    /// Those of the account: one for all who ask, as long as somebody has it.
    pub fn of(chain_id: u64, account: Address) -> Arc<Self> {
        let mut accounts = ACCOUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let accounts = accounts.get_or_insert_default();
        accounts.retain(|_, nonces| nonces.strong_count() > 0);
        let known = accounts.get(&(chain_id, account)).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let nonces = Arc::<Self>::default();
            accounts.insert((chain_id, account), Arc::downgrade(&nonces));
            nonces
        })
    }

    /// The next one that nobody has.
    pub fn take(&self, counts: Counts) -> u64 {
        let mut held = self.held();
        let mut nonce = counts.pending;
        while held.contains_key(&nonce) {
            nonce = nonce.saturating_add(1);
        }
        held.insert(nonce, Instant::now());
        nonce
    }

    /// The one for a transaction that replaces that with the nonce `stuck`: the same, unless it is mined, or an earlier one is
    /// missing. Then nothing lands before that one does.
    pub fn replace(&self, stuck: u64, counts: Counts) -> u64 {
        if stuck < counts.mined {
            return self.take(counts);
        }
        let mut held = self.held();
        let missing = counts.pending < stuck && !held.contains_key(&counts.pending);
        let nonce = if missing { counts.pending } else { stuck };
        held.insert(nonce, Instant::now());
        nonce
    }

    /// There is a sign of the transaction with this nonce.
    pub fn hold(&self, nonce: u64) {
        self.held().insert(nonce, Instant::now());
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u64, Instant>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, last| last.elapsed() < HOLD);
        held
    }

    #[cfg(test)]
    fn forget(&self, nonce: u64) {
        self.held().remove(&nonce);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(mined: u64, pending: u64) -> Counts {
        Counts { mined, pending }
    }

    #[test]
    fn nobody_gets_the_same_one() {
        let nonces = Nonces::default();
        let taken = [0; 3].map(|_| nonces.take(counts(7, 7)));
        assert_eq!(taken, [7, 8, 9], "the node knows none of them yet");
        assert_eq!(nonces.take(counts(7, 9)), 10, "and now two");
        assert_eq!(nonces.take(counts(20, 20)), 20, "somebody else has sent, too");
    }

    #[test]
    fn one_that_was_given_back_is_the_next() {
        let nonces = Nonces::default();
        let taken = [0; 3].map(|_| nonces.take(counts(0, 0)));
        nonces.forget(taken[1]);
        assert_eq!(nonces.take(counts(0, 1)), 1);
        assert_eq!(nonces.take(counts(0, 1)), 3);
    }

    #[test]
    fn replacement_has_the_nonce_of_what_it_replaces() {
        let nonces = Nonces::default();
        nonces.take(counts(4, 4));
        assert_eq!(nonces.replace(4, counts(4, 5)), 4);
        assert_eq!(nonces.replace(4, counts(4, 4)), 4, "it was dropped");
        assert_eq!(nonces.replace(4, counts(5, 5)), 5, "another transaction took it");
    }

    #[test]
    fn replacement_closes_the_gap_before_it() {
        let nonces = Nonces::default();
        nonces.hold(6);
        assert_eq!(nonces.replace(6, counts(4, 4)), 4);
        assert_eq!(nonces.replace(6, counts(4, 4)), 6, "somebody closes it already");
    }

    #[test]
    fn one_account_has_one_owner() {
        let of = |chain, byte| Nonces::of(chain, Address::repeat_byte(byte));
        let one = of(1, 1);
        assert!(Arc::ptr_eq(&one, &of(1, 1)));
        assert!(!Arc::ptr_eq(&one, &of(2, 1)) && !Arc::ptr_eq(&one, &of(1, 2)));
        one.hold(0);
        drop(one);
        assert_eq!(
            of(1, 1).take(counts(0, 0)),
            0,
            "nothing is remembered after a restart"
        );
    }
}
