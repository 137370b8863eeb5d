//! Anybody recomputes a batch from its blob alone, and finds every lie in it.

mod keys;
#[path = "keys/window.rs"]
mod window;
mod worlds;

use keys::Key;
use novate_netting::{Blob, Difference, Holding, Outcome};
use novate_protocol::{batch::BatchHeader, intent::Action};
use std::collections::BTreeMap;
use window::Window;

const WINDOWS: u64 = 400;

/// Puts a listing in front that was there before, of an item that nobody else names.
fn offer(window: &mut Window) {
    let (scheme, session) = (window.rules.scheme, &window.opening.sessions[0]);
    let mut keys = (0xc0..0xc2).map(|seed| Key::new(scheme, seed));
    let key = keys.find(|key| key.id() == session.key).unwrap();
    let item = keys::item(scheme, 200);
    let mut intent = keys::intent(
        scheme,
        session.owner,
        session.key,
        0,
        Action::List {
            item,
            currency: keys::asset(scheme, 1),
            price: 5,
        },
    );
    (intent.chain, intent.settlement) = (window.rules.chain, window.rules.settlement);
    (intent.created_at, intent.expires_at) = (window.rules.closed_at - 90, window.rules.closed_at + 1);
    let holder = session.owner;
    window.opening.items.push(Holding { item, holder });
    window.opening.items.sort_by_key(|held| held.item);
    window.push(key.sign(intent), true);
    window.entries.rotate_right(1);
    window.signatures.rotate_right(1);
}

#[test]
fn the_blob_alone_gives_the_batch() {
    let (mut left_out, mut outcomes) = (0, BTreeMap::new());
    for seed in 0..WINDOWS {
        let mut window = Window::random(seed);
        if seed % 2 == 0 {
            offer(&mut window);
        }
        let sealed = window.seal();
        let blob = Blob::decode(&sealed.bytes).unwrap();
        left_out += window.entries.len() - blob.entries.len();
        for outcome in &sealed.outcomes {
            *outcomes.entry(*outcome).or_insert(0) += 1;
        }
        let again = blob.recompute().unwrap();
        assert_eq!(again.differences, [], "{seed}");
        assert_eq!(again.compare(&sealed.header), [], "{seed}");
        assert_eq!(again.sealed.header, sealed.header);
        assert_eq!(
            (again.sealed.deltas, again.sealed.items),
            (sealed.deltas, sealed.items)
        );
        assert_eq!(
            (again.sealed.intents, again.sealed.bytes),
            (sealed.intents, sealed.bytes)
        );
        assert_eq!(again.sealed.item_sessions, sealed.item_sessions);
    }
    assert!(left_out > 100, "{left_out}");
    assert!(outcomes.len() >= 16, "{outcomes:?}");
}

/// A blob of a window with many outcomes.
fn honest() -> (Blob, BatchHeader) {
    let window = (0..).map(Window::random).find(|window| {
        let sealed = window.seal();
        sealed.items.len() > 1 && sealed.outcomes.len() > 12 && sealed.outcomes.contains(&Outcome::Open)
    });
    let sealed = window.unwrap().seal();
    (Blob::decode(&sealed.bytes).unwrap(), sealed.header)
}

#[test]
fn every_outcome_that_does_not_follow_is_found() {
    let (blob, header) = honest();
    let scheme = blob.rules.scheme;
    for at in 0..blob.entries.len() {
        for wrong in Outcome::ALL {
            let mut lie = blob.clone();
            let right = std::mem::replace(&mut lie.entries[at].outcome, wrong);
            if wrong == right {
                continue;
            }
            let again = lie.recompute().unwrap();
            let expected = Difference::Outcome {
                entry: at,
                intent: hex::encode(blob.entries[at].signed.intent.id(scheme)),
                found: wrong.name(),
                expected: right.name(),
            };
            assert_eq!(again.differences, [expected]);
            let fields = again.compare(&header);
            assert!(matches!(
                fields[..],
                [Difference::Header {
                    field: "blob_cid",
                    ..
                }]
            ));
        }
    }
}

#[test]
fn all_differences_are_listed_and_not_only_the_first() {
    let (blob, _) = honest();
    let mut lie = blob.clone();
    for entry in &mut lie.entries {
        entry.outcome = match entry.outcome {
            Outcome::Filled => Outcome::Cancelled,
            _ => Outcome::Filled,
        };
    }
    assert_eq!(lie.recompute().unwrap().differences.len(), blob.entries.len());
}

