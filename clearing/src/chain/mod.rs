//! What a batch needs of the chain that it settles on.
//!
//! A [`Chain`] keeps nothing: what is left to be done follows from the chain itself, whenever it is asked. So a restart, a
//! lost transaction, a stranger's help and a reorg are the same case.

pub mod evm;
pub mod solana;

use async_trait::async_trait;
use novate_protocol::{
    batch::BatchHeader,
    leaf::{DeltaLeaf, ItemLeaf},
};
use std::{fmt, ops::Range, str::FromStr};

/// A batch with the authority's signature, and all that is needed to apply it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBatch {
    /// What was signed.
    pub header: BatchHeader,
    /// All debits, then all credits.
    pub deltas: Vec<DeltaLeaf>,
    /// In the order of their indexes.
    pub items: Vec<ItemLeaf>,
    /// For each item, the session of its holder that allows the move.
    pub item_sessions: Vec<[u8; 32]>,
    /// Ed25519 (64 bytes) on Solana, secp256k1 (65 bytes) on EVM.
    pub signature: Vec<u8>,
}

/// One transaction's worth of work on a batch. Every step may be done twice, and by anybody; the second time changes
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// What the other steps need first: missing ledgers, address lookup tables. Counts the transactions of it.
    Prepare(u32),
    /// Opens the batch.
    Open,
    /// Applies the debits of these leaves.
    Debits(Range<u32>),
    /// Moves these items.
    Items(Range<u32>),
    /// Applies the credits of these leaves.
    Credits(Range<u32>),
    /// Ends the batch.
    Finalize,
    /// Gives these debits back.
    RevertDeltas(Range<u32>),
    /// Moves these items back.
    RevertItems(Range<u32>),
    /// Ends a batch that is cancelled or was taken back.
    Close,
}

/// Where a batch stands on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not opened, and it is the next one.
    Absent {
        /// What has to be done, in this order.
        steps: Vec<Step>,
    },
    /// Not opened, and others come first: the chain has opened this many.
    NotNext {
        /// The settlement's last opened sequence.
        opened: u64,
    },
    /// Opened: in its challenge window, or behind the batches before.
    Waiting {
        /// When it may be applied at the earliest, in Unix seconds of the chain.
        apply_from: u64,
    },
    /// In its turn. The steps can be done now, in any order among themselves; then look again.
    Applying {
        /// What can be done now.
        steps: Vec<Step>,
    },
    /// Its settle window is over before the first credit: it has to be taken back, by these steps in any order.
    TakingBack {
        /// What can be done now.
        steps: Vec<Step>,
    },
    /// Settled.
    Settled {
        /// How certain that is.
        finality: Finality,
    },
    /// Closed without effect.
    Closed {
        /// The guardian cancelled it.
        cancelled: bool,
        /// How certain that is.
        finality: Finality,
    },
    /// Ended as it was, by `abandon_batch`.
    Abandoned,
    /// The settlement is paused, so nothing can be done now.
    Paused,
    /// The chain holds another batch under this sequence.
    Conflict {
        /// How it differs.
        reason: String,
    },
}

/// How certain something is; `Seen < Confirmed < Finalized`.
pub use novate_catalog::Finality;

/// A transaction that is signed and not sent: it is written ahead, so that it can be found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What it does.
    pub step: Step,
    /// Transaction hash on EVM, first signature on Solana, as explorers show it.
    pub id: String,
    /// The signed transaction, as it is sent.
    pub raw: Vec<u8>,
    /// The account that pays, as explorers show it.
    pub payer: String,
    /// The payer's nonce, on EVM.
    pub nonce: Option<u64>,
    /// Last block height at which it can land, on Solana.
    pub last_height: Option<u64>,
    /// What the payer bids: wei per gas on EVM, micro-lamports per compute unit on Solana.
    pub price: u128,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The chain does not know it, and it can still land.
    Pending,
    /// It can never land: its blockhash has expired, or another transaction took its nonce.
    Expired,
    /// It is in a block.
    Landed {
        /// How certain that is.
        finality: Finality,
        /// What it cost, in wei or lamports.
        fee: u128,
        /// Gas or compute units that it used.
        units: u64,
    },
    /// It is in a block, and failed.
    Failed {
        /// The program's or contract's reason.
        reason: String,
    },
}

