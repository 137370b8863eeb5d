//! The audit of a vault: contracts on a real chain, indexed by the real indexer, that somebody has tampered with.

mod clearing_state;
mod evm;

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    providers::ext::AnvilApi,
    sol_types::SolValue,
};
use clearing_state::{Database, PATIENCE, config, evm::Contracts};
use evm::{LEDGER, World};
use novate_bindings::evm::RewardToken;
use novate_catalog::Finality;
use novate_clearing::{
    audit::{VaultError, VaultReport, vault::vault},
    config::ChainConfig,
    state::{FollowerConfig, Known},
};
use novate_indexer::{SourceOptions, run_on};
use novate_protocol::intent::Scheme;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Of the contract's storage: `contracts-bindings/storage/Settlement.md`.
const TOTAL_LEDGERS: u64 = 9;
const STRANDED: u64 = 10;
const LEDGERS: u64 = 12;

struct Scene {
    world: World,
    database: Database,
    index: FollowerConfig,
}

impl Scene {
    async fn start() -> Self {
        let world = World::start().await;
        let database = Database::new().await;
        let options = Contracts::at(world.settlement, world.keys).options(&world.anvil);
        // It ends with the runtime.
        tokio::spawn(run_on(
            database.store.clone(),
            vec![SourceOptions::Evm(options)],
            CancellationToken::new(),
        ));
        let address = world.settlement.into_word().0;
        Self {
            index: config(
                Scheme::Eip712,
                clearing_state::evm::NETWORK,
                address,
                Finality::Seen,
            ),
            world,
            database,
        }
    }

