//! Nonces, fees and replacement of transactions that do not land.

mod evm;

use alloy::{
    consensus::{Transaction, TxEnvelope},
    eips::Decodable2718,
    network::TransactionBuilder,
    primitives::{B256, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
};
use evm::{World, drive::Until};
use novate_clearing::chain::{Chain, ChainError, Landing, Planned, Progress, Step};

fn bid(planned: &Planned) -> (u128, u128) {
    let envelope = TxEnvelope::decode_2718_exact(&planned.raw).unwrap();
    assert_eq!(envelope.max_fee_per_gas(), planned.price);
    (planned.price, envelope.max_priority_fee_per_gas().unwrap())
}

fn hash(planned: &Planned) -> B256 {
    planned.id.parse().unwrap()
}

#[tokio::test]
async fn stuck_transaction_is_replaced_by_one_that_bids_an_eighth_more() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.stop_mining().await;
    let stuck = evm.plan(&batch, &Step::Open, None).await.unwrap();
    evm.send(&stuck).await.unwrap();
    assert_eq!(evm.landing(&stuck).await.unwrap(), Landing::Pending);

    let replaced = evm.plan(&batch, &Step::Open, Some(&stuck)).await.unwrap();
    assert_eq!(replaced.nonce, stuck.nonce);
    for (new, old) in [
        (bid(&replaced).0, bid(&stuck).0),
        (bid(&replaced).1, bid(&stuck).1),
    ] {
        assert!(new * 8 >= old * 9, "{new} is not an eighth above {old}");
    }
    evm.send(&replaced).await.unwrap();
    world.mine().await;
    let landing = evm.landing(&replaced).await.unwrap();
    let Landing::Landed { fee, units, .. } = landing else {
        panic!("{landing:?}")
    };
    assert!(
        units > 21_000 && fee >= u128::from(units),
        "{fee} wei for {units} gas"
    );
    assert_eq!(
        world.expires(&evm, &stuck).await,
        Landing::Expired,
        "its nonce was taken"
    );
    // Whoever still sends it is told nothing bad: what became of it is known.
    evm.send(&stuck).await.unwrap();
}

#[tokio::test]
async fn sending_twice_is_the_same_as_once() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.stop_mining().await;
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    for _ in 0..3 {
        evm.send(&planned).await.unwrap();
    }
    world.mine().await;
    evm.send(&planned).await.unwrap();
    assert!(matches!(
        evm.landing(&planned).await.unwrap(),
        Landing::Landed { .. }
    ));
    assert_eq!(evm.opened().await.unwrap().0, 1);
}

