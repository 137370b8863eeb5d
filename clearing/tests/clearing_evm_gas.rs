//! What an entry of a batch costs at the default chunk size, next to a transfer of the same token.
//!
//! `cargo test --workspace --test clearing_evm_gas -- --nocapture` prints it. Full chunks, for an entry's share of what a
//! transaction costs anyhow (21,000, proof, bitmap) is smallest there; calldata is in it.

mod evm;

use alloy::{primitives::Address, rpc::types::TransactionReceipt};
use evm::{Size, World, batch::Changes, drive::Until};
use novate_bindings::evm::RewardToken;
use novate_clearing::chain::{Chain, Landing, Step};

/// Full chunks of 256 debits, and of 256 credits.
const CHUNKS: usize = 2;
const SESSIONS: usize = 8 * CHUNKS * 4;

/// Gas of a plain transfer to somebody who has some of the token already.
async fn transfer(world: &World) -> u64 {
    let token = RewardToken::new(world.tokens[0], &world.rpc);
    let send = async |from: Address, to: Address| -> TransactionReceipt {
        let amount = alloy::primitives::U256::from(10);
        world
            .mined(token.transfer(to, amount).from(from).send().await.unwrap())
            .await
    };
    let mint = token.mint(world.holders[0], alloy::primitives::U256::from(1_000));
    world.mined(mint.from(world.admin).send().await.unwrap()).await;
    send(world.holders[0], world.holders[1]).await;
    send(world.holders[0], world.holders[1]).await.gas_used
}

#[tokio::test]
async fn entry_costs_a_fraction_of_a_transfer() {
    let world = World::of(Size {
        tokens: 1,
        sessions: 16,
        items: 0,
    })
    .await;
    let transfer = transfer(&world).await;
    let evm = world.evm();
    // 128 sessions pay 256 recipients twice: the second time nobody's ledger or session begins at zero.
    let mut costs = vec![];
    for sequence in 1..=2 {
        let mut changes = Changes::default();
        for n in 0..256 {
            let (holder, session) = (n % 8, n / 8 % 16);
            let to = Address::left_padding_from(&[0xee, n as u8, 1]);
            changes = changes.pay(&world, (holder, session), 0, to, 10);
        }
        let batch = world.batch(sequence, changes).await;
        let (landed, _) = world.drive(&evm, &batch, Until::End).await.unwrap();
        costs.clear();
        for planned in &landed {
            match evm.landing(planned).await.unwrap() {
                Landing::Landed { units, .. } => costs.push((planned.step.clone(), units)),
                other => panic!("{other:?}"),
            }
        }
    }
    let mut total = 0;
    for (step, gas) in &costs {
        total += gas;
        let entries = match step {
            Step::Debits(range) | Step::Credits(range) => range.len() as u64,
            _ => 1,
        };
        println!("{step}: {gas} gas, {} an entry", gas / entries);
    }
    println!("a transfer of the token: {transfer} gas");
    println!("the batch: {total} gas for 128 net debits and 256 net credits");
    let chunk = |is: fn(&Step) -> bool| {
        costs
            .iter()
            .find(|(step, _)| is(step))
            .map(|&(_, gas)| gas)
            .unwrap()
    };
    let debits = chunk(|step| matches!(step, Step::Debits(_))) / 128;
    let credits = chunk(|step| matches!(step, Step::Credits(_))) / 256;
    assert!(debits < 16_000, "{debits} gas a debit");
    assert!(credits < 8_000, "{credits} gas a credit");
    assert!(
        debits + credits < transfer,
        "one debit and one credit cost less than one transfer"
    );
}