    /// At a new block.
    async fn audit(&self) -> VaultReport {
        self.world.mine().await;
        let head = self.world.rpc.get_block_number().await.unwrap();
        let chain = ChainConfig::Evm(self.world.config());
        let deadline = Instant::now() + PATIENCE;
        loop {
            let report = vault(self.database.pool(), &self.index, &chain).await;
            match report {
                Ok(report) if report.block >= head => return report,
                // The indexer is starting.
                Ok(_) | Err(VaultError::Index(_)) => {}
                Err(error) => panic!("{error}"),
            }
            assert!(Instant::now() < deadline, "{report:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn store(&self, slot: B256, value: u64) {
        let (at, value) = (self.world.settlement, B256::from(U256::from(value)));
        let stored = self.world.rpc.anvil_set_storage_at(at, slot.into(), value);
        stored.await.unwrap();
    }

    async fn withdraw(&self, owner: Address, amount: u64) {
        let contract = self.world.contract();
        let call = contract.withdraw(self.token(), U256::from(amount), owner);
        let sent = call.from(owner).send().await;
        self.world.mined(sent.unwrap()).await;
    }

    fn token(&self) -> Address {
        self.world.tokens[0]
    }

    fn ledger(&self, owner: Address) -> B256 {
        let of_asset = keccak256((self.token(), U256::from(LEDGERS)).abi_encode());
        keccak256((owner, of_asset).abi_encode())
    }
}

/// What does not hold: name and differences.
fn failed(report: &VaultReport) -> Vec<(&'static str, Vec<String>)> {
    let failed = report.checks.iter().filter(|check| !check.ok());
    failed
        .map(|check| (check.name, check.differences.clone()))
        .collect()
}

fn text(address: Address) -> String {
    address.to_string().to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_were_sent_to_the_vault_are_told_and_are_no_failure() {
    let scene = Scene::start().await;
    let world = &scene.world;
    let report = scene.audit().await;
    assert!(report.holds(), "{report:#?}");
    let (owners, owed) = (
        world.holders.len(),
        world.holders.len() as u128 * u128::from(LEDGER),
    );
    let [asset] = &report.assets[..] else {
        panic!("{report:#?}")
    };
    assert_eq!(
        (asset.ledger_count, asset.ledgers, asset.owed),
        (owners, owed, owed)
    );
    assert_eq!((asset.held, asset.surplus), (owed, 0));

    let token = RewardToken::new(scene.token(), &world.rpc);
    let sent = token.mint(world.settlement, U256::from(5)).from(world.admin);
    world.mined(sent.send().await.unwrap()).await;
    let report = scene.audit().await;
    assert!(report.holds(), "{report:#?}");
    assert_eq!((report.assets[0].held, report.assets[0].surplus), (owed + 5, 5));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["assets"][0]["surplus"], "5");
    assert_eq!(json["assets"][0]["asset"], text(scene.token()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_changed_past_the_contract_is_found() {
    let scene = Scene::start().await;
    let world = &scene.world;
    let (asset, owners, total) = (text(scene.token()), &world.holders, 8 * LEDGER);
    assert!(scene.audit().await.holds());

    scene.store(scene.ledger(owners[1]), LEDGER + 5).await;
    let told = format!(
        "{asset} of {}: {} on chain, {LEDGER} in the index",
        text(owners[1]),
        LEDGER + 5
    );
    let sum = format!("{asset}: {} accounted for, {total} owed", total + 5);
    let report = scene.audit().await;
    assert_eq!(
        failed(&report),
        [("accounted", vec![sum]), ("ledgers", vec![told])]
    );
    scene.store(scene.ledger(owners[1]), LEDGER).await;

    // Two that make up for each other.
    scene.store(scene.ledger(owners[2]), LEDGER - 3).await;
    scene.store(scene.ledger(owners[3]), LEDGER + 3).await;
    let report = scene.audit().await;
    let [("ledgers", differences)] = &failed(&report)[..] else {
        panic!("{report:#?}")
    };
    assert_eq!(differences.len(), 2);
    for owner in [owners[2], owners[3]] {
        scene.store(scene.ledger(owner), LEDGER).await;
    }
    assert!(scene.audit().await.holds());

    // One that its owner has emptied.
    scene.withdraw(owners[0], LEDGER).await;
    let report = scene.audit().await;
    assert!(report.holds(), "{report:#?}");
    assert_eq!(report.assets[0].ledger_count, owners.len() - 1);
    scene.store(scene.ledger(owners[0]), 7).await;
    let told = format!("{asset} of {}: 7 on chain, 0 in the index", text(owners[0]));
    let sum = format!(
        "{asset}: {} accounted for, {} owed",
        total - LEDGER + 7,
        total - LEDGER
    );
    let report = scene.audit().await;
    assert_eq!(
        failed(&report),
        [("accounted", vec![sum]), ("ledgers", vec![told])]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_missing_are_found_and_totals_that_were_changed() {
    let scene = Scene::start().await;
    let (world, token) = (&scene.world, scene.token());
    let (asset, total) = (text(token), 8 * LEDGER);
    world
        .rpc
        .anvil_impersonate_account(world.settlement)
        .await
        .unwrap();
    let rich = U256::from(10).pow(U256::from(20));
    world.rpc.anvil_set_balance(world.settlement, rich).await.unwrap();
    let tokens = RewardToken::new(token, &world.rpc);
    let stolen = tokens.transfer(world.admin, U256::from(1)).from(world.settlement);
    world.mined(stolen.send().await.unwrap()).await;
    let told = format!("{asset}: {} held, {total} owed, 1 missing", total - 1);
    assert_eq!(failed(&scene.audit().await), [("covered", vec![told])]);

    let back = tokens.transfer(world.settlement, U256::from(1)).from(world.admin);
    world.mined(back.send().await.unwrap()).await;
    assert!(scene.audit().await.holds());

    let of = |slot: u64| keccak256((token, U256::from(slot)).abi_encode());
    scene.store(of(TOTAL_LEDGERS), total - 1).await;
    let told = format!("{asset}: {total} accounted for, {} owed", total - 1);
    assert_eq!(failed(&scene.audit().await), [("accounted", vec![told])]);
    scene.store(of(TOTAL_LEDGERS), total).await;

    scene.store(of(STRANDED), 2).await;
    let sum = format!("{asset}: {} accounted for, {total} owed", total + 2);
    let told = format!("{asset}, stranded: 2 on chain, 0 in the index");
    let report = scene.audit().await;
    assert_eq!(failed(&report), [("accounted", vec![sum]), ("parts", vec![told])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_lacks_a_row_is_found() {
    let scene = Scene::start().await;
    let owner = scene.world.holders[4];
    scene.withdraw(owner, 9).await;
    assert!(scene.audit().await.holds());
    let tables = novate_catalog::tables(scene.database.pool()).await.unwrap();
    let table = tables.iter().find(|table| table.event == "Withdrawn").unwrap();
    let delete = format!("delete from data.{}", table.name.quoted());
    let done = sqlx::query(sqlx::AssertSqlSafe(delete))
        .execute(scene.database.pool())
        .await;
    assert_eq!(done.unwrap().rows_affected(), 1);
    let report = scene.audit().await;
    let told = format!(
        "{} of {}: {} on chain, {LEDGER} in the index",
        text(scene.token()),
        text(owner),
        LEDGER - 9
    );
    assert_eq!(failed(&report), [("ledgers", vec![told])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_an_error_and_no_report() {
    let scene = Scene::start().await;
    let block = scene.audit().await.block;
    let pool = scene.database.pool();
    let mut nodes = scene.world.config();
    // A dead node is passed over; its URL, which often holds a key, is not told.
    nodes.rpc.insert(0, "http://127.0.0.1:1/secret".into());
    let report = vault(pool, &scene.index, &ChainConfig::Evm(nodes.clone()))
        .await
        .unwrap();
    assert!(report.holds(), "{report:#?}");
    nodes.rpc.truncate(1);
    let error = vault(pool, &scene.index, &ChainConfig::Evm(nodes))
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::Evm(_)), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");

    // Where there is no settlement nothing is owed, which is no vault that holds.
    let mut elsewhere = scene.index.clone();
    elsewhere.address = Address::repeat_byte(7).into_word().0;
    let chain = ChainConfig::Evm(scene.world.config());
    let error = vault(pool, &elsewhere, &chain).await.unwrap_err();
    assert!(matches!(error, VaultError::NoSettlement { .. }), "{error}");

    let known = Known::read(pool, &scene.index, Some(block))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.as_of.block, block);
    assert!(
        Known::read(pool, &scene.index, Some(block + 1_000))
            .await
            .unwrap()
            .is_none()
    );
    let mut unknown = scene.index.clone();
    unknown.network = "nowhere".into();
    let error = vault(pool, &unknown, &chain).await.unwrap_err();
    assert!(matches!(error, VaultError::Index(_)), "{error}");
}
