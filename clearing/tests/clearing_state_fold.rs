//! The fold of a settlement's events: what each does, and which cannot be.

use novate_clearing::state::{
    Event, InFlight, Reserved, State,
    event::{Charge, Granted, LedgerDelta, Left, Limit, Moved, Sale, Transfer},
};
use novate_netting::{Balance, Delta, Entry, Holding, ItemMove, SessionLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
};

const ALICE: Owner = Owner([1; 32]);
const BOB: Owner = Owner([2; 32]);
const HOUSE: Owner = Owner([3; 32]);
const USD: Asset = Asset([8; 32]);
const EUR: Asset = Asset([9; 32]);
const KEY: [u8; 32] = [7; 32];
const CREATED: u64 = 1_000_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const ITEM: Item = Item {
    collection: Asset([5; 32]),
    token_id: [0; 32],
};

fn state(scheme: Scheme, events: &[Event]) -> State {
    let mut state = State::new(scheme);
    for event in events {
        state.apply(CREATED, event).unwrap();
    }
    state
}

fn solana(events: &[Event]) -> State {
    state(Scheme::Ed25519, events)
}

#[track_caller]
fn refused(state: &mut State, event: Event, why: &str) {
    let error = state.apply(CREATED, &event).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
    assert!(error.contains("novate db reset"), "{error}");
}

fn moved(owner: Owner, amount: u128, balance: u128) -> Moved {
    Moved {
        owner,
        asset: USD,
        amount,
        balance,
    }
}

fn deposit(owner: Owner, amount: u128, balance: u128) -> Event {
    Event::Deposited(moved(owner, amount, balance))
}

fn withdraw(owner: Owner, amount: u128, balance: u128) -> Event {
    Event::Withdrawn(moved(owner, amount, balance))
}

fn deltas(sequence: u64, deltas: &[(Owner, i128)]) -> Event {
    let deltas = deltas.iter().map(|(owner, amount)| LedgerDelta {
        owner: *owner,
        amount: *amount,
        session: (*amount < 0).then_some(KEY),
        balance: None,
    });
    Event::DeltasApplied {
        sequence,
        asset: USD,
        deltas: deltas.collect(),
    }
}

fn reverted(sequence: u64, owner: Owner, amount: i128) -> Event {
    let Event::DeltasApplied {
        sequence,
        asset,
        deltas,
    } = deltas(sequence, &[(owner, amount)])
    else {
        unreachable!()
    };
    Event::DeltasReverted {
        sequence,
        asset,
        deltas,
    }
}

fn limit(amount: u128, lifetime: u128, period: u64) -> Limit {
    Limit {
        asset: USD,
        amount,
        lifetime,
        period: period as u32,
        operations: Some(3),
    }
}

fn granted(limits: &[Limit]) -> Granted {
    Granted {
        owner: ALICE,
        key: KEY,
        created: CREATED,
        expires: CREATED + 30 * DAY,
        actions: 7,
        epoch: 0,
        limits: limits.to_vec(),
    }
}

fn grant(limits: &[Limit]) -> Event {
    Event::SessionGranted(granted(limits))
}

fn charge(amount: u128, left: Option<(u128, u128)>) -> Event {
    Event::Charged {
        ours: true,
        asset: USD,
        charges: vec![Charge {
            owner: ALICE,
            key: KEY,
            amount,
            left: left.map(|(period, lifetime)| Left { period, lifetime }),
        }],
    }
}

fn set(limit: Limit, period: u128, lifetime: u128) -> Event {
    Event::LimitSet {
        owner: ALICE,
        key: KEY,
        limit,
        left: Left { period, lifetime },
    }
}

fn in_flight(sequence: u64, debits: &[(Owner, u128)], items: &[Item]) -> InFlight {
    let deltas = debits.iter().map(|(owner, amount)| Delta {
        owner: *owner,
        asset: USD,
        session: KEY,
        amount: -(*amount as i128),
    });
    let items = items.iter().map(|item| ItemMove {
        item: *item,
        from: ALICE,
        to: BOB,
        session: KEY,
    });
    InFlight {
        sequence,
        deltas: deltas.collect(),
        items: items.collect(),
    }
}

