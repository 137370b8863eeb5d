//! What readers see of an intent, and what windows take.

use crate::common::{Key, World, accepted, now};
use novate_clearing::{
    intake::{FeedEvent, Page},
    store::{intents, intents_view::State},
};
use novate_netting::Outcome;
use novate_protocol::{
    ids::Asset,
    intent::{Action, Intent, Item},
};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;

impl World {
    /// A batch of these intents, in the given state.
    async fn batch(&self, sequence: i64, state: &str, outcomes: &[(i64, Outcome)]) -> i64 {
        let number: i64 = sqlx::query_scalar(
            "insert into clearing.batches
                 (settlement, sequence, state, header, blob_cid, leaves, intents, filled, deltas, items, opened_at)
             values ($1, $2, $3, '', '', '', $4, 0, 0, 0, now()) returning number",
        )
        .bind(self.solana)
        .bind(sequence)
        .bind(state)
        .bind(i32::try_from(outcomes.len()).unwrap())
        .fetch_one(&self.pool)
        .await
        .unwrap();
        for (position, (seq, outcome)) in outcomes.iter().enumerate() {
            sqlx::query(
                "insert into clearing.outcomes (batch, position, seq, outcome) values ($1, $2, $3, $4)",
            )
            .bind(number)
            .bind(i32::try_from(position).unwrap())
            .bind(seq)
            .bind(i16::from(outcome.code()))
            .execute(&self.pool)
            .await
            .unwrap();
        }
        number
    }

