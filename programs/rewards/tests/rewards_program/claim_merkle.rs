//! `claim_merkle`: what a proof shows under the current root, less what was paid, goes to its recipient.

use novate_protocol::merkle::Tree;
use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events, instruction};
use rewards::error::RewardsError;
use rewards::events::Claimed;
use rewards::instruction as call;
use rewards::instructions::{ClaimMerkleArgs, CreateDistributionArgs};
use rewards::state::{Kind, Vesting};
use rewards::{ID, accounts};

use crate::accounts::{allocation_of, record_of};
use crate::world::*;

/// A distribution whose current root promises Alice 600 and Bob 300; both have records.
fn published() -> (World, Pot, Recipient, Recipient, Rewards) {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let (alice, bob) = (world.recipient(), world.recipient());
    world.open(&pot, &alice).unwrap();
    world.open(&pot, &bob).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 600), (&bob, 300)]);
    (world, pot, alice, bob, rewards)
}

#[test]
fn what_is_proved_is_paid() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let pot = world.pot(Kind::Merkle);
        let (alice, bob) = (world.recipient(), world.recipient());
        world.open(&pot, &alice).unwrap();
        let rewards = world.publish_rewards(&pot, &[(&alice, 600), (&bob, 300)]);
        let done = world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
        assert_eq!(
            (world.amount(&alice.tokens), world.amount(&pot.tokens)),
            (600, 400)
        );
        assert_eq!(world.totals(&pot), totals(1_000, 900, 600, 0));
        assert_eq!(world.record(&pot, &alice).paid, 600);

        let [event] = events::by_call::<Claimed>(&done).try_into().ok().unwrap();
        let record = record_of(&pot.distribution, &alice.address());
        assert_eq!((event.distribution, event.record), (pot.distribution, record));
        assert_eq!(
            (event.mint, event.recipient, event.destination),
            (world.mint, alice.address(), alice.tokens)
        );
        assert_eq!((event.amount, event.paid, event.total_paid), (600, 600, 600));
    }
}

#[test]
fn a_later_root_needs_no_new_record() {
    let (mut world, pot, alice, bob, first) = published();
    world.claim_merkle(&pot, &alice, first.claim(0)).unwrap();
    let second = world.publish_rewards(&pot, &[(&alice, 650), (&bob, 350)]);
    world.claim_merkle(&pot, &alice, second.claim(0)).unwrap();
    world.claim_merkle(&pot, &bob, second.claim(1)).unwrap();
    assert_eq!(
        (world.amount(&alice.tokens), world.amount(&bob.tokens)),
        (650, 350)
    );
    assert_eq!(world.totals(&pot), totals(1_000, 1_000, 1_000, 0));
}

#[test]
fn nothing_is_paid_twice() {
    let (mut world, pot, alice, bob, first) = published();
    world.claim_merkle(&pot, &alice, first.claim(0)).unwrap();
    let again = world.claim_merkle(&pot, &alice, first.claim(0));
    assert_refused(again, RewardsError::NothingDue);
    // The same amount under a new root is the same money.
    let second = world.publish_rewards(&pot, &[(&bob, 400), (&alice, 600)]);
    let again = world.claim_merkle(&pot, &alice, second.claim(1));
    assert_refused(again, RewardsError::NothingDue);
    assert_eq!(world.amount(&alice.tokens), 600);
}

#[test]
fn a_later_root_with_less_pays_nothing() {
    let (mut world, pot, alice, bob, first) = published();
    world.claim_merkle(&pot, &alice, first.claim(0)).unwrap();
    let second = world.publish_rewards(&pot, &[(&alice, 599), (&bob, 401)]);
    let less = world.claim_merkle(&pot, &alice, second.claim(0));
    assert_refused(less, RewardsError::BelowPaid);
    assert_eq!(world.record(&pot, &alice).paid, 600);
    // Bob's leaf can no longer be paid in full: 600 are gone, and 1,000 were published.
    let above = world.claim_merkle(&pot, &bob, second.claim(1));
    assert_refused(above, RewardsError::AboveAllocated);
}

