//! Why an instruction was refused, and what to do about it.

use anchor_lang::prelude::*;
use novate_onchain::mint::Refused;

/// Codes count from 6000 in this order; new errors go to the end.
#[error_code]
pub enum SettlementError {
    #[msg("The amount is zero: pass at least one base unit")]
    ZeroAmount,
    #[msg("The settlement is paused: try again after the admin has unpaused; withdrawals work")]
    Paused,
    #[msg("The settlement is paused already: there is nothing to do")]
    AlreadyPaused,
    #[msg("The settlement is not paused: there is nothing to do")]
    NotPaused,
    #[msg("The signer is not the admin: sign with the admin key that the config holds")]
    NotAdmin,
    #[msg("The signer may not pause: sign with the guardian or admin key that the config holds")]
    NotGuardian,
    #[msg("The ledger is of somebody else: pass the ledger of whoever signs, or of whoever is to be paid")]
    NotLedgerOwner,
    #[msg("The authority or guardian is all zeros: pass a key that somebody holds")]
    MissingKey,
    #[msg("The vault belongs to another config: pass the config that the vault names")]
    WrongConfig,
    #[msg("The ledger belongs to another vault: pass the vault that the ledger names")]
    WrongVault,
    #[msg("The vault is for another mint: pass the mint that the vault names")]
    WrongMint,
    #[msg("This is not the vault's token account: pass the token account that the vault names")]
    WrongVaultTokens,
    #[msg("The vault cannot pay itself: pass a token account outside the vault as the destination")]
    WrongDestination,
    #[msg("The ledger holds less than the amount: withdraw at most its balance")]
    InsufficientBalance,
    #[msg("The sum would exceed 64 bits: deposit less")]
    Overflow,
    #[msg("The vault would hold fewer tokens than its ledgers sum to: stop, and tell the admin")]
    VaultShort,
    #[msg("Mints with a transfer fee (TransferFeeConfig) are refused: less would arrive than was sent")]
    MintHasTransferFee,
    #[msg("Mints with a transfer hook (TransferHook) are refused: foreign code could block withdrawals")]
    MintHasTransferHook,
    #[msg("Mints with a permanent delegate (PermanentDelegate) are refused: it could empty the vault")]
    MintHasPermanentDelegate,
    #[msg("Non-transferable mints (NonTransferable) are refused: tokens could not leave the vault")]
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
    #[msg("The item is not in the settlement: deposit the NFT first")]
    ItemOutside,
    #[msg("The item is in the settlement already: there is nothing to do")]
    ItemInside,
    #[msg("The item is listed or auctioned: cancel that, or wait until it is sold")]
    ItemOnSale,
    #[msg("A batch that is not settled has moved the item: wait until it is finalized or reverted")]
    ItemInTransit,
    #[msg("The signer does not hold the item: sign with the holder's key")]
    NotHolder,
    #[msg("A limit is out of its bounds: see the documentation of the fields of Limits")]
    LimitOutOfBounds,
    #[msg("The mint is no NFT: it must have 0 decimals and a supply of exactly 1")]
    NotUnique,
    #[msg("More of the NFT could be minted: set its mint authority to none, or make it a Metaplex edition")]
    CanBeMinted,
    #[msg("This is not the item's token account: pass the token account that the item names")]
    WrongItemTokens,
    #[msg("The listing or auction is of another item: pass the item that it names")]
    WrongItem,
    #[msg("The listing or auction is of another seller: pass the seller that it names")]
    WrongSeller,
    #[msg(
        "Only the seller may cancel this: sign with the seller's key, or wait until the listing has expired"
    )]
    NotSeller,
    #[msg("The seller cannot buy the item or bid for it: cancel instead")]
    SellerCannotBuy,
    #[msg("The royalty is above 10%: pass at most 1000 basis points")]
    RoyaltyTooHigh,
    #[msg("The expiry is not in the future or more than 180 days away: pass one between")]
    ExpiryOutOfRange,
    #[msg("The listing has expired: ask the seller to list the item again")]
    ListingExpired,
    #[msg("The price is above the most that the buyer pays: look at the listing, and pass a higher maximum")]
    PriceTooHigh,
    #[msg("Part of the price or of a refund has nowhere to go: pass the ledger of everybody who is paid")]
    MissingLedger,
    #[msg("The end is not in the future or more than 30 days away: pass one between")]
    EndOutOfRange,
    #[msg("The extension is longer than an hour: pass at most 3600 seconds")]
    ExtensionTooLong,
    #[msg("The auction is over: settle it")]
    AuctionOver,
    #[msg("The auction is still running: settle it when it has ended")]
    AuctionRunning,
    #[msg("The bid is too low: bid at least the reserve, and the best bid plus the step")]
    BidTooLow,
    #[msg("Somebody has bid: wait until the auction has ended, and settle it")]
    AuctionHasBid,
    #[msg(
        "The fee is out of bounds: at most 1,000 basis points, with an owner to get it exactly when it is not zero"
    )]
    FeeOutOfBounds,
    #[msg("The signer is not the proposed admin: sign with the key that the config holds as pending")]
    NotPendingAdmin,
    #[msg("No authority is proposed: there is nothing to do")]
    NothingProposed,
    #[msg("The authority changes only after its delay: try again then")]
    TooEarly,
    #[msg("The delay for a change of the authority can only be raised: pass at least the present one")]
    DelayLowered,
    #[msg("This is not the account's address: derive it from the seeds that the documentation states")]
    WrongAddress,
    #[msg(
        "No signature: put an Ed25519 instruction right before, with one signature and all its data inside"
    )]
    NotSigned,
    #[msg("The message is signed by another key: let the settlement authority sign it")]
    WrongAuthority,
    #[msg("The signed message is of a version that this program does not know: sign version 1")]
    UnknownVersion,
    #[msg("The signed message is something else: sign what this instruction asks for")]
    WrongMessage,
    #[msg("The signed message is for another chain: sign the chain's id that the config holds")]
    WrongChain,
    #[msg("The signed message is for another settlement: sign the address of the config")]
    WrongSettlement,
    #[msg("The sequence or number is not the next one: sign the one after the config's last")]
    WrongSequence,
    #[msg("A count is zero where it must not be, or above the config's limits: split the batch")]
    CountOutOfBounds,
    #[msg("A root is empty and its count is not zero, or the other way round: sign the roots of the trees")]
    RootMismatch,
    #[msg("An earlier batch is not over: finalize, revert or close it first")]
    NotItsTurn,
    #[msg("The guardian has cancelled this batch: close it")]
    BatchCancelled,
    #[msg("The guardian may still cancel this batch: apply it after the challenge window")]
    ChallengeWindow,
    #[msg(
        "The challenge window is over and it is the batch's turn, so it cannot be cancelled any more: pause to keep it \
         from being applied"
    )]
    ChallengeOver,
    #[msg("The batch was not settled in time: revert what is applied, then close it")]
    BatchTooLate,
    #[msg("The batch may still be settled: revert it when its settle window is over")]
    BatchInTime,
    #[msg("Credits were applied, so the batch cannot be taken back: apply the rest")]
    PastReturn,
    #[msg("No credit was applied yet: revert the batch instead")]
    NotPastReturn,
    #[msg("Credits were applied, so this debit cannot be: sign deltas in canonical order, debits first")]
    DebitAfterCredit,
    #[msg("A debit or an item is not applied yet: apply all of them before the first credit")]
    CreditBeforeDebits,
    #[msg("The credits would exceed what the batch has debited in this vault: its deltas do not sum to zero")]
    CreditAboveDebits,
    #[msg("The batch would debit more than the vault's limit: split it, or let the admin raise the limit")]
    OverBatchLimit,
    #[msg("The batch would debit more than 32 vaults: split it")]
    TooManyVaults,
    #[msg("Something is not applied yet: apply all deltas and items first")]
    BatchIncomplete,
    #[msg("A vault has been debited more than credited: the deltas of the batch do not sum to zero")]
    BatchUnbalanced,
    #[msg("Something of the batch is applied: revert it first")]
    BatchApplied,
    #[msg("The chunk is empty or not a whole number of entries: see the documentation of the arguments")]
    MalformedChunk,
    #[msg("The chunk ends behind the tree's last leaf: pass leaves that the header counts")]
    LeafOutOfRange,
    #[msg("The number of accounts does not fit the entries: see the documentation of the accounts")]
    WrongAccountCount,
    #[msg("The proof does not lead to the root: prove exactly these leaves, in their order")]
    WrongProof,
    #[msg("The grants belong to another owner: pass those of the ledger's owner")]
    WrongGrants,
    #[msg("There is no session in this slot: look its index up in the owner's grants")]
    NoSuchSession,
    #[msg("The vault is not one of the batch, or not in ascending order: pass each vault of the batch once")]
    WrongVaults,
    #[msg("The item belongs to another settlement: pass an item of the batch's")]
    ForeignItem,
    #[msg(
        "The operator is not silent for long enough: only the owner may withdraw until the escape delay has passed since \
         a batch was opened or, while batches are open, since the end of a settle window"
    )]
    OperatorIsThere,
    #[msg("This is not who paid for the batch: pass the payer that the batch names")]
    WrongPayer,
    #[msg("A batch is open: change limits when it is over; a pause keeps the next one from being opened")]
    BatchIsOpen,
    #[msg(
        "The batch may still be finished: the admin may abandon it when the escape delay has passed after its settle \
         window, anybody 30 days later"
    )]
    TooEarlyToAbandon,
    #[msg(
        "The batch has debited less in this vault than would be given back: pass the vault of these leaves"
    )]
    RevertAboveDebits,
    #[msg(
        "Another account than the config would charge the sessions: pass the batch's config after the ledgers"
    )]
    WrongConsumer,
    #[msg("The holder's session does not name this config: only the settlement that it names may use it")]
    NotConsumer,
    #[msg("The holder's session is over: it has expired or was revoked, so the item cannot be moved")]
    SessionOver,
    #[msg("The holder's session does not allow to offer items (LIST), so the item cannot be moved")]
    ListNotAllowed,
    #[msg(
        "Fee and royalty together are above the most that the seller gives: look at both, and pass a higher maximum"
    )]
    FeeTooHigh,
    #[msg("8 batches are open already: finalize, revert or close the earliest of them first")]
    TooManyWaiting,
}

impl From<Refused> for SettlementError {
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
