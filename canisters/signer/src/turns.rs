//! Sequences without gaps, and never twice.
//!
//! A contract takes the batch, or checkpoint, with the number that comes next and no other. So two contents of one
//! number are never signed, whatever is removed, allowed again or rotated. The very same content may be signed again
//! under another request id: after a change of keys the contract wants by the new one what it has not opened yet, which
//! may be several numbers. So the digest of every accepted number is kept: 82 bytes each, as requests are for ever.

use crate::{
    contract::Contract,
    state::{self, Turn},
};
use canister_kit::stored::Stored;
use signer_api::Refusal;

/// What is counted. The number is that in stable memory, never to be changed.
#[derive(Clone, Copy, Debug)]
pub enum Series {
    Batches = 0,
    Checkpoints = 1,
}

/// Whose turn a request is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The next one.
    Next,
    /// One that was accepted before once more, with the same content.
    Again,
}

/// The number that comes next: 1 for a contract that was never allowed.
pub fn next(series: Series, contract: &Contract) -> u64 {
    turn(series, contract).next
}

fn turn(series: Series, contract: &Contract) -> Turn {
    let known = state::read(|s| s.turns.get(&(series as u8, contract.key())));
    known.map_or(Turn { next: 1, last: None }, |Stored(turn)| turn)
}

/// # Errors
/// [`Refusal::OutOfTurn`].
pub fn place(series: Series, contract: &Contract, number: u64, digest: &[u8; 32]) -> Result<Place, Refusal> {
    let turn = turn(series, contract);
    if number == turn.next {
        return Ok(Place::Next);
    }
    if accepted(series, contract, number, &turn).is_some_and(|accepted| accepted == *digest) {
        return Ok(Place::Again);
    }
    Err(Refusal::OutOfTurn {
        expected: turn.next,
        given: number,
    })
}

/// The digest that a number was accepted with.
fn accepted(series: Series, contract: &Contract, number: u64, turn: &Turn) -> Option<[u8; 32]> {
    let kept = state::read(|s| s.accepted.get(&(series as u8, contract.key(), number)));
    kept.or_else(|| match earlier(turn) {
        Some((last, digest)) if last == number => Some(digest),
        _ => None,
    })
}

/// The one number whose digest a version knew that did not keep all.
fn earlier(turn: &Turn) -> Option<(u64, [u8; 32])> {
    let digest = turn.last.as_ref()?.as_slice().try_into().ok()?;
    Some((turn.next.checked_sub(1)?, digest))
}

/// Goes on from `number`, which was accepted with this digest.
///
/// # Errors
/// [`Refusal::OutOfTurn`] behind the last number there is.
pub fn advance(series: Series, contract: &Contract, number: u64, digest: &[u8; 32]) -> Result<(), Refusal> {
    let next = number.checked_add(1).ok_or(Refusal::OutOfTurn {
        expected: u64::MAX,
        given: number,
    })?;
    put(series, contract, next);
    state::write(|s| s.accepted.insert((series as u8, contract.key(), number), *digest));
    Ok(())
}

/// Sets what comes next, as an administrator knows it from the contract. Without a number it stays.
///
/// # Errors
/// [`Refusal::GoesBack`]; [`Refusal::Zero`].
pub fn set(series: Series, contract: &Contract, number: Option<u64>) -> Result<u64, Refusal> {
    let current = next(series, contract);
    let given = number.unwrap_or(current);
    if given == 0 {
        let field = "the next number".into();
        return Err(Refusal::Zero { field });
    }
    if given < current {
        return Err(Refusal::GoesBack { current, given });
    }
    if given > current {
        put(series, contract, given);
    }
    Ok(given)
}

/// What an earlier version knew of the last number goes where all are kept.
fn put(series: Series, contract: &Contract, next: u64) {
    let (series, before) = (series as u8, turn(series, contract));
    state::write(|s| {
        if let Some((number, digest)) = earlier(&before) {
            s.accepted.insert((series, contract.key(), number), digest);
        }
        s.turns
            .insert((series, contract.key()), Stored(Turn { next, last: None }));
    });
}
