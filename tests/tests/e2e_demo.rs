//! The demo flow from beginning to end, with nothing left running.

use novate_devnet::Report;

/// How many rows the flow leaves in each table of contracts, programs and canisters, those of the tokens left out.
const EVENTS: [(&str, usize); 90] = [
    ("evm_session_keys_charged", 2),
    ("evm_session_keys_nonce_used", 1),
    ("evm_session_keys_session_granted", 5),
    ("evm_session_keys_session_revoked", 1),
    ("evm_settlement_authority_changed", 1),
    ("evm_settlement_batch_limit_changed", 1),
    ("evm_settlement_batch_opened", 2),
    ("evm_settlement_deltas_applied", 4),
    ("evm_settlement_deposited", 3),
    ("evm_settlement_guardian_changed", 1),
    ("evm_settlement_limits_changed", 1),
    ("evm_settlement_net_batch_settled", 2),
    ("evm_settlement_ownership_transferred", 1),
    ("evm_settlement_withdrawn", 1),
    ("evm_staking_distributor_changed", 1),
    ("evm_staking_guardian_changed", 1),
    ("evm_staking_ownership_transferred", 1),
    ("evm_staking_reward_added", 1),
    ("evm_staking_reward_paid", 1),
    ("evm_staking_rewards_duration_updated", 1),
    ("evm_staking_staked", 1),
    ("evm_staking_tier_added", 2),
    ("evm_staking_withdrawn", 1),
    ("names_content_set", 1),
    ("names_initialized", 1),
    ("names_name_registered", 1),
    ("names_role_granted", 1),
    ("names_wallet_linked", 2),
    ("order_registry_orders_checkpointed", 1),
    ("reward_distributor_claimed", 1),
    ("reward_distributor_distribution_created", 1),
    ("reward_distributor_distribution_funded", 1),
    ("reward_distributor_guardian_changed", 1),
    ("reward_distributor_merkle_claimed", 1),
    ("reward_distributor_ownership_transferred", 1),
    ("reward_distributor_root_published", 1),
    ("reward_distributor_signer_changed", 1),
    ("rewards_claim_opened", 1),
    ("rewards_claimed", 2),
    ("rewards_distribution_created", 1),
    ("rewards_funded", 1),
    ("rewards_root_published", 2),
    ("session_keys_charged", 2),
    ("session_keys_limit_set", 1),
    ("session_keys_session_closed", 1),
    ("session_keys_session_created", 5),
    ("session_keys_session_revoked", 1),
    ("settlement_auction_created", 1),
    ("settlement_auction_settled", 1),
    ("settlement_batch_opened", 2),
    ("settlement_bid_placed", 2),
    ("settlement_deltas_applied", 4),
    ("settlement_deposited", 3),
    ("settlement_fees_changed", 1),
    ("settlement_fixed_sale_executed", 1),
    ("settlement_initialized", 1),
    ("settlement_item_created", 3),
    ("settlement_item_deposited", 3),
    ("settlement_item_listed", 2),
    ("settlement_items_applied", 2),
    ("settlement_ledger_opened", 5),
    ("settlement_listing_cancelled", 1),
    ("settlement_net_batch_settled", 2),
    ("settlement_order_completed", 1),
    ("settlement_orders_checkpointed", 1),
    ("settlement_royalty_set", 1),
    ("settlement_vault_created", 1),
    ("settlement_withdrawn", 1),
    ("signer_batch_accepted", 4),
    ("signer_batch_signed", 4),
    ("signer_checkpoint_accepted", 2),
    ("signer_checkpoint_signed", 2),
    ("signer_claim_accepted", 2),
    ("signer_claim_signed", 2),
    ("signer_credits_granted", 1),
    ("signer_distributor_allowed", 1),
    ("signer_initialized", 1),
    ("signer_refused", 2),
    ("signer_registry_allowed", 2),
    ("signer_request_accepted", 8),
    ("signer_role_granted", 2),
    ("signer_settlement_allowed", 2),
    ("signer_settlement_asset_allowed", 2),
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
    let chains: Vec<_> = report.chains.keys().map(String::as_str).collect();
    assert_eq!(chains, ["anvil", "ic/names", "ic/signer", "surfpool"], "{report}");

    for (table, expected) in EVENTS {
        let served = report.rows.get(table).copied().unwrap_or(0);
        assert_eq!(served, expected, "{table}: {report}");
    }
    let known = |table: &str| EVENTS.iter().any(|(name, _)| *name == table);
    let replayed = report.rows.get("replay_token_transfer").copied().unwrap_or(0);
    assert!(replayed >= 520, "{report}");
    let of_tokens = |table: &str| table.starts_with("replay_token_") || table.starts_with("reward_token_");
    let unexpected: Vec<_> = report
        .rows
        .keys()
        .filter(|table| !of_tokens(table) && !known(table))
        .collect();
    assert!(unexpected.is_empty(), "add to EVENTS: {unexpected:?}");
    settled(&report);
    cleared(&report);
}

