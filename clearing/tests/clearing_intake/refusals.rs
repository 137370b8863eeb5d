//! Every refusal has its code, and leaves nothing behind.

use crate::common::{EVM, Key, LIMIT, World, accepted, asset, now, refusal};
use novate_clearing::intake::{Answer, Form, Intake, Refusal, json};
use novate_netting::{Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme, actions},
};

async fn one(intake: &Intake, signed: SignedIntent) -> Answer {
    let [answer] = intake.submit(vec![signed]).await.unwrap().try_into().unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_not_stored() {
    let world = World::new().await;
    let intake = world.intake();
    for key in [world.key(Key::solana(1)), world.key(Key::evm(1))] {
        let unknown_key = if key.scheme() == Scheme::Eip712 {
            Key::evm(2)
        } else {
            Key::solana(2)
        };
        let signed = |change: &dyn Fn(&mut Intent)| {
            let mut intent = key.payment(7);
            change(&mut intent);
            key.sign(intent)
        };
        let amount = |i: &mut Intent, new: u128| {
            if let Action::Pay { amount, .. } = &mut i.action {
                *amount = new;
            }
        };
        let pay_settlement = |i: &mut Intent| {
            if let Action::Pay { to, .. } = &mut i.action {
                *to = Owner(i.settlement);
            }
        };
        let mut forged = key.pay(7);
        forged.intent.nonce = 8;
        let mut other_kind = key.pay(7);
        other_kind.signature = match other_kind.signature {
            Signature::Ed25519(_) => Signature::Eip712([1; 65]),
            Signature::Eip712(_) => Signature::Ed25519([1; 64]),
        };
        let refused = [
            ("unknown_settlement", 422, signed(&|i| i.chain += 1)),
            ("unknown_settlement", 422, signed(&|i| i.settlement[31] ^= 1)),
            ("malformed_intent", 422, signed(&|i| amount(i, 0))),
            ("malformed_intent", 422, signed(&|i| i.owner = Owner([0; 32]))),
            ("malformed_intent", 422, signed(&|i| i.expires_at = i.created_at)),
            ("to_settlement", 422, signed(&|i| i.owner = Owner(i.settlement))),
            ("to_settlement", 422, signed(&pay_settlement)),
            ("invalid_field", 400, signed(&|i| i.nonce = 1 << 63)),
            ("invalid_field", 400, signed(&|i| i.expires_at = u64::MAX)),
            ("from_the_future", 422, signed(&|i| i.created_at += 60)),
            ("too_old", 422, signed(&|i| i.created_at -= 3_600)),
            (
                "expired",
                422,
                signed(&|i| (i.created_at, i.expires_at) = (i.created_at - 60, i.created_at - 1)),
            ),
            ("bad_signature", 401, forged),
            ("bad_signature", 401, other_kind),
            ("no_session", 403, unknown_key.pay(7)),
            ("no_session", 403, signed(&|i| i.owner.0[31] ^= 1)),
            ("over_limit", 403, signed(&|i| amount(i, LIMIT + 1))),
        ];
        for (code, status, intent) in refused {
            let answer = one(&intake, intent).await;
            let refusal = refusal(&answer);
            assert_eq!(
                (refusal.code(), refusal.status(), answer.status()),
                (code, status, status),
                "{refusal}"
            );
            assert_eq!(world.rows().await, [], "{code}");
        }
        let nonces: i64 = sqlx::query_scalar("select count(*) from clearing.nonces")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        assert_eq!(nonces, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_only_what_it_was_granted() {
    let world = World::new().await;
    let intake = world.intake();
    let (key, to) = (Key::evm(3), Owner::from_evm([7; 20]));
    let item = Item {
        collection: Asset::from_evm([5; 20]),
        token_id: [0; 32],
    };
    let currency = asset(Scheme::Eip712);
    let every = [
        (
            actions::PAY,
            Action::Pay {
                to,
                asset: currency,
                amount: LIMIT,
                order: [0; 32],
            },
        ),
        (
            actions::LIST,
            Action::List {
                item,
                currency,
                price: u128::MAX >> 1,
            },
        ),
        (
            actions::BUY,
            Action::Buy {
                item,
                currency,
                max_price: LIMIT,
            },
        ),
        (actions::CANCEL, Action::Cancel { intent: [1; 32] }),
    ];
    let mut nonce = 0;
    for (granted, _) in every {
        world.granted.grant(novate_netting::Session {
            actions: granted,
            ..key.granted()
        });
        for (needed, action) in every {
            nonce += 1;
            let answer = one(
                &intake,
                key.sign(Intent {
                    action,
                    ..key.payment(nonce)
                }),
            )
            .await;
            if needed == granted {
                accepted(&answer);
            } else {
                assert_eq!(refusal(&answer), Refusal::ActionNotAllowed);
            }
        }
    }
    assert_eq!(world.rows().await.len(), every.len());
    // A purchase may cost no more than the session may spend, and of another asset nothing at all.
    world.granted.grant(key.granted());
    for (currency, remaining, max_price) in [(currency, LIMIT, LIMIT + 1), (Asset::from_evm([6; 20]), 0, 1)] {
        let intent = Intent {
            action: Action::Buy {
                item,
                currency,
                max_price,
            },
            ..key.payment(99)
        };
        let answer = one(&intake, key.sign(intent)).await;
        assert_eq!(
            refusal(&answer),
            Refusal::OverLimit {
                remaining,
                amount: max_price
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_away_refuses_for_the_moment() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::solana(1)));
    *world.granted.away.lock().unwrap() = true;
    let signed = key.pay(0);
    let refused = refusal(&one(&intake, signed).await);
    assert_eq!((refused.code(), refused.status()), ("unavailable", 503));
    assert!(refused.retry_after().is_some());
    *world.granted.away.lock().unwrap() = false;
    accepted(&one(&intake, signed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_intent_does_not_hold_up_its_neighbours() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::evm(1)));
    let text = |signed: &SignedIntent| serde_json::Value::from(json::write(signed)).to_string();
    let mut forged = key.pay(2);
    forged.signature = key.pay(3).signature;
    let lines = [
        text(&key.pay(1)),
        "{".into(),
        text(&forged),
        r#"{"chain":1}"#.into(),
        text(&key.pay(4)),
    ]
    .join("\n");
    let answers = intake.submit_json(lines, Form::Lines).await.unwrap();
    accepted(&answers[0]);
    let codes = [1, 2, 3].map(|at| refusal(&answers[at]).code());
    assert_eq!(codes, ["malformed_json", "bad_signature", "missing_field"]);
    accepted(&answers[4]);
    let shown = serde_json::to_value(&answers).unwrap();
    assert_eq!(shown[0]["status"], "accepted");
    assert_eq!(shown[1]["code"], "malformed_json");
    assert_eq!(world.rows().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_for_one_settlement_counts_on_no_other() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::evm(1)));
    let signed = key.sign(Intent {
        chain: EVM.0 + 1,
        created_at: now(),
        ..key.payment(1)
    });
    let moved = SignedIntent {
        intent: Intent {
            chain: EVM.0,
            ..signed.intent
        },
        ..signed
    };
    assert_eq!(refusal(&one(&intake, moved).await), Refusal::BadSignature);
}