/// What can be debited with these batches in flight.
fn balance(state: &State, owner: Owner, batches: &[InFlight]) -> u128 {
    state.balance(&owner, &USD, &state.reserved(batches))
}

/// What is left of the only limit at `now`; none when the session is over or nothing is left.
fn remaining(state: &State, now: u64, batches: &[InFlight]) -> Option<u128> {
    let session = state.session(&ALICE, &KEY, now, &state.reserved(batches))?;
    session.limits.first().map(|limit| limit.remaining)
}

fn alive(state: &State, now: u64) -> bool {
    state.session(&ALICE, &KEY, now, &Reserved::default()).is_some()
}

fn holder(state: &State, batches: &[InFlight]) -> Option<Owner> {
    state.holder(&ITEM, &state.reserved(batches))
}

#[test]
fn deposits_and_withdrawals_change_ledgers_and_what_the_vault_owes() {
    let state = solana(&[
        deposit(ALICE, 70, 70),
        deposit(BOB, 5, 5),
        withdraw(ALICE, 30, 40),
    ]);
    assert_eq!((state.ledger(&ALICE, &USD), state.ledger(&BOB, &USD)), (40, 5));
    let owed: Vec<_> = state.owed().map(|(asset, owed)| (*asset, owed.total())).collect();
    assert_eq!(owed, [(USD, Some(45))]);
    assert_eq!(state.ledger(&ALICE, &EUR), 0);
}

#[test]
fn an_amount_that_is_not_there_or_a_balance_that_differs_is_refused() {
    refused(&mut solana(&[]), withdraw(ALICE, 1, 0), "1 is taken of 0");
    refused(
        &mut solana(&[deposit(ALICE, 9, 9)]),
        withdraw(ALICE, 10, 0),
        "10 is taken of 9",
    );
    refused(
        &mut solana(&[]),
        deposit(ALICE, 9, 10),
        "it holds 9, and the chain says 10",
    );
    refused(
        &mut solana(&[deposit(ALICE, 9, 9)]),
        withdraw(ALICE, 1, 9),
        "it holds 8, and the chain says 9",
    );
    refused(
        &mut solana(&[]),
        deposit(ALICE, 9, 8),
        "it holds 9, and the chain says 8",
    );
    let max = u128::MAX;
    refused(
        &mut solana(&[deposit(ALICE, max, max)]),
        deposit(BOB, 1, 1),
        "1 is added to",
    );
    refused(
        &mut solana(&[deposit(ALICE, max, max)]),
        deposit(ALICE, 1, 0),
        "1 is added to",
    );
}

#[test]
fn deltas_count_only_when_their_batch_is_settled() {
    let mut state = solana(&[deposit(ALICE, 100, 100), Event::BatchOpened { sequence: 1 }]);
    let batch = [in_flight(1, &[(ALICE, 60)], &[])];
    assert_eq!(balance(&state, ALICE, &batch), 40, "what is made is reserved");
    state.apply(0, &deltas(1, &[(ALICE, -60)])).unwrap();
    assert_eq!(state.ledger(&ALICE, &USD), 40, "the chain's ledger");
    assert_eq!(
        balance(&state, ALICE, &batch),
        40,
        "a debit that is applied is not taken twice"
    );
    assert_eq!(
        balance(&state, ALICE, &[]),
        40,
        "nor forgotten when nobody gives the batch"
    );
    state.apply(0, &deltas(1, &[(BOB, 60)])).unwrap();
    assert_eq!((state.ledger(&BOB, &USD), balance(&state, BOB, &batch)), (60, 0));
    assert_eq!((state.opened(), state.over(), state.settled()), (1, 0, 0));

    state.apply(0, &Event::BatchSettled { sequence: 1 }).unwrap();
    assert_eq!((state.opened(), state.over(), state.settled()), (1, 1, 1));
    assert_eq!(
        balance(&state, BOB, &batch),
        60,
        "a batch that is over is not in flight"
    );
    assert_eq!(balance(&state, ALICE, &batch), 40);
}

