//! The state by the index against the programs themselves: random histories in a LiteSVM, their events indexed as the indexer would, and
//! after each step every ledger, limit and item is what the programs' accounts hold.
#![allow(clippy::result_large_err)] // LiteSVM's
#![allow(dead_code, reason = "the settlement program's tests use all of their world")]

mod audit;
mod batch;
#[path = "../clearing_state/mod.rs"]
mod clearing_state;
mod index;
mod market;
mod scene;
#[path = "../../../programs/settlement/tests/settlement_program/world/mod.rs"]
mod world;

use program_testing::fuzz::Rng;
use scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_give_what_the_programs_hold() {
    let steps: usize = std::env::var("NOVATE_FUZZ_STEPS").map_or(1_000, |steps| steps.parse().unwrap());
    let seed = std::env::var("NOVATE_FUZZ_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut scene = Scene::new(Rng::new(seed)).await;
    let mut audited = audit::Seen::default();
    for step in 0..steps {
        let name = scene.step();
        scene.check(&format!("{step}: {name}")).await;
        let report = scene.audit(&scene.accounts());
        assert!(report.holds(), "{step}: {name}: {report:#?}");
        audited.add(&report);
    }
    println!("{:?}", scene.done);
    if steps >= 1_000 {
        assert_eq!(audited, audit::Seen::ALL, "audited");
        for name in [
            "deposit",
            "withdraw",
            "create session",
            "set limit",
            "revoke",
            "revoke all",
            "close expired",
            "deposit item",
            "withdraw item",
            "list",
            "cancel listing",
            "buy",
            "auction",
            "bid",
            "settle auction",
            "cancel auction",
            "open",
            "debits",
            "items",
            "credits",
            "finalize",
            "revert debits",
            "revert items",
            "close",
            "abandon",
        ] {
            assert!(scene.done.contains_key(name), "never accepted: {name}");
        }
    }
}
