//! What the proof of a range of leaves proves, and what it must not.

use std::collections::BTreeMap;

use novate_protocol::keccak::keccak256;
use novate_protocol::leaf::OrderLeaf;
use novate_protocol::merkle::{EMPTY_ROOT, Tree, verify, verify_range};
use proptest::prelude::*;

type Hash = [u8; 32];

fn order(number: u32, index: u32) -> Hash {
    let order_id = keccak256(&[&number.to_le_bytes()]);
    OrderLeaf { index, order_id }.hash()
}

fn leaves(first: u32, len: u32) -> Vec<Hash> {
    (first..first + len).map(|i| order(i, i)).collect()
}

fn tree(len: u32) -> Tree {
    Tree::new(leaves(0, len))
}

fn range_proof(tree: &Tree, first: u32, len: u32) -> Vec<Hash> {
    tree.range_proof(first as usize, len as usize).unwrap()
}

/// `verify_range`, leaving the leaves as they are.
fn holds(root: &Hash, leaf_count: u32, first: u32, leaves: &[Hash], proof: &[Hash]) -> bool {
    verify_range(root, leaf_count, first, &mut leaves.to_vec(), proof)
}

/// The same by the book: of all known nodes, the one with the highest position is joined with its sibling.
fn holds_by_the_book(root: &Hash, leaf_count: u32, first: u32, leaves: &[Hash], proof: &[Hash]) -> bool {
    if leaves.is_empty() || first as usize + leaves.len() > leaf_count as usize {
        return false;
    }
    let mut proof = proof.iter().copied();
    let highest = 2 * leaf_count as usize - 2 - first as usize;
    let mut known: BTreeMap<usize, Hash> = leaves
        .iter()
        .enumerate()
        .map(|(i, leaf)| (highest - i, *leaf))
        .collect();
    loop {
        let (position, node) = known.pop_last().unwrap();
        if position == 0 {
            return node == *root && known.is_empty() && proof.next().is_none();
        }
        let sibling = if position % 2 == 0 {
            position - 1
        } else {
            position + 1
        };
        let Some(other) = known.remove(&sibling).or_else(|| proof.next()) else {
            return false;
        };
        let mut pair = [node, other];
        pair.sort();
        let taken = known.insert((position - 1) / 2, keccak256(&[&pair.concat()]));
        assert_eq!(taken, None, "no node is made twice");
    }
}

/// Every range of every tree of up to `max` leaves.
fn ranges(max: u32) -> impl Iterator<Item = (u32, u32, u32)> {
    (1..=max).flat_map(|n| (0..n).flat_map(move |first| (1..=n - first).map(move |len| (n, first, len))))
}

#[test]
fn every_range_of_every_small_tree_has_a_proof() {
    for (n, first, len) in ranges(40) {
        let (tree, leaves) = (tree(n), leaves(first, len));
        let proof = range_proof(&tree, first, len);
        assert!(
            holds(&tree.root(), n, first, &leaves, &proof),
            "{n} {first} {len}"
        );
        assert!(
            holds_by_the_book(&tree.root(), n, first, &leaves, &proof),
            "{n} {first} {len}"
        );
    }
}

#[test]
fn a_range_of_one_leaf_has_the_proof_of_that_leaf() {
    for n in 1..=40 {
        let tree = tree(n);
        for i in 0..n {
            let proof = tree.proof(i as usize).unwrap();
            assert!(verify(&tree.root(), &order(i, i), &proof));
            assert_eq!(range_proof(&tree, i, 1), proof);
        }
        assert_eq!(
            range_proof(&tree, 0, n),
            Vec::<Hash>::new(),
            "all leaves need no proof"
        );
    }
}

#[test]
fn no_other_length_of_proof_or_leaves_is_accepted() {
    for (n, first, len) in ranges(20) {
        let (tree, mut leaves) = (tree(n), leaves(first, len));
        let mut proof = range_proof(&tree, first, len);
        let refused = |leaves: &[Hash], proof: &[Hash]| !holds(&tree.root(), n, first, leaves, proof);
        if let Some((last, shorter)) = proof.split_last() {
            assert!(refused(&leaves, shorter), "{n} {first} {len}");
            assert!(
                refused(&leaves, &[shorter, &[*last, *last]].concat()),
                "{n} {first} {len}"
            );
        }
        proof.push(tree.root());
        assert!(refused(&leaves, &proof), "{n} {first} {len}");
        proof.pop();
        leaves.push(order(first + len, first + len));
        assert!(refused(&leaves, &proof), "{n} {first} {len}");
        leaves.truncate(len as usize - 1);
        assert!(refused(&leaves, &proof), "{n} {first} {len}");
    }
}

#[test]
fn the_same_leaves_are_proved_at_no_other_place() {
    for (n, first, len) in ranges(14) {
        let tree = tree(n);
        let proof = range_proof(&tree, first, len);
        for other in (0..=n).filter(|other| *other != first) {
            // The leaf's own index is what gives it away.
            let moved: Vec<_> = (0..len).map(|i| order(first + i, other + i)).collect();
            assert!(
                !holds(&tree.root(), n, other, &moved, &proof),
                "{n} {first} {len} at {other}"
            );
        }
    }
}

