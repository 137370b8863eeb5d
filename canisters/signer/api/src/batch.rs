//! Batches: a header, and the leaves that it commits to.

use crate::Chain;
use candid::{CandidType, Int};
use novate_protocol::{batch, leaf};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `sign_batch`. The header holds no amounts, so the leaves come along: the canister computes the roots
/// from them, and signs only what could be applied as a whole.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BatchRequest {
    /// 32 bytes, unique for ever among all requests: one id, one signature.
    pub id: ByteBuf,
    /// Where the batch settles.
    pub chain: Chain,
    /// The settlement: 20 bytes of a contract on EVM, 32 bytes of a program's config account on Solana.
    pub contract: ByteBuf,
    /// What is signed.
    pub header: BatchHeader,
    /// The leaves under `deltas_root`, in the order of their indexes: all debits before all credits.
    pub deltas: Vec<Delta>,
    /// The leaves under `items_root`, in the order of their indexes.
    pub items: Vec<ItemTransfer>,
    /// The version of the key that signs; the current one if absent.
    pub key_version: Option<u32>,
}

/// The header of a batch, as `novate_protocol::batch::BatchHeader`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BatchHeader {
    /// The chain's number.
    pub chain: u64,
    /// 32 bytes: the settlement; an EVM address is left-padded with zeros.
    pub settlement: ByteBuf,
    /// The settlement's last sequence plus one.
    pub sequence: u64,
    /// 32 bytes.
    pub intents_root: ByteBuf,
    /// 32 bytes: root over `deltas`; zeros without any.
    pub deltas_root: ByteBuf,
    /// 32 bytes: root over `items`; zeros without any.
    pub items_root: ByteBuf,
    /// 36 bytes: binary CIDv1 (sha2-256) of the blob with the signed intents.
    pub blob_cid: ByteBuf,
    /// Leaves under `intents_root`, at least one.
    pub intent_count: u32,
    /// Leaves under `deltas_root`.
    pub delta_count: u32,
    /// Leaves under `items_root`.
    pub item_count: u32,
    /// When the batch's window opened, in Unix seconds: not in the future, and at most an hour ago.
    pub opened_at: u64,
}

/// Signed change of one ledger.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Delta {
    /// 32 bytes: whose ledger.
    pub owner: ByteBuf,
    /// 32 bytes: of which asset.
    pub asset: ByteBuf,
    /// 32 bytes: the session that a debit is charged to; zeros for a credit.
    pub session: ByteBuf,
    /// Base units, never zero; below zero is a debit.
    pub amount: Int,
}

/// Transfer of one item.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ItemTransfer {
    /// 32 bytes: the collection on EVM, the item's mint on Solana.
    pub asset: ByteBuf,
    /// 32 bytes: the item within its collection, big-endian; zeros on Solana.
    pub token_id: ByteBuf,
    /// 32 bytes: holder before the batch.
    pub from: ByteBuf,
    /// 32 bytes: holder after the batch.
    pub to: ByteBuf,
}

impl From<&batch::BatchHeader> for BatchHeader {
    fn from(header: &batch::BatchHeader) -> Self {
        Self {
            chain: header.chain,
            settlement: ByteBuf::from(header.settlement),
            sequence: header.sequence,
            intents_root: ByteBuf::from(header.intents_root),
            deltas_root: ByteBuf::from(header.deltas_root),
            items_root: ByteBuf::from(header.items_root),
            blob_cid: ByteBuf::from(header.blob_cid),
            intent_count: header.intent_count,
            delta_count: header.delta_count,
            item_count: header.item_count,
            opened_at: header.opened_at,
        }
    }
}

impl From<&leaf::DeltaLeaf> for Delta {
    fn from(leaf: &leaf::DeltaLeaf) -> Self {
        Self {
            owner: ByteBuf::from(leaf.owner.0),
            asset: ByteBuf::from(leaf.asset.0),
            session: ByteBuf::from(leaf.session),
            amount: Int::from(leaf.amount),
        }
    }
}

impl From<&leaf::ItemLeaf> for ItemTransfer {
    fn from(leaf: &leaf::ItemLeaf) -> Self {
        Self {
            asset: ByteBuf::from(leaf.asset.0),
            token_id: ByteBuf::from(leaf.token_id),
            from: ByteBuf::from(leaf.from.0),
            to: ByteBuf::from(leaf.to.0),
        }
    }
}

impl BatchRequest {
    /// Asks for the current key's signature over a header with these leaves.
    pub fn new(
        id: [u8; 32],
        chain: Chain,
        header: &batch::BatchHeader,
        deltas: &[leaf::DeltaLeaf],
        items: &[leaf::ItemLeaf],
    ) -> Self {
        let contract = match chain {
            Chain::Evm(_) => &header.settlement[12..],
            Chain::Solana(_) => &header.settlement[..],
        };
        Self {
            id: ByteBuf::from(id),
            chain,
            contract: ByteBuf::from(contract),
            header: header.into(),
            deltas: deltas.iter().map(Into::into).collect(),
            items: items.iter().map(Into::into).collect(),
            key_version: None,
        }
    }
}
