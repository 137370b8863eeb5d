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

/// Puts a challenge. To link a wallet, the caller holds the name; to unlink one, anybody asks, because the wallet's
/// user need not have a name.
///
/// # Errors
/// Those of names and wallets, [`Refusal::NotHolder`], [`Refusal::AlreadyLinked`], [`Refusal::NotLinked`],
/// [`Refusal::TooManyWallets`], [`Refusal::TooManyChallenges`], [`Refusal::ChallengesFull`].
pub fn put(caller: Principal, request: &ChallengeRequest) -> Result<ChallengeView, Refusal> {
    let wallet = convert::wallet(&request.wallet)?;
    let action = convert::action(request.action);
    let record = match action {
        Action::Link => registry::held(caller, &request.name)?,
        Action::Unlink => registry::active(&convert::name(&request.name)?)?,
    };
    wallets::may(action, &record, &wallet)?;
    let now = state::now();
    state::write(|s| clear(s, now));
    may_ask(caller, now)?;
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
        s.certify(&challenge);
        s.asked.insert((caller, challenge.nonce), ());
        s.challenges.insert(challenge.nonce, Encoded(challenge.clone()));
        challenge
    });
    Ok(convert::challenge_view(&challenge))
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

/// Takes a challenge away: it is answered, or it has expired.
pub fn close(s: &mut State, caller: Principal, nonce: u64) {
    s.challenges.remove(&nonce);
    s.asked.remove(&(caller, nonce));
    s.uncertify(Key::Challenge(nonce));
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
        let requester = Principal::from_text(&oldest.0.requester).unwrap_or(Principal::anonymous());
        close(s, requester, nonce);
    }
}

fn may_ask(caller: Principal, now: u64) -> Result<(), Refusal> {
    let expiry = |nonce: u64| state::read(|s| s.challenges.get(&nonce)).map(|c| c.0.expires_at);
    let open = state::read(|s| {
        let asked = s.asked.keys_range((caller, 0)..);
        asked
            .take_while(|(requester, _)| *requester == caller)
            .map(|(_, nonce)| nonce)
            .collect::<Vec<_>>()
    });
    let mut alive = open.into_iter().filter_map(expiry).filter(|expiry| *expiry > now);
    let first = alive.next();
    if let Some(again_at) = first
        && alive.count() as u32 + 1 >= PER_PRINCIPAL
    {
        return Err(Refusal::TooManyChallenges {
            limit: PER_PRINCIPAL,
            again_at,
        });
    }
    if let Some((_, oldest)) = state::read(|s| s.challenges.first_key_value())
        && state::read(|s| s.challenges.len()) >= ALL
    {
        return Err(Refusal::ChallengesFull {
            limit: ALL,
            again_at: oldest.0.expires_at,
        });
    }
    Ok(())
}

/// A challenge that is open.
pub fn view(nonce: u64) -> Option<ChallengeView> {
    let challenge = state::read(|s| s.challenges.get(&nonce))?;
    (challenge.0.expires_at > state::now()).then(|| convert::challenge_view(&challenge.0))
}
