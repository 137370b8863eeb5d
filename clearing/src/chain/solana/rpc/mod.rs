//! What the adapter asks of a Solana node.

mod answer;
mod client;

pub use client::Client;

use async_trait::async_trait;
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_message::Hash;
use solana_signature::Signature;
use solana_transaction_error::TransactionError;

/// The most addresses that a node looks up at once.
pub const MAX_ADDRESSES: usize = 100;

/// A node. Whatever it answers may be wrong or late: the programs check what counts, and nothing here believes that a
/// transaction is gone before its last block is finalized.
#[async_trait]
pub trait Rpc: Send + Sync {
    /// The accounts at these addresses, at most [`MAX_ADDRESSES`], all as of one slot.
    async fn accounts(&self, addresses: &[Address], level: Level) -> Result<Accounts, RpcError>;

    /// Which of these addresses, at most [`MAX_ADDRESSES`], hold an account, as of a confirmed slot.
    async fn existing(&self, addresses: &[Address]) -> Result<Vec<bool>, RpcError>;

    /// Every address lookup table of this authority.
    async fn lookup_tables(&self, authority: &Address) -> Result<Vec<Address>, RpcError>;

    /// A confirmed blockhash, and the last block height at which it counts.
    async fn blockhash(&self) -> Result<(Hash, u64), RpcError>;

    /// The newest finalized block.
    async fn finalized(&self) -> Result<Tip, RpcError>;

    /// The lowest price that got a transaction with these writable accounts into each recent block, in micro-lamports per
    /// compute unit.
    async fn prices(&self, writable: &[Address]) -> Result<Vec<u64>, RpcError>;

    /// Runs a transaction on the confirmed state, without keeping anything.
    async fn simulate(&self, raw: &[u8]) -> Result<Simulation, RpcError>;

    /// Passes a transaction on to the leaders, without running it before and without sending it again later.
    async fn send(&self, raw: &[u8]) -> Result<Signature, RpcError>;

    /// What became of a transaction, and the slot as of which the node says so. It looks as far back as it remembers.
    async fn status(&self, signature: &Signature) -> Result<(u64, Option<Status>), RpcError>;

    /// A confirmed transaction.
    async fn transaction(&self, signature: &Signature) -> Result<Option<Executed>, RpcError>;

    /// Confirmed transactions that name this address and went through, newest first, of those before `before`; and the
    /// last one that the node looked at, from which to go on.
    async fn history(&self, address: &Address, before: Option<&Signature>) -> Result<History, RpcError>;
}

/// How certain a state must be that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Voted for by two thirds of the stake.
    Confirmed,
    /// It cannot be undone.
    Finalized,
}

/// Accounts as of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// The slot.
    pub slot: u64,
    /// In the order of the addresses.
    pub found: Vec<Option<Account>>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The program that it belongs to.
    pub owner: Address,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its slot.
    pub slot: u64,
    /// Blocks before it. Slots without a block do not count.
    pub height: u64,
}

/// What a simulation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Why the transaction would fail.
    pub failure: Option<Failure>,
    /// What the programs logged.
    pub logs: Vec<String>,
    /// Compute units that it used.
    pub units: u64,
}

/// What a node says of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How certain it is; `None` while it is in a block that may still be left out.
    pub level: Option<Level>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// A transaction in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Lamports.
    pub fee: u64,
    /// Compute units.
    pub units: u64,
    /// What the programs logged.
    pub logs: Vec<String>,
    /// Calls of programs by programs: who was called, with which data.
    pub calls: Vec<(Address, Vec<u8>)>,
}

/// One page of an address's transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Those that went through, newest first.
    pub done: Vec<Signature>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Signature>,
}

/// Why a transaction fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A program refuses it.
    Program {
        /// The program's own code, if it has one for this.
        code: Option<u32>,
        /// What the runtime says.
        text: String,
    },
    /// The payer has too little for fee or rent.
    Payer(String),
    /// A lookup table is not there, or not yet as long as the transaction thinks.
    Table(String),
    /// Anything else, such as a blockhash that the node does not know.
    Other(String),
}

impl From<&TransactionError> for Failure {
    fn from(error: &TransactionError) -> Self {
        let text = error.to_string();
        match error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Self::Program {
                code: Some(*code),
                text,
            },
            TransactionError::InstructionError(..) => Self::Program { code: None, text },
            TransactionError::AccountNotFound
            | TransactionError::InsufficientFundsForFee
            | TransactionError::InsufficientFundsForRent { .. } => Self::Payer(text),
            TransactionError::AddressLookupTableNotFound
            | TransactionError::InvalidAddressLookupTableOwner
            | TransactionError::InvalidAddressLookupTableData
            | TransactionError::InvalidAddressLookupTableIndex => Self::Table(text),
            _ => Self::Other(text),
        }
    }
}

/// The node could not be asked, or answered with what cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{method}: {reason}")]
pub struct RpcError {
    /// JSON-RPC method.
    pub method: &'static str,
    /// What went wrong.
    pub reason: String,
}

impl RpcError {
    pub(super) fn new(method: &'static str, reason: impl ToString) -> Self {
        Self {
            method,
            reason: reason.to_string(),
        }
    }
}