#[test]
fn debits_of_several_batches_in_flight_add_up_and_credits_do_not() {
    let state = solana(&[deposit(ALICE, 100, 100)]);
    let mut batches = [
        in_flight(1, &[(ALICE, 60)], &[]),
        in_flight(2, &[(ALICE, 30)], &[]),
    ];
    assert_eq!(balance(&state, ALICE, &batches), 10);
    batches[0].deltas.push(Delta {
        owner: BOB,
        asset: USD,
        session: [0; 32],
        amount: 60,
    });
    assert_eq!(balance(&state, BOB, &batches), 0);
    batches[1].deltas[0].amount = -50;
    assert_eq!(
        balance(&state, ALICE, &batches),
        0,
        "more than there is, is all of it"
    );
}

#[test]
fn a_withdrawal_while_a_batch_is_applied_leaves_no_more_than_there_is() {
    let applied = [deposit(ALICE, 100, 100), deltas(1, &[(ALICE, -60), (BOB, 60)])];
    let batch = [in_flight(1, &[(ALICE, 60)], &[])];
    let mut state = solana(&applied);
    state.apply(0, &withdraw(BOB, 60, 0)).unwrap();
    assert_eq!(balance(&state, BOB, &batch), 0);
    state.apply(0, &withdraw(ALICE, 40, 0)).unwrap();
    assert_eq!(balance(&state, ALICE, &batch), 0);
}

#[test]
fn what_is_reverted_is_back_and_the_batch_closes_only_without_effect() {
    let mut state = solana(&[deposit(ALICE, 100, 100), deltas(1, &[(ALICE, -60)])]);
    refused(
        &mut state,
        Event::BatchClosed { sequence: 1 },
        "closed, and deltas of it are applied",
    );
    let mut state = solana(&[deposit(ALICE, 100, 100), deltas(1, &[(ALICE, -60)])]);
    state.apply(0, &reverted(1, ALICE, 60)).unwrap();
    assert_eq!(balance(&state, ALICE, &[in_flight(1, &[(ALICE, 60)], &[])]), 40);
    state.apply(0, &Event::BatchClosed { sequence: 1 }).unwrap();
    assert_eq!((state.over(), state.settled()), (1, 0));
    assert_eq!(balance(&state, ALICE, &[in_flight(1, &[(ALICE, 60)], &[])]), 100);
}

#[test]
fn an_abandoned_batch_stays_as_it_is_and_strands_the_rest() {
    let events = [deposit(ALICE, 100, 100), deltas(1, &[(ALICE, -60), (BOB, 20)])];
    let abandoned = |amount| Event::BatchAbandoned {
        sequence: 1,
        stranded: vec![(USD, amount)],
    };
    let mut state = solana(&events);
    state.apply(0, &abandoned(40)).unwrap();
    assert_eq!((balance(&state, ALICE, &[]), balance(&state, BOB, &[])), (40, 20));
    let (_, owed) = state.owed().next().unwrap();
    assert_eq!((owed.stranded, owed.in_flight, owed.total()), (40, 0, Some(100)));
    refused(&mut solana(&events), abandoned(39), "1 of asset");
    refused(&mut solana(&events), abandoned(41), "41 is taken of 40");
}

#[test]
fn batches_end_in_order_and_only_balanced() {
    let over = [deposit(ALICE, 9, 9), Event::BatchClosed { sequence: 2 }];
    refused(&mut solana(&over), deltas(2, &[(ALICE, -1)]), "it is over");
    refused(
        &mut solana(&over),
        Event::BatchSettled { sequence: 1 },
        "it is over",
    );
    refused(
        &mut solana(&over),
        Event::BatchClosed { sequence: 0 },
        "it is over",
    );
    let debited = [deposit(ALICE, 9, 9), deltas(1, &[(ALICE, -5)])];
    refused(
        &mut solana(&debited),
        Event::BatchSettled { sequence: 1 },
        "5 of asset",
    );
    refused(&mut solana(&debited), deltas(1, &[(BOB, 6)]), "6 is taken of 5");
    refused(
        &mut solana(&debited),
        deltas(1, &[(ALICE, -5)]),
        "5 is taken of 4",
    );
    refused(
        &mut solana(&debited),
        deltas(2, &[(ALICE, -1)]),
        "closed, and deltas of it are applied",
    );
}

