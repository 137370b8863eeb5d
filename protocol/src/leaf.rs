//! The leaves of a batch's three trees, of a checkpoint of orders, and of a distribution of rewards.
//!
//! A leaf is `keccak256(keccak256(abi.encode(fields)))`, as OpenZeppelin's `StandardMerkleTree` builds it.
//! The second hash keeps leaves and inner nodes apart: a node's preimage has 64 bytes, a leaf's has 32.
//!
//! Where a leaf's place counts it holds its own index. Sorted pairs authenticate what is in a tree but not where, so
//! without the index one leaf could be applied under two bits of a settlement's bitmap.

use crate::abi::{self, Word};
use crate::ids::{Asset, Owner};
use crate::keccak::keccak256;

/// Signed change of one ledger. The deltas of a batch sum to zero per asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeltaLeaf {
    /// Position in the tree.
    pub index: u32,
    /// Whose ledger.
    pub owner: Owner,
    /// Of which asset.
    pub asset: Asset,
    /// The session whose limits a debit is charged to.
    pub session: [u8; 32],
    /// Base units; below zero is a debit.
    pub amount: i128,
}

/// Transfer of one item from its holder before the batch to its holder after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemLeaf {
    /// Position in the tree.
    pub index: u32,
    /// Collection of the item.
    pub asset: Asset,
    /// The item within its collection, big-endian where the chain counts items.
    pub token_id: [u8; 32],
    /// Holder before the batch.
    pub from: Owner,
    /// Holder after the batch.
    pub to: Owner,
}

/// What became of one intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentLeaf {
    /// Position in the tree.
    pub index: u32,
    /// Digest of the signed intent.
    pub intent_id: [u8; 32],
    /// 0 is filled; any other value is the reason for rejection.
    pub outcome: u8,
}

/// One completed order of an [`OrderCheckpoint`](crate::order::OrderCheckpoint).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLeaf {
    /// Position in the tree.
    pub index: u32,
    /// The order, by the id that its market gave it.
    pub order_id: [u8; 32],
}

/// What one account has earned in a distribution of rewards, ever. It has no index: what is paid out is counted per
/// account, and a root of a later epoch holds the same account with a higher amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardLeaf {
    /// The distribution's address, so that no proof counts in another.
    pub distribution: [u8; 32],
    /// Who has earned it.
    pub account: Owner,
    /// Base units since the distribution began, claimed ones included.
    pub cumulative: u128,
}

impl DeltaLeaf {
    /// `(uint32 index, bytes32 owner, bytes32 asset, bytes32 session, int128 amount)`, hashed twice.
    pub fn hash(&self) -> [u8; 32] {
        let index = abi::uint(self.index.into());
        leaf_hash(&[
            &index,
            &self.owner.0,
            &self.asset.0,
            &self.session,
            &abi::int(self.amount),
        ])
    }
}

impl ItemLeaf {
    /// `(uint32 index, bytes32 asset, bytes32 tokenId, bytes32 from, bytes32 to)`, hashed twice.
    pub fn hash(&self) -> [u8; 32] {
        let index = abi::uint(self.index.into());
        leaf_hash(&[&index, &self.asset.0, &self.token_id, &self.from.0, &self.to.0])
    }
}

impl IntentLeaf {
    /// `(uint32 index, bytes32 intentId, uint8 outcome)`, hashed twice.
    pub fn hash(&self) -> [u8; 32] {
        let index = abi::uint(self.index.into());
        leaf_hash(&[&index, &self.intent_id, &abi::uint(self.outcome.into())])
    }
}

impl OrderLeaf {
    /// `(uint32 index, bytes32 orderId)`, hashed twice.
    pub fn hash(&self) -> [u8; 32] {
        leaf_hash(&[&abi::uint(self.index.into()), &self.order_id])
    }
}

impl RewardLeaf {
    /// `(bytes32 distribution, bytes32 account, uint128 cumulative)`, hashed twice.
    pub fn hash(&self) -> [u8; 32] {
        leaf_hash(&[&self.distribution, &self.account.0, &abi::uint(self.cumulative)])
    }
}

fn leaf_hash<const N: usize>(words: &[&Word; N]) -> [u8; 32] {
    keccak256(&[&keccak256(&words.map(|word| word.as_slice()))])
}