/// A batch on each chain under the canister's keys, a refusal on each, a name with two wallets and its content.
fn settled(report: &Report) {
    let chains: Vec<_> = report
        .settled
        .iter()
        .map(|settled| settled.chain.as_str())
        .collect();
    assert_eq!(chains, ["evm chain 31337", "solana chain 900"], "{report}");
    for settled in &report.settled {
        assert_eq!((settled.sequence, settled.deltas), (1, 3), "{report}");
    }
    let [evm, solana] = &report.settled[..] else {
        panic!("{report}")
    };
    assert_eq!((evm.items, solana.items), (0, 1), "{report}");
    assert!(evm.authority.starts_with("0x"), "{report}");
    assert_ne!(evm.authority, solana.authority, "{report}");
    assert_eq!(report.refused.len(), 2, "{report}");
    for refused in &report.refused {
        assert!(refused.contains("the most that one batch may debit"), "{report}");
    }
    let [name] = &report.names[..] else {
        panic!("{report}")
    };
    assert_eq!(name.wallets.len(), 2, "{report}");
    assert!(name.content.starts_with("sha256:"), "{report}");
}

/// On each chain one batch of intents that were sent over REST, with every outcome that the story has.
fn cleared(report: &Report) {
    let [evm, solana] = &report.cleared[..] else {
        panic!("{report}")
    };
    assert_eq!((&*evm.settlement, &*solana.settlement), ("anvil", "surfpool"));
    assert_eq!((evm.intents, evm.filled, evm.items), (12, 8, 0), "{report}");
    assert_eq!(
        (solana.intents, solana.filled, solana.items),
        (14, 10, 1),
        "{report}"
    );
    let owed: Vec<_> = report
        .vaults
        .iter()
        .map(|vault| (&*vault.settlement, vault.assets[0].owed))
        .collect();
    // What was deposited less what was withdrawn: clearing makes nothing.
    assert_eq!(owed, [("anvil", 1_650_000), ("surfpool", 1_650_000)], "{report}");
    for cleared in [evm, solana] {
        assert_eq!(
            (cleared.batches, cleared.audited, cleared.deltas),
            (1, 1, 5),
            "{report}"
        );
        assert_eq!(cleared.receipts, cleared.intents, "{report}");
        let rejected: Vec<_> = cleared.rejected.iter().map(|(name, n)| (*name, *n)).collect();
        assert_eq!(
            rejected,
            [
                ("cancelled", 1),
                ("insufficient_funds", 1),
                ("not_listed", 1),
                ("over_limit", 1)
            ],
            "{report}"
        );
        let refused: Vec<_> = cleared
            .refused
            .iter()
            .map(|(code, n)| (code.as_str(), *n))
            .collect();
        assert_eq!(
            refused,
            [("bad_signature", 1), ("nonce_used", 1), ("over_limit", 1)],
            "{report}"
        );
        assert!(cleared.transactions >= 4, "{report}");
        assert!(cleared.units > 0 && cleared.fees > 0, "{report}");
    }
}
