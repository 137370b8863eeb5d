//! Batches that a settlement could apply.

use candid::Nat;
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    leaf::{DeltaLeaf, ItemLeaf},
    merkle::Tree,
};
use serde_bytes::ByteBuf;
use signer_api::{AssetLimit, BatchRequest, Chain, Settlement};

pub const EVM: Chain = Chain::Evm(super::CHAIN);
pub const SOLANA: Chain = Chain::Solana(900);
/// The most that a batch may debit of [`asset`] 0, in base units.
pub const MAX_PER_BATCH: u64 = 1_000;
/// The most of a day.
pub const MAX_PER_DAY: u64 = 2_500;

/// The settlement of the tests, as the chain has its address.
pub fn settlement(chain: Chain) -> Vec<u8> {
    match chain {
        Chain::Evm(_) => vec![0x5e; 20],
        Chain::Solana(_) => vec![0x5e; 32],
    }
}

/// Something of the chain that has a name of 32 bytes.
pub fn word(chain: Chain, tag: u8, n: u32) -> [u8; 32] {
    let mut word = match chain {
        Chain::Evm(_) => [0; 32],
        Chain::Solana(_) => [tag; 32],
    };
    word[12] = tag;
    word[28..].copy_from_slice(&n.to_be_bytes());
    word
}

pub fn asset(chain: Chain, n: u32) -> [u8; 32] {
    word(chain, 0xa5, n)
}

/// What the policy of the tests allows: asset 0 within [`MAX_PER_BATCH`] and [`MAX_PER_DAY`], asset 1 without end.
pub fn allowed(chain: Chain) -> Settlement {
    let limit = |n, max_per_batch: Nat, max_per_day: Nat| AssetLimit {
        asset: ByteBuf::from(asset(chain, n)),
        max_per_batch,
        max_per_day,
    };
    let all = Nat::from(u128::MAX);
    Settlement {
        chain,
        address: ByteBuf::from(settlement(chain)),
        assets: vec![
            limit(0, Nat::from(MAX_PER_BATCH), Nat::from(MAX_PER_DAY)),
            limit(1, all.clone(), all),
        ],
        max_deltas: 20_000,
        max_items: 100,
        max_intents: 1_000_000,
        next_sequence: None,
        hours: None,
        collections: None,
        max_items_per_day: None,
    }
}

/// A batch of the settlement, and its leaves.
#[derive(Clone)]
pub struct Batch {
    pub chain: Chain,
    pub sequence: u64,
    pub opened_at: u64,
    pub deltas: Vec<DeltaLeaf>,
    pub items: Vec<ItemLeaf>,
}

impl Batch {
    /// Nothing but an intent.
    pub fn empty(chain: Chain, sequence: u64, opened_at: u64) -> Self {
        Self {
            chain,
            sequence,
            opened_at,
            deltas: vec![],
            items: vec![],
        }
    }

    /// Two debits and two credits of 10 of asset 0, one pair of 7 of asset 1, and two items.
    pub fn mixed(chain: Chain) -> Self {
        Self::empty(chain, 1, 1_000)
            .paying(2, 0, 10)
            .paying(1, 1, 7)
            .moving(0)
            .moving(1)
    }

    /// `pairs` debits of `amount` of an asset behind each other, and then as many credits.
    pub fn paying(mut self, pairs: u32, asset_number: u32, amount: i128) -> Self {
        let delta = |side: u8, n, amount: i128| DeltaLeaf {
            index: 0,
            owner: Owner(word(self.chain, side, n)),
            asset: Asset(asset(self.chain, asset_number)),
            session: if amount < 0 {
                word(self.chain, 0x5e, n)
            } else {
                [0; 32]
            },
            amount,
        };
        let debits: Vec<_> = (0..pairs).map(|n| delta(0xde, n, -amount)).collect();
        let credits: Vec<_> = (0..pairs).map(|n| delta(0xc4, n, amount)).collect();
        let first_credit = self.deltas.iter().filter(|delta| delta.amount < 0).count();
        self.deltas.splice(first_credit..first_credit, debits);
        self.deltas.extend(credits);
        self.number()
    }

    /// One more item changes hands.
    pub fn moving(mut self, n: u32) -> Self {
        self.items.push(ItemLeaf {
            index: 0,
            asset: Asset(word(self.chain, 0x17, n)),
            token_id: [0; 32],
            from: Owner(word(self.chain, 0xf0, n)),
            to: Owner(word(self.chain, 0x70, n)),
        });
        self.number()
    }

    fn number(mut self) -> Self {
        for (index, delta) in (0..).zip(&mut self.deltas) {
            delta.index = index;
        }
        for (index, item) in (0..).zip(&mut self.items) {
            item.index = index;
        }
        self
    }

    pub fn header(&self) -> BatchHeader {
        let settlement = settlement(self.chain);
        let mut word = [0; 32];
        word[32 - settlement.len()..].copy_from_slice(&settlement);
        BatchHeader {
            chain: self.chain.number(),
            settlement: word,
            sequence: self.sequence,
            intents_root: [0x11; 32],
            deltas_root: Tree::new(self.deltas.iter().map(DeltaLeaf::hash).collect()).root(),
            items_root: Tree::new(self.items.iter().map(ItemLeaf::hash).collect()).root(),
            blob_cid: [0xc1; 36],
            intent_count: 1,
            delta_count: self.deltas.len() as u32,
            item_count: self.items.len() as u32,
            opened_at: self.opened_at,
        }
    }

    /// Another number is another id.
    pub fn request(&self, n: u8) -> BatchRequest {
        BatchRequest::new([n; 32], self.chain, &self.header(), &self.deltas, &self.items)
    }
}