    async fn set(&self, batch: i64, state: &str) {
        sqlx::query("with _ as (select pg_notify('clearing_batches', '')) update clearing.batches set state = $2 where number = $1 and exists (select from _)")
            .bind(batch)
            .bind(state)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    async fn carry(&self, seq: i64, not_before: i64) {
        sqlx::query("insert into clearing.carried (seq, settlement, not_before) values ($1, $2, $3)")
            .bind(seq)
            .bind(self.solana)
            .bind(not_before)
            .execute(&self.pool)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intents_state_follows_the_batch_that_holds_it() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::solana(1)));
    let item = Item {
        collection: Asset([5; 32]),
        token_id: [0; 32],
    };
    let list = Action::List {
        item,
        currency: Asset([6; 32]),
        price: 1,
    };
    let sent = [
        key.pay(1),
        key.pay(2),
        key.pay(3),
        key.sign(Intent {
            action: list,
            ..key.payment(4)
        }),
    ];
    let answers = intake.submit(sent.into()).await.unwrap();
    let seqs: Vec<i64> = answers.iter().map(|answer| accepted(answer).seq).collect();
    let ids: Vec<[u8; 32]> = answers.iter().map(|answer| accepted(answer).id).collect();
    let states = async || {
        let mut states = Vec::new();
        for id in &ids {
            states.push(intake.get(id).await.unwrap().unwrap().state);
        }
        states
    };
    use State::{Batched, Cancelled, Open, Rejected, Settled, Waiting};
    assert_eq!(states().await, [Waiting; 4]);
    world.carry(seqs[3], 0).await;
    let of_first = [
        (seqs[0], Outcome::Filled),
        (seqs[1], Outcome::OverLimit),
        (seqs[2], Outcome::Cancelled),
    ];
    let first = world.batch(1, "made", &of_first).await;
    assert_eq!(states().await, [Batched, Batched, Batched, Open]);
    world.set(first, "settled").await;
    assert_eq!(states().await, [Settled, Rejected, Cancelled, Open]);
    // A batch that was taken back holds nothing, until the next one does.
    world.set(first, "closed").await;
    for seq in &seqs[..3] {
        world.carry(*seq, i64::try_from(now()).unwrap() + 60).await;
    }
    assert_eq!(states().await, [Waiting, Waiting, Waiting, Open]);
    let second = world
        .batch(2, "finalized", &[(seqs[0], Outcome::InsufficientFunds)])
        .await;
    assert_eq!(states().await, [Rejected, Waiting, Waiting, Open]);
    let view = intake.get(&ids[0]).await.unwrap().unwrap();
    assert_eq!(view.outcome, Some(Outcome::InsufficientFunds));
    let batch = view.batch.unwrap();
    assert_eq!(
        (batch.number, batch.sequence, batch.state.as_str()),
        (second, 2, "finalized")
    );
    assert_eq!(view.stored.signed, sent[0]);
    assert_eq!(intake.get(&[1; 32]).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owners_intents_come_by_pages_the_latest_first() {
    let world = World::new().await;
    let (intake, key, other) = (world.intake(), world.key(Key::solana(1)), world.key(Key::evm(1)));
    let sent = (0..10)
        .flat_map(|nonce| [key.pay(nonce), other.pay(nonce)])
        .collect();
    intake.submit(sent).await.unwrap();
    let (mut before, mut nonces) = (None, Vec::new());
    loop {
        let page = intake
            .by_owner(&key.owner(), Page { before, limit: 4 })
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.stored.seq);
        nonces.extend(page.iter().map(|view| view.intent().nonce));
    }
    assert_eq!(nonces, (0..10).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_what_is_above_the_cursor_and_what_is_carried_and_due() {
    let world = World::new().await;
    let (intake, key, other) = (world.intake(), world.key(Key::solana(1)), world.key(Key::evm(1)));
    let sent = (0..10)
        .flat_map(|nonce| [key.pay(nonce), other.pay(nonce)])
        .collect();
    let answers = intake.submit(sent).await.unwrap();
    let seqs: Vec<i64> = answers
        .iter()
        .step_by(2)
        .map(|answer| accepted(answer).seq)
        .collect();
    let got =
        |window: Vec<intents::StoredIntent>| window.into_iter().map(|intent| intent.seq).collect::<Vec<_>>();
    let window = intents::window(&world.pool, world.solana, 0, 100).await.unwrap();
    assert_eq!(window[3].signed.intent.nonce, 3);
    assert_eq!(got(window), seqs);
    assert_eq!(
        got(intents::window(&world.pool, world.solana, seqs[4], 3)
            .await
            .unwrap()),
        seqs[5..8]
    );
    let waiting = intents::waiting(&world.pool, world.solana, now()).await.unwrap();
    assert_eq!((waiting.count, waiting.retries), (10, 0));
    assert_eq!(waiting.oldest, Some(accepted(&answers[0]).received_at));
    sqlx::query("update clearing.settlements set cursor = $1 where id = $2")
        .bind(seqs[9])
        .bind(world.solana)
        .execute(&world.pool)
        .await
        .unwrap();
    let later = i64::try_from(now()).unwrap() + 60;
    for (seq, not_before) in [(seqs[5], 0), (seqs[2], 1), (seqs[7], later)] {
        world.carry(seq, not_before).await;
    }
    assert_eq!(
        got(intents::carried(&world.pool, world.solana, now()).await.unwrap()),
        [seqs[2], seqs[5]]
    );
    assert_eq!(
        got(intents::carried(&world.pool, world.solana, now() + 60)
            .await
            .unwrap()),
        [seqs[2], seqs[5], seqs[7]]
    );
    assert_eq!(intents::carried(&world.pool, world.evm, now()).await.unwrap(), []);
    let waiting = intents::waiting(&world.pool, world.solana, now()).await.unwrap();
    assert_eq!((waiting.count, waiting.oldest, waiting.retries), (0, None, 1));
}

async fn next(feed: &mut Receiver<FeedEvent>) -> FeedEvent {
    tokio::time::timeout(Duration::from_secs(20), feed.recv())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_process_sees_what_any_of_them_accepts_and_what_is_settled() {
    let world = World::new().await;
    let (key, intakes) = (world.key(Key::solana(1)), [world.intake(), world.intake()]);
    let mut feeds = [intakes[0].feed(), intakes[1].feed()];
    // A feed begins when it listens: until then intents are before its time.
    let (mut nonce, deadline) = (0, Instant::now() + Duration::from_secs(20));
    for feed in &mut feeds {
        while feed.is_empty() {
            assert!(Instant::now() < deadline, "no feed");
            accepted(&intakes[0].submit(vec![key.pay(nonce)]).await.unwrap()[0]);
            nonce += 1;
        }
    }
    let answers = intakes[1]
        .submit((nonce..nonce + 700).map(|nonce| key.pay(nonce)).collect())
        .await
        .unwrap();
    let sent: Vec<i64> = answers.iter().map(|answer| accepted(answer).seq).collect();
    for feed in &mut feeds {
        let mut seen = Vec::new();
        while seen.last() != sent.last() {
            let FeedEvent::Accepted(intents) = next(feed).await else {
                panic!("nothing is settled")
            };
            assert!(intents.len() <= 500);
            seen.extend(intents.iter().map(|intent| intent.stored.seq));
        }
        assert!(
            seen.is_sorted_by(|earlier, later| earlier < later),
            "each once, in order"
        );
        assert!(seen.ends_with(&sent));
    }
    let outcomes: Vec<_> = sent.iter().map(|seq| (*seq, Outcome::Filled)).collect();
    let number = world.batch(1, "signed", &outcomes).await;
    world.set(number, "settled").await;
    for feed in &mut feeds {
        let mut settled = Vec::new();
        while settled.len() < sent.len() {
            let FeedEvent::Settled { batch, intents } = next(feed).await else {
                panic!("nothing is accepted")
            };
            assert_eq!(batch, number);
            assert!(intents.iter().all(|intent| intent.state == State::Settled));
            settled.extend(intents.iter().map(|intent| intent.stored.seq));
        }
        assert_eq!(settled, sent);
    }
    // Told once: a batch that becomes final is not settled anew.
    world.set(number, "finalized").await;
    accepted(&intakes[0].submit(vec![key.pay(nonce + 700)]).await.unwrap()[0]);
    for feed in &mut feeds {
        assert!(matches!(next(feed).await, FeedEvent::Accepted(_)));
    }
}

/// A connection that is lost loses no event.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_goes_on_where_it_was_when_its_connection_is_cut() {
    let world = World::new().await;
    let (key, intake) = (world.key(Key::solana(1)), world.intake());
    let mut feed = intake.feed();
    let (mut nonce, deadline) = (0, Instant::now() + Duration::from_secs(20));
    while feed.is_empty() {
        assert!(Instant::now() < deadline, "no feed");
        accepted(&intake.submit(vec![key.pay(nonce)]).await.unwrap()[0]);
        nonce += 1;
    }
    let cut: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and query ilike 'listen%'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert!(cut >= 1, "nobody listens");
    let answers = intake
        .submit((nonce..nonce + 50).map(|nonce| key.pay(nonce)).collect())
        .await
        .unwrap();
    let last = accepted(&answers[49]).seq;
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let FeedEvent::Accepted(intents) = next(&mut feed).await else {
            panic!("nothing is settled")
        };
        seen.extend(intents.iter().map(|intent| intent.stored.seq));
    }
    let rows: Vec<i64> = world.rows().await.into_iter().map(|(_, seq, _)| seq).collect();
    assert!(rows.ends_with(&seen), "each once, without a gap");
}
