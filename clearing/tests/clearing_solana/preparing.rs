//! Ledgers and lookup tables, before a batch is opened.

use crate::{
    settling::{pairs, stranger},
    world::World,
};
use novate_bindings::solana::address::settlement as at;
use novate_clearing::chain::{Chain, Progress, Step};
use solana_signer::Signer;

fn prepared(progress: &Progress) -> bool {
    *progress
        == Progress::Absent {
            steps: vec![Step::Open],
        }
}

#[tokio::test]
async fn ledgers_that_are_missing_are_opened() {
    let world = World::new();
    let payers = world.members(2);
    let new = world.strangers(40);
    let mut changes = vec![payers[0].pays(0, 40), payers[1].pays(1, 40)];
    changes.extend(new.iter().flat_map(|owner| [owner.gets(0, 1), owner.gets(1, 1)]));
    let batch = world.batch(&changes, &[]);
    let story = world.settle(&batch).await;
    assert!(matches!(story.end, Some(Progress::Settled { .. })));
    for owner in &new {
        assert_eq!(
            [
                world.balance(&owner.address(), 0),
                world.balance(&owner.address(), 1)
            ],
            [1, 1]
        );
    }
    assert_eq!(world.node.state().failed(), 0);
}

#[tokio::test]
async fn a_small_batch_needs_no_tables() {
    let world = World::new();
    let members = world.members(6);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    assert!(prepared(&solana.progress(&batch).await.unwrap()));
    assert_eq!(solana.lookup_tables().await.unwrap(), (0, 0));
}

#[tokio::test]
async fn tables_are_made_once_and_used_again() {
    let world = World::new();
    let members = world.members(120);
    let solana = world.solana();
    let first = world.batch(&pairs(&members), &[]);
    assert!(matches!(
        world.settle(&first).await.end,
        Some(Progress::Settled { .. })
    ));
    let tables = solana.lookup_tables().await.unwrap();
    assert!(tables.0 >= 2, "{tables:?}");
    // Whoever was credited is debited now: their grants are in the tables already.
    let mut back = pairs(&members);
    let sessions: std::collections::BTreeMap<_, _> = members
        .iter()
        .map(|member| (member.address(), member.session))
        .collect();
    for change in &mut back {
        change.amount = -change.amount;
        change.session = sessions[&change.owner];
    }
    let second = world.batch(&back, &[]);
    assert!(
        prepared(&world.solana().progress(&second).await.unwrap()),
        "nothing is missing"
    );
    let story = world.settle(&second).await;
    assert!(matches!(story.end, Some(Progress::Settled { .. })));
    assert_eq!(solana.lookup_tables().await.unwrap(), tables);
    assert!(
        story.landed["debits"] <= 6 && story.landed["credits"] <= 5,
        "{story:?}"
    );
    assert_eq!(world.node.state().failed(), 0);
}

#[tokio::test]
async fn new_owners_go_into_the_tables_that_are_there() {
    let world = World::new();
    let members = world.members(100);
    let (old, all) = (&members[..60], &members[..]);
    world.settle(&world.batch(&pairs(old), &[])).await;
    let before = world.solana().lookup_tables().await.unwrap();
    let story = world.settle(&world.batch(&pairs(all), &[])).await;
    let after = world.solana().lookup_tables().await.unwrap();
    // Three addresses of each owner, and six in front of each table.
    assert_eq!(before, (1, 6 + 60 * 3));
    assert_eq!(after, (2, 2 * 6 + 100 * 3));
    assert!(story.landed["prepare"] <= 6, "{story:?}");
}