#[test]
fn a_root_that_promises_more_than_its_total_pays_no_more() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let (alice, bob) = (world.recipient(), world.recipient());
    for recipient in [&alice, &bob] {
        world.open(&pot, recipient).unwrap();
    }
    let bad = Rewards::new(&pot, &[(&alice, 600), (&bob, 601), (&alice, u64::MAX)]);
    world.publish(&pot, bad.tree.root(), 600, 1).unwrap();
    for (recipient, index) in [(&bob, 1), (&alice, 2)] {
        let result = world.claim_merkle(&pot, recipient, bad.claim(index));
        assert_refused(result, RewardsError::AboveAllocated);
    }
    world.claim_merkle(&pot, &alice, bad.claim(0)).unwrap();
    let result = world.claim_merkle(&pot, &bob, bad.claim(1));
    assert_refused(result, RewardsError::AboveAllocated);
    let result = world.claim_merkle(&pot, &alice, bad.claim(2));
    assert_refused(result, RewardsError::AboveAllocated);
    assert_eq!(world.totals(&pot), totals(1_000, 600, 600, 0));
}

#[test]
fn the_cumulative_amount_vests() {
    let mut world = World::new();
    let start = world.chain.now();
    let vesting = Vesting::CliffLinear {
        start,
        cliff: start + 100,
        end: start + 1_000,
    };
    let pot = world.pot_with(CreateDistributionArgs {
        vesting,
        ..world.args(Kind::Merkle)
    });
    let alice = world.recipient();
    world.open(&pot, &alice).unwrap();
    let first = world.publish_rewards(&pot, &[(&alice, 600)]);
    world.chain.set_time(start + 99);
    let early = world.claim_merkle(&pot, &alice, first.claim(0));
    assert_refused(early, RewardsError::NothingDue);
    world.chain.set_time(start + 100);
    world.claim_merkle(&pot, &alice, first.claim(0)).unwrap();
    assert_eq!(world.amount(&alice.tokens), 60);
    let second = world.publish_rewards(&pot, &[(&alice, 1_000)]);
    world.claim_merkle(&pot, &alice, second.claim(0)).unwrap();
    assert_eq!(world.amount(&alice.tokens), 100);
    world.chain.set_time(start + 1_000);
    world.claim_merkle(&pot, &alice, second.claim(0)).unwrap();
    assert_eq!(world.amount(&alice.tokens), 1_000);
}

#[test]
fn claims_end_at_the_exact_second() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Merkle)
    });
    let alice = world.recipient();
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 1)]);
    world.chain.set_time(deadline);
    let late = world.claim_merkle(&pot, &alice, rewards.claim(0));
    assert_refused(late, RewardsError::Ended);
    world.chain.set_time(deadline - 1);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
}

#[test]
fn another_amount_than_the_leafs_is_refused() {
    let (mut world, pot, alice, _, rewards) = published();
    for cumulative in [0, 599, 601, u64::MAX] {
        let args = ClaimMerkleArgs {
            cumulative,
            ..rewards.claim(0)
        };
        let result = world.claim_merkle(&pot, &alice, args);
        assert_refused(result, RewardsError::NotInRoot);
    }
}

#[test]
fn an_amount_of_zero_pays_nothing() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let (alice, bob) = (world.recipient(), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 0), (&bob, 1)]);
    let result = world.claim_merkle(&pot, &alice, rewards.claim(0));
    assert_refused(result, RewardsError::NothingDue);
}

#[test]
fn a_proof_of_another_account_is_refused() {
    let (mut world, pot, alice, bob, rewards) = published();
    let result = world.claim_merkle(&pot, &bob, rewards.claim(0));
    assert_refused(result, RewardsError::NotInRoot);
    // Nor does Bob's signature make Alice's leaf his.
    let accounts = accounts::ClaimMerkle {
        recipient: bob.address(),
        destination: bob.tokens,
        ..world.claim_merkle_accounts(&pot, &alice)
    };
    let args = rewards.claim(0);
    let mut claim = instruction(ID, accounts, call::ClaimMerkle { args });
    claim.accounts[0].is_signer = true;
    let result = world.send(claim, &[&bob.key]);
    assert_refused(result, RewardsError::WrongRecipient);
}

