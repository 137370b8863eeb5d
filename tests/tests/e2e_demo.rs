//! The demo flow from beginning to end, with nothing left running.

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

    let rows = |table: &str| report.rows.get(table).copied().unwrap_or(0);
    assert_eq!(rows("settlement_deposited"), 3, "{report}");
    assert_eq!(rows("settlement_withdrawn"), 1, "{report}");
    assert_eq!(rows("evm_settlement_deposited"), 3, "{report}");
    assert_eq!(rows("evm_settlement_withdrawn"), 1, "{report}");
    assert_eq!(rows("signer_claim_signed"), 2, "{report}");
    assert_eq!(rows("reward_distributor_claimed"), 1, "{report}");
    assert!(rows("replay_token_transfer") >= 520, "{report}");
}
