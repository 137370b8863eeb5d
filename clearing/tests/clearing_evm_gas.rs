//! What an entry of a batch costs at the default chunk size, next to a transfer of the same token.
//!
//! `cargo test --workspace --test clearing_evm_gas -- --nocapture` prints it. The chunks are full, for an entry's share of what
//! a transaction costs anyhow (21,000, proof, bitmap) is smallest there. Calldata is in it.

mod evm;

use alloy::primitives::{Address, U256};
use evm::{Size, World, batch::Changes, drive::Until};
use novate_bindings::evm::RewardToken;
use novate_clearing::chain::{Chain, Landing, Step};

/// A full chunk of debits and one of credits.
const ENTRIES: usize = 256;

/// Gas of a plain transfer to somebody who has some of the token, by somebody who keeps some.
async fn transfer(world: &World) -> u64 {
    let token = RewardToken::new(world.tokens[0], &world.rpc);
    let (from, to) = (world.holders[0], world.holders[1]);
    let minted = token.mint(from, U256::from(1_000)).from(world.admin).send().await;
    world.mined(minted.unwrap()).await;
    let send = async || {
        let sent = token.transfer(to, U256::from(10)).from(from).send().await;
        world.mined(sent.unwrap()).await.gas_used
    };
    send().await;
    send().await
}

/// Every session pays somebody else, and each of them is paid.
fn changes(world: &World) -> Changes {
    (0..ENTRIES).fold(Changes::default(), |changes, n| {
        let to = Address::left_padding_from(&[0xee, n as u8, 1]);
        changes.pay(world, (n / 16, n % 16), 0, to, 10)
    })
}

#[tokio::test]
async fn debit_and_credit_together_cost_less_than_one_transfer() {
    let world = World::of(Size {
        holders: 16,
        sessions: 16,
        ..Size::default()
    })
    .await;
    let transfer = transfer(&world).await;
    println!("a transfer of the token: {transfer} gas");
    let evm = world.evm();
    let mut together = vec![];
    for (sequence, what) in [(1, "ledgers begin at zero"), (2, "ledgers are there")] {
        let batch = world.batch(sequence, changes(&world)).await;
        let (landed, _) = world.drive(&evm, &batch, Until::End).await.unwrap();
        assert_eq!(landed.len(), 4, "open, one chunk of each side, finalize");
        let (mut total, mut entry) = (0, 0);
        for planned in &landed {
            let landing = evm.landing(planned).await.unwrap();
            let Landing::Landed { units, .. } = landing else {
                panic!("{landing:?}")
            };
            total += units;
            match &planned.step {
                Step::Debits(range) | Step::Credits(range) => {
                    assert_eq!(range.len(), ENTRIES);
                    entry += units / 256;
                    println!("{what}: {}: {units} gas, {} an entry", planned.step, units / 256);
                }
                step => println!("{what}: {step}: {units} gas"),
            }
        }
        println!(
            "{what}: all of the batch: {total} gas, {} a pair of entries",
            total / 256
        );
        together.push(entry);
    }
    assert!(together[0] < 2 * transfer, "{together:?}");
    assert!(
        together[1] < transfer * 6 / 10,
        "{together:?}: the product's claim"
    );
}
