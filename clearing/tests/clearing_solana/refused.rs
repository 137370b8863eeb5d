//! What can never land is told apart from what can land later.

use crate::{
    owners::{BALANCE, Member},
    settling::pairs,
    world::{CHALLENGE, Move, SETTLE, World},
};
use novate_clearing::chain::{Chain, ChainError, Finality, Progress, SignedBatch, Step};

fn applying(progress: &Progress) -> bool {
    matches!(progress, Progress::Applying { .. })
}

async fn until_applying(world: &World, batch: &SignedBatch) {
    world.drive_until(batch, |_| None, applying).await;
}

/// Reason, and whether it is permanent.
#[track_caller]
fn rejected<T: std::fmt::Debug>(result: Result<T, ChainError>) -> (String, bool) {
    match result {
        Err(ChainError::Rejected {
            reason, permanent, ..
        }) => (reason, permanent),
        other => panic!("{other:?}"),
    }
}

/// The place of a member's debit of a mint.
fn debit(batch: &SignedBatch, member: &Member, asset: &[u8; 32]) -> u32 {
    let leaf = batch
        .deltas
        .iter()
        .find(|leaf| leaf.owner.0 == member.address().to_bytes() && leaf.asset.0 == *asset);
    leaf.unwrap().index
}

/// The batch is taken back as soon as its settle window is over, and everybody has what they had.
async fn is_taken_back(world: &World, batch: &SignedBatch) {
    world.node.tick(SETTLE);
    let story = world.settle(batch).await;
    let closed = Progress::Closed {
        cancelled: false,
        finality: Finality::Finalized,
    };
    assert_eq!(story.end, Some(closed), "{story:?}");
    assert_eq!(world.node.state().failed(), 0);
}

#[tokio::test]
async fn who_has_withdrawn_makes_the_batch_fail_and_it_is_taken_back() {
    let world = World::new();
    let members = world.members(80);
    let item = world.item(&members[3].key);
    let moved = Move {
        mint: item,
        from: members[3].address(),
        to: members[4].address(),
        session: members[3].session,
    };
    let batch = world.batch(&pairs(&members), &[moved]);
    until_applying(&world, &batch).await;
    world.withdraw(&members[10], 0);
    let story = world.settle(&batch).await;
    let (step, reason) = story.refused.expect("a refusal");
    assert!(matches!(step, Step::Debits(_)), "{step}");
    assert!(
        reason.starts_with("InsufficientBalance: The ledger holds less"),
        "{reason}"
    );
    // Whose leaf it is can be found by looking at parts.
    let solana = world.solana();
    let leaf = debit(&batch, &members[10], &world.mints[0].to_bytes());
    assert!(rejected(solana.check(&batch, &Step::Debits(leaf..leaf + 1)).await).1);
    solana
        .check(&batch, &Step::Debits(leaf + 1..leaf + 2))
        .await
        .unwrap();

    // The others are applied, but for the chunk.
    let Progress::Applying { steps } = solana.progress(&batch).await.unwrap() else {
        panic!("it may still be applied");
    };
    for step in steps {
        if let Ok(planned) = solana.plan(&batch, &step, None).await {
            solana.send(&planned).await.unwrap();
        }
    }
    assert_eq!(world.holder(&item), members[4].address());
    is_taken_back(&world, &batch).await;
    assert_eq!(world.holder(&item), members[3].address());
    for (n, member) in members.iter().enumerate() {
        let expected = if n == 10 { 0 } else { BALANCE };
        assert_eq!(
            [
                world.balance(&member.address(), 0),
                world.balance(&member.address(), 1)
            ],
            [expected, BALANCE]
        );
    }
    // The next batch is not held up.
    let next = world.batch(&pairs(&members[..4]), &[]);
    assert!(matches!(
        world.settle(&next).await.end,
        Some(Progress::Settled { .. })
    ));
}

