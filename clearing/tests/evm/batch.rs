//! Batches, signed by the authority's key, which is the tests'.

use super::World;
use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    signers::SignerSync,
};
use novate_clearing::chain::SignedBatch;
use novate_protocol::{
    batch::BatchHeader,
    eip712::Domain,
    ids::{Asset, Owner},
    leaf::{DeltaLeaf, ItemLeaf},
    merkle::Tree,
};

/// What a batch changes.
#[derive(Clone, Default)]
pub struct Changes {
    deltas: Vec<(Address, usize, Address, i128)>,
    /// Collection, number, from, to, session key of the holder.
    items: Vec<(Address, U256, Address, Address, Address)>,
}

impl Changes {
    /// `amount` of a token from one session of a holder to somebody.
    pub fn pay(
        mut self,
        world: &World,
        (holder, session): (usize, usize),
        token: usize,
        to: Address,
        amount: u64,
    ) -> Self {
        let (from, key) = (world.holders[holder], world.session(holder, session));
        self.deltas.push((from, token, key, -i128::from(amount)));
        self.deltas.push((to, token, Address::ZERO, amount.into()));
        self
    }

    /// Item `n` of a holder to somebody.
    pub fn give(mut self, world: &World, holder: usize, n: usize, to: Address) -> Self {
        let (from, key) = (world.holders[holder], world.session(holder, 0));
        self.items
            .push((world.collection, super::item(holder, n), from, to, key));
        self
    }
}

impl World {
    /// The batch with this sequence, as the batch maker would make it.
    pub async fn batch(&self, sequence: u64, changes: Changes) -> SignedBatch {
        let Changes {
            mut deltas,
            mut items,
        } = changes;
        // Debits before credits, each by asset, owner and session.
        deltas.sort_by_key(|&(owner, token, key, amount)| (amount > 0, self.tokens[token], owner, key));
        deltas.dedup_by(|from, into| {
            let same = (from.0, from.1, from.2, from.3 > 0) == (into.0, into.1, into.2, into.3 > 0);
            into.3 += if same { from.3 } else { 0 };
            same
        });
        items.sort();
        let word = |address: Address| address.into_word().0;
        let deltas: Vec<DeltaLeaf> = (0..)
            .zip(&deltas)
            .map(|(index, &(owner, token, key, amount))| DeltaLeaf {
                index,
                owner: Owner(word(owner)),
                asset: Asset(word(self.tokens[token])),
                session: word(key),
                amount,
            })
            .collect();
        let item_sessions = items.iter().map(|item| word(item.4)).collect();
        let items: Vec<ItemLeaf> = (0..)
            .zip(&items)
            .map(|(index, &(asset, number, from, to, _))| ItemLeaf {
                index,
                asset: Asset(word(asset)),
                token_id: number.to_be_bytes(),
                from: Owner(word(from)),
                to: Owner(word(to)),
            })
            .collect();
        let block = self.rpc.get_block(Default::default()).await.unwrap().unwrap();
        let header = BatchHeader {
            chain: self.anvil.chain_id(),
            settlement: word(self.settlement),
            sequence,
            intents_root: [7; 32],
            deltas_root: Tree::new(deltas.iter().map(DeltaLeaf::hash).collect()).root(),
            items_root: Tree::new(items.iter().map(ItemLeaf::hash).collect()).root(),
            blob_cid: [1; 36],
            intent_count: 1,
            delta_count: deltas.len() as u32,
            item_count: items.len() as u32,
            opened_at: block.header.timestamp,
        };
        let mut batch = SignedBatch {
            header,
            deltas,
            items,
            item_sessions,
            signature: vec![],
        };
        self.sign(&mut batch);
        batch
    }

    /// Signs the header as it is now.
    pub fn sign(&self, batch: &mut SignedBatch) {
        let domain = Domain::settlement(self.anvil.chain_id(), self.settlement.into_array());
        let digest = batch.header.digest_eip712(&domain);
        let signature = self.authority.sign_hash_sync(&digest.into()).unwrap();
        batch.signature = signature.as_bytes().to_vec();
    }

    /// One holder pays another a hundred base units of token 0.
    pub async fn small(&self, sequence: u64) -> SignedBatch {
        let changes = Changes::default().pay(self, (0, 0), 0, self.holders[1], 100);
        self.batch(sequence, changes).await
    }
}
