//! Checkpoints of completed orders, from which anybody can prove that an order was completed.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::eip712::Domain;
use crate::keccak::keccak256;
use crate::{abi, solana};

const CHECKPOINT_TYPE: &[u8] = b"OrderCheckpoint(uint64 chain,bytes32 settlement,uint64 number,bytes32 root,\
    uint32 orderCount)";

/// Begins every checkpoint message for Solana, as [`batch::SOLANA_PREFIX`](crate::batch::SOLANA_PREFIX) does a batch's.
pub const SOLANA_PREFIX: &[u8; 16] = b"Novate order v1\n";

/// Length of [`OrderCheckpoint::solana_message`].
pub const SOLANA_MESSAGE_LEN: usize = SOLANA_PREFIX.len() + OrderCheckpoint::LEN;

/// The orders that were completed since the checkpoint before, by commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderCheckpoint {
    /// Chain that keeps the checkpoint: an EIP-155 id, or the id that the Solana settlement's config holds.
    pub chain: u64,
    /// Who keeps it there: a program's config account, or a contract's address left-padded with zeros.
    pub settlement: [u8; 32],
    /// Counts the checkpoints of this settlement, from 1, without gaps.
    pub number: u64,
    /// Root over [`OrderLeaf`](crate::leaf::OrderLeaf)s.
    pub root: [u8; 32],
    /// Leaves under `root`.
    pub order_count: u32,
}

impl OrderCheckpoint {
    /// Length of the Borsh encoding; every field has a fixed size.
    pub const LEN: usize = 8 + 32 + 8 + 32 + 4;

    /// The message that an Ed25519 authority signs for Solana: [`SOLANA_PREFIX`], then Borsh.
    pub fn solana_message(&self) -> [u8; SOLANA_MESSAGE_LEN] {
        solana::message(SOLANA_PREFIX, self)
    }

    /// The digest that a secp256k1 authority signs for an EVM chain.
    pub fn digest_eip712(&self, domain: &Domain) -> [u8; 32] {
        domain.digest(keccak256(&[
            &keccak256(&[CHECKPOINT_TYPE]),
            &abi::uint(self.chain.into()),
            &self.settlement,
            &abi::uint(self.number.into()),
            &self.root,
            &abi::uint(self.order_count.into()),
        ]))
    }
}
