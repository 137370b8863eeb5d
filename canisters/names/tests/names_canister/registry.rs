//! Registering, renewing, transferring and releasing names.

use crate::common::{Names, content, principal};
use candid::Principal;
use canister_testing::person;
use names_api::{
    Refusal,
    interface::{ContentView, Limits, NameView, Phase, Role},
    record::{GRACE, YEAR},
};

#[tokio::test]
async fn a_registered_name_is_its_callers() {
    let names = Names::start().await;
    let made = names.register(&names.alice, "Alice-1").await.unwrap();
    assert_eq!(made.name, "alice-1", "capital letters become small ones");
    assert_eq!(made.owner, principal(&names.alice));
    assert_eq!(made.expires_at - made.since, YEAR);
    assert_eq!(made.phase, Phase::Active);
    assert_eq!(names.name("ALICE-1").await, Some(made.clone()));
    assert_eq!(names.name("alice-2").await, None);

    let taken = names.register(&names.bob, "alice-1").await;
    let expected = Refusal::NameTaken {
        name: "alice-1".into(),
        owner: principal(&names.alice),
        free_at: made.expires_at + GRACE,
    };
    assert_eq!(taken, Err(expected.clone()));
    assert_eq!(names.register(&names.alice, "alice-1").await, Err(expected));
    assert_eq!(names.blocks_of("name_registered").await.len(), 1);
}

#[tokio::test]
async fn what_is_no_name_is_refused_by_the_rule_it_breaks() {
    let names = Names::start().await;
    let before = names.status().await.log_length;
    let length = |length| Refusal::NameLength { length };
    let character = |character: &str, position| Refusal::NameCharacter {
        character: character.into(),
        position,
    };
    let hyphen = |position| Refusal::NameHyphen { position };
    let long = "a".repeat(64);
    let huge = "a".repeat(1500);
    let wrong = [
        ("", length(0)),
        ("ab", length(2)),
        (&long, length(64)),
        (&huge, length(1500)),
        ("al ice", character(" ", 2)),
        ("alice.eth", character(".", 5)),
        ("alic\u{435}", character("\u{435}", 4)),
        ("al_ce", character("_", 2)),
        ("-alice", hyphen(0)),
        ("alice-", hyphen(5)),
        ("xn--alice", hyphen(2)),
    ];
    for (text, refusal) in wrong {
        assert_eq!(names.register(&names.alice, text).await, Err(refusal), "{text}");
    }
    for years in [0u32, 11, u32::MAX] {
        let refused: Result<NameView, Refusal> = names.ask(&names.alice, "register", ("alice", years)).await;
        let refusal = refused.unwrap_err();
        match years {
            0 => assert_eq!(refusal, Refusal::ZeroYears),
            _ => assert!(
                matches!(refusal, Refusal::TooLong { expires_at, latest } if expires_at > latest),
                "{refusal}"
            ),
        }
    }
    assert_eq!(names.status().await.log_length, before, "nothing happened");
    assert!(names.register(&names.alice, &"a".repeat(63)).await.is_ok());
}

#[tokio::test]
async fn a_name_that_looks_like_anothers_is_refused() {
    let names = Names::start().await;
    names.register(&names.alice, "modern-wallet").await.unwrap();
    for twin in [
        "modern-waliet",
        "m0dern-wallet",
        "rnodern-wa1let",
        "modernwallet",
        "moclern-vvallet",
    ] {
        let refused = names.register(&names.bob, twin).await;
        let expected = Refusal::NameTooSimilar {
            name: twin.into(),
            held: "modern-wallet".into(),
        };
        assert_eq!(refused, Err(expected), "{twin}");
    }
    names.register(&names.bob, "modern-wallets").await.unwrap();
    names
        .register(&names.alice, "m0dern-wallet")
        .await
        .expect("one's own twin");
    // The twin cannot be given away while its like stays.
    let offer = ("m0dern-wallet", principal(&names.bob));
    names
        .ask::<u64>(&names.alice, "offer_transfer", offer)
        .await
        .unwrap();
    let refused: Result<NameView, _> = names.ask(&names.bob, "accept_transfer", ("m0dern-wallet",)).await;
    let expected = Refusal::NameTooSimilar {
        name: "m0dern-wallet".into(),
        held: "modern-wallet".into(),
    };
    assert_eq!(refused, Err(expected));
}

