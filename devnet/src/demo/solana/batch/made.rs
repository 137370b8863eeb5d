//! The batch, made by hand. Its intents are placeholders of which only the digests exist, and these are its blob: the
//! chain knows intents by their root only.

use super::Sessions;
use crate::deploy::solana::{LOCAL_CHAIN, SolanaDeployment};
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    keccak::keccak256,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::Tree,
};
use sha2::{Digest, Sha256};
use solana_address::Address;
use solana_signer::Signer;

/// What the batch changes in the owners' ledgers, in base units.
pub const CHANGES: [i64; 3] = [-3_000, -2_000, 5_000];

/// What the authority signs, and the leaves that are applied.
pub struct Batch<'a> {
    pub at: &'a SolanaDeployment,
    pub header: BatchHeader,
    /// Debits first: that is the canonical order within an asset.
    pub deltas: Vec<DeltaLeaf>,
    pub item: ItemLeaf,
}

impl<'a> Batch<'a> {
    /// The batch with this sequence, which hands `nft` from the third owner to the first.
    pub fn new(
        at: &'a SolanaDeployment,
        sessions: &Sessions,
        nft: Address,
        sequence: u64,
        opened_at: u64,
    ) -> Self {
        let deltas: Vec<_> = (0..)
            .zip(at.owners.iter().zip(sessions).zip(CHANGES))
            .map(|(index, ((owner, session), amount))| DeltaLeaf {
                index,
                owner: Owner(owner.pubkey().to_bytes()),
                asset: Asset(at.mint.to_bytes()),
                // A credit is charged to nobody.
                session: if amount < 0 {
                    session.pubkey().to_bytes()
                } else {
                    [0; 32]
                },
                amount: amount.into(),
            })
            .collect();
        let [buyer, _, seller] = at.owners.each_ref().map(|owner| Owner(owner.pubkey().to_bytes()));
        let item = ItemLeaf {
            index: 0,
            asset: Asset(nft.to_bytes()),
            token_id: [0; 32],
            from: seller,
            to: buyer,
        };
        let intents = [0u32, 1].map(|index| IntentLeaf {
            index,
            intent_id: keccak256(&[b"demo intent", &index.to_le_bytes()]),
            outcome: 0,
        });
        let header = BatchHeader {
            chain: LOCAL_CHAIN,
            settlement: at.config.to_bytes(),
            sequence,
            intents_root: Tree::new(intents.iter().map(IntentLeaf::hash).collect()).root(),
            deltas_root: tree(&deltas).root(),
            items_root: Tree::new(vec![item.hash()]).root(),
            blob_cid: cid(&intents.map(|intent| intent.intent_id).concat()),
            intent_count: intents.len() as u32,
            delta_count: deltas.len() as u32,
            item_count: 1,
            opened_at,
        };
        Self {
            at,
            header,
            deltas,
            item,
        }
    }
}

/// Binary CIDv1 of raw bytes: version, codec, hash function (sha2-256), length of the hash, hash.
///
/// Source: <https://github.com/multiformats/cid>
fn cid(blob: &[u8]) -> [u8; 36] {
    let mut cid = [0; 36];
    let (head, hash) = cid.split_at_mut(4);
    head.copy_from_slice(&[0x01, 0x55, 0x12, 0x20]);
    hash.copy_from_slice(&Sha256::digest(blob));
    cid
}

/// Over the deltas of a batch.
pub fn tree(deltas: &[DeltaLeaf]) -> Tree {
    Tree::new(deltas.iter().map(DeltaLeaf::hash).collect())
}
