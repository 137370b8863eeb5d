//! The checks that need no database, in their order: settlement, form, age, signature, session, rate.

use super::{Refusal, Settlement, rate::Rates};
use crate::store::intents_insert::NewIntent;
use novate_netting::{Session, Signature, SignedIntent, rules::MAX_AGE, verify_all};
use novate_protocol::{
    ids::Owner,
    intent::{Action, Intent, Scheme},
};
use std::collections::HashMap;

/// Highest nonce and time, as the database can hold.
const MAX_NUMBER: u64 = i64::MAX as u64;

/// An intent that is not taken, with what is needed to see whether it was taken before.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: Option<[u8; 32]>,
    pub signature: Option<Signature>,
    pub refusal: Refusal,
}

/// What intents are checked against.
pub struct Checks {
    settlements: HashMap<(u64, [u8; 32]), Settlement>,
    rates: Rates,
}

/// An intent between the checks.
struct Candidate<'a> {
    settlement: &'a Settlement,
    id: [u8; 32],
    signed: SignedIntent,
}

impl From<Refusal> for Held {
    fn from(refusal: Refusal) -> Self {
        Self {
            id: None,
            signature: None,
            refusal,
        }
    }
}

impl Candidate<'_> {
    fn held(&self, refusal: Refusal) -> Held {
        Held {
            id: Some(self.id),
            signature: Some(self.signed.signature),
            refusal,
        }
    }
}

impl Checks {
    pub fn new(settlements: Vec<Settlement>, rates: Rates) -> Self {
        let by_place = |settlement: Settlement| ((settlement.chain, settlement.address), settlement);
        Self {
            settlements: settlements.into_iter().map(by_place).collect(),
            rates,
        }
    }

    /// Checks all of a submission at `now` (Unix seconds), signatures on all cores; answers in the order of the input.
    pub fn all(&self, intents: Vec<Result<SignedIntent, Refusal>>, now: u64) -> Vec<Result<NewIntent, Held>> {
        let mut candidates: Vec<Result<Candidate<'_>, Held>> = intents
            .into_iter()
            .map(|intent| self.form(intent?, now))
            .collect();
        for scheme in [Scheme::Ed25519, Scheme::Eip712] {
            verify(scheme, &mut candidates);
        }
        candidates
            .into_iter()
            .map(|candidate| self.session(candidate?, now))
            .collect()
    }

    /// Settlement, form and age.
    fn form(&self, signed: SignedIntent, now: u64) -> Result<Candidate<'_>, Held> {
        let intent = &signed.intent;
        let settlement = self
            .settlements
            .get(&(intent.chain, intent.settlement))
            .ok_or(Refusal::UnknownSettlement { chain: intent.chain })?;
        let candidate = Candidate {
            settlement,
            id: intent.id(settlement.scheme),
            signed,
        };
        match form(intent, settlement.scheme).and_then(|()| age(intent, now)) {
            Ok(()) => Ok(candidate),
            Err(refusal) => Err(candidate.held(refusal)),
        }
    }

    /// Session and rate.
    fn session(&self, candidate: Candidate<'_>, now: u64) -> Result<NewIntent, Held> {
        let Candidate {
            settlement,
            id,
            signed,
        } = candidate;
        let intent = &signed.intent;
        let checked = match settlement.sessions.session(&intent.owner, &intent.session, now) {
            Ok(session) => session_allows(intent, session.as_ref())
                .and_then(|()| self.rates.take(&(settlement.id, intent.owner.0, intent.session))),
            Err(not_ready) => Err(Refusal::Unavailable(not_ready.to_string())),
        };
        match checked {
            Ok(()) => Ok(NewIntent {
                settlement: settlement.id,
                id,
                signed,
                received_at: now,
            }),
            Err(refusal) => Err(candidate.held(refusal)),
        }
    }
}

