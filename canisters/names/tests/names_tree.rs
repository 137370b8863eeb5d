//! The certified tree against the plain map that it stands for, and against the readers of its witnesses.

use ic_certification::{HashTree, HashTreeNode, LookupResult};
use ic_stable_structures::VectorMemory;
use names::tree::Tree;
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

type Hash = [u8; 32];

fn tree() -> Tree<VectorMemory> {
    Tree::open(VectorMemory::default(), VectorMemory::default())
}

/// Labels that share beginnings, as those of real hashes seldom do.
fn label(bits: (u8, u8)) -> Hash {
    let mut label = [0; 32];
    (label[0], label[31]) = bits;
    label
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Hash, Hash),
    Remove(Hash),
}

fn labels() -> impl Strategy<Value = Hash> {
    (0..12u8, prop_oneof![Just(0), Just(1), Just(128), Just(255)]).prop_map(label)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (labels(), any::<Hash>()).prop_map(|(label, value)| Step::Insert(label, value)),
        1 => labels().prop_map(Step::Remove),
    ];
    vec(step, 0..60)
}

#[track_caller]
fn shows(witness: &HashTree, label: &Hash, expected: Option<&Hash>) {
    match (witness.lookup_path([label]), expected) {
        (LookupResult::Found(found), Some(value)) => assert_eq!(found, value),
        (LookupResult::Absent, None) => {}
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn it_is_a_map_whose_witnesses_prove_what_it_has_and_has_not(steps in steps()) {
        let (mut tree, mut map) = (tree(), BTreeMap::new());
        for step in &steps {
            match step {
                Step::Insert(label, value) => {
                    tree.insert(*label, *value);
                    map.insert(*label, *value);
                }
                Step::Remove(label) => {
                    tree.remove(label);
                    map.remove(label);
                }
            }
        }
        for first in 0..12 {
            for last in [0, 1, 2, 128, 255] {
                let label = label((first, last));
                prop_assert_eq!(tree.get(&label), map.get(&label).copied());
                let witness = tree.witness(&label);
                prop_assert_eq!(witness.digest(), tree.digest());
                shows(&witness, &label, map.get(&label));
            }
        }
    }

    #[test]
    fn its_digest_depends_on_what_it_has_and_not_on_how_it_came(steps in steps()) {
        let (mut tree, mut map) = (tree(), BTreeMap::new());
        for step in &steps {
            match step {
                Step::Insert(label, value) => {
                    tree.insert(*label, *value);
                    map.insert(*label, *value);
                }
                Step::Remove(label) => {
                    tree.remove(label);
                    map.remove(label);
                }
            }
        }
        let mut straight = self::tree();
        map.iter().rev().for_each(|(label, value)| straight.insert(*label, *value));
        prop_assert_eq!(tree.digest(), straight.digest());
    }
}

#[test]
fn a_witness_tells_of_no_more_than_its_label_and_two_neighbours() {
    let mut tree = tree();
    for n in 0..200u8 {
        tree.insert(label((n, 7)), [n; 32]);
    }
    let present = tree.witness(&label((100, 7)));
    assert_eq!(labels_in(present.as_ref()), [label((100, 7))]);
    let absent = tree.witness(&label((100, 8)));
    assert_eq!(labels_in(absent.as_ref()), [label((100, 7)), label((101, 7))]);
    assert_eq!(
        absent.lookup_path([label((50, 7))]),
        LookupResult::Unknown,
        "nothing is said of others"
    );
}

/// The labels that a reader sees, from the left.
fn labels_in(node: &HashTreeNode) -> Vec<Hash> {
    match node {
        HashTreeNode::Fork(sides) => [labels_in(&sides.0), labels_in(&sides.1)].concat(),
        HashTreeNode::Labeled(label, _) => vec![label.as_bytes().try_into().unwrap()],
        HashTreeNode::Empty() | HashTreeNode::Leaf(_) | HashTreeNode::Pruned(_) => vec![],
    }
}

#[test]
fn an_empty_tree_has_nothing() {
    let mut tree = tree();
    shows(&tree.witness(&[1; 32]), &[1; 32], None);
    let digest = tree.digest();
    tree.remove(&[1; 32]);
    tree.insert([1; 32], [2; 32]);
    assert_ne!(tree.digest(), digest);
    tree.remove(&[1; 32]);
    assert_eq!(tree.digest(), digest);
}

#[test]
fn it_is_found_again_in_its_memory() {
    let (root, forks) = (VectorMemory::default(), VectorMemory::default());
    let mut tree = Tree::open(root.clone(), forks.clone());
    for n in 0..50u8 {
        tree.insert(label((n, n)), [n; 32]);
    }
    let digest = tree.digest();
    drop(tree);
    let tree = Tree::open(root, forks);
    assert_eq!(tree.digest(), digest);
    assert_eq!(tree.get(&label((7, 7))), Some([7; 32]));
}

#[test]
fn paths_are_about_as_long_as_the_logarithm_of_the_labels() {
    let mut tree = tree();
    let labels: Vec<Hash> = (0..4096u32)
        .map(|n| novate_protocol::keccak::keccak256(&[&n.to_be_bytes()]))
        .collect();
    labels.iter().for_each(|label| tree.insert(*label, [1; 32]));
    let depths: Vec<_> = labels
        .iter()
        .map(|label| depth(tree.witness(label).as_ref()))
        .collect();
    let (average, longest) = (depths.iter().sum::<usize>() / depths.len(), depths.iter().max());
    assert!((12..=14).contains(&average), "{average}");
    assert!(longest.is_some_and(|longest| *longest <= 28), "{longest:?}");
}

/// Forks on the way to the label that is shown.
fn depth(node: &HashTreeNode) -> usize {
    match node {
        HashTreeNode::Fork(sides) if labels_in(&sides.0).is_empty() => 1 + depth(&sides.1),
        HashTreeNode::Fork(sides) => 1 + depth(&sides.0),
        _ => 0,
    }
}
