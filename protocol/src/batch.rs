//! The header of a batch: what the settlement authority signs.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::eip712::Domain;
use crate::keccak::keccak256;
use crate::{abi, solana};

const HEADER_TYPE: &[u8] = b"BatchHeader(uint64 chain,bytes32 settlement,uint64 sequence,\
    bytes32 intentsRoot,bytes32 deltasRoot,bytes32 itemsRoot,bytes blobCid,\
    uint32 intentCount,uint32 deltaCount,uint32 itemCount,uint64 openedAt)";

/// Begins every batch message for Solana, so that no signed batch can pass for a transaction or anything else.
pub const SOLANA_PREFIX: &[u8; 16] = b"Novate batch v1\n";

/// Length of [`BatchHeader::solana_message`].
pub const SOLANA_MESSAGE_LEN: usize = SOLANA_PREFIX.len() + BatchHeader::LEN;

/// Everything that a batch settles, by commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BatchHeader {
    /// Chain that the batch settles on: an EIP-155 id, or the id that the Solana settlement's config holds.
    pub chain: u64,
    /// The settlement there: a program's config account, or a contract's address left-padded with zeros.
    pub settlement: [u8; 32],
    /// Counts the batches of this settlement, from 1, without gaps.
    pub sequence: u64,
    /// Root over [`IntentLeaf`](crate::leaf::IntentLeaf)s.
    pub intents_root: [u8; 32],
    /// Root over [`DeltaLeaf`](crate::leaf::DeltaLeaf)s.
    pub deltas_root: [u8; 32],
    /// Root over [`ItemLeaf`](crate::leaf::ItemLeaf)s.
    pub items_root: [u8; 32],
    /// Binary CIDv1 (sha2-256) of the blob with the signed intents.
    pub blob_cid: [u8; 36],
    /// Leaves under `intents_root`.
    pub intent_count: u32,
    /// Leaves under `deltas_root`.
    pub delta_count: u32,
    /// Leaves under `items_root`.
    pub item_count: u32,
    /// When the batch's window opened, in Unix seconds.
    pub opened_at: u64,
}

impl BatchHeader {
    /// Length of the Borsh encoding; every field has a fixed size.
    pub const LEN: usize = 8 + 32 + 8 + 3 * 32 + 36 + 3 * 4 + 8;

    /// The message that an Ed25519 authority signs for Solana: [`SOLANA_PREFIX`], then Borsh.
    pub fn solana_message(&self) -> [u8; SOLANA_MESSAGE_LEN] {
        solana::message(SOLANA_PREFIX, self)
    }

    /// The digest that a secp256k1 authority signs for an EVM chain.
    pub fn digest_eip712(&self, domain: &Domain) -> [u8; 32] {
        domain.digest(keccak256(&[
            &keccak256(&[HEADER_TYPE]),
            &abi::uint(self.chain.into()),
            &self.settlement,
            &abi::uint(self.sequence.into()),
            &self.intents_root,
            &self.deltas_root,
            &self.items_root,
            &keccak256(&[&self.blob_cid]),
            &abi::uint(self.intent_count.into()),
            &abi::uint(self.delta_count.into()),
            &abi::uint(self.item_count.into()),
            &abi::uint(self.opened_at.into()),
        ]))
    }
}
