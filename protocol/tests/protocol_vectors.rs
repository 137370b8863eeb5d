//! Everything that the crate encodes or hashes equals what unrelated JavaScript made of the same input.

mod vectors;

use novate_protocol::merkle::{Tree, verify};

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