/// Holds those back whose signature is not right.
fn verify(scheme: Scheme, candidates: &mut [Result<Candidate<'_>, Held>]) {
    let of_scheme = |candidate: &Candidate<'_>| candidate.settlement.scheme == scheme;
    let signed: Vec<SignedIntent> = candidates
        .iter()
        .flatten()
        .filter(|candidate| of_scheme(candidate))
        .map(|candidate| candidate.signed)
        .collect();
    let mut verified = verify_all(scheme, &signed).into_iter();
    for slot in candidates {
        if let Ok(candidate) = slot
            && of_scheme(candidate)
            && verified.next() != Some(true)
        {
            *slot = Err(candidate.held(Refusal::BadSignature));
        }
    }
}

/// What no state of the chain, and no clock, could make right.
fn form(intent: &Intent, scheme: Scheme) -> Result<(), Refusal> {
    for (field, number) in [
        ("nonce", intent.nonce),
        ("createdAt", intent.created_at),
        ("expiresAt", intent.expires_at),
    ] {
        if number > MAX_NUMBER {
            return Err(Refusal::InvalidField {
                field,
                problem: "must be below 2^63".into(),
            });
        }
    }
    intent.check(scheme)?;
    let settlement = Owner(intent.settlement);
    match intent.action {
        _ if intent.owner == settlement => Err(Refusal::ToSettlement("owner")),
        // The signer would refuse the whole batch.
        Action::Pay { to, .. } if to == settlement => Err(Refusal::ToSettlement("to")),
        _ => Ok(()),
    }
}

/// Signed before now, less than an hour ago, and not over.
fn age(intent: &Intent, now: u64) -> Result<(), Refusal> {
    let Intent {
        created_at,
        expires_at,
        ..
    } = *intent;
    let Some(age) = now.checked_sub(created_at) else {
        return Err(Refusal::FromTheFuture { created_at, now });
    };
    if age >= MAX_AGE {
        return Err(Refusal::TooOld { age, limit: MAX_AGE });
    }
    if now >= expires_at {
        return Err(Refusal::Expired { expires_at, now });
    }
    Ok(())
}

/// The session is there and may do this, by itself: what is left is not shared with other intents that wait, because what
/// arrives may pay for what leaves.
fn session_allows(intent: &Intent, session: Option<&Session>) -> Result<(), Refusal> {
    let session = session.ok_or(Refusal::NoSession)?;
    if session.actions & intent.action.required() == 0 {
        return Err(Refusal::ActionNotAllowed);
    }
    let (asset, amount) = match intent.action {
        Action::Pay { asset, amount, .. } => (asset, amount),
        Action::Buy {
            currency, max_price, ..
        } => (currency, max_price),
        Action::List { .. } | Action::Cancel { .. } => return Ok(()),
    };
    let limit = session.limits.iter().find(|limit| limit.asset == asset);
    let remaining = limit.map_or(0, |limit| limit.remaining);
    if amount > remaining {
        return Err(Refusal::OverLimit { remaining, amount });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use novate_protocol::ids::Asset;

    fn intent(created_at: u64, expires_at: u64) -> Intent {
        Intent {
            chain: 1,
            settlement: [1; 32],
            owner: Owner([2; 32]),
            session: [3; 32],
            nonce: 0,
            created_at,
            expires_at,
            action: Action::Pay {
                to: Owner([4; 32]),
                asset: Asset([5; 32]),
                amount: 1,
                order: [0; 32],
            },
        }
    }

    #[test]
    fn age_is_judged_to_the_second() {
        let now = 10_000;
        assert_eq!(age(&intent(now, now + 1), now), Ok(()));
        assert_eq!(age(&intent(now - MAX_AGE + 1, now + 1), now), Ok(()));
        let old = Refusal::TooOld {
            age: MAX_AGE,
            limit: MAX_AGE,
        };
        assert_eq!(age(&intent(now - MAX_AGE, now + 1), now), Err(old));
        let early = Refusal::FromTheFuture {
            created_at: now + 1,
            now,
        };
        assert_eq!(age(&intent(now + 1, now + 2), now), Err(early));
        let over = Refusal::Expired { expires_at: now, now };
        assert_eq!(age(&intent(now - 1, now), now), Err(over));
    }

    #[test]
    fn numbers_that_the_database_cannot_hold_are_refused_by_name() {
        for (field, change) in [
            ("nonce", (|i| i.nonce = 1 << 63) as fn(&mut Intent)),
            ("createdAt", |i| i.created_at = u64::MAX),
            ("expiresAt", |i| i.expires_at = 1 << 63),
        ] {
            let mut changed = intent(1, 2);
            change(&mut changed);
            let Err(Refusal::InvalidField { field: named, .. }) = form(&changed, Scheme::Ed25519) else {
                panic!("{field} was taken");
            };
            assert_eq!(named, field);
        }
        assert_eq!(form(&intent(1, MAX_NUMBER), Scheme::Ed25519), Ok(()));
    }
}
