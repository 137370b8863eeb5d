//! The Solana source against a node that lies and fails: what is stored is exactly what is in the chain.

mod solana_node;

use novate_indexer::{
    row::Value,
    solana::{SolanaOptions, SolanaSource},
    source::{Cursor, Source, SourceError, Step},
};
use serde_json::json;
use solana_node::{Chain, Fault, Node, PROGRAM, Tx, deposited, tx};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const IDL: &str = include_str!("fixtures/sample_idl.json");

fn options(node: &Node) -> SolanaOptions {
    SolanaOptions {
        network: "localnet".into(),
        contract: "sample".into(),
        rpc: node.rpc.clone(),
        ws: None,
        program: None,
        idl_json: IDL.into(),
        start_slot: 0,
        poll: Duration::from_millis(10),
        timeout: Duration::from_millis(300),
        requests: 8,
    }
}

fn source(node: &Node) -> SolanaSource {
    SolanaSource::new(options(node)).unwrap()
}

/// A transaction that deposits its number.
fn deposit(number: u32) -> Tx {
    tx(number, &[deposited(number.into())])
}

/// What a store would hold; it refuses what one would refuse.
#[derive(Clone, Debug, Default, PartialEq)]
struct Store {
    cursor: Option<Cursor>,
    /// By slot, position and id: the amount.
    rows: BTreeMap<(u64, i64, String), String>,
    undecoded: BTreeMap<String, String>,
    rollbacks: Vec<u64>,
    live: bool,
    steps: usize,
}

impl Store {
    /// Returns whether the step moved anything.
    fn apply(&mut self, step: Step) -> bool {
        self.steps += 1;
        match step {
            Step::Advance {
                events,
                undecoded,
                cursor,
                live,
                heads,
            } => {
                assert!(heads.finalized <= heads.confirmed && heads.confirmed <= heads.head);
                let old = self.cursor.replace(cursor).map_or(0, |cursor| cursor.next_block);
                let new = self.cursor.as_ref().unwrap().next_block;
                for event in events {
                    assert!((old..new).contains(&event.block.number), "{old} {new} {event:?}");
                    assert_eq!(event.address, PROGRAM);
                    let Value::Numeric(amount) = &event.values[1] else {
                        panic!("{event:?}")
                    };
                    let key = (event.block.number, event.position, event.id.clone());
                    assert!(
                        self.rows.insert(key, amount.clone()).is_none(),
                        "twice: {event:?}"
                    );
                }
                for kept in undecoded {
                    assert!(self.undecoded.insert(kept.id, kept.reason).is_none());
                }
                self.live = live;
                true
            }
            Step::Rollback { from_block, cursor } => {
                assert_eq!(cursor.next_block, from_block);
                self.rows.retain(|(slot, ..), _| *slot < from_block);
                self.rollbacks.push(from_block);
                self.cursor = Some(cursor);
                true
            }
            Step::Idle { live, .. } => {
                self.live = live;
                false
            }
        }
    }

    fn amounts(&self) -> Vec<u32> {
        self.rows.values().map(|amount| amount.parse().unwrap()).collect()
    }

    /// Reads until nothing is new.
    async fn read(&mut self, source: &mut SolanaSource) -> Result<(), SourceError> {
        loop {
            let step = source.next(self.cursor.as_ref(), Duration::ZERO).await?;
            if !self.apply(step) {
                return Ok(());
            }
        }
    }
}

async fn all(source: &mut SolanaSource) -> Store {
    let mut store = Store::default();
    store.read(source).await.unwrap();
    store
}

fn unavailable(error: SourceError) -> String {
    match error {
        SourceError::Unavailable { endpoint, reason } => {
            assert!(
                endpoint.starts_with("http://127.0.0.1:") && !endpoint.contains("secret"),
                "{endpoint}"
            );
            reason
        }
        fatal @ SourceError::Fatal(_) => panic!("{fatal}"),
    }
}

fn fatal(error: SourceError) -> String {
    match error {
        SourceError::Fatal(reason) => reason,
        other => panic!("{other}"),
    }
}

