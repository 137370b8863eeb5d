use crate::{
    chain::{ChainError, evm::EvmConfigError, solana::rpc::RpcError},
    state::NotReady,
};

/// Why a vault could not be audited.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The index has no state to compare with.
    #[error(transparent)]
    Index(#[from] NotReady),
    /// The index does not come to the block that the chain was read at.
    #[error(
        "the index of {settlement} has not come to block {block} in {seconds} s: start `novate start`, or look what holds it up"
    )]
    Behind {
        /// The settlement's name.
        settlement: String,
        /// Or slot.
        block: u64,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The configuration of an EVM chain.
    #[error(transparent)]
    Config(#[from] EvmConfigError),
    /// An EVM node could not be asked, or answered with what cannot be.
    #[error("{0}; it must have the state of the blocks that the index is complete to")]
    Evm(#[from] ChainError),
    /// A Solana node could not be asked, or answered with what cannot be.
    #[error("the node cannot be asked: {0}; it must answer getProgramAccounts for the settlement program")]
    Solana(#[from] RpcError),
    /// The chain has none.
    #[error("there is no settlement at {address} at block {block}: correct the address, or the node's URL")]
    NoSettlement {
        /// As configured.
        address: String,
        /// Or slot.
        block: u64,
    },
    /// The block left the chain meanwhile.
    #[error("block {0} has left the chain while it was audited: audit again")]
    Moved(u64),
    /// A node of Solana made blocks faster than it answered.
    #[error(
        "the node did not answer twice within one slot in {0} attempts: give one that is nearer or faster"
    )]
    NoOneSlot(u32),
    /// An account that no version of the program writes.
    #[error("account {0} is not as this version of the program writes it: update this program")]
    Account(String),
}
