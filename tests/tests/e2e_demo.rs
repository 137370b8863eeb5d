//! The demo flow from beginning to end, with nothing left running.

/// How many rows the flow leaves in each table: every event of the four Solana programs that it causes, and the
/// money on the other chains.
const EVENTS: [(&str, usize); 43] = [
    ("evm_settlement_deposited", 3),
    ("evm_settlement_withdrawn", 1),
    ("reward_distributor_claimed", 1),
    ("signer_claim_signed", 2),
    ("rewards_claim_opened", 1),
    ("rewards_claimed", 2),
    ("rewards_distribution_created", 1),
    ("rewards_funded", 1),
    ("rewards_root_published", 2),
    ("session_keys_charged", 1),
    ("session_keys_limit_set", 1),
    ("session_keys_session_closed", 1),
    ("session_keys_session_created", 4),
    ("session_keys_session_revoked", 1),
    ("settlement_auction_created", 1),
    ("settlement_auction_settled", 1),
    ("settlement_authority_proposed", 1),
    ("settlement_batch_opened", 1),
    ("settlement_bid_placed", 2),
    ("settlement_deltas_applied", 2),
    ("settlement_deposited", 3),
    ("settlement_fees_changed", 1),
    ("settlement_fixed_sale_executed", 1),
    ("settlement_initialized", 1),
    ("settlement_item_created", 2),
    ("settlement_item_deposited", 2),
    ("settlement_item_listed", 2),
    ("settlement_items_applied", 1),
    ("settlement_ledger_opened", 3),
    ("settlement_listing_cancelled", 1),
    ("settlement_net_batch_settled", 1),
    ("settlement_order_completed", 1),
    ("settlement_orders_checkpointed", 1),
    ("settlement_royalty_set", 1),
    ("settlement_vault_created", 1),
    ("settlement_withdrawn", 1),
    ("staking_claimed", 1),
    ("staking_funded", 1),
    ("staking_pool_created", 1),
    ("staking_position_opened", 1),
    ("staking_staked", 1),
    ("staking_unstaked", 1),
    ("staking_withdrawn", 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_row_served_is_what_the_chains_say() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let report = novate_devnet::check().await.expect("the demo flow");
    assert!(report.holds(), "{report}");
    assert_eq!(report.mismatches, 0, "{report}");
    for (name, chain) in &report.chains {
        assert!(
            chain.indexed >= 0 && chain.head - chain.indexed <= 10,
            "{name} is behind: {report}"
        );
    }
    assert_eq!(report.chains.len(), 3, "{report}");

    for (table, expected) in EVENTS {
        let served = report.rows.get(table).copied().unwrap_or(0);
        assert_eq!(served, expected, "{table}: {report}");
    }
    let known = |table: &str| EVENTS.iter().any(|(name, _)| *name == table);
    let replayed = report.rows.get("replay_token_transfer").copied().unwrap_or(0);
    assert!(replayed >= 520, "{report}");
    let programs = ["rewards_", "session_keys_", "settlement_", "staking_"];
    let of_programs = |table: &&String| programs.iter().any(|program| table.starts_with(program));
    let unexpected: Vec<_> = report
        .rows
        .keys()
        .filter(of_programs)
        .filter(|table| !known(table))
        .collect();
    assert!(unexpected.is_empty(), "add to EVENTS: {unexpected:?}");
}
