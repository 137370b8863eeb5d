//! What is signed is what contracts and programs check: `protocol/vectors/v1.json`, made by unrelated JavaScript.

#[allow(dead_code)] // leaves and trees are checked where they are hashed
#[path = "../../../protocol/tests/vectors/mod.rs"]
mod vectors;

use candid::Nat;
use serde_bytes::ByteBuf;
use signer::{
    batch::parse::Batch, checkpoint::Checkpoint, claims::voucher::Voucher, contract::Contract, keys::Message,
    requests::Request,
};
use signer_api::{Chain, CheckpointRequest, ClaimRequest};
use vectors::load;

#[test]
fn batches_are_signed_as_the_vectors_say() {
    let all = load().batches;
    assert!(!all.is_empty());
    for vector in all {
        let batch = |contract| Batch {
            id: [1; 32],
            key_version: None,
            contract,
            header: vector.header,
            debits: Default::default(),
            moves: Default::default(),
        };
        let evm = Contract::evm(vector.domain.chain_id, vector.domain.verifying_contract);
        assert_eq!(batch(evm).message(), Message::Ecdsa(vector.digest));
        let solana = Contract {
            chain: Chain::Solana(vector.header.chain),
            word: vector.header.settlement,
        };
        assert_eq!(batch(solana).message(), Message::Ed25519(vector.solana_message));
    }
}

/// Those that are well-formed; the others have no root or no orders.
#[test]
fn checkpoints_are_signed_as_the_vectors_say() {
    let mut signed = 0;
    for vector in load().checkpoints {
        let asked = |chain, contract: &[u8]| CheckpointRequest {
            id: ByteBuf::from([1; 32]),
            chain,
            contract: ByteBuf::from(contract),
            number: vector.checkpoint.number,
            root: ByteBuf::from(vector.checkpoint.root),
            order_count: vector.checkpoint.order_count,
            key_version: None,
        };
        let settlement = vector.checkpoint.settlement;
        if let Ok(solana) = Checkpoint::parse(asked(Chain::Solana(vector.checkpoint.chain), &settlement)) {
            assert_eq!(solana.message(), Message::Ed25519(vector.solana_message));
            signed += 1;
        }
    }
    assert_eq!(signed, 2);
}

#[test]
fn claims_are_signed_as_the_vectors_say() {
    let all = load().claims;
    assert!(!all.is_empty());
    for vector in all {
        let request = ClaimRequest {
            id: ByteBuf::from(vector.claim.id),
            chain_id: vector.domain.chain_id,
            distributor: ByteBuf::from(vector.domain.verifying_contract),
            account: ByteBuf::from(vector.claim.account),
            amount: Nat::from(vector.claim.amount),
            deadline: vector.claim.deadline,
            key_version: None,
        };
        match Voucher::parse(&request) {
            Ok(voucher) => assert_eq!(voucher.digest(), vector.digest),
            Err(refusal) => assert_eq!((vector.claim.amount, refusal.rule()), (0, "ZeroAmount")),
        }
    }
}