#[test]
fn a_batch_that_was_closed_unheard_is_over_when_the_next_is_applied() {
    let state = solana(&[deposit(ALICE, 9, 9), deltas(3, &[(ALICE, -1), (BOB, 1)])]);
    assert_eq!((state.over(), state.opened()), (2, 3));
}

#[test]
fn a_sale_pays_seller_fee_and_royalty_and_moves_the_item() {
    let sale = Sale {
        item: ITEM,
        asset: USD,
        seller: ALICE,
        buyer: BOB,
        price: 100,
        fee: 3,
        fee_owner: HOUSE,
        royalty: 10,
        creator: BOB,
        escrowed: false,
    };
    let listed = [
        deposit(BOB, 100, 100),
        Event::ItemDeposited {
            item: ITEM,
            holder: ALICE,
        },
        Event::ItemOffered {
            item: ITEM,
            seller: ALICE,
        },
    ];
    let mut state = solana(&listed);
    assert_eq!(holder(&state, &[]), None, "a listed item is not free");
    state.apply(0, &Event::ItemSold(sale)).unwrap();
    assert_eq!(holder(&state, &[]), Some(BOB));
    let ledgers = [ALICE, BOB, HOUSE].map(|owner| state.ledger(&owner, &USD));
    assert_eq!(ledgers, [87, 10, 3]);
    let dear = Sale { price: 101, ..sale };
    refused(&mut solana(&listed), Event::ItemSold(dear), "101 is taken of 100");
    let torn = Sale { fee: 91, ..sale };
    refused(&mut solana(&listed), Event::ItemSold(torn), "more than the price");
    let stranger = Sale {
        seller: HOUSE,
        ..sale
    };
    refused(&mut solana(&listed), Event::ItemSold(stranger), "holds it");
}

#[test]
fn bids_go_to_escrow_and_come_back_before_the_next_is_taken() {
    let bid = |bidder, amount, outbid, refund| Event::BidPlaced {
        asset: USD,
        bidder,
        amount,
        outbid,
        refund,
    };
    let none = Owner([0; 32]);
    let mut state = solana(&[
        deposit(BOB, 100, 100),
        Event::ItemDeposited {
            item: ITEM,
            holder: ALICE,
        },
        Event::ItemOffered {
            item: ITEM,
            seller: ALICE,
        },
        bid(BOB, 60, none, 0),
        // Only the difference is there.
        bid(BOB, 90, BOB, 60),
    ]);
    let owed = *state.owed().next().unwrap().1;
    assert_eq!((owed.ledgers, owed.escrow, owed.total()), (10, 90, Some(100)));
    let sale = Sale {
        item: ITEM,
        asset: USD,
        seller: ALICE,
        buyer: BOB,
        price: 90,
        fee: 0,
        fee_owner: none,
        royalty: 0,
        creator: none,
        escrowed: true,
    };
    state.apply(0, &Event::ItemSold(sale)).unwrap();
    assert_eq!((state.ledger(&ALICE, &USD), state.ledger(&BOB, &USD)), (90, 10));
    assert_eq!(state.owed().next().unwrap().1.escrow, 0);
    assert_eq!(
        state.ledgers().count(),
        2,
        "nobody without an amount gets a ledger"
    );
    refused(&mut state, bid(BOB, 11, none, 0), "11 is taken of 10");
    refused(
        &mut solana(&[deposit(BOB, 9, 9)]),
        bid(BOB, 1, ALICE, 2),
        "2 is taken of 0",
    );
}