/// 700 deposits in 100 slots, 300 of them in one; every seventh transaction failed; some slots skipped.
fn long_chain() -> (Chain, Vec<u32>) {
    let mut chain = Chain::new(400);
    for slot in [20, 21, 150, 399] {
        chain.slots.remove(&slot);
    }
    let mut expected = Vec::new();
    for number in 0..700 {
        let slot = match number {
            0..200 => 30 + u64::from(number) / 4,
            200..500 => 140,
            _ => 200 + u64::from(number - 500),
        };
        let mut tx = deposit(number);
        tx.failed = number % 7 == 6;
        if !tx.failed {
            expected.push(number);
        }
        chain.put(if slot == 399 { 400 } else { slot }, tx);
    }
    (chain, expected)
}

#[tokio::test]
async fn everything_is_read_once_and_in_order() {
    let (chain, expected) = long_chain();
    let node = Node::start(chain).await;
    let mut source = source(&node);
    assert_eq!(source.identity().await.unwrap(), "genesis");
    let store = all(&mut source).await;
    assert_eq!(store.amounts(), expected);
    assert!(store.steps >= 3 && store.live && store.rollbacks.is_empty());
    let ((slot, _, id), _) = store.rows.iter().next().unwrap();
    assert_eq!((*slot, id), (30, &format!("{}:0:-:0", deposit(0).signature)));
    assert_eq!(store.cursor.unwrap().next_block, 401);

    // A slot is never split between steps, however many transactions it has.
    let mut again = Store::default();
    loop {
        let step = source.next(again.cursor.as_ref(), Duration::ZERO).await.unwrap();
        if !again.apply(step) {
            break;
        }
        let of_140 = again.rows.keys().filter(|(slot, ..)| *slot == 140).count();
        assert!(of_140 == 0 || of_140 == expected.iter().filter(|n| (200..500).contains(*n)).count());
    }
    assert_eq!(again.amounts(), expected);
}

#[tokio::test]
async fn a_source_made_anew_at_every_step_reads_the_same() {
    let (chain, _) = long_chain();
    let node = Node::start(chain).await;
    let whole = all(&mut source(&node)).await;
    let mut store = Store::default();
    while store.apply(
        source(&node)
            .next(store.cursor.as_ref(), Duration::ZERO)
            .await
            .unwrap(),
    ) {}
    assert_eq!(store.rows, whole.rows);
    assert_eq!(store.cursor, whole.cursor);
}

#[tokio::test]
async fn pages_shorter_than_asked_for_lose_nothing() {
    let (chain, expected) = long_chain();
    let node = Node::start(chain).await;
    for page in [9, 1] {
        node.with(|chain| chain.page = page);
        assert_eq!(all(&mut source(&node)).await.amounts(), expected);
    }
}

