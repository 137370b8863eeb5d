//! Why an instruction was refused, and what to do about it.

use anchor_lang::prelude::*;
use novate_onchain::mint::Refused;

/// Codes count from 6000 in this order; new errors go to the end.
#[error_code]
pub enum RewardsError {
    #[msg("The amount is zero: pass at least one base unit")]
    ZeroAmount,
    #[msg("The key is all zeros: pass a key that somebody holds")]
    MissingKey,
    #[msg("The order id is all zeros: pass the id of the order")]
    MissingOrder,
    #[msg("The signer is not the creator: sign with the key that created the distribution")]
    NotCreator,
    #[msg("The signer is not the authority: sign with the authority key that the distribution holds")]
    NotAuthority,
    #[msg("The signer was not proposed: let the creator propose this key as the authority first")]
    NotProposed,
    #[msg("The distribution is of another kind: use the instruction for its kind")]
    WrongKind,
    #[msg("The distribution is for another mint: pass the mint that the distribution names")]
    WrongMint,
    #[msg("This is not the distribution's token account: pass the token account that it names")]
    WrongTokens,
    #[msg("The record belongs to another distribution: pass the distribution that the record names")]
    WrongDistribution,
    #[msg("The record belongs to another recipient: pass the recipient that the record names")]
    WrongRecipient,
    #[msg("Somebody else paid the rent: pass the payer that the account names")]
    WrongPayer,
    #[msg("The distribution cannot pay itself: pass a token account outside it as the destination")]
    WrongDestination,
    #[msg("The recipient has not signed: pass their associated token account, which they still own")]
    NotTheirTokens,
    #[msg("The vesting is not possible: pass times from 1970 on, start <= cliff <= end, start < end")]
    InvalidVesting,
    #[msg("The deadline is too soon: leave a day from now and from the end of the vesting, or pass 0")]
    DeadlineTooSoon,
    #[msg("The order limit is not possible: 0 < per order <= per period, a period of 1 second to 366 days")]
    InvalidOrderLimit,
    #[msg("Only distributions for orders have an order limit: pass one exactly when the kind is orders")]
    WrongOrderLimit,
    #[msg("Merkle rewards cannot be revoked one by one: declare that nothing is revocable")]
    MerkleNotRevocable,
    #[msg("The deadline has come: nothing can be promised or claimed any more")]
    Ended,
    #[msg("The deadline has not come, or there is none: what is promised cannot be taken back")]
    NotEnded,
    #[msg("More would be promised than is funded: fund the distribution first, or promise less")]
    NotFunded,
    #[msg("More would be given back than is unallocated: take less")]
    AboveUnallocated,
    #[msg("More would be paid than is promised: tell the authority to check its published total")]
    AboveAllocated,
    #[msg("The reward is above the limit for one order: issue less")]
    AboveOrderLimit,
    #[msg("The reward is above what is left of this period's limit: wait for the next, or issue less")]
    AbovePeriodLimit,
    #[msg("The root is all zeros, which no proof leads to: publish the root of a tree with leaves")]
    EmptyRoot,
    #[msg("The epoch is not the one after the current: read the distribution and publish its epoch + 1")]
    WrongEpoch,
    #[msg("The total is below the one of the epoch before: totals are cumulative, publish at least as much")]
    TotalFell,
    #[msg("The proof is not a list of 32-byte nodes: pass them one after another")]
    MalformedProof,
    #[msg("The proof does not lead to the root: prove this recipient's amount under the current epoch")]
    NotInRoot,
    #[msg("The proven amount is below what was paid under an earlier epoch: nothing more is due")]
    BelowPaid,
    #[msg("Nothing is due: all that has vested is paid, so try again when more has")]
    NothingDue,
    #[msg("Allocations of this distribution cannot be revoked: its creator declared so")]
    NotRevocable,
    #[msg("There is nothing left to revoke: the recipient keeps what has vested or is paid")]
    NothingToRevoke,
    #[msg("There is nothing left to claw back")]
    NothingToClawBack,
    #[msg("Recipients have not been paid all that is promised: wait, or claw back after the deadline")]
    StillPromised,
    #[msg("The sum would exceed 64 bits: pass less")]
    Overflow,
    #[msg("The token account would hold less than the distribution counts: stop, and tell the creator")]
    TokensShort,
    #[msg("Mints with a transfer fee (TransferFeeConfig) are refused: less would arrive than was sent")]
    MintHasTransferFee,
    #[msg("Mints with a transfer hook (TransferHook) are refused: foreign code could block claims")]
    MintHasTransferHook,
    #[msg("Mints with a permanent delegate (PermanentDelegate) are refused: it could take the rewards")]
    MintHasPermanentDelegate,
    #[msg("Non-transferable mints (NonTransferable) are refused: rewards could not be paid")]
    MintIsNonTransferable,
    #[msg(
        "Mints with confidential transfers, fees or minting (ConfidentialTransferMint, \
         ConfidentialTransferFeeConfig, ConfidentialMintBurn) are refused: balances could not be audited"
    )]
    MintIsConfidential,
    #[msg("Closable mints (MintCloseAuthority) are refused: the mint could come back with other extensions")]
    MintIsClosable,
    #[msg("The mint has an extension that is not known to be safe: use a mint without it")]
    MintExtensionUnknown,
    #[msg("The distribution is open: its records can be closed once it is closed or its deadline has come")]
    StillOpen,
    #[msg(
        "Less than a day is left until the deadline: recipients could not claim in time, so promise earlier"
    )]
    PromiseTooLate,
}

impl From<Refused> for RewardsError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TransferFee => Self::MintHasTransferFee,
            Refused::TransferHook => Self::MintHasTransferHook,
            Refused::PermanentDelegate => Self::MintHasPermanentDelegate,
            Refused::NonTransferable => Self::MintIsNonTransferable,
            Refused::Confidential => Self::MintIsConfidential,
            Refused::Closable => Self::MintIsClosable,
            Refused::Unknown => Self::MintExtensionUnknown,
        }
    }
}
