//! Sequences without gaps, and never twice.
//!
//! A contract takes the batch, or checkpoint, with the number that comes next and no other. So two contents of one
//! number are never signed, whatever is removed, allowed again or rotated. The very same content may be signed again
//! under another request id: after a change of keys the contract wants it by the new one.

use crate::{
    contract::Contract,
    state::{self, Turn},
};
use canister_kit::stored::Stored;
use serde_bytes::ByteBuf;
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
    /// The one before once more, with the same content.
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
    let is_last = number.checked_add(1) == Some(turn.next);
    if is_last && turn.last.is_some_and(|last| last.as_slice() == digest) {
        return Ok(Place::Again);
    }
    Err(Refusal::OutOfTurn {
        expected: turn.next,
        given: number,
    })
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
    put(series, contract, next, Some(ByteBuf::from(*digest)));
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
        put(series, contract, given, None);
    }
    Ok(given)
}

fn put(series: Series, contract: &Contract, next: u64, last: Option<ByteBuf>) {
    let key = (series as u8, contract.key());
    state::write(|s| s.turns.insert(key, Stored(Turn { next, last })));
}
