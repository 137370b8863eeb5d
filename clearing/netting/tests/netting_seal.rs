//! A window becomes one batch, whatever machine seals it.

mod keys;
#[path = "keys/window.rs"]
mod window;
mod worlds;

use keys::{Key, NOW, SCHEMES, asset, intent, item, owner};
use novate_netting::{
    Balance, Blob, Holding, Outcome, SealError, Session, SessionLimit, SignedIntent, cid::cid_of,
    leaves::root, net, seal,
};
use novate_protocol::{
    ids::Owner,
    intent::{Action, Scheme},
    keccak::keccak256,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::Tree,
};
use window::Window;

#[test]
fn the_root_is_that_of_the_protocols_tree() {
    let sizes = (0..=70).chain([127, 128, 129, 255, 256, 257, 1_000, 4_095, 4_096, 4_097]);
    for size in sizes {
        let leaves: Vec<u32> = (0..size).collect();
        let hash = |leaf: &u32| keccak256(&[&leaf.to_be_bytes()]);
        let tree = Tree::new(leaves.iter().map(hash).collect());
        assert_eq!(root(&leaves, hash), tree.root(), "{size} leaves");
    }
}

#[test]
fn leaves_are_what_was_netted_and_the_header_commits_to_them() {
    for seed in 0..200 {
        let window = Window::random(seed);
        let sealed = window.seal();
        let netted = net(&window.rules, &window.opening, &window.entries);
        assert_eq!(sealed.outcomes, netted.outcomes, "{seed}");

        let settled = window.entries.iter().zip(&netted.outcomes);
        let settled = settled.filter(|(_, outcome)| **outcome != Outcome::Open);
        let intents = (0..).zip(settled).map(|(index, (entry, outcome))| IntentLeaf {
            index,
            intent_id: entry.id,
            outcome: *outcome as u8,
        });
        assert_eq!(sealed.intents, intents.collect::<Vec<_>>());
        let deltas = (0..).zip(&netted.deltas).map(|(index, delta)| DeltaLeaf {
            index,
            owner: delta.owner,
            asset: delta.asset,
            session: delta.session,
            amount: delta.amount,
        });
        assert_eq!(sealed.deltas, deltas.collect::<Vec<_>>());
        let items = (0..).zip(&netted.items).map(|(index, moved)| ItemLeaf {
            index,
            asset: moved.item.collection,
            token_id: moved.item.token_id,
            from: moved.from,
            to: moved.to,
        });
        assert_eq!(sealed.items, items.collect::<Vec<_>>());
        let sessions: Vec<_> = netted.items.iter().map(|moved| moved.session).collect();
        assert_eq!(sealed.item_sessions, sessions);

        let header = sealed.header;
        let tree = |leaves: Vec<[u8; 32]>| Tree::new(leaves).root();
        assert_eq!(
            header.intents_root,
            tree(sealed.intents.iter().map(IntentLeaf::hash).collect())
        );
        assert_eq!(
            header.deltas_root,
            tree(sealed.deltas.iter().map(DeltaLeaf::hash).collect())
        );
        assert_eq!(
            header.items_root,
            tree(sealed.items.iter().map(ItemLeaf::hash).collect())
        );
        assert_eq!(header.intent_count as usize, sealed.intents.len());
        assert_eq!(header.delta_count as usize, sealed.deltas.len());
        assert_eq!(header.item_count as usize, sealed.items.len());
        assert_eq!(
            (header.blob_cid, sealed.cid),
            (cid_of(&sealed.bytes), cid_of(&sealed.bytes))
        );
        assert_eq!(
            (header.chain, header.settlement),
            (window.rules.chain, window.rules.settlement)
        );
        assert_eq!((header.sequence, header.opened_at), (1 + seed, window.opened_at));
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_cores() {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
    for seed in 0..20 {
        let window = Window::random(seed);
        assert_eq!(alone.install(|| window.seal()), many.install(|| window.seal()));
    }
}

#[test]
fn what_no_entry_names_does_not_change_the_batch() {
    let mut sold = 0;
    for seed in 0..100 {
        let mut window = Window::random(seed);
        let sealed = window.seal();
        sold += sealed.deltas.len();
        let stranger = Owner([0xfe; 32]);
        let opening = &mut window.opening;
        let mut assets: Vec<_> = opening.balances.iter().map(|balance| balance.asset).collect();
        assets.sort();
        assets.dedup();
        // More than there can be of an asset: netting would count what everybody has of it as nothing.
        opening.balances.extend(assets.into_iter().map(|asset| Balance {
            owner: stranger,
            asset,
            amount: u128::MAX,
        }));
        opening.sessions.push(Session {
            owner: stranger,
            key: [1; 32],
            expires_at: u64::MAX,
            actions: 15,
            next_nonce: 0,
            limits: vec![],
        });
        for session in &mut opening.sessions {
            session.limits.push(SessionLimit {
                asset: novate_protocol::ids::Asset([0xfe; 32]),
                remaining: 1,
            });
        }
        opening.items.push(Holding {
            item: novate_protocol::intent::Item {
                collection: novate_protocol::ids::Asset([0xfe; 32]),
                token_id: [0; 32],
            },
            holder: stranger,
        });
        assert_eq!(window.seal(), sealed, "{seed}");
    }
    assert!(sold > 100);
}

/// A window in which owner 1 has offered an item since the one before.
fn with_listing(scheme: Scheme) -> (Window, SignedIntent) {
    let mut window = Window::empty(scheme);
    for number in [1, 2] {
        window.opening.sessions.push(Session {
            owner: owner(scheme, number),
            key: Key::new(scheme, number).id(),
            expires_at: NOW + 1,
            actions: 15,
            next_nonce: 0,
            limits: vec![SessionLimit {
                asset: asset(scheme, 1),
                remaining: 1_000,
            }],
        });
    }
    window
        .opening
        .sessions
        .sort_by_key(|session| (session.owner, session.key));
    window.opening.items.push(Holding {
        item: item(scheme, 1),
        holder: owner(scheme, 1),
    });
    let key = Key::new(scheme, 1);
    let action = Action::List {
        item: item(scheme, 1),
        currency: asset(scheme, 1),
        price: 500,
    };
    let listing = key.sign(intent(scheme, owner(scheme, 1), key.id(), 1, action));
    window.push(listing, true);
    (window, listing)
}

fn buy(scheme: Scheme, item_number: u8, max_price: u128) -> SignedIntent {
    let key = Key::new(scheme, 2);
    let action = Action::Buy {
        item: item(scheme, item_number),
        currency: asset(scheme, 1),
        max_price,
    };
    key.sign(intent(scheme, owner(scheme, 2), key.id(), 1, action))
}

#[test]
fn a_listing_that_waits_is_in_the_blob_only_if_something_depends_on_it() {
    for scheme in SCHEMES {
        let (window, listing) = with_listing(scheme);
        let mut idle = window.clone();
        idle.push(buy(scheme, 2, 500), false);
        let sealed = idle.seal();
        assert_eq!(sealed.outcomes, [Outcome::Open, Outcome::NotListed]);
        let blob = Blob::decode(&sealed.bytes).unwrap();
        assert_eq!(blob.entries.len(), 1);
        assert!(blob.opening.items.is_empty() && blob.opening.sessions.len() == 1);

        let mut named = window.clone();
        named.push(buy(scheme, 1, 499), false);
        let sealed = named.seal();
        assert_eq!(sealed.outcomes, [Outcome::Open, Outcome::PriceAboveMaximum]);
        assert_eq!(sealed.intents.len(), 1);
        let blob = Blob::decode(&sealed.bytes).unwrap();
        assert_eq!(blob.entries.len(), 2);
        assert_eq!((blob.opening.items.len(), blob.opening.sessions.len()), (1, 2));

        let mut fresh = window;
        fresh.entries[0].carried = false;
        let blob = Blob::decode(&fresh.seal().bytes).unwrap();
        assert_eq!(blob.entries[0].signed, listing);
    }
}

#[test]
fn zero_amounts_are_as_good_as_none() {
    let scheme = SCHEMES[0];
    let (mut window, _) = with_listing(scheme);
    window.push(buy(scheme, 1, 500), false);
    let without = window.seal();
    assert_eq!(without.outcomes[1], Outcome::InsufficientFunds);
    window.opening.balances.push(Balance {
        owner: owner(scheme, 2),
        asset: asset(scheme, 1),
        amount: 0,
    });
    assert_eq!(window.seal(), without);
}

fn refused(change: impl FnOnce(&mut Window)) -> SealError {
    let (mut window, _) = with_listing(Scheme::Eip712);
    window.push(buy(Scheme::Eip712, 1, 500), false);
    change(&mut window);
    seal(&window.draft()).unwrap_err()
}

#[test]
fn what_gives_no_batch_is_refused() {
    let missing = SealError::Signatures {
        entries: 2,
        signatures: 1,
    };
    assert_eq!(refused(|w| w.signatures.truncate(1)), missing);
    assert_eq!(refused(|w| w.sequence = 0), SealError::Sequence);
    let clock = SealError::Clock {
        opened_at: NOW + 1,
        closed_at: NOW,
    };
    assert_eq!(refused(|w| w.opened_at = NOW + 1), clock);
    assert_eq!(refused(|w| w.rules.fees.pay_bps = 1_001), SealError::Fees(1_001));
    assert_eq!(refused(|w| w.rules.fees.sale_bps = 1_002), SealError::Fees(1_002));
    let disorder = |w: &mut Window| {
        w.entries[0].carried = false;
        w.entries[1].carried = true;
    };
    assert_eq!(refused(disorder), SealError::Order);
}

#[test]
fn an_opening_that_is_not_canonical_is_refused() {
    let doubled = |list, change: fn(&mut Window)| assert_eq!(refused(change), SealError::Unsorted(list));
    doubled("sessions", |w| w.opening.sessions.reverse());
    doubled("sessions", |w| {
        w.opening.sessions.push(w.opening.sessions[1].clone())
    });
    doubled("items", |w| w.opening.items.push(w.opening.items[0]));
    doubled("limits", |w| {
        let limits = &mut w.opening.sessions[0].limits;
        limits.push(limits[0]);
    });
    doubled("balances", |w| {
        let balance = Balance {
            owner: Owner([1; 32]),
            asset: novate_protocol::ids::Asset([1; 32]),
            amount: 1,
        };
        w.opening.balances.extend([balance, balance]);
    });
}