#[tokio::test]
async fn a_session_that_is_gone_revoked_or_used_up_is_permanent() {
    let world = World::new();
    let members = world.members(6);
    let batch = world.batch(&pairs(&members), &[]);
    until_applying(&world, &batch).await;
    let solana = world.solana();
    let mint = world.mints[0].to_bytes();
    let check = async |member: &Member| {
        let leaf = debit(&batch, member, &mint);
        rejected(solana.check(&batch, &Step::Debits(leaf..leaf + 1)).await)
    };
    world.revoke(&members[0]);
    let (reason, permanent) = check(&members[0]).await;
    assert!(permanent && reason.starts_with("SessionRevoked: "), "{reason}");
    assert!(reason.contains("(charge 0: slot 0"), "{reason}");

    world.close_session(&members[0].address(), members[0].session);
    let (reason, permanent) = check(&members[0]).await;
    assert!(permanent && reason.starts_with("SessionGone: "), "{reason}");
    assert!(reason.contains(&members[0].address().to_string()), "{reason}");

    // A session that allows less than is debited.
    let poor = Member {
        key: members[2].key.insecure_clone(),
        session: world.node.state().chain.address(),
    };
    world.create_session(&poor.key, poor.session, 86_400, 5);
    let next = world.batch_at(2, &[poor.pays(0, 6), members[4].gets(0, 6)], &[]);
    is_taken_back(&world, &batch).await;
    until_applying(&world, &next).await;
    let (reason, permanent) = rejected(world.solana().check(&next, &Step::Debits(0..1)).await);
    assert!(permanent && reason.starts_with("OverL"), "{reason}");
}

#[tokio::test]
async fn a_session_that_has_moved_is_found_in_its_new_slot() {
    let world = World::new();
    let members = world.members(4);
    // Another session of the owner's, which comes to lie behind the first.
    let newer = world.node.state().chain.address();
    world.create_session(&members[0].key, newer, 86_400, 1_000);
    let mut changes = pairs(&members);
    changes
        .iter_mut()
        .filter(|change| change.owner == members[0].address())
        .for_each(|change| change.session = newer);
    let batch = world.batch(&changes, &[]);
    until_applying(&world, &batch).await;
    let solana = world.solana();
    let leaf = debit(&batch, &members[0], &world.mints[0].to_bytes());
    let step = Step::Debits(leaf..leaf + 1);
    let planned = solana.plan(&batch, &step, None).await.unwrap();
    // Between plan and landing the first one is closed, and the second takes its slot.
    world.revoke(&members[0]);
    world.close_session(&members[0].address(), members[0].session);
    solana.send(&planned).await.unwrap();
    assert_eq!(
        world.node.state().failed(),
        1,
        "what was planned names the old slot"
    );
    assert!(matches!(
        solana.landing(&planned).await.unwrap(),
        novate_clearing::chain::Landing::Failed { .. }
    ));
    let again = solana.plan(&batch, &step, Some(&planned)).await.unwrap();
    solana.send(&again).await.unwrap();
    assert_eq!(world.balance(&members[0].address(), 0), BALANCE - 7);
    assert!(matches!(
        world.settle(&batch).await.end,
        Some(Progress::Settled { .. })
    ));
}

#[tokio::test]
async fn an_item_that_is_not_held_any_more_is_permanent() {
    let world = World::new();
    let members = world.members(4);
    let mint = world.item(&members[0].key);
    let moved = Move {
        mint,
        // It never was the second one's.
        from: members[1].address(),
        to: members[2].address(),
        session: members[1].session,
    };
    let batch = world.batch(&[], &[moved]);
    let story = world.settle(&batch).await;
    let (step, reason) = story.refused.expect("a refusal");
    assert_eq!(step, Step::Items(0..1));
    assert!(reason.starts_with("NotHolder: "), "{reason}");
}

#[tokio::test]
async fn a_batch_that_the_guardian_cancels_is_closed() {
    let world = World::new();
    let members = world.members(4);
    let batch = world.batch(&pairs(&members), &[]);
    let waiting = |progress: &Progress| matches!(progress, Progress::Waiting { .. });
    world.drive_until(&batch, |_| None, waiting).await;
    world.cancel(&batch);
    let steps = vec![Step::Close];
    assert_eq!(
        world.solana().progress(&batch).await.unwrap(),
        Progress::TakingBack { steps }
    );
    let closed = Progress::Closed {
        cancelled: true,
        finality: Finality::Finalized,
    };
    assert_eq!(world.settle(&batch).await.end, Some(closed));
}

