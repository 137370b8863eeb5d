//! The follower against a real index: incremental, complete, and never of a chain that is gone.

mod clearing_state;

use alloy::primitives::{Address, U256};
use clearing_state::{
    Database, Following, Source, TIME, config,
    evm::{Contracts, NETWORK},
};
use novate_bindings::evm::{SessionKeys, Settlement};
use novate_catalog::{Finality, SourceState};
use novate_clearing::state::{NotReady, Openings, Sessions};
use novate_indexer::row::Event;
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use std::time::Duration;

const SETTLEMENT: Address = Address::repeat_byte(0x51);
const OTHER: Address = Address::repeat_byte(0x52);
const SESSIONS: Address = Address::repeat_byte(0x53);
const USD: Address = Address::repeat_byte(0x11);
const ALICE: Address = Address::repeat_byte(0xa1);
const KEY: Address = Address::repeat_byte(0xa2);

/// A contract's place on the main branch.
fn at(number: u64) -> (u64, &'static str) {
    (number, "main")
}

fn owner(address: Address) -> Owner {
    Owner::from_evm(address.into())
}

fn word(address: Address) -> [u8; 32] {
    owner(address).0
}

struct World {
    database: Database,
    contracts: Contracts,
    source: Source,
}

impl World {
    async fn new() -> Self {
        let mut world = Self::before_start().await;
        world.source.start().await;
        world
    }

    async fn before_start() -> Self {
        let database = Database::new().await;
        let contracts = Contracts::at(SETTLEMENT, SESSIONS);
        let source = contracts.source(&database).await;
        Self {
            database,
            contracts,
            source,
        }
    }

    async fn follow(&self, finality: Finality) -> Following {
        let config = config(Scheme::Eip712, NETWORK, word(SETTLEMENT), finality);
        self.database.follow(config).await
    }

    /// Alice deposits, and has `balance` then.
    fn deposit(&self, at: (u64, &str), position: i64, amount: u64, balance: u64) -> Event {
        let event = Settlement::Deposited {
            owner: ALICE,
            asset: USD,
            amount: U256::from(amount),
            balance: U256::from(balance),
        };
        self.contracts.settles(at, position, &event)
    }

    fn grant(&self, at: (u64, &str), position: i64, consumer: Address) -> Event {
        let limit = SessionKeys::Limit {
            asset: USD,
            amount: "100".parse().unwrap(),
            lifetime: "150".parse().unwrap(),
            period: 3_600,
        };
        let event = SessionKeys::SessionGranted {
            owner: ALICE,
            key: KEY,
            consumer,
            actions: 7,
            created: TIME as u32 + at.0 as u32,
            expires: TIME as u32 + 86_400,
            limits: vec![limit],
        };
        self.contracts.sessions(at, position, &event)
    }
}

/// Alice's ledger.
fn ledger(following: &Following) -> Result<u128, NotReady> {
    following
        .follower
        .look(|known| known.state.ledger(&owner(ALICE), &Asset(word(USD))))
}

fn remaining(following: &Following, now: i64) -> Option<u128> {
    let session = following
        .follower
        .session(&owner(ALICE), &word(KEY), now as u64)
        .unwrap()?;
    session.limits.first().map(|limit| limit.remaining)
}

#[tokio::test]
async fn rows_count_as_they_come_and_become_certain() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Confirmed).await;
    following.lost("is starting").await;
    let events = vec![world.deposit(at(1), 0, 10, 10), world.grant(at(1), 1, SETTLEMENT)];
    world.source.advance(events, 3, 2, 2).await;
    let as_of = following.reach(2).await;
    assert_eq!((as_of.head, as_of.head_time), (2, TIME as u64 + 2));
    assert_eq!(ledger(&following).unwrap(), 10);
    assert_eq!(remaining(&following, TIME + 2), Some(100));

    // Seen, and not confirmed.
    let events = vec![world.deposit(at(5), 0, 5, 15)];
    world.source.advance(events, 7, 6, 4).await;
    following.reach(4).await;
    assert_eq!(ledger(&following).unwrap(), 10);
    let charge = SessionKeys::Charged {
        consumer: SETTLEMENT,
        asset: USD,
        charges: vec![SessionKeys::Charge {
            owner: ALICE,
            key: KEY,
            amount: 60,
        }],
    };
    let charge = world.contracts.sessions(at(7), 3, &charge);
    world.source.advance(vec![charge], 8, 7, 7).await;
    following.reach(7).await;
    assert_eq!(ledger(&following).unwrap(), 15);
    assert_eq!(remaining(&following, TIME + 8), Some(40));
    assert_eq!(remaining(&following, TIME + 1 + 3_600), Some(90));

    let (as_of, opening) = following.follower.opening(&[], 0, &[], &|_, _| 0).unwrap();
    assert_eq!((as_of.block, opening), (7, Default::default()));
}