#[test]
fn a_wrong_count_or_place_is_judged_as_by_the_book() {
    let mut refused = 0;
    for (n, first, len) in ranges(12) {
        let (tree, leaves) = (tree(n), leaves(first, len));
        let proof = range_proof(&tree, first, len);
        for count in 0..=n + 3 {
            for at in 0..=n + 3 {
                let expected = holds_by_the_book(&tree.root(), count, at, &leaves, &proof);
                assert_eq!(holds(&tree.root(), count, at, &leaves, &proof), expected);
                refused += u32::from(!expected);
            }
        }
    }
    assert!(refused > 50_000, "{refused}");
}

#[test]
fn ranges_that_are_not_in_the_tree_are_refused() {
    let tree = tree(5);
    let root = tree.root();
    assert!(!holds(&root, 5, 0, &[], &[root]), "no leaves");
    assert!(!holds(&root, 0, 0, &[root], &[]), "no tree");
    assert!(!holds(&root, 5, 5, &leaves(5, 1), &[]), "past the end");
    assert!(!holds(&root, 5, 3, &leaves(3, 3), &[]), "over the end");
    assert!(
        !holds(&root, u32::MAX, u32::MAX, &leaves(0, 5), &[]),
        "the greatest numbers"
    );
    assert!(!holds(&EMPTY_ROOT, 1, 0, &[EMPTY_ROOT], &[]), "the empty root");
    assert_eq!(tree.range_proof(0, 0), None);
    assert_eq!(tree.range_proof(5, 1), None);
    assert_eq!(tree.range_proof(1, 5), None);
    assert_eq!(tree.range_proof(1, usize::MAX), None);
    assert_eq!(Tree::new(vec![]).range_proof(0, 1), None);
}

#[test]
fn the_last_leaf_of_the_greatest_tree_is_where_it_should_be() {
    // 2^32 - 1 leaves: the last is node 2^32 - 2, a right child on the level above the lowest.
    let leaf = order(0, u32::MAX - 1);
    let proof = [[7; 32]; 31];
    let root = proof.iter().fold(leaf, |node, sibling| {
        let mut pair = [node, *sibling];
        pair.sort();
        keccak256(&[&pair.concat()])
    });
    assert!(holds(&root, u32::MAX, u32::MAX - 1, &[leaf], &proof));
    assert!(!holds(&root, u32::MAX, u32::MAX - 1, &[leaf], &proof[1..]));
    assert!(
        !holds(&root, u32::MAX, 0, &[leaf], &proof),
        "leaf 0 has 32 nodes above it"
    );
}

prop_compose! {
    fn range()(n in 1u32..5000)(n in Just(n), first in 0..n, wanted in 1u32..300) -> (u32, u32, u32) {
        (n, first, wanted.min(n - first))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_range_of_a_big_tree_has_a_short_proof((n, first, len) in range()) {
        let (tree, leaves) = (tree(n), leaves(first, len));
        let proof = range_proof(&tree, first, len);
        prop_assert!(holds(&tree.root(), n, first, &leaves, &proof));
        prop_assert!(holds_by_the_book(&tree.root(), n, first, &leaves, &proof));
        prop_assert!(proof.len() <= 2 * n.next_power_of_two().ilog2() as usize);
    }

    #[test]
    fn two_leaves_cannot_change_places((n, first, len) in range(), a: prop::sample::Index, b: prop::sample::Index) {
        let (a, b) = (a.index(len as usize), b.index(len as usize));
        prop_assume!(a != b);
        let tree = tree(n);
        let mut leaves = leaves(first, len);
        leaves[a] = order(first + b as u32, first + a as u32);
        leaves[b] = order(first + a as u32, first + b as u32);
        prop_assert!(!holds(&tree.root(), n, first, &leaves, &range_proof(&tree, first, len)));
    }
}

#[test]
fn no_byte_of_leaves_proof_or_root_can_be_changed() {
    for (n, first, len) in [
        (1, 0, 1),
        (3, 0, 3),
        (3, 1, 2),
        (7, 2, 3),
        (100, 26, 30),
        (128, 0, 1),
    ] {
        let (tree, leaves) = (tree(n), leaves(first, len));
        let all = [leaves.as_slice(), &range_proof(&tree, first, len), &[tree.root()]].concat();
        for (node, byte) in (0..all.len()).flat_map(|node| (0..32).map(move |byte| (node, byte))) {
            let mut changed = all.clone();
            changed[node][byte] ^= 1 << (byte % 8);
            let (leaves, rest) = changed.split_at(len as usize);
            let (root, proof) = rest.split_last().unwrap();
            assert!(
                !holds(root, n, first, leaves, proof),
                "{n} {first} {len}: {node} {byte}"
            );
        }
    }
}