#[tokio::test]
async fn what_comes_later_is_read_from_the_cursor_on() {
    let node = Node::start(Chain::new(100)).await;
    let mut source = source(&node);
    let mut store = all(&mut source).await;
    assert_eq!(store.cursor.as_ref().unwrap().next_block, 101);
    for number in 0..5 {
        node.with(|chain| {
            chain.grow(3);
            chain.put(chain.confirmed - 1, deposit(number));
        });
        store.read(&mut source).await.unwrap();
    }
    assert_eq!(store.amounts(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn every_kind_of_failure_delays_and_loses_nothing() {
    let mut chain = Chain::new(200);
    chain.page = 60;
    (0..250).for_each(|number| chain.put(100 + u64::from(number) / 5, deposit(number)));
    let node = Node::start(chain).await;
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    node.fail(move |_, _| {
        // A fault of every kind now and then, and now and then nothing else for long enough to give up.
        let call = counted.fetch_add(1, Ordering::Relaxed);
        if call % 200 > 160 {
            return Some(Fault::Status(502));
        }
        match call % 37 {
            5 => Some(Fault::Status(429)),
            11 => Some(Fault::Status(503)),
            17 => Some(Fault::Half),
            23 => Some(Fault::Error(-32005)),
            29 => Some(Fault::Result(json!({ "not": "what was asked for" }))),
            31 if call.is_multiple_of(4) => Some(Fault::Hang),
            _ => None,
        }
    });
    let (mut store, mut failed) = (Store::default(), 0);
    let mut source = source(&node);
    let deadline = Instant::now() + Duration::from_secs(60);
    while let Err(error) = store.read(&mut source).await {
        unavailable(error);
        failed += 1;
        assert!(Instant::now() < deadline);
    }
    assert!(failed > 0 && calls.load(Ordering::Relaxed) > 300);
    assert_eq!(store.amounts(), (0..250).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_node_that_is_down_is_unavailable_and_then_followed() {
    let (chain, expected) = long_chain();
    let node = Node::start(chain).await;
    for fault in [
        Fault::Status(500),
        Fault::Status(429),
        Fault::Half,
        Fault::Hang,
        Fault::Result(json!("x")),
    ] {
        node.fail(move |_, _| Some(fault.clone()));
        let error = source(&node).next(None, Duration::ZERO).await.unwrap_err();
        let reason = unavailable(error);
        assert!(
            reason.contains("getSlot") && !reason.contains("secret"),
            "{reason}"
        );
    }
    node.heal();
    assert_eq!(all(&mut source(&node)).await.amounts(), expected);
}

#[tokio::test]
async fn a_record_that_is_missing_or_of_another_transaction_is_not_taken() {
    let mut chain = Chain::new(100);
    chain.put(50, deposit(1));
    let node = Node::start(chain).await;
    let good = deposit(1).signature;
    for (record, why) in [
        (json!(null), "does not have it"),
        (
            json!({ "slot": 50, "transaction": { "signatures": ["other"], "message": { "accountKeys": [],
            "instructions": [] } }, "meta": null }),
            "answered with another",
        ),
        (
            json!({ "slot": 51, "transaction": { "signatures": [good], "message": { "accountKeys": [],
            "instructions": [] } }, "meta": null }),
            "its record says 51",
        ),
        (
            json!({ "slot": 50, "transaction": { "signatures": [good], "message": { "accountKeys": [],
            "instructions": [] } }, "meta": null }),
            "without its status",
        ),
        (
            json!({ "slot": 50, "transaction": { "signatures": [good], "message": { "accountKeys": [],
            "instructions": [] } }, "meta": { "err": null, "logMessages": null } }),
            "without its logs",
        ),
        (
            json!({ "slot": 50, "transaction": { "signatures": [good], "message": { "accountKeys": [],
            "instructions": [{ "programIdIndex": 9, "data": "" }] } },
            "meta": { "err": null, "logMessages": [] } }),
            "has no account 9",
        ),
    ] {
        node.fail(move |method, _| (method == "getTransaction").then(|| Fault::Result(record.clone())));
        let mut store = Store::default();
        let reason = unavailable(store.read(&mut source(&node)).await.unwrap_err());
        assert!(reason.contains(why), "{reason}");
        assert_eq!(store, Store::default());
    }
    node.heal();
    assert_eq!(all(&mut source(&node)).await.amounts(), [1]);
}

#[tokio::test]
async fn nothing_is_read_beyond_what_is_confirmed_and_complete() {
    let mut chain = Chain::new(100);
    chain.put(90, deposit(1));
    chain.put(100, deposit(2));
    (chain.confirmed, chain.finalized) = (99, 68);
    let node = Node::start(chain).await;
    let mut source = source(&node);
    let mut store = all(&mut source).await;
    assert_eq!(store.amounts(), [1]);
    assert_eq!(store.cursor.as_ref().unwrap().next_block, 100);

    // Confirmed, but the node has yet to write down who did what in it.
    node.with(|chain| (chain.confirmed, chain.complete) = (100, 99));
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1]);

    node.with(|chain| chain.complete = 100);
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2]);
}

#[tokio::test]
async fn a_node_that_always_lags_with_its_records_is_followed_all_the_same() {
    let mut chain = Chain::new(100);
    chain.complete = 98;
    let node = Node::start(chain).await;
    let (mut source, mut store) = (source(&node), Store::default());
    for number in 0..10 {
        node.with(|chain| {
            chain.grow(1);
            chain.put(chain.confirmed, deposit(number));
            chain.complete = chain.confirmed - 2;
        });
        // At the very start there is nothing to go by.
        if let Err(error) = store.read(&mut source).await {
            assert!(store.cursor.is_none() && unavailable(error).contains("cannot yet tell"));
        }
    }
    assert!(store.amounts().len() >= 6, "{:?}", store.amounts());
    assert_eq!(
        store.amounts(),
        (0..store.amounts().len() as u32).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_fork_is_rolled_back_to_the_finalized_block_and_read_again() {
    let mut chain = Chain::new(200);
    for (slot, number) in [(100, 1), (180, 2), (200, 3)] {
        chain.put(slot, deposit(number));
    }
    let node = Node::start(chain).await;
    let mut source = source(&node);
    let mut store = all(&mut source).await;
    assert_eq!(store.amounts(), [1, 2, 3]);

    // Transaction 3 is gone, 2 is in another slot, and 4 stands below the slot we had read to.
    node.with(|chain| {
        chain.fork(175, vec![(190, deposit(2)), (195, deposit(4))]);
        chain.grow(2);
    });
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2, 4]);
    assert_eq!(store.rollbacks, [169]);
    assert!(store.rows.keys().any(|(slot, ..)| *slot == 190));

    // The block we stand on was skipped in the other chain.
    node.with(|chain| {
        chain.grow(1);
        chain.put(203, deposit(5));
    });
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2, 4, 5]);
    node.with(|chain| {
        chain.grow(2);
        chain.slots.remove(&203);
        chain.put(204, deposit(5));
        chain.put(205, deposit(6));
    });
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2, 4, 5, 6]);
    assert_eq!(store.rollbacks.len(), 2);
}