#[test]
fn a_filled_intent_whose_signature_is_forged_is_found() {
    let (blob, _) = honest();
    let filled = blob.entries.iter().enumerate();
    for (at, _) in filled.filter(|(_, entry)| entry.outcome == Outcome::Filled) {
        let mut lie = blob.clone();
        keys::bytes(&mut lie.entries[at].signed.signature)[0] ^= 1;
        let again = lie.recompute().unwrap();
        let named = |difference: &Difference| matches!(difference, Difference::Outcome { entry, expected: "bad_signature", .. } if *entry == at);
        assert!(again.differences.iter().any(named), "{at}");
    }
}

#[test]
fn a_filled_intent_without_its_session_is_found() {
    let (blob, _) = honest();
    let filled = blob.entries.iter().enumerate();
    for (at, entry) in filled.filter(|(_, entry)| entry.outcome == Outcome::Filled) {
        let mut lie = blob.clone();
        let of = (entry.signed.intent.owner, entry.signed.intent.session);
        let sessions = &mut lie.opening.sessions;
        sessions.retain(|session| (session.owner, session.key) != of);
        let again = lie.recompute().unwrap();
        let named = |difference: &Difference| matches!(difference, Difference::Outcome { entry, expected: "no_session", .. } if *entry == at);
        assert!(again.differences.iter().any(named), "{at}");
    }
}

#[test]
fn money_that_was_not_there_changes_the_roots_on_chain() {
    let (blob, header) = honest();
    let mut lie = blob;
    lie.opening.balances.clear();
    let again = lie.recompute().unwrap();
    assert!(!again.differences.is_empty());
    let fields = again.compare(&header);
    let roots = |difference: &&Difference| matches!(difference, Difference::Header { field, .. } if field.ends_with("_root"));
    assert!(fields.iter().filter(roots).count() >= 2, "{fields:?}");
}

#[test]
fn what_nothing_depends_on_may_not_be_in_the_blob() {
    let (blob, _) = honest();
    let found = |change: &dyn Fn(&mut Blob)| {
        let mut lie = blob.clone();
        change(&mut lie);
        // It is a blob in form.
        let lie = Blob::decode(&lie.encode()).unwrap();
        let differences = lie.recompute().unwrap().differences;
        let lists = differences.into_iter().map(|difference| match difference {
            Difference::Content { list, .. } => list,
            other => panic!("{other}"),
        });
        lists.collect::<Vec<_>>()
    };
    let last = [0xff; 32];
    assert_eq!(
        found(&|blob| {
            let mut balance = blob.opening.balances[0];
            balance.owner.0 = last;
            blob.opening.balances.push(balance);
        }),
        ["balances"]
    );
    assert_eq!(
        found(&|blob| {
            let mut session = blob.opening.sessions[0].clone();
            (session.owner.0, session.limits) = (last, vec![]);
            blob.opening.sessions.push(session);
        }),
        ["sessions"]
    );
    assert_eq!(
        found(&|blob| {
            blob.opening.sessions[0]
                .limits
                .push(novate_netting::SessionLimit {
                    asset: novate_protocol::ids::Asset(last),
                    remaining: 1,
                })
        }),
        ["limits"]
    );
    assert_eq!(
        found(&|blob| {
            let mut held = blob.opening.items[0];
            held.item.collection.0 = last;
            blob.opening.items.push(held);
        }),
        ["items"]
    );
}

#[test]
fn every_field_of_a_header_is_compared() {
    let (blob, header) = honest();
    let again = blob.recompute().unwrap();
    assert_eq!(again.compare(&header), []);
    let encoded = borsh::to_vec(&header).unwrap();
    let mut seen = BTreeMap::new();
    for byte in 0..encoded.len() {
        let mut changed = encoded.clone();
        changed[byte] ^= 1;
        let changed: BatchHeader = borsh::from_slice(&changed).unwrap();
        match &again.compare(&changed)[..] {
            [
                Difference::Header {
                    field,
                    found,
                    expected,
                },
            ] if found != expected => {
                *seen.entry(*field).or_insert(0) += 1;
            }
            other => panic!("{byte}: {other:?}"),
        }
    }
    let expected = [
        ("blob_cid", 36),
        ("chain", 8),
        ("delta_count", 4),
        ("deltas_root", 32),
        ("intent_count", 4),
        ("intents_root", 32),
        ("item_count", 4),
        ("items_root", 32),
        ("opened_at", 8),
        ("sequence", 8),
        ("settlement", 32),
    ];
    assert_eq!(seen, BTreeMap::from(expected));
}

#[test]
fn what_no_batch_maker_makes_is_no_batch() {
    let (mut blob, _) = honest();
    blob.sequence = 0;
    assert!(blob.recompute().is_err());
}