#[tokio::test]
async fn finality_is_what_was_asked_for() {
    let mut world = World::new().await;
    let seen = world.follow(Finality::Seen).await;
    let finalized = world.follow(Finality::Finalized).await;
    for number in 1..=3 {
        let events = vec![world.deposit(at(number), 0, 1, number)];
        world.source.advance(events, number + 1, number, number).await;
    }
    seen.reach(3).await;
    finalized.reach(2).await;
    assert_eq!((ledger(&seen).unwrap(), ledger(&finalized).unwrap()), (3, 2));
}

#[tokio::test]
async fn rows_of_other_settlements_do_not_count() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Confirmed).await;
    let mut foreign = world.deposit(at(1), 0, 10, 10);
    foreign.address = OTHER.to_string().to_lowercase();
    let events = vec![
        foreign,
        world.deposit(at(1), 1, 3, 3),
        world.grant(at(1), 2, OTHER),
    ];
    world.source.advance(events, 2, 1, 1).await;
    following.reach(1).await;
    assert_eq!(ledger(&following).unwrap(), 3);
    assert_eq!(remaining(&following, TIME + 1), None);
}

#[tokio::test]
async fn a_block_counts_only_when_its_rows_are_complete() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Confirmed).await;
    // The node is at 100, the index has read up to 40.
    let events = vec![world.deposit(at(1), 0, 1, 1)];
    world.source.advance(events, 41, 100, 90).await;
    assert_eq!(following.reach(1).await.block, 40);
    let events = vec![world.deposit(at(60), 0, 1, 2)];
    world.source.advance(events, 101, 100, 90).await;
    assert_eq!(following.reach(41).await.block, 90);
    assert_eq!(ledger(&following).unwrap(), 2);
}

#[tokio::test]
async fn a_rollback_of_what_was_counted_is_undone() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Seen).await;
    let events = vec![world.deposit(at(1), 0, 1, 1), world.deposit(at(5), 0, 10, 11)];
    world.source.advance(events, 9, 8, 3).await;
    following.reach(8).await;
    world.source.roll_back(4).await;
    let gone =
        |state: Result<novate_clearing::state::AsOf, NotReady>| state.is_ok_and(|as_of| as_of.block == 3);
    following.wait(gone).await.unwrap();
    assert_eq!(ledger(&following).unwrap(), 1);
    let events = vec![world.deposit((5, "fork"), 0, 20, 21)];
    world.source.advance(events, 9, 8, 3).await;
    following.reach(8).await;
    assert_eq!(ledger(&following).unwrap(), 21);
}

/// The index is back where it was, or further, before the follower looks again: here in one transaction.
#[tokio::test]
async fn a_rollback_between_two_looks_is_noticed() {
    // Gone is the last row that was counted, or one below it; or none, and one comes where there was none.
    for (from, block, amount, expected) in [(6, 7, 20, 21), (5, 6, 20, 21), (7, 7, 30, 41), (7, 8, 30, 41)] {
        let mut world = World::new().await;
        let events = vec![world.deposit(at(1), 0, 1, 1), world.deposit(at(6), 0, 10, 11)];
        world.source.advance(events, 9, 8, 3).await;
        let following = world.follow(Finality::Seen).await;
        following.reach(8).await;
        assert_eq!(ledger(&following).unwrap(), 11);
        let mut transaction = world.database.pool().begin().await.unwrap();
        sqlx::query("delete from data.settlement_deposited where block_number >= $1")
            .bind(from)
            .execute(&mut *transaction)
            .await
            .unwrap();
        sqlx::query(
            "insert into data.settlement_deposited select 'other', network, address, $1, 'fork', block_time, tx_hash,
             0, owner, asset, $2, $3 from data.settlement_deposited where block_number = 1",
        )
        .bind(block)
        .bind(amount)
        .bind(expected)
        .execute(&mut *transaction)
        .await
        .unwrap();
        for statement in [
            "update novate.sources set next_block = 13",
            "update novate.networks set head = 12",
            "notify novate_events",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        following.reach(12).await;
        assert_eq!(ledger(&following).unwrap(), expected as u128, "from {from}");
    }
}

#[tokio::test]
async fn a_head_that_moves_back_takes_what_it_confirmed_with_it() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Confirmed).await;
    let events = vec![world.deposit(at(1), 0, 1, 1), world.deposit(at(6), 0, 10, 11)];
    world.source.advance(events, 9, 8, 8).await;
    following.reach(8).await;
    sqlx::query("update novate.networks set confirmed = 5")
        .execute(world.database.pool())
        .await
        .unwrap();
    following
        .wait(|state| state.is_ok_and(|as_of| as_of.block == 5))
        .await
        .unwrap();
    assert_eq!(ledger(&following).unwrap(), 1);
}