/// One settlement on one chain.
#[async_trait]
pub trait Chain: Send + Sync {
    /// Where the batch stands, and what can be done for it now.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`]
    async fn progress(&self, batch: &SignedBatch) -> Result<Progress, ChainError>;

    /// The settlement's last opened sequence, and its own time in Unix seconds.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`]
    async fn opened(&self) -> Result<(u64, u64), ChainError>;

    /// Simulates a step without planning it: nothing is signed, and no nonce is taken. Ranges may be any part of those that
    /// [`progress`](Self::progress) lists, so that the leaf that fails can be found.
    ///
    /// # Errors
    /// [`ChainError`]; [`ChainError::Rejected`] when it would fail.
    async fn check(&self, batch: &SignedBatch, step: &Step) -> Result<(), ChainError>;

    /// Builds, simulates and signs the transaction for a step. `replaces` is one that does not land: the new one takes its
    /// nonce (EVM) and bids more.
    ///
    /// # Errors
    /// [`ChainError`]; [`ChainError::Rejected`] when the simulation says that it would fail.
    async fn plan(
        &self,
        batch: &SignedBatch,
        step: &Step,
        replaces: Option<&Planned>,
    ) -> Result<Planned, ChainError>;

    /// Sends it. Sending twice is the same as once.
    ///
    /// # Errors
    /// [`ChainError`]
    async fn send(&self, planned: &Planned) -> Result<(), ChainError>;

    /// What became of it.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`]
    async fn landing(&self, planned: &Planned) -> Result<Landing, ChainError>;
}

/// Why something could not be done on chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node could not be asked, or answered with what cannot be: later it may.
    #[error("the node cannot be asked: {0}")]
    Unavailable(String),
    /// The step would fail, or failed, for a reason of the program's or contract's.
    #[error("{step} is refused: {reason}")]
    Rejected {
        /// Which.
        step: Step,
        /// The program's or contract's reason.
        reason: String,
        /// It cannot land however often it is tried, as long as the state is what it is: funds withdrawn, session revoked.
        permanent: bool,
    },
    /// The payer cannot pay.
    #[error("{payer} has too little to pay for transactions: {reason}; fund it")]
    Payer {
        /// The account.
        payer: String,
        /// What the node said.
        reason: String,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepare(n) => write!(f, "prepare {n}"),
            Self::Open => f.write_str("open"),
            Self::Debits(leaves) => write!(f, "debits {}..{}", leaves.start, leaves.end),
            Self::Items(leaves) => write!(f, "items {}..{}", leaves.start, leaves.end),
            Self::Credits(leaves) => write!(f, "credits {}..{}", leaves.start, leaves.end),
            Self::Finalize => f.write_str("finalize"),
            Self::RevertDeltas(leaves) => write!(f, "revert deltas {}..{}", leaves.start, leaves.end),
            Self::RevertItems(leaves) => write!(f, "revert items {}..{}", leaves.start, leaves.end),
            Self::Close => f.write_str("close"),
        }
    }
}

/// What [`Step`]'s `Display` writes, as `clearing.transactions` keeps it.
impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let unknown = || UnknownStep(text.to_owned());
        let (verb, argument) = text.rsplit_once(' ').unwrap_or((text, ""));
        let range = || {
            let (start, end) = argument.split_once("..").ok_or_else(unknown)?;
            let number = |digits: &str| digits.parse().map_err(|_| unknown());
            Ok(number(start)?..number(end)?)
        };
        match verb {
            "prepare" => Ok(Self::Prepare(argument.parse().map_err(|_| unknown())?)),
            "open" => Ok(Self::Open),
            "debits" => range().map(Self::Debits),
            "items" => range().map(Self::Items),
            "credits" => range().map(Self::Credits),
            "finalize" => Ok(Self::Finalize),
            "revert deltas" => range().map(Self::RevertDeltas),
            "revert items" => range().map(Self::RevertItems),
            "close" => Ok(Self::Close),
            _ => Err(unknown()),
        }
    }
}

/// Text that names no [`Step`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no step of a batch")]
pub struct UnknownStep(String);
