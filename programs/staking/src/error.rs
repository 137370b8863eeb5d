//! Why an instruction was refused, and what to do about it.

use anchor_lang::prelude::*;
use novate_onchain::mint::Refused;

/// Codes count from 6000 in this order; new errors go to the end.
#[error_code]
pub enum StakingError {
    #[msg("The amount is zero: pass at least one base unit")]
    ZeroAmount,
    #[msg("The pool is paused: try again after the admin has unpaused; what takes tokens out works")]
    Paused,
    #[msg("The pool is paused already: there is nothing to do")]
    AlreadyPaused,
    #[msg("The pool is not paused: there is nothing to do")]
    NotPaused,
    #[msg("The signer is not the admin: sign with the admin key that the pool holds")]
    NotAdmin,
    #[msg("The signer is not the proposed admin: sign with the key that the admin proposed")]
    NotProposed,
    #[msg("The signer may not pause: sign with the guardian or admin key that the pool holds")]
    NotGuardian,
    #[msg("The signer does not own this position: sign with the owner's key, or pass your own position")]
    NotPositionOwner,
    #[msg("The key is all zeros: pass a key that somebody holds")]
    MissingKey,
    #[msg("The position belongs to another pool: pass the pool that the position names")]
    WrongPool,
    #[msg("The pool is for another mint: pass the stake and reward mints that the pool names")]
    WrongMint,
    #[msg("This is not the pool's token account: pass the token accounts that the pool names")]
    WrongVault,
    #[msg("The pool cannot pay itself: pass a token account outside the pool as the destination")]
    WrongDestination,
    #[msg("The pool has no such tier: pass an index below the number of its tiers")]
    UnknownTier,
    #[msg("A pool needs 1 to 8 tiers")]
    TierCount,
    #[msg("The first tier must be the one without a lock: 0 seconds and a multiplier of 10,000 basis points")]
    FirstTier,
    #[msg("Every tier must lock for longer than the one before, and multiply by no less")]
    TierOrder,
    #[msg("A lock may last at most 4 years of 365 days")]
    LockTooLong,
    #[msg("A multiplier may be at most 100,000 basis points: ten times the amount")]
    MultiplierTooLarge,
    #[msg("A cooldown may last at most 90 days")]
    CooldownTooLong,
    #[msg("Rewards must be paid out over at least 1 second and at most 10 years of 365 days")]
    BadDuration,
    #[msg("Rewards are still running: change the duration after their end")]
    StillRunning,
    #[msg("The position holds less stake than the amount: unstake at most what it has staked")]
    InsufficientStake,
    #[msg("The stake is locked: try again when the position's lock is over")]
    Locked,
    #[msg("Nothing is cooling down: unstake first")]
    NothingCooling,
    #[msg("The stake is still cooling down: try again when the position's cooldown is over")]
    StillCooling,
    #[msg("This pool has a cooldown: unstake first, and withdraw after it")]
    MustCool,
    #[msg("The position has not earned a whole base unit yet: claim later")]
    NothingEarned,
    #[msg("The position is empty: there is nothing to take out")]
    PositionEmpty,
    #[msg("The position is not empty: exit first, and withdraw after the cooldown")]
    PositionNotEmpty,
    #[msg("Only where stake and rewards are of one mint can rewards become stake: claim instead")]
    NotCompoundable,
    #[msg("The token account holds no more than the pool owes: there is nothing to recover")]
    NothingToRecover,
    #[msg("The token account is not one over which the pool has authority: pass one that is")]
    NotPoolTokens,
    #[msg("A pool can be funded with less than 2^64 base units in its life: create another pool")]
    LifetimeExhausted,
    #[msg("The sum would exceed what the pool can count: use a smaller amount")]
    Overflow,
    #[msg("The pool would hold fewer tokens than it owes: stop, and tell the admin")]
    VaultShort,
    #[msg("Mints with a transfer fee (TransferFeeConfig) are refused: less would arrive than was sent")]
    MintHasTransferFee,
    #[msg("Mints with a transfer hook (TransferHook) are refused: foreign code could block withdrawals")]
    MintHasTransferHook,
    #[msg("Mints with a permanent delegate (PermanentDelegate) are refused: it could empty the pool")]
    MintHasPermanentDelegate,
    #[msg("Non-transferable mints (NonTransferable) are refused: tokens could not leave the pool")]
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
    #[msg(
        "A pause lasts at least a day, so that everybody can leave: unpause 86,400 seconds after paused_at"
    )]
    PauseTooShort,
}

impl From<Refused> for StakingError {
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