#[test]
fn a_proof_of_another_distribution_is_refused() {
    let (mut world, pot, alice, bob, rewards) = published();
    let other = world.pot(Kind::Merkle);
    world.open(&other, &alice).unwrap();
    world.publish_rewards(&other, &[(&alice, 600), (&bob, 300)]);
    let result = world.claim_merkle(&other, &alice, rewards.claim(0));
    assert_refused(result, RewardsError::NotInRoot);
    // Not even under the same root.
    let root = rewards.tree.root();
    world.publish(&other, root, 900, 2).unwrap();
    let result = world.claim_merkle(&other, &alice, rewards.claim(0));
    assert_refused(result, RewardsError::NotInRoot);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
}

#[test]
fn a_proof_of_another_epoch_is_refused() {
    let (mut world, pot, alice, bob, first) = published();
    let second = Rewards::new(&pot, &[(&alice, 650), (&bob, 350)]);
    let early = world.claim_merkle(&pot, &alice, second.claim(0));
    assert_refused(early, RewardsError::NotInRoot);
    world.publish(&pot, second.tree.root(), 1_000, 2).unwrap();
    let late = world.claim_merkle(&pot, &alice, first.claim(0));
    assert_refused(late, RewardsError::NotInRoot);
    world.claim_merkle(&pot, &alice, second.claim(0)).unwrap();
}

#[test]
fn before_the_first_root_nothing_is_proved() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let args = ClaimMerkleArgs {
        cumulative: 1,
        proof: vec![],
    };
    let result = world.claim_merkle(&pot, &alice, args);
    assert_refused(result, RewardsError::NotInRoot);
}

#[test]
fn a_tree_of_one_leaf_needs_no_proof() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 5)]);
    assert!(rewards.claim(0).proof.is_empty());
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
}

#[test]
fn a_proof_with_a_node_more_or_less_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let alice = world.recipient();
    world.open(&pot, &alice).unwrap();
    let (root, proof) = deep(&pot, &alice, 600, 17);
    world.publish(&pot, root, 600, 1).unwrap();
    let with = |proof: Vec<u8>| ClaimMerkleArgs {
        cumulative: 600,
        proof,
    };
    let mut longer = proof.clone();
    longer.extend([18; 32]);
    let mut swapped = proof.clone();
    swapped.rotate_left(32);
    for proof in [proof[32..].to_vec(), proof[..16 * 32].to_vec(), longer, swapped] {
        let result = world.claim_merkle(&pot, &alice, with(proof));
        assert_refused(result, RewardsError::NotInRoot);
    }
    for len in [1, 31, 33, 17 * 32 - 1] {
        let result = world.claim_merkle(&pot, &alice, with(proof[..len].to_vec()));
        assert_refused(result, RewardsError::MalformedProof);
    }
    world.claim_merkle(&pot, &alice, with(proof)).unwrap();
}

/// A leaf is hashed twice over 96 bytes and an inner node once over 64. If a tree were built over leaves hashed once,
/// or if inner nodes could be claimed, whoever controls two siblings could make their parent mean something else.
#[test]
fn an_inner_node_is_no_leaf() {
    let (mut world, pot, alice, _, _) = published();
    // A tree whose root has a child that is the hash of 64 bytes which read as a leaf: Alice's account and amount.
    let once = |parts: &[&[u8]]| novate_protocol::keccak::keccak256(parts);
    let mut amount = [0; 32];
    amount[24..].copy_from_slice(&100u64.to_be_bytes());
    let alice_bytes = alice.address();
    let fields: [&[u8]; 3] = [pot.distribution.as_ref(), alice_bytes.as_ref(), &amount];
    let sibling = [9; 32];
    let claim = ClaimMerkleArgs {
        cumulative: 100,
        proof: sibling.to_vec(),
    };
    // 64 bytes as a node: the last two fields; hashed once: all fields.
    for node in [once(&fields[1..]), once(&fields)] {
        let root = Tree::new(vec![node, sibling]).root();
        let epoch = world.distribution(&pot).epoch + 1;
        world.publish(&pot, root, 1_000, epoch).unwrap();
        let result = world.claim_merkle(&pot, &alice, claim.clone());
        assert_refused(result, RewardsError::NotInRoot);
    }
    // Hashed twice, it is a leaf.
    let root = Tree::new(vec![once(&[&once(&fields)]), sibling]).root();
    let epoch = world.distribution(&pot).epoch + 1;
    world.publish(&pot, root, 1_000, epoch).unwrap();
    world.claim_merkle(&pot, &alice, claim).unwrap();
}

