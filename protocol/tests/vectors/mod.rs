//! Reads `protocol/vectors/v1.json`. The on-chain conformance tests include this file as well.

mod json;

use json::{bytes, hex_bytes, list, number};
use novate_protocol::batch::BatchHeader;
use novate_protocol::claim::Claim;
use novate_protocol::eip712::Domain;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::leaf::{DeltaLeaf, IntentLeaf, ItemLeaf, OrderLeaf, RewardLeaf};
use novate_protocol::order::OrderCheckpoint;
use serde_json::Value;

pub struct Batch {
    pub header: BatchHeader,
    pub domain: Domain,
    pub digest: [u8; 32],
    pub solana_message: Vec<u8>,
}

pub struct SignedClaim {
    pub claim: Claim,
    pub domain: Domain,
    pub digest: [u8; 32],
}

pub struct Checkpoint {
    pub checkpoint: OrderCheckpoint,
    pub domain: Domain,
    pub digest: [u8; 32],
    pub solana_message: Vec<u8>,
}

pub struct Hashed<Leaf> {
    pub leaf: Leaf,
    pub hash: [u8; 32],
}

pub struct MerkleTree {
    pub root: [u8; 32],
    pub leaves: Vec<[u8; 32]>,
    pub proofs: Vec<Vec<[u8; 32]>>,
    pub ranges: Vec<Range>,
}

/// The leaves `first..first + count`, and their proof.
pub struct Range {
    pub first: u32,
    pub count: u32,
    pub proof: Vec<[u8; 32]>,
}

impl Range {
    pub fn of<'a>(&self, leaves: &'a [[u8; 32]]) -> &'a [[u8; 32]] {
        &leaves[self.first as usize..][..self.count as usize]
    }
}

pub struct Vectors {
    pub batches: Vec<Batch>,
    pub claims: Vec<SignedClaim>,
    pub deltas: Vec<Hashed<DeltaLeaf>>,
    pub items: Vec<Hashed<ItemLeaf>>,
    pub intents: Vec<Hashed<IntentLeaf>>,
    pub orders: Vec<Hashed<OrderLeaf>>,
    pub rewards: Vec<Hashed<RewardLeaf>>,
    pub checkpoints: Vec<Checkpoint>,
    pub trees: Vec<MerkleTree>,
}

pub fn load() -> Vectors {
    let file: Value = serde_json::from_str(include_str!("../../vectors/v1.json")).unwrap();
    Vectors {
        batches: list(&file["batches"], batch),
        claims: list(&file["claims"], claim),
        deltas: list(&file["deltaLeaves"], |v| Hashed {
            leaf: delta(v),
            hash: bytes(&v["hash"]),
        }),
        items: list(&file["itemLeaves"], |v| Hashed {
            leaf: item(v),
            hash: bytes(&v["hash"]),
        }),
        intents: list(&file["intentLeaves"], |v| Hashed {
            leaf: intent(v),
            hash: bytes(&v["hash"]),
        }),
        orders: list(&file["orderLeaves"], |v| Hashed {
            leaf: order(v),
            hash: bytes(&v["hash"]),
        }),
        rewards: list(&file["rewardLeaves"], |v| Hashed {
            leaf: reward(v),
            hash: bytes(&v["hash"]),
        }),
        checkpoints: list(&file["orderCheckpoints"], checkpoint),
        trees: list(&file["trees"], |v| MerkleTree {
            root: bytes(&v["root"]),
            leaves: list(&v["leaves"], bytes),
            proofs: list(&v["proofs"], |proof| list(proof, bytes)),
            ranges: list(&v["ranges"], |range| Range {
                first: number(&range["first"]),
                count: number(&range["count"]),
                proof: list(&range["proof"], bytes),
            }),
        }),
    }
}

fn batch(v: &Value) -> Batch {
    Batch {
        header: BatchHeader {
            chain: number(&v["chain"]),
            settlement: bytes(&v["settlement"]),
            sequence: number(&v["sequence"]),
            intents_root: bytes(&v["intentsRoot"]),
            deltas_root: bytes(&v["deltasRoot"]),
            items_root: bytes(&v["itemsRoot"]),
            blob_cid: bytes(&v["blobCid"]),
            intent_count: number(&v["intentCount"]),
            delta_count: number(&v["deltaCount"]),
            item_count: number(&v["itemCount"]),
            opened_at: number(&v["openedAt"]),
        },
        domain: Domain::settlement(number(&v["chainId"]), bytes(&v["verifyingContract"])),
        digest: bytes(&v["digest"]),
        solana_message: hex_bytes(&v["solanaMessage"]),
    }
}

fn claim(v: &Value) -> SignedClaim {
    SignedClaim {
        claim: Claim {
            id: bytes(&v["id"]),
            account: bytes(&v["account"]),
            amount: number(&v["amount"]),
            deadline: number(&v["deadline"]),
        },
        domain: Domain::rewards(number(&v["chainId"]), bytes(&v["verifyingContract"])),
        digest: bytes(&v["digest"]),
    }
}

fn delta(v: &Value) -> DeltaLeaf {
    DeltaLeaf {
        index: number(&v["index"]),
        owner: Owner(bytes(&v["owner"])),
        asset: Asset(bytes(&v["asset"])),
        session: bytes(&v["session"]),
        amount: number(&v["amount"]),
    }
}

fn item(v: &Value) -> ItemLeaf {
    ItemLeaf {
        index: number(&v["index"]),
        asset: Asset(bytes(&v["asset"])),
        token_id: bytes(&v["tokenId"]),
        from: Owner(bytes(&v["from"])),
        to: Owner(bytes(&v["to"])),
    }
}

fn intent(v: &Value) -> IntentLeaf {
    IntentLeaf {
        index: number(&v["index"]),
        intent_id: bytes(&v["intentId"]),
        outcome: number(&v["outcome"]),
    }
}

fn order(v: &Value) -> OrderLeaf {
    OrderLeaf {
        index: number(&v["index"]),
        order_id: bytes(&v["orderId"]),
    }
}

fn reward(v: &Value) -> RewardLeaf {
    RewardLeaf {
        distribution: bytes(&v["distribution"]),
        account: Owner(bytes(&v["account"])),
        cumulative: number(&v["cumulative"]),
    }
}

fn checkpoint(v: &Value) -> Checkpoint {
    Checkpoint {
        checkpoint: OrderCheckpoint {
            chain: number(&v["chain"]),
            settlement: bytes(&v["settlement"]),
            number: number(&v["number"]),
            root: bytes(&v["root"]),
            order_count: number(&v["orderCount"]),
        },
        domain: Domain::orders(number(&v["chainId"]), bytes(&v["verifyingContract"])),
        digest: bytes(&v["digest"]),
        solana_message: hex_bytes(&v["solanaMessage"]),
    }
}