#[tokio::test]
async fn nobody_is_not_anybody() {
    let names = Names::start().await;
    names
        .turned_away(&names.anonymous, "register", ("alice", 1u32))
        .await;
    assert_eq!(names.name("alice").await, None);
    names.register(&names.alice, "alice").await.unwrap();
    let offer = ("alice", Principal::anonymous());
    let refused: Result<u64, _> = names.ask(&names.alice, "offer_transfer", offer).await;
    assert_eq!(refused, Err(Refusal::Anonymous));
}

#[tokio::test]
async fn only_the_holder_changes_a_name() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let before = (names.name("alice").await, names.status().await.log_length);
    let refusal = Refusal::NotHolder {
        name: "alice".into(),
        owner: principal(&names.alice),
        caller: principal(&names.bob),
    };
    let bob = &names.bob;
    let view: Result<NameView, _> = names.ask(bob, "renew", ("alice", 1u32)).await;
    assert_eq!(view, Err(refusal.clone()));
    let done: Result<(), _> = names.ask(bob, "release", ("alice",)).await;
    assert_eq!(done, Err(refusal.clone()));
    let until: Result<u64, _> = names.ask(bob, "offer_transfer", ("alice", principal(bob))).await;
    assert_eq!(until, Err(refusal.clone()));
    let done: Result<(), _> = names.ask(bob, "cancel_transfer", ("alice",)).await;
    assert_eq!(done, Err(refusal.clone()));
    let content: Result<ContentView, _> = names
        .ask(bob, "set_content", (content("alice", "site", 1),))
        .await;
    assert_eq!(content, Err(refusal));
    let unknown: Result<NameView, _> = names.ask(bob, "renew", ("nobodys", 1u32)).await;
    assert_eq!(
        unknown,
        Err(Refusal::NameUnknown {
            name: "nobodys".into()
        })
    );
    assert_eq!(
        (names.name("alice").await, names.status().await.log_length),
        before
    );
}

#[tokio::test]
async fn a_name_is_transferred_when_the_receiver_accepts() {
    let names = Names::start().await;
    let before = names.register(&names.alice, "alice").await.unwrap();
    let not_offered = |name: &str, caller| Refusal::NotOffered {
        name: name.into(),
        caller,
    };
    let accept = async |who| names.ask::<NameView>(who, "accept_transfer", ("alice",)).await;
    let bob = principal(&names.bob);
    assert_eq!(accept(&names.bob).await, Err(not_offered("alice", bob)));
    names
        .ask::<u64>(&names.alice, "offer_transfer", ("alice", bob))
        .await
        .unwrap();
    assert_eq!(names.name("alice").await.unwrap().owner, before.owner);
    assert_eq!(names.name("alice").await.unwrap().offer.unwrap().0, bob);
    assert_eq!(
        accept(&names.admin).await,
        Err(not_offered("alice", person(1))),
        "another receiver"
    );

    names
        .ask::<()>(&names.alice, "cancel_transfer", ("alice",))
        .await
        .unwrap();
    assert_eq!(accept(&names.bob).await, Err(not_offered("alice", bob)));
    names
        .ask::<()>(&names.alice, "cancel_transfer", ("alice",))
        .await
        .unwrap();
    assert_eq!(
        names.blocks_of("transfer_cancelled").await.len(),
        1,
        "what changes nothing is not logged"
    );

    let own: Result<u64, _> = names
        .ask(&names.alice, "offer_transfer", ("alice", principal(&names.alice)))
        .await;
    assert_eq!(own, Err(Refusal::OwnTransfer { name: "alice".into() }));
    names
        .ask::<u64>(&names.alice, "offer_transfer", ("alice", bob))
        .await
        .unwrap();
    let after = accept(&names.bob).await.unwrap();
    assert_eq!((after.owner, after.expires_at), (bob, before.expires_at));
    assert_ne!(after.tenure, before.tenure);
    assert_eq!(after.offer, None);
    assert_eq!(accept(&names.bob).await, Err(not_offered("alice", bob)), "once");
    let held = async |who| {
        names
            .query::<Vec<NameView>>("names_of", (who, None::<String>, 10u32))
            .await
    };
    assert_eq!(held(principal(&names.alice)).await, []);
    assert_eq!(held(bob).await, [after]);
}

