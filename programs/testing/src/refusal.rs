//! That a transaction was refused, and for which reason.

use anchor_lang::error::{Error, ErrorCode};
use anchor_lang::prelude::ProgramError;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use litesvm::types::{TransactionMetadata, TransactionResult};
use solana_instruction::error::InstructionError;
use solana_transaction::TransactionError;

/// The system program's answer to `init` of an account that exists.
pub const ALREADY_IN_USE: InstructionError = InstructionError::Custom(0);

/// Whatever an instruction can be refused with.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub InstructionError);

/// What [`assert_refused`] takes: a program's error, Anchor's `ErrorCode`, the `TokenError` of the token programs, an
/// [`InstructionError`] of the runtime, or a [`Refusal`]. `Kind` is always inferred: it tells the implementations apart.
pub trait Reason<Kind> {
    fn refusal(self) -> Refusal;
}

/// Errors of Anchor and of programs that are written with it.
pub struct OfProgram;

impl<E: Into<Error>> Reason<OfProgram> for E {
    fn refusal(self) -> Refusal {
        let error: Error = self.into();
        Refusal(u64::from(ProgramError::from(error)).into())
    }
}

/// What converts into a [`Refusal`].
pub struct Other;

impl Reason<Other> for Refusal {
    fn refusal(self) -> Refusal {
        self
    }
}

impl Reason<Other> for InstructionError {
    fn refusal(self) -> Refusal {
        Refusal(self)
    }
}

impl Reason<Other> for TokenError {
    fn refusal(self) -> Refusal {
        Refusal::from(self)
    }
}

/// For a program's error as its number: `Refusal::from(u32::from(StakingError::Paused))`.
impl From<u32> for Refusal {
    fn from(code: u32) -> Self {
        Self(InstructionError::Custom(code))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self::from(u32::from(error))
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::from(error as u32)
    }
}

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        Self(error)
    }
}

/// The first instruction was refused for this reason, so the transaction has changed nothing.
#[track_caller]
pub fn assert_refused<Kind>(result: TransactionResult, reason: impl Reason<Kind>) -> TransactionMetadata {
    assert_refused_at(result, 0, reason)
}

/// The instruction at `index` was refused for this reason, so the transaction has changed nothing.
#[track_caller]
pub fn assert_refused_at<Kind>(
    result: TransactionResult,
    index: u8,
    reason: impl Reason<Kind>,
) -> TransactionMetadata {
    let failed = result.expect_err("the transaction should have been refused");
    let Refusal(reason) = reason.refusal();
    assert_eq!(
        failed.err,
        TransactionError::InstructionError(index, reason),
        "{}",
        failed.meta.logs.join("\n")
    );
    failed.meta
}
