//! What is too much is refused, by name and without harm.

use crate::common::{Key, World, accepted, all_accepted, refusal};
use novate_clearing::intake::{Answer, Form, IntakeConfig, Rate, Refusal, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_sends_too_many_waits_and_others_do_not() {
    let world = World::new().await;
    let (key, other) = (world.key(Key::solana(1)), world.key(Key::solana(2)));
    let session_rate = Rate::new(2, 5);
    let intake = world.intake_with(IntakeConfig {
        session_rate,
        ..IntakeConfig::default()
    });
    let answers = intake
        .submit((0..8).map(|nonce| key.pay(nonce)).collect())
        .await
        .unwrap();
    all_accepted(&answers[..5]);
    for answer in &answers[5..] {
        let refused = refusal(answer);
        assert_eq!((refused.code(), refused.status()), ("session_rate", 429));
        let wait = refused.retry_after().unwrap();
        assert!(!wait.is_zero() && wait <= Duration::from_millis(500), "{wait:?}");
    }
    accepted(&intake.submit(vec![other.pay(0)]).await.unwrap()[0]);
    // Who waits as told is taken.
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    let refused = loop {
        match intake.submit(vec![key.pay(20)]).await.unwrap().remove(0) {
            Answer::Accepted(_) => break false,
            Answer::Refused(_) if std::time::Instant::now() < deadline => {}
            Answer::Refused(_) => break true,
        }
    };
    assert!(!refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_not_spent_by_who_cannot_sign() {
    let world = World::new().await;
    let key = world.key(Key::solana(1));
    let intake = world.intake_with(IntakeConfig {
        session_rate: Rate::new(1, 3),
        ..IntakeConfig::default()
    });
    let mut forged = key.pay(1);
    forged.signature = key.pay(2).signature;
    let answers = intake.submit(vec![forged; 100]).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| refusal(answer) == Refusal::BadSignature)
    );
    accepted(&intake.submit(vec![key.pay(3)]).await.unwrap()[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_together_may_send_so_many() {
    let world = World::new().await;
    let intake = world.intake_with(IntakeConfig {
        global_rate: Rate::new(1, 3),
        ..IntakeConfig::default()
    });
    let sent = (0..5).map(|seed| world.key(Key::solana(seed)).pay(0)).collect();
    let answers = intake.submit(sent).await.unwrap();
    let codes: Vec<_> = answers[3..].iter().map(|answer| refusal(answer).code()).collect();
    assert_eq!(codes, ["global_rate"; 2]);
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_bounds() {
    let world = World::new().await;
    let key = world.key(Key::evm(1));
    let config = IntakeConfig {
        max_intents: 3,
        max_body_bytes: 10_000,
        ..IntakeConfig::default()
    };
    let intake = world.intake_with(config);
    let text = serde_json::Value::from(json::write(&key.pay(1))).to_string();
    let four = format!("[{0},{0},{0},{0}]", text);
    assert_eq!(
        intake.submit_json(four, Form::Document).await,
        Err(Refusal::TooMany { limit: 3 })
    );
    let four = format!("{0}\n{0}\n{0}\n{0}", text);
    assert_eq!(
        intake.submit_json(four, Form::Lines).await,
        Err(Refusal::TooMany { limit: 3 })
    );
    assert_eq!(
        intake.submit(vec![key.pay(1); 4]).await,
        Err(Refusal::TooMany { limit: 3 })
    );
    let megabytes = vec![b' '; 10 << 20];
    assert_eq!(
        intake.submit_json(megabytes, Form::Document).await,
        Err(Refusal::BodyTooLarge {
            bytes: 10 << 20,
            limit: 10_000
        })
    );
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(json::MAX_INTENT_BYTES));
    let answers = intake.submit_json(long, Form::Document).await.unwrap();
    assert_eq!(refusal(&answers[0]).code(), "intent_too_large");
    for nothing in ["", " \n ", "[]"] {
        assert_eq!(
            intake
                .submit_json(nothing, Form::Document)
                .await
                .unwrap_err()
                .code(),
            "malformed_json"
        );
    }
    assert_eq!(
        intake
            .submit_json("\n\n", Form::Lines)
            .await
            .unwrap_err()
            .status(),
        400
    );
    assert_eq!(world.rows().await, []);
}

/// While another process holds the settlement's lock, nothing can be stored: what waits is bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_is_busy_and_forgets_nothing_that_it_took() {
    let world = World::new().await;
    let key = world.key(Key::solana(1));
    let many = Rate::new(100_000, 100_000);
    let config = IntakeConfig {
        queue: 4,
        group: 1,
        session_rate: many,
        store_seconds: 60,
        ..IntakeConfig::default()
    };
    let intake = world.intake_with(config);
    let mut holder = world.pool.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(x'4e6f7661'::integer, $1::integer)")
        .bind(world.solana)
        .execute(&mut *holder)
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for nonce in 0..40 {
        let (intake, signed) = (intake.clone(), key.pay(nonce));
        tasks.spawn(async move { intake.submit(vec![signed]).await.unwrap().remove(0) });
    }
    // Those that find no room are answered while the lock is held.
    for _ in 0..35 {
        let answer = tokio::time::timeout(Duration::from_secs(20), tasks.join_next())
            .await
            .unwrap();
        let refused = refusal(&answer.unwrap().unwrap());
        assert_eq!((&refused, refused.status()), (&Refusal::Busy, 503));
        assert!(refused.retry_after().is_some());
    }
    holder.rollback().await.unwrap();
    let mut stored = 0;
    while let Some(answer) = tasks.join_next().await {
        match answer.unwrap() {
            Answer::Accepted(_) => stored += 1,
            refused => assert!(matches!(refusal(&refused), Refusal::NonceUsed { .. })),
        }
    }
    assert_eq!(world.rows().await.len(), stored);
    assert!(stored >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_flight_are_bounded_by_their_bytes() {
    let world = World::new().await;
    let key = world.key(Key::evm(1));
    let intake = world.intake_with(IntakeConfig {
        max_in_flight_bytes: 300,
        ..IntakeConfig::default()
    });
    let text = serde_json::Value::from(json::write(&key.pay(1))).to_string();
    assert_eq!(intake.submit_json(text, Form::Document).await, Err(Refusal::Busy));
    assert_eq!(intake.submit(vec![]).await, Ok(vec![]));
}