#[test]
fn items_are_free_while_held_and_in_no_batch() {
    let deposited = Event::ItemDeposited {
        item: ITEM,
        holder: ALICE,
    };
    let moved = |from, to| vec![Transfer { item: ITEM, from, to }];
    let mut state = solana(std::slice::from_ref(&deposited));
    assert_eq!(holder(&state, &[]), Some(ALICE));
    assert_eq!(
        holder(&state, &[in_flight(1, &[], &[ITEM])]),
        None,
        "a batch will move it"
    );

    let moves = moved(ALICE, BOB);
    state
        .apply(0, &Event::ItemsApplied { sequence: 1, moves })
        .unwrap();
    assert_eq!(holder(&state, &[]), None, "in transit");
    let moves = moved(BOB, ALICE);
    state
        .apply(0, &Event::ItemsReverted { sequence: 1, moves })
        .unwrap();
    assert_eq!(holder(&state, &[]), None, "in transit until the batch is over");
    state.apply(0, &Event::BatchClosed { sequence: 1 }).unwrap();
    assert_eq!(holder(&state, &[in_flight(1, &[], &[ITEM])]), Some(ALICE));

    state
        .apply(
            0,
            &Event::ItemOffered {
                item: ITEM,
                seller: ALICE,
            },
        )
        .unwrap();
    assert_eq!(holder(&state, &[]), None);
    state
        .apply(
            0,
            &Event::ItemReleased {
                item: ITEM,
                seller: ALICE,
            },
        )
        .unwrap();
    assert_eq!(holder(&state, &[]), Some(ALICE));
    refused(&mut state, deposited.clone(), "deposited while it is inside");
    let mut state = solana(&[deposited]);
    let bobs = Event::ItemWithdrawn {
        item: ITEM,
        holder: BOB,
    };
    refused(&mut state, bobs.clone(), "holds it");
    state
        .apply(
            0,
            &Event::ItemWithdrawn {
                item: ITEM,
                holder: ALICE,
            },
        )
        .unwrap();
    assert_eq!(holder(&state, &[]), None);
    refused(&mut state, bobs, "outside");
    let moves = moved(ALICE, BOB);
    refused(&mut state, Event::ItemsApplied { sequence: 2, moves }, "outside");
}

#[test]
fn a_session_lives_until_it_expires_is_revoked_or_its_epoch_is_over() {
    let end = CREATED + 30 * DAY;
    let ended = [
        Event::SessionRevoked {
            owner: ALICE,
            key: KEY,
        },
        Event::SessionClosed {
            owner: ALICE,
            key: KEY,
        },
        Event::AllRevoked {
            owner: ALICE,
            epoch: 1,
        },
    ];
    for event in ended {
        let mut state = solana(&[grant(&[])]);
        assert!(alive(&state, end - 1) && !alive(&state, end));
        state.apply(CREATED, &event).unwrap();
        assert!(!alive(&state, CREATED), "{event:?}");
        state.apply(CREATED, &grant(&[])).unwrap();
    }
    let later = Event::SessionGranted(Granted {
        epoch: 1,
        ..granted(&[])
    });
    let state = solana(&[
        later,
        Event::AllRevoked {
            owner: ALICE,
            epoch: 1,
        },
    ]);
    assert!(alive(&state, CREATED), "granted in the epoch that began");
    refused(
        &mut solana(&[grant(&[])]),
        grant(&[]),
        "granted while there is one",
    );
}

#[test]
fn periods_follow_each_other_from_the_grant() {
    let mut state = solana(&[grant(&[limit(100, 250, HOUR)])]);
    let at = |seconds| CREATED + seconds;
    state.apply(at(10), &charge(80, Some((20, 170)))).unwrap();
    assert_eq!(remaining(&state, at(HOUR - 1), &[]), Some(20));
    assert_eq!(remaining(&state, at(HOUR), &[]), Some(100));
    state
        .apply(at(5 * HOUR - 1), &charge(100, Some((0, 70))))
        .unwrap();
    assert_eq!(remaining(&state, at(5 * HOUR - 1), &[]), None);
    assert_eq!(
        remaining(&state, at(5 * HOUR), &[]),
        Some(70),
        "the lifetime never starts anew"
    );
    // A clock that goes backwards begins no period.
    assert_eq!(remaining(&state, at(0), &[]), None);
}

