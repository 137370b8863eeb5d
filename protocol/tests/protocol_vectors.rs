//! Everything that the crate encodes or hashes equals what unrelated JavaScript made of the same input.

mod vectors;

use novate_protocol::merkle::{Tree, verify, verify_range};

#[test]
fn headers_match_for_both_chains() {
    let batches = vectors::load().batches;
    assert_eq!(batches.len(), 3);
    for batch in batches {
        assert_eq!(batch.header.digest_eip712(&batch.domain), batch.digest);
        assert_eq!(batch.header.solana_message().as_slice(), batch.solana_message);
    }
}

#[test]
fn claims_match() {
    let claims = vectors::load().claims;
    assert_eq!(claims.len(), 3);
    for signed in claims {
        assert_eq!(signed.claim.digest(&signed.domain), signed.digest);
    }
}

#[test]
fn order_checkpoints_match_for_both_chains() {
    let checkpoints = vectors::load().checkpoints;
    assert_eq!(checkpoints.len(), 3);
    for signed in checkpoints {
        assert_eq!(signed.checkpoint.digest_eip712(&signed.domain), signed.digest);
        assert_eq!(
            signed.checkpoint.solana_message().as_slice(),
            signed.solana_message
        );
    }
}

#[test]
fn leaves_match() {
    let vectors = vectors::load();
    assert_eq!(
        (vectors.deltas.len(), vectors.items.len(), vectors.intents.len()),
        (10, 2, 3)
    );
    assert!(vectors.deltas.iter().any(|delta| delta.leaf.amount == i128::MIN));
    assert!(vectors.deltas.iter().any(|delta| delta.leaf.amount == i128::MAX));
    for delta in vectors.deltas {
        assert_eq!(delta.leaf.hash(), delta.hash, "{:?}", delta.leaf);
    }
    for item in vectors.items {
        assert_eq!(item.leaf.hash(), item.hash, "{:?}", item.leaf);
    }
    for intent in vectors.intents {
        assert_eq!(intent.leaf.hash(), intent.hash, "{:?}", intent.leaf);
    }
    assert_eq!((vectors.orders.len(), vectors.rewards.len()), (3, 3));
    for order in vectors.orders {
        assert_eq!(order.leaf.hash(), order.hash, "{:?}", order.leaf);
    }
    for reward in vectors.rewards {
        assert_eq!(reward.leaf.hash(), reward.hash, "{:?}", reward.leaf);
    }
}

#[test]
fn trees_roots_and_proofs_match() {
    let trees = vectors::load().trees;
    let sizes: Vec<_> = trees.iter().map(|tree| tree.leaves.len()).collect();
    assert_eq!(sizes, [1, 2, 3, 5, 8, 100]);
    for expected in trees {
        let tree = Tree::new(expected.leaves.clone());
        assert_eq!(tree.root(), expected.root);
        for (i, (leaf, proof)) in expected.leaves.iter().zip(expected.proofs).enumerate() {
            assert!(verify(&expected.root, leaf, &proof));
            assert_eq!(tree.proof(i), Some(proof));
        }
    }
}

#[test]
fn proofs_of_ranges_match() {
    let mut ranges = 0;
    for expected in vectors::load().trees {
        let tree = Tree::new(expected.leaves.clone());
        let count = u32::try_from(tree.len()).unwrap();
        for range in expected.ranges {
            let mut leaves = range.of(&expected.leaves).to_vec();
            assert!(verify_range(
                &expected.root,
                count,
                range.first,
                &mut leaves,
                &range.proof
            ));
            let made = tree.range_proof(range.first as usize, range.count as usize);
            assert_eq!(made, Some(range.proof), "{} {}", range.first, range.count);
            ranges += 1;
        }
    }
    assert_eq!(ranges, 1 + 3 + 6 + 15 + 36 + 10);
}
