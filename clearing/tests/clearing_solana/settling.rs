//! Batches that are settled, whatever happens on the way.

use crate::{
    owners::{BALANCE, Member},
    world::{CHALLENGE, Change, Move, World},
};
use novate_clearing::chain::{Chain, ChainError, Finality, Progress, Step, solana::Solana};

/// Owners pay each other in pairs: every second one is debited in both mints.
pub fn pairs(members: &[Member]) -> Vec<Change> {
    let pair = |pair: &[Member]| {
        [
            pair[0].pays(0, 7),
            pair[1].gets(0, 7),
            pair[0].pays(1, 3),
            pair[1].gets(1, 3),
        ]
    };
    members.chunks_exact(2).flat_map(pair).collect()
}

#[track_caller]
fn assert_settled(world: &World, members: &[Member]) {
    for pair in members.chunks_exact(2) {
        assert_eq!(
            [
                world.balance(&pair[0].address(), 0),
                world.balance(&pair[0].address(), 1)
            ],
            [BALANCE - 7, BALANCE - 3]
        );
        assert_eq!(
            [
                world.balance(&pair[1].address(), 0),
                world.balance(&pair[1].address(), 1)
            ],
            [BALANCE + 7, BALANCE + 3]
        );
    }
}

fn finalized() -> Option<Progress> {
    Some(Progress::Settled {
        finality: Finality::Finalized,
    })
}

/// Items of the first members, which go to the last.
fn moves(world: &World, members: &[Member], count: usize) -> Vec<Move> {
    let pairs = members.iter().zip(members.iter().rev()).take(count);
    pairs
        .map(|(from, to)| Move {
            mint: world.item(&from.key),
            from: from.address(),
            to: to.address(),
            session: from.session,
        })
        .collect()
}

#[tokio::test]
async fn four_hundred_owners_two_mints_and_items_settle() {
    let world = World::new();
    let members = world.members(400);
    let moves = moves(&world, &members, 20);
    let batch = world.batch(&pairs(&members), &moves);
    let story = world.settle(&batch).await;
    assert_eq!(story.end, finalized());
    assert_settled(&world, &members);
    for moved in &moves {
        assert_eq!(world.holder(&moved.mint), moved.to);
    }
    assert_eq!(
        world.node.state().failed(),
        0,
        "no transaction was sent that failed"
    );
    // 200 debits of each mint, 27 to a transaction; 200 credits, 57 to a transaction, at best.
    assert!(story.landed["debits"] <= 18, "{story:?}");
    assert!(story.landed["credits"] <= 10, "{story:?}");
}

#[tokio::test]
async fn a_batch_of_items_alone_and_one_without_leaves_settle() {
    let world = World::new();
    let members = world.members(4);
    let moves = moves(&world, &members, 2);
    for batch in [world.batch(&[], &moves), world.batch_at(2, &[], &[])] {
        assert_eq!(world.settle(&batch).await.end, finalized());
    }
    assert_eq!(world.holder(&moves[0].mint), moves[0].to);
}

#[tokio::test]
async fn a_restart_at_any_round_changes_nothing() {
    let world = World::new();
    let members = world.members(60);
    let batch = world.batch(&pairs(&members), &moves(&world, &members, 3));
    let story = world.drive(&batch, |_| Some(world.solana())).await;
    assert_eq!(story.end, finalized());
    assert_settled(&world, &members);
    assert_eq!(world.node.state().failed(), 0);
}

