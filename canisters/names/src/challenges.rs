//! Putting challenges to wallets.
//!
//! A challenge is the one thing that is not in the log: it is void after ten minutes, and what it brings about is logged.

use crate::{
    registry,
    state::{self, Encoded, State},
    wallets,
};
use candid::Principal;
use names_api::{
    Refusal,
    challenge::{Action, Challenge, LIFETIME},
    convert,
    interface::{ChallengeRequest, ChallengeView},
    record::{Key, NameRecord},
};

/// Most challenges of one principal that are open.
const PER_PRINCIPAL: u32 = 8;
/// Most challenges that are open.
const ALL: u64 = 10_000;
/// Challenges that a new one clears away when they have expired: more than it adds.
const CLEARED: usize = 4;
/// Refused signatures that close a challenge.
const BAD_SIGNATURES: u8 = 3;

/// Puts a challenge. To link a wallet, the caller holds the name; to unlink one, anybody asks, because the wallet's
/// user need not have a name. A pause stops the former only: what a wallet may end, it may always end.
///
/// # Errors
/// Those of names and wallets, [`Refusal::Paused`], [`Refusal::NotHolder`], [`Refusal::AlreadyLinked`],
/// [`Refusal::NotLinked`], [`Refusal::TooManyWallets`], [`Refusal::TooManyChallenges`], [`Refusal::ChallengesFull`].
pub fn put(caller: Principal, request: &ChallengeRequest) -> Result<ChallengeView, Refusal> {
    let wallet = convert::wallet(&request.wallet)?;
    let action = convert::action(request.action);
    let record = match action {
        Action::Link if state::read(|s| s.config.get().0.paused) => return Err(Refusal::Paused),
        Action::Link => registry::held(caller, &request.name)?,
        Action::Unlink => registry::active(&convert::name(&request.name)?)?,
    };
    wallets::may(action, &record, &wallet)?;
    let now = state::now();
    state::write(|s| {
        clear(s, now);
        make_room(s, caller, now, ALL)
    })?;
    let challenge = state::write(|s| {
        s.configure(|c| c.challenges = c.challenges.saturating_add(1));
        let challenge = Challenge {
            action,
            name: record.name.to_string(),
            tenure: record.tenure,
            requester: caller.to_string(),
            wallet,
            canister: ic_cdk::api::canister_self().to_string(),
            nonce: s.config.get().0.challenges,
            issued_at: now,
            expires_at: now.saturating_add(LIFETIME),
        };
        keep(s, caller, &challenge);
        challenge
    });
    Ok(convert::challenge_view(&challenge))
}

/// Stores a challenge of the caller's.
pub fn keep(s: &mut State, caller: Principal, challenge: &Challenge) {
    let nonce = challenge.nonce;
    if !asked(s, caller).is_empty() {
        s.surplus.insert(nonce, ());
    }
    s.certify(challenge);
    s.asked.insert((caller, nonce), ());
    s.challenges.insert(nonce, Encoded(challenge.clone()));
}

/// An open challenge that the caller may answer, and its name's record.
///
/// # Errors
/// [`Refusal::ChallengeUnknown`], [`Refusal::NotRequester`], [`Refusal::ChallengeExpired`],
/// [`Refusal::ChallengeOutdated`], and those of [`registry::active`].
pub fn open(caller: Principal, nonce: u64) -> Result<(Challenge, NameRecord), Refusal> {
    let challenge = state::read(|s| s.challenges.get(&nonce))
        .ok_or(Refusal::ChallengeUnknown { nonce })?
        .0;
    if challenge.requester != caller.to_string() {
        return Err(Refusal::NotRequester { nonce, caller });
    }
    let now = state::now();
    if challenge.expires_at <= now {
        return Err(Refusal::ChallengeExpired {
            nonce,
            expired_at: challenge.expires_at,
            now,
        });
    }
    let record = registry::active(&convert::name(&challenge.name)?)?;
    if record.tenure != challenge.tenure {
        return Err(Refusal::ChallengeOutdated {
            nonce,
            name: challenge.name,
        });
    }
    Ok((challenge, record))
}

/// Takes a challenge away: it is answered, it has expired, or it was closed.
pub fn close(s: &mut State, caller: Principal, nonce: u64) {
    s.challenges.remove(&nonce);
    s.asked.remove(&(caller, nonce));
    s.surplus.remove(&nonce);
    s.bad_signatures.remove(&nonce);
    s.uncertify(Key::Challenge(nonce));
    if let [last] = asked(s, caller)[..] {
        s.surplus.remove(&last);
    }
}

/// Counts a refused signature, which costs more to check than anything else here; the third closes the challenge.
pub fn refused_signature(s: &mut State, caller: Principal, nonce: u64) {
    let refused = s.bad_signatures.get(&nonce).unwrap_or_default().saturating_add(1);
    if refused >= BAD_SIGNATURES {
        close(s, caller, nonce);
    } else {
        s.bad_signatures.insert(nonce, refused);
    }
}

/// Takes the oldest challenges away that have expired. Nonces count up, and all live equally long.
fn clear(s: &mut State, now: u64) {
    for _ in 0..CLEARED {
        let Some((nonce, oldest)) = s.challenges.first_key_value() else {
            return;
        };
        if oldest.0.expires_at > now {
            return;
        }
        close(s, requester(&oldest.0), nonce);
    }
}

/// Makes room for one more challenge of the caller's among `all`. When there is none, who has no challenge yet takes the
/// place of the oldest one of those who have several, so that nobody keeps others out with fewer than `all` principals.
///
/// # Errors
/// [`Refusal::TooManyChallenges`], [`Refusal::ChallengesFull`].
pub fn make_room(s: &mut State, caller: Principal, now: u64, all: u64) -> Result<(), Refusal> {
    let open = asked(s, caller).into_iter();
    let expiries = open.filter_map(|nonce| Some(s.challenges.get(&nonce)?.0.expires_at));
    let alive: Vec<_> = expiries.filter(|expiry| *expiry > now).collect();
    if let Some(again_at) = alive.first()
        && alive.len() as u32 >= PER_PRINCIPAL
    {
        return Err(Refusal::TooManyChallenges {
            limit: PER_PRINCIPAL,
            again_at: *again_at,
        });
    }
    if s.challenges.len() < all {
        return Ok(());
    }
    if let Some((nonce, ())) = s.surplus.first_key_value()
        && let Some(oldest) = s.challenges.get(&nonce)
        && alive.is_empty()
    {
        close(s, requester(&oldest.0), nonce);
        return Ok(());
    }
    let oldest = s.challenges.first_key_value();
    Err(Refusal::ChallengesFull {
        limit: all,
        again_at: oldest.map_or(now, |(_, oldest)| oldest.0.expires_at),
    })
}

/// The nonces of the caller's challenges, the oldest first.
fn asked(s: &State, caller: Principal) -> Vec<u64> {
    let asked = s.asked.keys_range((caller, 0)..);
    let asked = asked.take_while(|(requester, _)| *requester == caller);
    asked.map(|(_, nonce)| nonce).collect()
}

/// Who asked for the challenge: its text is that of a principal.
fn requester(challenge: &Challenge) -> Principal {
    Principal::from_text(&challenge.requester).unwrap_or(Principal::anonymous())
}

/// A challenge that is open.
pub fn view(nonce: u64) -> Option<ChallengeView> {
    let challenge = state::read(|s| s.challenges.get(&nonce))?;
    (challenge.0.expires_at > state::now()).then(|| convert::challenge_view(&challenge.0))
}