#[tokio::test]
async fn without_tables_or_source_the_reason_says_what_is_missing() {
    let mut world = World::before_start().await;
    let following = world.follow(Finality::Confirmed).await;
    following
        .lost("no table for event Deposited of contract settlement on network anvil")
        .await;
    world.source.start().await;
    let events = vec![world.deposit(at(1), 0, 1, 1)];
    world.source.advance(events, 2, 1, 1).await;
    following.reach(1).await;
    assert_eq!(ledger(&following).unwrap(), 1);
    let error = world
        .database
        .follow(config(
            Scheme::Eip712,
            "nowhere",
            word(SETTLEMENT),
            Finality::Seen,
        ))
        .await;
    error.lost("on network nowhere: check the names").await;
}

#[tokio::test]
async fn a_source_that_stands_still_keeps_the_state_as_it_was() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Confirmed).await;
    let events = vec![world.deposit(at(1), 0, 1, 1)];
    world.source.advance(events, 2, 1, 1).await;
    let before = following.reach(1).await;
    world
        .source
        .report(SourceState::Retrying, Some("the node is gone"))
        .await;
    let late = world.follow(Finality::Confirmed).await;
    late.lost("the node is gone").await;
    assert_eq!(following.follower.as_of().unwrap(), before);
    let events = vec![world.deposit(at(2), 0, 1, 2)];
    world.source.advance(events, 3, 2, 2).await;
    late.reach(2).await;
    following.reach(2).await;
    assert_eq!(ledger(&following).unwrap(), 2);
}

#[tokio::test]
async fn an_event_that_cannot_be_stops_the_answers_until_the_index_is_mended() {
    let mut world = World::new().await;
    let following = world.follow(Finality::Seen).await;
    let events = vec![world.deposit(at(1), 0, 1, 1), world.deposit(at(2), 0, 1, 3)];
    world.source.advance(events, 3, 2, 2).await;
    following.lost("it holds 2, and the chain says 3").await;
    world.source.roll_back(2).await;
    let events = vec![world.deposit((2, "fork"), 0, 1, 2)];
    world.source.advance(events, 3, 2, 2).await;
    following.reach(2).await;
    assert_eq!(ledger(&following).unwrap(), 2);
}

#[tokio::test]
async fn a_notification_wakes_who_would_poll_in_an_hour() {
    let mut world = World::new().await;
    world.source.advance(vec![], 2, 1, 1).await;
    let mut config = config(Scheme::Eip712, NETWORK, word(SETTLEMENT), Finality::Confirmed);
    config.poll = Duration::from_secs(3_600);
    let following = world.database.follow(config).await;
    following.reach(1).await;
    for number in 2..5 {
        let events = vec![world.deposit(at(number), 0, 1, number - 1)];
        world.source.advance(events, number + 1, number, number).await;
        following.reach(number).await;
        assert_eq!(ledger(&following).unwrap(), u128::from(number) - 1);
    }
}

/// `NOVATE_STATE_ROWS` rows: 1,000,000 tells how long a start takes.
#[tokio::test]
async fn many_rows_are_read_from_the_start_and_a_second_start_gives_the_same() {
    let rows: u64 = std::env::var("NOVATE_STATE_ROWS").map_or(12_000, |rows| rows.parse().unwrap());
    let mut world = World::new().await;
    let owners = 100_000.min(rows / 3);
    let (mut next, mut balances) = (1, vec![0; owners as usize]);
    let mut written = 0;
    while written < rows {
        let mut events = Vec::new();
        for position in 0..5_000.min(rows - written) {
            let of = (written + position) % owners;
            let owner = Address::from_word(U256::from(of + 1).into());
            let balance = &mut balances[of as usize];
            *balance += 2;
            let (amount, balance) = (U256::from(2), U256::from(*balance));
            let deposited = Settlement::Deposited {
                owner,
                asset: USD,
                amount,
                balance,
            };
            events.push(world.contracts.settles(at(next), position as i64, &deposited));
        }
        written += events.len() as u64;
        next += 1;
        world.source.advance(events, next, next - 1, next - 1).await;
    }
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let following = world.follow(Finality::Confirmed).await;
        let as_of = loop {
            if let Ok(as_of) = following.follower.as_of() {
                break as_of;
            }
            assert!(began.elapsed() < Duration::from_secs(120));
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        println!("{rows} rows in {:.2} s", began.elapsed().as_secs_f64());
        assert_eq!(as_of.block, next - 1);
        let sum: u128 = following
            .follower
            .look(|known| known.state.ledgers().map(|(_, b)| b).sum())
            .unwrap();
        assert_eq!(sum, u128::from(2 * rows));
    }
}
