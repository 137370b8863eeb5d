//! How long names, offers and renewals last, and how many names fit an answer.

use crate::common::{Timed, content};
use canister_testing::person;
use names_api::{
    Refusal,
    interface::{ContentView, Limits, NameView, Phase},
    record::{GRACE, YEAR},
};

#[test]
fn an_expired_name_is_its_holders_for_thirty_days_and_then_anybodys() {
    let names = Timed::start();
    let made = names.register(2, "alice").unwrap();
    names.pass(YEAR - 60);
    assert_eq!(names.name("alice").unwrap().phase, Phase::Active);
    names.pass(120);
    assert_eq!(names.name("alice").unwrap().phase, Phase::Grace);
    let expired = Refusal::NameExpired {
        name: "alice".into(),
        expired_at: made.expires_at,
        free_at: made.expires_at + GRACE,
    };
    let refused: Result<ContentView, _> = names.ask(2, "set_content", (content("alice", "site", 1),));
    assert_eq!(refused, Err(expired.clone()));
    assert!(matches!(
        names.register(3, "alice"),
        Err(Refusal::NameTaken { .. })
    ));
    assert!(
        matches!(names.register(3, "al1ce"), Err(Refusal::NameTooSimilar { .. })),
        "its like neither"
    );
    let renewed: NameView = names.ask(2, "renew", ("alice", 1u32)).unwrap();
    assert_eq!(
        renewed.expires_at,
        made.expires_at + YEAR,
        "from the expiry on, without a gap"
    );
    assert_eq!(renewed.tenure, made.tenure);

    names.pass(YEAR + GRACE);
    assert_eq!(names.name("alice").unwrap().phase, Phase::Free);
    let late: Result<NameView, _> = names.ask(2, "renew", ("alice", 1u32));
    assert!(matches!(late, Err(Refusal::NameExpired { .. })), "{late:?}");
    let taken = names.register(3, "alice").unwrap();
    assert_eq!(taken.owner, person(3));
    assert_ne!(taken.tenure, made.tenure);
    assert!(names.blocks().contains(&"name_expired".to_owned()));
}

#[test]
fn free_names_are_cleared_away_by_later_registrations() {
    let names = Timed::start();
    for n in 0..5 {
        names.register(2, &format!("alice-{n}")).unwrap();
    }
    names.pass(YEAR + GRACE);
    for n in 0..3 {
        names.register(3, &format!("bob-{n}")).unwrap();
    }
    assert_eq!(names.status().names, 3);
    let expired = names.blocks().iter().filter(|b| *b == "name_expired").count();
    assert_eq!(expired, 5);
}

#[test]
fn an_offer_ends_after_seven_days() {
    let names = Timed::start();
    names.register(2, "alice").unwrap();
    let until: u64 = names.ask(2, "offer_transfer", ("alice", person(3))).unwrap();
    assert_eq!(until, names.now() + 7 * 24 * 3600);
    names.pass(7 * 24 * 3600);
    assert_eq!(names.name("alice").unwrap().offer, None);
    let refused: Result<NameView, _> = names.ask(3, "accept_transfer", ("alice",));
    assert!(matches!(refused, Err(Refusal::NotOffered { .. })), "{refused:?}");
}

#[test]
fn renewals_reach_ten_years_from_now_at_most() {
    let names = Timed::start();
    names.register(2, "alice").unwrap();
    let renew = |years: u32| names.ask::<NameView>(2, "renew", ("alice", years));
    assert!(matches!(renew(10), Err(Refusal::TooLong { .. })));
    renew(9).unwrap();
    assert!(matches!(renew(1), Err(Refusal::TooLong { .. })));
    assert_eq!(renew(0), Err(Refusal::ZeroYears));
    names.pass(YEAR);
    renew(1).unwrap();
}

#[test]
fn the_names_of_a_holder_come_in_pages() {
    let names = Timed::start();
    let limits = Limits {
        names_per_principal: 200,
        ..Limits::default()
    };
    names.ask::<()>(1, "set_limits", (limits,)).unwrap();
    for n in 0..120 {
        names.register(2, &format!("alice-{n:03}")).unwrap();
    }
    let page = |after: Option<&str>, limit: u32| -> Vec<String> {
        let views: Vec<NameView> = names.0.query("names_of", (person(2), after, limit));
        views.into_iter().map(|view| view.name).collect()
    };
    let all: Vec<_> = (0..120).map(|n| format!("alice-{n:03}")).collect();
    assert_eq!(page(None, u32::MAX), all[..100], "a hundred at most");
    assert_eq!(page(Some("alice-099"), u32::MAX), all[100..]);
    assert_eq!(
        page(Some("alice-0995"), 2),
        all[100..102],
        "a name that is not there is a place as well"
    );
    assert_eq!(page(None, 0), [""; 0]);
    assert_eq!(page(Some(&"z".repeat(100_000)), 10), [""; 0]);
}

#[test]
fn reserved_names_come_in_pages() {
    let names = Timed::start();
    for n in 0..12 {
        names
            .ask::<()>(1, "reserve_name", (format!("name-{}", char::from(b'n' + n)),))
            .unwrap();
    }
    let page = |after: Option<String>| -> Vec<String> {
        let listed: Result<Vec<String>, Refusal> = names.0.query("reserved_names", (after, 5u32));
        listed.unwrap()
    };
    let (mut seen, mut after) = (Vec::new(), None);
    for expected in [5, 5, 2, 0] {
        let names = page(after);
        assert_eq!(names.len(), expected);
        after = names.last().cloned();
        seen.extend(names);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 12, "each once: {seen:?}");
}