#[tokio::test]
async fn a_pause_stops_a_batch_until_it_is_over_and_not_past_the_point_of_no_return() {
    let world = World::new();
    let members = world.members(140);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    world.pause();
    assert_eq!(solana.progress(&batch).await.unwrap(), Progress::Paused);
    let (reason, permanent) = rejected(solana.plan(&batch, &Step::Open, None).await);
    assert!(!permanent && reason.starts_with("Paused: "), "{reason}");
    world.unpause();
    until_applying(&world, &batch).await;
    world.pause();
    assert_eq!(solana.progress(&batch).await.unwrap(), Progress::Paused);
    let (_, permanent) = rejected(solana.plan(&batch, &Step::Debits(0..1), None).await);
    assert!(!permanent);
    world.unpause();
    // Up to the first credit.
    let credits = |progress: &Progress| matches!(progress, Progress::Applying { steps } if matches!(steps[..], [Step::Credits(_), ..]));
    world.drive_until(&batch, |_| None, credits).await;
    let Progress::Applying { steps } = solana.progress(&batch).await.unwrap() else {
        panic!("credits");
    };
    assert!(steps.len() > 1);
    let first = solana.plan(&batch, &steps[0], None).await.unwrap();
    solana.send(&first).await.unwrap();
    world.pause();
    world.node.tick(SETTLE);
    assert!(matches!(
        world.settle(&batch).await.end,
        Some(Progress::Settled { .. })
    ));
}

#[tokio::test]
async fn too_early_out_of_turn_and_too_late_can_pass() {
    let world = World::new();
    let members = world.members(4);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    let waiting = |progress: &Progress| matches!(progress, Progress::Waiting { .. });
    world.drive_until(&batch, |_| None, waiting).await;
    let debits = Step::Debits(0..1);
    for (seconds, name) in [(0, "ChallengeWindow"), (CHALLENGE + SETTLE, "BatchTooLate")] {
        world.node.tick(seconds);
        let (reason, permanent) = rejected(solana.check(&batch, &debits).await);
        assert!(!permanent && reason.starts_with(name), "{reason}");
    }
    let second = world.batch_at(2, &pairs(&members), &[]);
    let (reason, permanent) = rejected(
        solana
            .plan(&world.batch_at(3, &pairs(&members), &[]), &Step::Open, None)
            .await,
    );
    assert!(!permanent && reason.starts_with("WrongSequence"), "{reason}");
    solana.check(&second, &Step::Open).await.unwrap();
}

#[tokio::test]
async fn a_signature_of_another_key_or_of_another_length_is_permanent() {
    let world = World::new();
    let members = world.members(4);
    let good = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    let mut short = good.clone();
    short.signature.pop();
    assert!(rejected(solana.plan(&short, &Step::Open, None).await).1);
    let mut forged = good.clone();
    forged.signature = solana_signer::Signer::sign_message(&world.guardian, &good.header.solana_message())
        .as_ref()
        .to_vec();
    let (reason, permanent) = rejected(solana.plan(&forged, &Step::Open, None).await);
    assert!(permanent && reason.contains("authority's signature"), "{reason}");
    solana.check(&good, &Step::Open).await.unwrap();
}

#[tokio::test]
async fn a_payer_without_funds_is_told_apart() {
    let world = World::new();
    let members = world.members(4);
    let batch = world.batch(&pairs(&members), &[]);
    let poor = world.node.state().chain.key();
    let solana = novate_clearing::chain::solana::Solana::over(
        world.node.clone(),
        world.config,
        poor.insecure_clone(),
        Default::default(),
    );
    let address = solana_signer::Signer::pubkey(&poor);
    for lamports in [0, 1_000_000] {
        if lamports > 0 {
            // Enough for the fee, and not for the rent of a batch.
            world.node.state().chain.svm.airdrop(&address, lamports).unwrap();
        }
        let Err(ChainError::Payer { payer, .. }) = solana.plan(&batch, &Step::Open, None).await else {
            panic!("{lamports} are too few");
        };
        assert_eq!(payer, address.to_string());
    }
}