#[tokio::test]
async fn a_fork_in_the_middle_of_reading_mixes_nothing() {
    let mut chain = Chain::new(200);
    chain.put(190, deposit(1));
    chain.put(195, deposit(2));
    let node = Node::start(chain).await;
    let (chain, switched) = (node.chain.clone(), AtomicU32::new(0));
    node.fail(move |method, _| {
        // When the transactions are asked for, the list of them has already been answered.
        if method == "getTransaction" && switched.fetch_add(1, Ordering::Relaxed) == 1 {
            chain
                .lock()
                .unwrap()
                .fork(185, vec![(191, deposit(1)), (196, deposit(3))]);
        }
        None
    });
    let (mut source, mut store) = (source(&node), Store::default());
    let deadline = Instant::now() + Duration::from_secs(20);
    while let Err(error) = store.read(&mut source).await {
        unavailable(error);
        assert_eq!(store, Store::default());
        assert!(Instant::now() < deadline);
    }
    assert_eq!(
        store.rows.keys().map(|(slot, ..)| *slot).collect::<Vec<_>>(),
        [191, 196]
    );
    assert_eq!(store.amounts(), [1, 3]);
}

/// Where a source stands that has read up to `slot` and knows no finalized block.
fn rootless(slot: u64, hash: &str) -> Cursor {
    Cursor {
        next_block: slot + 1,
        at: json!({ "block": { "slot": slot, "hash": hash }, "last": null, "root": null }),
    }
}

#[tokio::test]
async fn a_slot_that_the_node_never_had_is_not_taken_for_a_fork() {
    let mut chain = Chain::new(200);
    chain.put(100, deposit(1));
    chain.put(190, deposit(2));
    let node = Node::start(chain).await;
    let rooted = all(&mut source(&node)).await;
    let without_root = Store {
        cursor: Some(rootless(200, "hash-200")),
        ..rooted.clone()
    };
    for jumped in [180..400, 180..201] {
        node.with(|chain| {
            chain.grow(500 - chain.confirmed);
            chain.jumped = jumped;
        });
        for before in [&rooted, &without_root] {
            let mut store = before.clone();
            let reason = unavailable(store.read(&mut source(&node)).await.unwrap_err());
            assert!(
                reason.contains("later snapshot") && reason.contains("novate db reset"),
                "{reason}"
            );
            assert_eq!(store, *before);
        }
    }
    // Another node has it, and the source goes on.
    node.with(|chain| {
        chain.jumped = 0..0;
        chain.put(210, deposit(3));
    });
    for mut store in [rooted, without_root] {
        store.read(&mut source(&node)).await.unwrap();
        assert_eq!(store.amounts(), [1, 2, 3]);
        assert!(store.rollbacks.is_empty());
    }
}

