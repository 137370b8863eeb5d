//! What a refused transaction was refused for.

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use litesvm::types::{TransactionMetadata, TransactionResult};
use settlement::error::SettlementError;
use solana_instruction::error::InstructionError;
use solana_transaction::TransactionError;

/// Whatever an instruction can be refused with.
#[derive(Debug, PartialEq)]
pub struct Refusal(InstructionError);

/// The system program's answer to `init` of an account that exists.
pub const ALREADY_IN_USE: InstructionError = InstructionError::Custom(0);

impl From<SettlementError> for Refusal {
    fn from(error: SettlementError) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self(InstructionError::Custom(error as u32))
    }
}

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        Self(error)
    }
}

/// The first instruction was refused for this reason, so the transaction has changed nothing.
#[track_caller]
pub fn assert_refused(result: TransactionResult, reason: impl Into<Refusal>) -> TransactionMetadata {
    let failed = result.expect_err("the transaction should have been refused");
    let Refusal(reason) = reason.into();
    assert_eq!(
        failed.err,
        TransactionError::InstructionError(0, reason),
        "{}",
        failed.meta.logs.join("\n")
    );
    failed.meta
}