#[tokio::test]
async fn bid_of_a_replacement_that_is_too_low_is_told_as_passing() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.stop_mining().await;
    let high = evm.plan(&batch, &Step::Open, None).await.unwrap();
    let higher = evm.plan(&batch, &Step::Open, Some(&high)).await.unwrap();
    evm.send(&higher).await.unwrap();
    let refused = evm.send(&high).await.unwrap_err();
    assert!(
        matches!(refused, ChainError::Rejected { permanent: false, .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn dropped_transaction_can_be_sent_again_or_planned_again() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.stop_mining().await;
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    evm.send(&planned).await.unwrap();
    world.rpc.anvil_drop_transaction(hash(&planned)).await.unwrap();
    assert_eq!(
        evm.landing(&planned).await.unwrap(),
        Landing::Pending,
        "it can still land"
    );
    evm.send(&planned).await.unwrap();
    world.rpc.anvil_drop_transaction(hash(&planned)).await.unwrap();
    let again = evm.plan(&batch, &Step::Open, Some(&planned)).await.unwrap();
    assert_eq!(again.nonce, planned.nonce);
    evm.send(&again).await.unwrap();
    world.mine().await;
    assert!(matches!(
        evm.landing(&again).await.unwrap(),
        Landing::Landed { .. }
    ));
    assert_eq!(world.expires(&evm, &planned).await, Landing::Expired);
}

#[tokio::test]
async fn nonces_follow_each_other_also_of_plans_in_parallel_and_of_two_settlements() {
    let world = World::start().await;
    let (evm, other) = (world.evm(), world.evm());
    let batch = world.small(1).await;
    world.stop_mining().await;
    let plans = (0..6).map(|n| {
        let chain = if n % 2 == 0 { &evm } else { &other };
        chain.plan(&batch, &Step::Open, None)
    });
    let plans = futures_util::future::try_join_all(plans).await.unwrap();
    let mut nonces: Vec<u64> = plans.iter().filter_map(|planned| planned.nonce).collect();
    nonces.sort_unstable();
    assert_eq!(nonces, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn gap_of_a_plan_that_nobody_sent_is_closed_by_the_next_replacement() {
    let world = World::start().await;
    let batch = world.small(1).await;
    world.stop_mining().await;
    let lost = {
        let evm = world.evm();
        let lost = evm.plan(&batch, &Step::Open, None).await.unwrap();
        let behind = evm.plan(&batch, &Step::Open, None).await.unwrap();
        evm.send(&behind).await.unwrap();
        (lost, behind)
    };
    let (lost, behind) = lost;
    assert_eq!((lost.nonce, behind.nonce), (Some(0), Some(1)));
    world.mine().await;
    // The service was started anew, and knows nothing of the plan that was lost.
    let evm = world.evm();
    assert_eq!(
        evm.landing(&behind).await.unwrap(),
        Landing::Pending,
        "it waits for the missing one"
    );
    let closing = evm.plan(&batch, &Step::Open, Some(&behind)).await.unwrap();
    assert_eq!(closing.nonce, Some(0));
    evm.send(&closing).await.unwrap();
    world.mine().await;
    assert!(matches!(
        evm.landing(&closing).await.unwrap(),
        Landing::Landed { .. }
    ));
    // The one behind came too late to do anything, and its reason is told.
    match evm.landing(&behind).await.unwrap() {
        Landing::Failed { reason } => assert!(reason.contains("WrongSequence"), "{reason}"),
        other => panic!("{other:?}"),
    }
    world.resume_mining().await;
    let (landed, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    assert_eq!(landed[0].nonce, Some(2));
}

#[tokio::test]
async fn payer_without_funds_is_told_by_name() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world
        .rpc
        .anvil_set_balance(world.payer, U256::from(1_000))
        .await
        .unwrap();
    let refused = evm.plan(&batch, &Step::Open, None).await.unwrap_err();
    match &refused {
        ChainError::Payer { payer, .. } => assert_eq!(*payer, world.payer.to_checksum(None)),
        other => panic!("{other}"),
    }
    assert!(refused.to_string().ends_with("fund it"), "{refused}");

    world
        .rpc
        .anvil_set_balance(world.payer, U256::from(10).pow(U256::from(18)))
        .await
        .unwrap();
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    world
        .rpc
        .anvil_set_balance(world.payer, U256::from(1_000))
        .await
        .unwrap();
    let refused = evm.send(&planned).await.unwrap_err();
    assert!(matches!(refused, ChainError::Payer { .. }), "{refused}");
}

#[tokio::test]
async fn nothing_is_bid_above_the_cap() {
    let world = World::start().await;
    let batch = world.small(1).await;
    let mut config = world.config();
    config.max_fee_per_gas = 50_000_000_000;
    let evm = novate_clearing::chain::evm::Evm::new(config).unwrap();
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    assert!(planned.price <= 50_000_000_000);

    world
        .rpc
        .anvil_set_next_block_base_fee_per_gas(60_000_000_000)
        .await
        .unwrap();
    world.mine().await;
    let refused = evm.plan(&batch, &Step::Open, None).await.unwrap_err();
    assert!(
        matches!(refused, ChainError::Rejected { permanent: false, .. }),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("above max_fee_per_gas 50000000000"),
        "{refused}"
    );
}

#[tokio::test]
async fn transaction_of_somebody_else_with_the_key_is_stepped_over() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.stop_mining().await;
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    // anvil signs for its accounts: a transfer with the nonce that was planned.
    let transfer = TransactionRequest::default()
        .to(world.admin)
        .value(U256::from(1))
        .from(world.payer)
        .with_nonce(0);
    let other = world.rpc.send_transaction(transfer).await.unwrap();
    assert_ne!(other.tx_hash().to_string(), planned.id);
    world.mine().await;
    assert_eq!(world.expires(&evm, &planned).await, Landing::Expired);
    let again = evm.plan(&batch, &Step::Open, Some(&planned)).await.unwrap();
    assert_eq!(again.nonce, Some(1));
}