#[tokio::test]
async fn without_a_finalized_block_a_fork_goes_back_to_the_start_if_the_node_still_has_it() {
    let mut chain = Chain::new(300);
    chain.put(100, deposit(1));
    let node = Node::start(chain).await;
    for (slot, hash) in [(200, "gone"), (150, "hash-150")] {
        // The block that the source stands on is another one, or is left out.
        node.with(|chain| {
            chain.slots.remove(&150);
            chain.first_available = 90;
        });
        let mut store = Store {
            cursor: Some(rootless(slot, hash)),
            ..Store::default()
        };
        let before = store.clone();
        let reason = fatal(store.read(&mut source(&node)).await.unwrap_err());
        assert!(reason.contains("begins at slot 90"), "{reason}");
        assert_eq!(store, before);
        node.with(|chain| chain.first_available = 0);
        store.read(&mut source(&node)).await.unwrap();
        assert_eq!((store.rollbacks.as_slice(), store.amounts()), (&[0][..], vec![1]));
    }
}

#[tokio::test]
async fn another_chain_under_a_finalized_block_stops_the_source() {
    let mut chain = Chain::new(200);
    chain.put(100, deposit(1));
    let node = Node::start(chain).await;
    let mut store = all(&mut source(&node)).await;
    node.with(|chain| {
        chain.fork(50, vec![]);
        chain.grow(1);
    });
    let before = store.clone();
    let reason = fatal(store.read(&mut source(&node)).await.unwrap_err());
    assert!(
        reason.contains("slot 168") && reason.contains("novate db reset"),
        "{reason}"
    );
    assert_eq!(store, before);
}

#[tokio::test]
async fn history_that_a_node_has_dropped_is_never_skipped() {
    let mut chain = Chain::new(200);
    chain.put(100, deposit(1));
    let node = Node::start(chain).await;
    let mut store = all(&mut source(&node)).await;
    node.with(|chain| {
        chain.grow(300);
        chain.put(300, deposit(2));
        chain.put(450, deposit(3));
        chain.first_available = 400;
    });
    let reason = fatal(store.read(&mut source(&node)).await.unwrap_err());
    assert!(reason.contains("no longer has slot 200"), "{reason}");

    let early = SolanaOptions {
        start_slot: 10,
        ..options(&node)
    };
    let error = SolanaSource::new(early)
        .unwrap()
        .next(None, Duration::ZERO)
        .await
        .unwrap_err();
    assert!(fatal(error).contains("begins at slot 400"));
    let later = SolanaOptions {
        start_slot: 400,
        ..options(&node)
    };
    assert_eq!(all(&mut SolanaSource::new(later).unwrap()).await.amounts(), [3]);
}

#[tokio::test]
async fn a_list_that_ends_before_what_we_have_is_not_believed() {
    let mut chain = Chain::new(200);
    chain.put(100, deposit(1));
    let node = Node::start(chain).await;
    let mut source = source(&node);
    let mut store = all(&mut source).await;
    node.with(|chain| {
        chain.grow(2);
        chain.put(201, deposit(2));
        chain.unlisted = vec![deposit(1).signature, deposit(2).signature];
    });
    let reason = unavailable(store.read(&mut source).await.unwrap_err());
    assert!(reason.contains("has a hole"), "{reason}");
    node.with(|chain| chain.unlisted.clear());
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2]);

    // What the node has dropped by right it need not list.
    node.with(|chain| {
        chain.grow(200);
        chain.put(401, deposit(3));
    });
    store.read(&mut source).await.unwrap();
    node.with(|chain| {
        chain.grow(1);
        chain.first_available = 402;
        chain.unlisted = [1, 2, 3].map(|n| deposit(n).signature).to_vec();
    });
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2, 3]);
}