#[tokio::test]
async fn a_released_name_is_free_at_once() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    names
        .ask::<()>(&names.alice, "release", ("alice",))
        .await
        .unwrap();
    assert_eq!(names.name("alice").await, None);
    assert_eq!(names.status().await.names, 0);
    let again = names.register(&names.bob, "alice").await.unwrap();
    assert_eq!(again.owner, principal(&names.bob));
}

#[tokio::test]
async fn registrations_can_be_paused_and_nothing_else_stops() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    names.grant(&names.bob, Role::Guardian).await;
    names.turned_away(&names.alice, "pause", ()).await;
    names.ask::<()>(&names.bob, "pause", ()).await.unwrap();
    names.ask::<()>(&names.admin, "pause", ()).await.unwrap();
    assert_eq!(
        names.register(&names.alice, "alice-2").await,
        Err(Refusal::Paused)
    );
    names
        .ask::<NameView>(&names.alice, "renew", ("alice", 1u32))
        .await
        .unwrap();
    names.turned_away(&names.bob, "resume", ()).await;
    names.ask::<()>(&names.admin, "resume", ()).await.unwrap();
    names.register(&names.alice, "alice-2").await.unwrap();
    assert_eq!(names.blocks_of("paused").await.len(), 1);
}

#[tokio::test]
async fn a_reserved_name_and_its_like_are_not_registered() {
    let names = Names::start().await;
    let reserve = async |name: &str| names.ask::<()>(&names.admin, "reserve_name", (name,)).await;
    reserve("novate").await.unwrap();
    reserve("NOVATE").await.unwrap();
    let refusal = |name: &str| Refusal::NameReserved {
        name: name.into(),
        reserved: "novate".into(),
    };
    assert_eq!(reserve("n0vate").await, Err(refusal("n0vate")));
    for name in ["novate", "n0vate", "no-vate"] {
        assert_eq!(names.register(&names.alice, name).await, Err(refusal(name)));
    }
    names
        .turned_away(&names.alice, "unreserve_name", ("novate",))
        .await;
    let listed: Result<Vec<String>, Refusal> = names.query("reserved_names", (None::<String>, 10u32)).await;
    assert_eq!(listed.unwrap(), ["novate"]);
    let unreserve = async |name: &str| names.ask::<()>(&names.admin, "unreserve_name", (name,)).await;
    assert_eq!(
        unreserve("n0vate").await,
        Err(Refusal::NotReserved {
            name: "n0vate".into()
        })
    );
    unreserve("novate").await.unwrap();
    names.register(&names.alice, "novate").await.unwrap();
    assert_eq!(names.blocks_of("name_reserved").await.len(), 1);
}

#[tokio::test]
async fn limits_hold_at_their_edge() {
    let names = Names::start().await;
    let set = async |limits: Limits| names.ask::<()>(&names.admin, "set_limits", (limits,)).await;
    let limits = Limits {
        names_per_principal: 2,
        names: 3,
        changes_per_day: 500,
    };
    set(limits).await.unwrap();
    set(limits).await.unwrap();
    assert_eq!(names.blocks_of("limits_set").await.len(), 1);
    names.register(&names.alice, "alice-1").await.unwrap();
    names.register(&names.alice, "alice-2").await.unwrap();
    let owner = principal(&names.alice);
    assert_eq!(
        names.register(&names.alice, "alice-3").await,
        Err(Refusal::TooManyNames { owner, limit: 2 })
    );
    names.register(&names.bob, "bob-1").await.unwrap();
    assert_eq!(
        names.register(&names.bob, "bob-2").await,
        Err(Refusal::Full { limit: 3 })
    );
    // A full receiver cannot accept either.
    names
        .ask::<u64>(&names.bob, "offer_transfer", ("bob-1", owner))
        .await
        .unwrap();
    let refused: Result<NameView, _> = names.ask(&names.alice, "accept_transfer", ("bob-1",)).await;
    assert_eq!(refused, Err(Refusal::TooManyNames { owner, limit: 2 }));

    let changes_per_day = 6; // two registrations and two refusals counted
    set(Limits {
        changes_per_day,
        ..limits
    })
    .await
    .unwrap();
    for _ in 4..changes_per_day {
        names
            .ask::<NameView>(&names.alice, "renew", ("alice-1", 1u32))
            .await
            .unwrap();
    }
    names.turned_away(&names.alice, "renew", ("alice-1", 1u32)).await;
    let above = Limits {
        names_per_principal: 1001,
        ..limits
    };
    assert!(matches!(set(above).await, Err(Refusal::TooLarge { .. })));
}