#[tokio::test]
async fn steps_keep_their_names_while_others_land() {
    let world = World::new();
    let members = world.members(200);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    let applying = |progress: &Progress| matches!(progress, Progress::Applying { .. });
    world.drive_until(&batch, |_| None, applying).await;
    let steps = |progress: Progress| match progress {
        Progress::Applying { steps } => steps,
        other => panic!("{other:?}"),
    };
    let before = steps(solana.progress(&batch).await.unwrap());
    // 100 debits of each mint.
    let lengths: Vec<u32> = before
        .iter()
        .map(|step| match step {
            Step::Debits(leaves) => leaves.end - leaves.start,
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(lengths, [27, 27, 27, 19, 27, 27, 27, 19]);
    // The second one lands, and then the last.
    for landed in [before[1].clone(), before[before.len() - 1].clone()] {
        let planned = solana.plan(&batch, &landed, None).await.unwrap();
        solana.send(&planned).await.unwrap();
        world.node.tick(1);
    }
    let mut left = before.clone();
    left.remove(1);
    left.pop();
    assert_eq!(steps(solana.progress(&batch).await.unwrap()), left);
}

#[tokio::test]
async fn chunks_that_a_stranger_applied_are_skipped() {
    let world = World::new();
    let members = world.members(100);
    let batch = world.batch(&pairs(&members), &[]);
    let applying = |progress: &Progress| matches!(progress, Progress::Applying { .. });
    world.drive_until(&batch, |_| None, applying).await;
    // The stranger has another payer and cuts in another way.
    let stranger = stranger(&world);
    for leaves in [3..9, 40..45] {
        let planned = stranger.plan(&batch, &Step::Debits(leaves), None).await.unwrap();
        stranger.send(&planned).await.unwrap();
    }
    let Progress::Applying { steps } = world.solana().progress(&batch).await.unwrap() else {
        panic!("it is its turn");
    };
    for step in &steps {
        let Step::Debits(leaves) = step else {
            panic!("{step}");
        };
        assert!(
            leaves.end <= 3 || (9..=40).contains(&leaves.start) && leaves.end <= 40 || leaves.start >= 45,
            "{step}"
        );
    }
    assert_eq!(world.settle(&batch).await.end, finalized());
    assert_settled(&world, &members);
}

/// The adapter of somebody else.
pub fn stranger(world: &World) -> Solana {
    let payer = world.node.state().chain.user();
    Solana::over(world.node.clone(), world.config, payer, Default::default())
}

#[tokio::test]
async fn an_overlapping_chunk_applies_what_is_left_of_it() {
    let world = World::new();
    let members = world.members(20);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    let applying = |progress: &Progress| matches!(progress, Progress::Applying { .. });
    world.drive_until(&batch, |_| None, applying).await;
    let whole = solana.plan(&batch, &Step::Debits(0..10), None).await.unwrap();
    let part = solana.plan(&batch, &Step::Debits(4..6), None).await.unwrap();
    for planned in [&part, &whole, &whole] {
        solana.send(planned).await.unwrap();
    }
    world.node.tick(1);
    assert_eq!(world.settle(&batch).await.end, finalized());
    assert_settled(&world, &members);
}

#[tokio::test]
async fn two_batches_wait_for_each_other() {
    let world = World::new();
    let members = world.members(8);
    let (a, b) = members.split_at(4);
    let first = world.batch(&pairs(a), &[]);
    let second = world.batch_at(2, &pairs(b), &[]);
    let solana = world.solana();
    assert_eq!(
        solana.progress(&second).await.unwrap(),
        Progress::NotNext { opened: 0 }
    );
    for batch in [&first, &second] {
        let waiting = |progress: &Progress| matches!(progress, Progress::Waiting { .. });
        world.drive_until(batch, |_| None, waiting).await;
    }
    assert_eq!(
        solana.opened().await.unwrap(),
        (2, world.node.state().chain.now() as u64)
    );
    world.node.tick(CHALLENGE);
    assert!(
        matches!(solana.progress(&second).await.unwrap(), Progress::Waiting { .. }),
        "it is not its turn"
    );
    assert_eq!(world.settle(&first).await.end, finalized());
    assert_eq!(world.settle(&second).await.end, finalized());
    assert_settled(&world, &members);
}

#[tokio::test]
async fn a_settlement_is_confirmed_before_it_is_final() {
    let world = World::new();
    let members = world.members(2);
    let batch = world.batch(&pairs(&members), &[]);
    let over = |progress: &Progress| matches!(progress, Progress::Settled { .. });
    let story = world.drive_until(&batch, |_| None, over).await;
    assert_eq!(
        story.end,
        Some(Progress::Settled {
            finality: Finality::Confirmed
        })
    );
    for _ in 0..40 {
        world.node.tick(1);
    }
    assert_eq!(Some(world.solana().progress(&batch).await.unwrap()), finalized());
}

#[tokio::test]
async fn another_batch_of_the_same_sequence_is_a_conflict() {
    let world = World::new();
    let members = world.members(4);
    let ours = world.batch(&pairs(&members), &[]);
    let theirs = world.batch(&pairs(&members[..2]), &[]);
    let waiting = |progress: &Progress| matches!(progress, Progress::Waiting { .. });
    world.drive_until(&theirs, |_| None, waiting).await;
    let conflict = |progress: Progress| match progress {
        Progress::Conflict { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert!(conflict(world.solana().progress(&ours).await.unwrap()).contains("deltas root"));
    assert_eq!(world.settle(&theirs).await.end, finalized());
    let reason = conflict(world.solana().progress(&ours).await.unwrap());
    assert!(reason.contains("sequence 1"), "{reason}");
}

#[tokio::test]
async fn without_a_settlement_the_error_says_so() {
    let world = World::new();
    let nowhere = world.node.state().chain.address();
    let solana = Solana::over(
        world.node.clone(),
        nowhere,
        world.payer.insecure_clone(),
        Default::default(),
    );
    let Err(ChainError::Unavailable(reason)) = solana.opened().await else {
        panic!("there is none");
    };
    assert!(reason.contains("no settlement"), "{reason}");
}