#[tokio::test]
async fn a_list_of_a_node_that_lags_behind_the_tip_is_not_taken() {
    let mut chain = Chain::new(1000);
    for (slot, number) in [(500, 1), (990, 2), (997, 3), (1000, 4)] {
        chain.put(slot, deposit(number));
    }
    let node = Node::start(chain.clone()).await;
    let mut store = all(&mut source(&node)).await;
    assert_eq!(store.amounts(), [1, 2, 3, 4]);

    // One URL, two nodes behind it: lists come of the one that is five slots behind.
    node.with(|chain| {
        chain.grow(10);
        chain.put(1003, deposit(5));
        chain.put(1008, deposit(6));
    });
    let mut behind = node.with(|chain| chain.clone());
    (behind.processed, behind.confirmed, behind.finalized) = (1005, 1005, 973);
    let refused = Arc::new(AtomicU32::new(0));
    let counted = refused.clone();
    node.fail(move |method, params| {
        if method != "getSignaturesForAddress" {
            return None;
        }
        Some(match behind.answer(method, params) {
            Ok(list) => Fault::Result(list),
            Err(code) => {
                counted.fetch_add(1, Ordering::Relaxed);
                Fault::Error(code)
            }
        })
    });
    let (mut source, before) = (source(&node), store.clone());
    let reason = unavailable(store.read(&mut source).await.unwrap_err());
    assert!(reason.contains("error -32016"), "{reason}");
    assert_eq!(store, before);
    assert!(refused.load(Ordering::Relaxed) > 1, "not tried again");

    // Now and then the other node is asked, which is enough.
    let mut behind = node.with(|chain| chain.clone());
    (behind.processed, behind.confirmed, behind.finalized) = (1005, 1005, 973);
    let mut turn = 0;
    node.fail(move |method, params| {
        turn += u32::from(method == "getSignaturesForAddress");
        let lags = method == "getSignaturesForAddress" && turn % 2 == 1;
        lags.then(|| {
            behind
                .answer(method, params)
                .map_or_else(Fault::Error, Fault::Result)
        })
    });
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn the_end_of_history_is_not_taken_from_a_node_that_does_not_know_where_it_was_asked_from() {
    for (transactions, page) in [(700, 1000), (12, 5), (1, 1000)] {
        let mut chain = Chain::new(800);
        (0..transactions).for_each(|number| chain.put(30 + u64::from(number), deposit(number)));
        chain.page = page;
        let node = Node::start(chain).await;
        let expected: Vec<_> = (0..transactions).collect();
        // Only the first page is of a node that has the transactions.
        let mut pages = 0;
        node.fail(move |method, _| {
            pages += u32::from(method == "getSignaturesForAddress");
            (method == "getSignaturesForAddress" && pages > 1).then(|| Fault::Result(json!([])))
        });
        let (mut lagging, mut store) = (source(&node), Store::default());
        let reason = unavailable(store.read(&mut lagging).await.unwrap_err());
        assert!(reason.contains("then no longer does"), "{reason}");
        assert_eq!(store, Store::default());
        node.heal();
        store.read(&mut lagging).await.unwrap();
        assert_eq!(store.amounts(), expected);

        // Only the second page is not: the one asked for next sets it right.
        let mut pages = 0;
        node.fail(move |method, _| {
            pages += u32::from(method == "getSignaturesForAddress");
            (method == "getSignaturesForAddress" && pages == 2).then(|| Fault::Result(json!([])))
        });
        assert_eq!(all(&mut source(&node)).await.amounts(), expected);
    }
}

#[tokio::test]
async fn a_list_out_of_order_is_not_believed() {
    let mut chain = Chain::new(200);
    chain.put(100, deposit(1));
    let node = Node::start(chain).await;
    let [a, b] = [deposit(1).signature, deposit(2).signature];
    node.fail(move |method, _| {
        let list = json!([{ "signature": a, "slot": 100, "err": null }, { "signature": b, "slot": 101, "err": null }]);
        (method == "getSignaturesForAddress").then_some(Fault::Result(list))
    });
    let error = source(&node).next(None, Duration::ZERO).await.unwrap_err();
    assert!(unavailable(error).contains("out of order"));
}

#[tokio::test]
async fn a_node_that_fell_behind_is_waited_for() {
    let (chain, _) = long_chain();
    let node = Node::start(chain).await;
    let mut store = all(&mut source(&node)).await;
    node.with(|chain| (chain.processed, chain.confirmed, chain.finalized) = (399, 398, 300));
    store.read(&mut source(&node)).await.unwrap();
    node.with(|chain| (chain.processed, chain.confirmed, chain.finalized) = (200, 200, 168));
    let reason = unavailable(store.read(&mut source(&node)).await.unwrap_err());
    assert!(reason.contains("is at slot 200"), "{reason}");
}

#[tokio::test]
async fn what_cannot_be_decoded_is_kept_with_its_reason() {
    let mut short = deposited(2);
    short.pop();
    let mut chain = Chain::new(100);
    chain.put(50, tx(1, &[vec![9; 8], deposited(1), short]));
    let mut cut = tx(2, &[deposited(3)]);
    cut.logs.insert(2, "Log truncated".into());
    chain.put(51, cut);
    let node = Node::start(chain).await;
    let store = all(&mut source(&node)).await;
    assert_eq!(store.amounts(), [1, 3]);
    let reasons: Vec<(&str, &str)> = store
        .undecoded
        .iter()
        .map(|(id, r)| (id.as_str(), r.as_str()))
        .collect();
    let [first, second] = [1, 2].map(|number| tx(number, &[]).signature);
    assert_eq!(reasons.len(), 3);
    let reason = |id: String| {
        store
            .undecoded
            .get(&id)
            .unwrap_or_else(|| panic!("{id} not in {reasons:?}"))
    };
    assert!(reason(format!("{first}:0:-:0")).contains("no event with this discriminator"));
    assert!(reason(format!("{first}:0:-:2")).contains("field memo"));
    assert!(reason(format!("{second}:log")).contains("cut the log"));
}

#[tokio::test]
async fn a_subscription_wakes_the_source_also_after_it_broke() {
    let node = Node::start(Chain::new(100)).await;
    let polls_rarely = SolanaOptions {
        ws: Some(node.ws.clone()),
        poll: Duration::from_secs(60),
        ..options(&node)
    };
    let mut source = SolanaSource::new(polls_rarely).unwrap();
    let mut store = all(&mut source).await;
    for number in 0..3 {
        let deadline = Instant::now() + Duration::from_secs(10);
        while node.subscribers() == 0 {
            assert!(Instant::now() < deadline, "no subscription");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (noticed, other) = (Instant::now(), node.clone());
        tokio::spawn(async move {
            // The notification comes before the node calls the slot confirmed, as with real ones.
            other.notify(other.with(|chain| chain.confirmed) + 2);
            tokio::time::sleep(Duration::from_millis(50)).await;
            other.with(|chain| {
                chain.grow(2);
                chain.put(chain.confirmed, deposit(number));
            });
        });
        while !store.amounts().contains(&number) {
            let step = source
                .next(store.cursor.as_ref(), Duration::from_secs(5))
                .await
                .unwrap();
            store.apply(step);
            assert!(
                noticed.elapsed() < Duration::from_secs(5),
                "the source slept through it"
            );
        }
        node.notify(0);
        while node.subscribers() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_configuration_is_said_at_once() {
    let node = Node::start(Chain::new(1)).await;
    let refusal = |options| fatal(SolanaSource::new(options).unwrap_err());
    let good = options(&node);
    assert!(
        refusal(SolanaOptions {
            rpc: "nowhere".into(),
            ..good.clone()
        })
        .contains("\"nowhere\"")
    );
    assert!(
        refusal(SolanaOptions {
            program: Some("0x12".into()),
            ..good.clone()
        })
        .contains("\"0x12\"")
    );
    assert!(
        refusal(SolanaOptions {
            idl_json: "{}".into(),
            ..good.clone()
        })
        .contains("IDL of contract sample")
    );
    let mut bad_ws = SolanaSource::new(SolanaOptions {
        ws: Some("http://x".into()),
        ..good
    })
    .unwrap();
    assert!(fatal(bad_ws.next(None, Duration::ZERO).await.unwrap_err()).contains("\"http://x\""));

    let foreign = Cursor {
        next_block: 5,
        at: json!({ "hash": "0x12" }),
    };
    let reason = fatal(
        source(&node)
            .next(Some(&foreign), Duration::ZERO)
            .await
            .unwrap_err(),
    );
    assert!(reason.contains("not one of a Solana program"), "{reason}");
}