#[test]
fn one_time_limits_never_start_anew_and_operations_run_out() {
    let mut state = solana(&[grant(&[limit(100, 100, 0)])]);
    for left in [90, 80, 70] {
        assert_eq!(remaining(&state, CREATED + 29 * DAY, &[]), Some(left + 10));
        state.apply(CREATED, &charge(10, Some((left, left)))).unwrap();
    }
    assert_eq!(remaining(&state, CREATED, &[]), None, "three charges are all");
    refused(&mut state, charge(1, Some((69, 69))), "charged above a limit");
    let mut hourly = solana(&[grant(&[limit(100, 100, HOUR)])]);
    for left in [90, 80, 70] {
        hourly.apply(CREATED, &charge(10, Some((left, left)))).unwrap();
    }
    assert_eq!(remaining(&hourly, CREATED, &[]), None);
    assert_eq!(
        remaining(&hourly, CREATED + HOUR, &[]),
        Some(70),
        "operations start anew"
    );
}

#[test]
fn setting_a_limit_gives_nothing_back() {
    let mut state = solana(&[grant(&[limit(100, 300, HOUR)]), charge(80, Some((20, 220)))]);
    state.apply(CREATED, &set(limit(50, 60, HOUR), 0, 0)).unwrap();
    assert_eq!(remaining(&state, CREATED, &[]), None);
    state.apply(CREATED, &set(limit(90, 300, HOUR), 10, 220)).unwrap();
    assert_eq!(remaining(&state, CREATED, &[]), Some(10));
    // Also when the period gets longer: until that is over.
    state.apply(CREATED, &set(limit(90, 300, DAY), 10, 220)).unwrap();
    assert_eq!(remaining(&state, CREATED + DAY - 1, &[]), Some(10));
    assert_eq!(remaining(&state, CREATED + DAY, &[]), Some(90));
    // An asset more.
    let euros = Limit {
        asset: EUR,
        ..limit(5, 5, 0)
    };
    state.apply(CREATED, &set(euros, 5, 5)).unwrap();
    let session = state
        .session(&ALICE, &KEY, CREATED, &Reserved::default())
        .unwrap();
    let limits = [USD, EUR].map(|asset| SessionLimit {
        asset,
        remaining: if asset == USD { 10 } else { 5 },
    });
    assert_eq!(session.limits, limits);
    refused(
        &mut state,
        set(limit(90, 300, DAY), 11, 220),
        "another amount is left",
    );
    refused(
        &mut state,
        set(
            Limit {
                asset: Asset([6; 32]),
                ..euros
            },
            4,
            5,
        ),
        "another amount is left",
    );
}

#[test]
fn a_longer_period_that_began_before_keeps_its_beginning() {
    let at = CREATED + DAY + 5 * HOUR;
    let mut state = solana(&[grant(&[limit(100, 900, HOUR)])]);
    state.apply(at, &charge(80, Some((20, 820)))).unwrap();
    state.apply(at, &set(limit(100, 900, DAY), 20, 820)).unwrap();
    assert_eq!(remaining(&state, CREATED + 2 * DAY - 1, &[]), Some(20));
    assert_eq!(remaining(&state, CREATED + 2 * DAY, &[]), Some(100));
    // And to one-time, where the period is the session's life.
    state.apply(at, &set(limit(100, 900, 0), 20, 820)).unwrap();
    assert_eq!(remaining(&state, CREATED + 29 * DAY, &[]), Some(20));
}