#[tokio::test]
async fn an_addition_cannot_be_used_in_its_own_slot() {
    let world = World::new();
    let members = world.members(100);
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    // Every transaction of a round is in the same slot as the look at what it has done.
    for _ in 0..20 {
        let Progress::Absent { steps } = solana.progress(&batch).await.unwrap() else {
            panic!("it is not opened");
        };
        if steps == [Step::Open] {
            break;
        }
        for step in steps {
            if let Ok(planned) = solana.plan(&batch, &step, None).await {
                solana.send(&planned).await.unwrap();
            }
        }
        // Tables need a slot that is over; nothing else here does.
        world.node.tick(0);
    }
    let (tables, addresses) = solana.lookup_tables().await.unwrap();
    assert!(tables >= 2 && addresses > 300);
    assert_eq!(world.node.state().failed(), 0);
    assert!(matches!(
        world.settle(&batch).await.end,
        Some(Progress::Settled { .. })
    ));
}

#[tokio::test]
async fn in_the_slot_of_an_addition_the_older_addresses_are_used() {
    let world = World::new();
    let members = world.members(100);
    world.settle(&world.batch(&pairs(&members[..60]), &[])).await;
    let batch = world.batch(&pairs(&members), &[]);
    let solana = world.solana();
    let Progress::Absent { steps } = solana.progress(&batch).await.unwrap() else {
        panic!("it is not opened");
    };
    for step in steps {
        let planned = solana.plan(&batch, &step, None).await.unwrap();
        solana.send(&planned).await.unwrap();
    }
    // No slot has passed. What was prepared is not asked for again, and what cannot be used yet is not used.
    let after = world.solana();
    let progress = after.progress(&batch).await.unwrap();
    if let Progress::Absent { steps } = &progress {
        for step in steps.iter().filter(|step| **step == Step::Open) {
            after.check(&batch, step).await.unwrap();
        }
    }
    let open = after.plan(&batch, &Step::Open, None).await.unwrap();
    after.send(&open).await.unwrap();
    assert_eq!(world.node.state().failed(), 0);
    world.node.state().chain.advance(crate::world::CHALLENGE);
    let Progress::Applying { steps } = after.progress(&batch).await.unwrap() else {
        panic!("it is its turn");
    };
    for step in steps {
        let planned = after.plan(&batch, &step, None).await.unwrap();
        after.send(&planned).await.unwrap();
    }
    assert_eq!(world.node.state().failed(), 0);
    assert!(matches!(
        world.settle(&batch).await.end,
        Some(Progress::Settled { .. })
    ));
}

#[tokio::test]
async fn a_ledger_that_somebody_else_opened_is_not_opened_again() {
    let world = World::new();
    let payers = world.members(2);
    let new = world.strangers(20);
    let mut changes = vec![payers[0].pays(0, 20)];
    changes.extend(new.iter().map(|owner| owner.gets(0, 1)));
    let batch = world.batch(&changes, &[]);
    let solana = world.solana();
    let Progress::Absent { steps } = solana.progress(&batch).await.unwrap() else {
        panic!("it is not opened");
    };
    assert!(
        steps.iter().all(|step| matches!(step, Step::Prepare(_))) && !steps.is_empty(),
        "{steps:?}"
    );
    // The first of them opens their own ledger.
    world.node.state().chain.fund(&new[7].address());
    world.open_ledger(&new[7].key, world.vaults[0]);
    assert!(
        world
            .node
            .state()
            .chain
            .exists(&at::ledger(&world.vaults[0], &new[7].key.pubkey()))
    );
    let story = world.settle(&batch).await;
    assert!(matches!(story.end, Some(Progress::Settled { .. })));
    assert_eq!(world.node.state().failed(), 0);
}

#[tokio::test]
async fn when_a_stranger_opens_the_batch_its_ledgers_are_opened_late() {
    let world = World::new();
    let payers = world.members(2);
    let new = world.strangers(3);
    let mut changes = vec![payers[0].pays(0, 3)];
    changes.extend(new.iter().map(|owner| owner.gets(0, 1)));
    let batch = world.batch(&changes, &[]);
    let stranger = stranger(&world);
    let open = stranger.plan(&batch, &Step::Open, None).await.unwrap();
    stranger.send(&open).await.unwrap();
    let story = world.settle(&batch).await;
    assert!(matches!(story.end, Some(Progress::Settled { .. })));
    assert_eq!(story.landed["prepare"], 1);
    assert_eq!(world.balance(&new[2].address(), 0), 1);
}
