//! What a Merkle proof proves, and what it must not.

use novate_protocol::ids::{Asset, Owner};
use novate_protocol::keccak::keccak256;
use novate_protocol::leaf::DeltaLeaf;
use novate_protocol::merkle::{EMPTY_ROOT, Tree, verify};
use proptest::prelude::*;

fn delta(index: u32) -> DeltaLeaf {
    DeltaLeaf {
        index,
        owner: Owner::from_evm([index as u8; 20]),
        asset: Asset([7; 32]),
        session: [9; 32],
        amount: -i128::from(index),
    }
}

fn tree(len: u32) -> Tree {
    Tree::new((0..len).map(|i| delta(i).hash()).collect())
}

proptest! {
    #[test]
    fn every_leaf_has_a_proof_of_logarithmic_length(len in 1u32..300) {
        let tree = tree(len);
        prop_assert_eq!(tree.len(), len as usize);
        for i in 0..len {
            let proof = tree.proof(i as usize).unwrap();
            prop_assert!(verify(&tree.root(), &delta(i).hash(), &proof));
            prop_assert!(proof.len() <= len.next_power_of_two().ilog2() as usize);
        }
        prop_assert_eq!(tree.proof(len as usize), None);
    }

    #[test]
    fn a_proof_holds_for_its_own_leaf_only(len in 2u32..64, a: prop::sample::Index, b: prop::sample::Index) {
        let (a, b) = (a.index(len as usize), b.index(len as usize));
        prop_assume!(a != b);
        let tree = tree(len);
        prop_assert!(!verify(&tree.root(), &delta(a as u32).hash(), &tree.proof(b).unwrap()));
    }

    #[test]
    fn a_claim_to_another_index_fails(len in 1u32..64, at: prop::sample::Index, index: u32) {
        let at = at.index(len as usize);
        prop_assume!(index != at as u32);
        let tree = tree(len);
        let moved = DeltaLeaf { index, ..delta(at as u32) };
        prop_assert!(!verify(&tree.root(), &moved.hash(), &tree.proof(at).unwrap()));
    }

    #[test]
    fn any_flipped_bit_breaks_a_proof(len in 2u32..64, at: prop::sample::Index, node: prop::sample::Index, bit in 0usize..256) {
        let at = at.index(len as usize);
        let tree = tree(len);
        let mut proof = tree.proof(at).unwrap();
        let node = node.index(proof.len());
        proof[node][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!verify(&tree.root(), &delta(at as u32).hash(), &proof));
    }

    #[test]
    fn any_other_order_of_leaves_has_another_root(len in 3u32..64, a: prop::sample::Index, b: prop::sample::Index) {
        let mut leaves: Vec<_> = (0..len).map(|i| delta(i).hash()).collect();
        let root = Tree::new(leaves.clone()).root();
        let (a, b) = (a.index(leaves.len()), b.index(leaves.len()));
        // Two children of one node may change places: pairs are sorted. This is why a leaf holds its index.
        let node = |leaf: usize| 2 * len as usize - 2 - leaf;
        prop_assume!(a != b && (node(a) - 1) / 2 != (node(b) - 1) / 2);
        leaves.swap(a, b);
        prop_assert_ne!(Tree::new(leaves).root(), root);
    }
}

#[test]
fn swapped_siblings_of_a_proof_fail() {
    let tree = tree(8);
    let mut proof = tree.proof(3).unwrap();
    proof.swap(0, 1);
    assert!(!verify(&tree.root(), &delta(3).hash(), &proof));
}

#[test]
fn a_shortened_or_lengthened_proof_fails() {
    let tree = tree(8);
    let proof = tree.proof(3).unwrap();
    assert!(!verify(&tree.root(), &delta(3).hash(), &proof[..2]));
    assert!(!verify(
        &tree.root(),
        &delta(3).hash(),
        &[proof, vec![[0; 32]]].concat()
    ));
}

#[test]
fn an_empty_proof_proves_the_only_leaf_of_a_tree_and_nothing_else() {
    assert!(verify(&tree(1).root(), &delta(0).hash(), &[]));
    assert!(!verify(&tree(2).root(), &delta(0).hash(), &[]));
}

#[test]
fn a_proof_does_not_lead_to_a_foreign_root() {
    assert!(!verify(
        &tree(9).root(),
        &delta(3).hash(),
        &tree(8).proof(3).unwrap()
    ));
}

#[test]
fn no_leaf_hashes_to_an_inner_node() {
    let tree = tree(2);
    // The node's preimage: its two children. Hashed like a leaf's fields, it does not give the node.
    let (a, b) = (delta(0).hash(), delta(1).hash());
    let pair = if a < b { [a, b].concat() } else { [b, a].concat() };
    assert_eq!(keccak256(&[&pair]), tree.root());
    assert!(!verify(&tree.root(), &keccak256(&[&keccak256(&[&pair])]), &[]));
}

#[test]
fn nothing_is_in_the_empty_tree() {
    let empty = Tree::new(vec![]);
    assert_eq!((empty.root(), empty.len(), empty.proof(0)), (EMPTY_ROOT, 0, None));
    assert!(empty.is_empty());
    assert!(!verify(&EMPTY_ROOT, &EMPTY_ROOT, &[]));
    assert!(!verify(&EMPTY_ROOT, &delta(0).hash(), &[]));
}