#[test]
fn what_the_chain_says_is_left_decides_where_clocks_differ_at_a_periods_end() {
    let spent = |at: u64| {
        let mut state = solana(&[grant(&[limit(100, 900, HOUR)])]);
        state.apply(at, &charge(80, Some((20, 820)))).unwrap();
        state
    };
    // The block's time is a second before the end, the chain's clock was behind it.
    let mut late = spent(CREATED);
    late.apply(CREATED + HOUR - 1, &charge(90, Some((10, 730))))
        .unwrap();
    assert_eq!(remaining(&late, CREATED + HOUR, &[]), Some(10));
    // The other way round.
    let mut early = spent(CREATED);
    early.apply(CREATED + HOUR, &charge(15, Some((5, 805)))).unwrap();
    assert_eq!(remaining(&early, CREATED + HOUR - 1, &[]), Some(5));
    assert_eq!(remaining(&early, CREATED + HOUR, &[]), Some(100));
    refused(
        &mut spent(CREATED),
        charge(15, Some((6, 805))),
        "something else left",
    );
}

#[test]
fn charges_above_a_limit_or_of_no_session_are_refused() {
    let hourly = || state(Scheme::Eip712, &[grant(&[limit(100, 150, HOUR)])]);
    refused(&mut hourly(), charge(101, None), "charged above a limit");
    let mut state = hourly();
    state.apply(CREATED, &charge(100, None)).unwrap();
    state.apply(CREATED + HOUR, &charge(50, None)).unwrap();
    let error = state.apply(CREATED + 2 * HOUR, &charge(1, None)).unwrap_err();
    assert!(error.to_string().contains("charged above a limit"));
    let mut other = charge(1, None);
    if let Event::Charged { asset, .. } = &mut other {
        *asset = EUR;
    }
    refused(&mut hourly(), other, "charged without a limit");
    refused(&mut solana(&[]), charge(1, None), "was not granted");
    let over = [
        grant(&[limit(100, 150, HOUR)]),
        Event::SessionRevoked {
            owner: ALICE,
            key: KEY,
        },
    ];
    refused(&mut solana(&over), charge(1, None), "was not granted");
}

#[test]
fn events_of_sessions_for_others_are_passed_over_on_solana_and_impossible_on_evm() {
    let mut foreign = charge(1, None);
    if let Event::Charged { ours, .. } = &mut foreign {
        *ours = false;
    }
    let events = [
        foreign,
        set(limit(1, 1, 0), 1, 1),
        Event::SessionRevoked {
            owner: ALICE,
            key: KEY,
        },
        Event::SessionClosed {
            owner: ALICE,
            key: KEY,
        },
    ];
    for event in events {
        solana(std::slice::from_ref(&event));
        refused(&mut state(Scheme::Eip712, &[]), event, "was not granted");
    }
    for scheme in [Scheme::Ed25519, Scheme::Eip712] {
        state(
            scheme,
            &[Event::AllRevoked {
                owner: ALICE,
                epoch: 1,
            }],
        );
    }
}

#[test]
fn another_program_that_charges_the_same_session_spends_its_limit() {
    let mut foreign = charge(30, Some((70, 70)));
    if let Event::Charged { ours, .. } = &mut foreign {
        *ours = false;
    }
    let state = solana(&[grant(&[limit(100, 100, 0)]), foreign]);
    assert_eq!(remaining(&state, CREATED, &[]), Some(70));
}

#[test]
fn charges_in_flight_are_taken_once_whether_made_or_not() {
    let batch = |sequence| in_flight(sequence, &[(ALICE, 60)], &[]);
    let granted = [deposit(ALICE, 500, 500), grant(&[limit(100, 900, 0)])];
    let mut solana = solana(&granted);
    assert_eq!(remaining(&solana, CREATED, &[batch(1)]), Some(40));
    assert_eq!(remaining(&solana, CREATED, &[batch(1), batch(2)]), None);
    solana.apply(CREATED, &charge(60, Some((40, 840)))).unwrap();
    solana.apply(CREATED, &deltas(1, &[(ALICE, -60)])).unwrap();
    assert_eq!(remaining(&solana, CREATED, &[batch(1)]), Some(40));

    // On EVM the deltas do not name the session, the charge that follows does.
    let mut evm = state(Scheme::Eip712, &granted);
    let mut unnamed = deltas(1, &[(ALICE, -60)]);
    if let Event::DeltasApplied { deltas, .. } = &mut unnamed {
        deltas[0].session = None;
    }
    evm.apply(CREATED, &unnamed).unwrap();
    assert_eq!(remaining(&evm, CREATED, &[batch(1)]), Some(40), "not charged yet");
    evm.apply(CREATED, &charge(60, None)).unwrap();
    assert_eq!(remaining(&evm, CREATED, &[batch(1)]), Some(40), "charged");
    assert_eq!(remaining(&evm, CREATED, &[batch(1), batch(2)]), None);

    // What is charged stays charged when the batch is taken back.
    for state in [&mut solana, &mut evm] {
        state.apply(CREATED, &reverted(1, ALICE, 60)).unwrap();
        state.apply(CREATED, &Event::BatchClosed { sequence: 1 }).unwrap();
        assert_eq!(remaining(state, CREATED, &[batch(1)]), Some(40));
        assert_eq!(balance(state, ALICE, &[batch(1)]), 500);
    }
}