#[test]
fn the_recipient_may_be_paid_anywhere_else() {
    let (mut world, pot, alice, bob, rewards) = published();
    let accounts = accounts::ClaimMerkle {
        destination: bob.tokens,
        ..world.claim_merkle_accounts(&pot, &alice)
    };
    let args = rewards.claim(0);
    let mut claim = instruction(ID, accounts, call::ClaimMerkle { args });
    assert_refused(world.send(claim.clone(), &[]), RewardsError::NotTheirTokens);
    claim.accounts[0].is_signer = true;
    world.send(claim, &[&alice.key]).unwrap();
    assert_eq!((world.amount(&alice.tokens), world.amount(&bob.tokens)), (0, 600));
}

#[test]
fn the_distribution_cannot_pay_itself() {
    let (mut world, pot, alice, _, rewards) = published();
    let accounts = accounts::ClaimMerkle {
        destination: pot.tokens,
        ..world.claim_merkle_accounts(&pot, &alice)
    };
    let args = rewards.claim(0);
    let mut claim = instruction(ID, accounts, call::ClaimMerkle { args });
    claim.accounts[0].is_signer = true;
    let result = world.send(claim, &[&alice.key]);
    assert_refused(result, RewardsError::WrongDestination);
}

#[test]
fn tokens_that_vanish_are_noticed() {
    let (mut world, pot, alice, _, rewards) = published();
    // Behind the program's back: the amount follows mint and owner.
    world.chain.overwrite(&pot.tokens, 32 + 32, &999u64.to_le_bytes());
    let result = world.claim_merkle(&pot, &alice, rewards.claim(0));
    assert_refused(result, RewardsError::TokensShort);
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    for signed in [false, true] {
        let (mut world, pot, alice, bob, rewards) = published();
        let (other, direct) = (world.pot(Kind::Merkle), world.pot(Kind::Direct));
        world.open(&other, &alice).unwrap();
        world.allocate(&direct, &alice, 100).unwrap();
        let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
        let of_other_mint = tokens::associated(&mut world.chain, &other_mint, &alice.address());
        let args = rewards.claim(0);
        let mut claim = instruction(
            ID,
            world.claim_merkle_accounts(&pot, &alice),
            call::ClaimMerkle { args },
        );
        claim.accounts[0].is_signer = signed;
        let signers: &[_] = if signed { &[&alice.key] } else { &[] };
        let mut trials = Substitutions::new("rewards", &claim, signers)
            .wrong("distribution", other.distribution)
            .wrong("distribution", direct.distribution)
            .wrong("record", record_of(&other.distribution, &alice.address()))
            .wrong("record", record_of(&pot.distribution, &bob.address()))
            .wrong("record", allocation_of(&direct.distribution, &alice.address()))
            .wrong("mint", other_mint)
            .wrong("tokens", other.tokens)
            .wrong("tokens", bob.tokens)
            .wrong("destination", of_other_mint);
        if signed {
            trials = trials.harmless("recipient", "unsigned");
        } else {
            trials = trials
                .wrong("destination", bob.tokens)
                .wrong("recipient", bob.address());
        }
        trials.assert_refused(&mut world.chain);
        assert_eq!(world.amount(&alice.tokens), 600);
    }
}