#[test]
fn each_charge_in_flight_takes_an_operation() {
    let state = solana(&[grant(&[limit(100, 900, 0)])]);
    let batches = |count| {
        (1..=count)
            .map(|n| in_flight(n, &[(ALICE, 1)], &[]))
            .collect::<Vec<_>>()
    };
    assert_eq!(remaining(&state, CREATED, &batches(2)), Some(98));
    assert_eq!(remaining(&state, CREATED, &batches(3)), None);
}

#[test]
fn an_opening_has_what_the_entries_name_in_canonical_form() {
    let state = solana(&[
        deposit(ALICE, 100, 100),
        deposit(HOUSE, 7, 7),
        grant(&[
            limit(100, 900, 0),
            Limit {
                asset: EUR,
                ..limit(5, 5, 0)
            },
        ]),
        Event::ItemDeposited {
            item: ITEM,
            holder: BOB,
        },
    ]);
    let entry = |owner, action| Entry {
        intent: Intent {
            chain: 1,
            settlement: [4; 32],
            owner,
            session: KEY,
            nonce: 1,
            created_at: CREATED,
            expires_at: CREATED + 1,
            action,
        },
        id: [0; 32],
        signed: true,
        received_at: CREATED,
        carried: false,
    };
    let other = Item {
        collection: Asset([6; 32]),
        ..ITEM
    };
    let buy = |item| Action::Buy {
        item,
        currency: USD,
        max_price: 1,
    };
    let pay = Action::Pay {
        to: HOUSE,
        asset: USD,
        amount: 1,
        order: [0; 32],
    };
    let entries = [
        entry(
            BOB,
            Action::List {
                item: other,
                currency: USD,
                price: 1,
            },
        ),
        entry(BOB, pay),
        entry(ALICE, buy(ITEM)),
        entry(ALICE, Action::Cancel { intent: [0; 32] }),
        entry(ALICE, pay),
    ];
    let nonce = |owner: &Owner, key: &[u8; 32]| {
        assert_eq!((owner, key), (&ALICE, &KEY), "of others there is no session");
        41
    };
    let opening = state.opening(&entries, CREATED, &[in_flight(1, &[(ALICE, 30)], &[])], &nonce);
    assert_eq!(
        opening.balances,
        [Balance {
            owner: ALICE,
            asset: USD,
            amount: 70
        }],
        "nothing of who has nothing, or spends nothing"
    );
    assert_eq!(
        opening.items,
        [Holding {
            item: ITEM,
            holder: BOB
        }]
    );
    let [session] = opening.sessions.as_slice() else {
        panic!("{:?}", opening.sessions)
    };
    assert_eq!((session.owner, session.key, session.next_nonce), (ALICE, KEY, 41));
    assert_eq!((session.expires_at, session.actions), (CREATED + 30 * DAY, 7));
    assert_eq!(
        session.limits,
        [SessionLimit {
            asset: USD,
            remaining: 70
        }]
    );
    let later = state.opening(&entries, CREATED + 30 * DAY, &[], &nonce);
    assert_eq!(later.sessions, [], "over");
}
