//! The state by the index against the contracts themselves: random histories on a real chain, indexed by the real indexer, and after
//! each step every ledger, limit and item is what the contracts answer.

mod clearing_state;
mod evm;

use alloy::{
    eips::BlockId,
    primitives::{Address, U256, aliases::U96},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use clearing_state::{Database, Following, config, evm::Contracts};
use evm::{Size, World, batch::Changes, drive::Until};
use novate_bindings::evm::{RewardToken, SessionKeys};
use novate_catalog::Finality;
use novate_clearing::{
    audit::vault::vault,
    chain::{Chain, ChainError, Progress, SignedBatch, evm::Evm},
    config::ChainConfig,
    state::{FollowerConfig, Reserved, Sessions, State},
};
use novate_indexer::{SourceOptions, run_on};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Item, Scheme},
};
use program_testing::fuzz::Rng;
use tokio_util::sync::CancellationToken;

const HOLDERS: usize = 4;
const TOKENS: usize = 2;
const SESSIONS: usize = 2;
const ITEMS: usize = 2;
const PERIODS: [u32; 5] = [0, 3_600, 86_400, 604_800, 2_592_000];

struct Scene {
    world: World,
    chain: Evm,
    following: Following,
    index: FollowerConfig,
    database: Database,
    /// A batch that is not over.
    open: Option<SignedBatch>,
    sequence: u64,
    rng: Rng,
    /// How often each kind of step did something.
    done: std::collections::BTreeMap<&'static str, usize>,
}

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_give_what_the_contracts_say() {
    let steps: usize = std::env::var("NOVATE_FUZZ_STEPS").map_or(90, |steps| steps.parse().unwrap());
    let seed = std::env::var("NOVATE_FUZZ_SEED").map_or(7, |seed| seed.parse().unwrap());
    let mut scene = Scene::start(seed).await;
    for step in 0..steps {
        let name = scene.step().await;
        scene.check(&format!("{step}: {name}")).await;
        scene.audit(&format!("{step}: {name}")).await;
    }
    println!("{:?}", scene.done);
    if steps >= 90 {
        for name in [
            "withdraw",
            "limit",
            "revoke",
            "revoke all",
            "grant",
            "settled",
            "taken back",
            "item out",
            "audited in flight",
        ] {
            assert!(scene.done.contains_key(name), "never: {name}");
        }
    }
}

impl Scene {
    async fn start(seed: u64) -> Self {
        let world = World::of(Size {
            tokens: TOKENS,
            sessions: SESSIONS,
            items: ITEMS,
            ..Size::default()
        })
        .await;
        let database = Database::new().await;
        let contracts = Contracts::at(world.settlement, world.keys);
        let options = contracts.options(&world.anvil);
        // It ends with the runtime.
        tokio::spawn(run_on(
            database.store.clone(),
            vec![SourceOptions::Evm(options)],
            CancellationToken::new(),
        ));
        let address = world.settlement.into_word().0;
        let index = config(
            Scheme::Eip712,
            clearing_state::evm::NETWORK,
            address,
            Finality::Seen,
        );
        Self {
            following: database.follow(index.clone()).await,
            index,
            chain: world.evm(),
            world,
            database,
            open: None,
            sequence: 1,
            rng: Rng::new(seed),
            done: Default::default(),
        }
    }

    /// Does something, or tries to.
    async fn step(&mut self) -> &'static str {
        let (holder, token) = (self.rng.index(HOLDERS), self.rng.index(TOKENS));
        let from = self.world.holders[holder];
        let key = self.world.session(holder, self.rng.index(SESSIONS));
        let keys = SessionKeys::new(self.world.keys, self.world.rpc.clone());
        let asset = self.world.tokens[token];
        let settlement = self.world.settlement;
        match self.rng.below(26) {
            0 | 1 => {
                let amount = U256::from(self.rng.within(1..=evm::LEDGER / 3));
                let call = self
                    .world
                    .contract()
                    .withdraw(asset, amount, from)
                    .into_transaction_request();
                self.send("withdraw", from, call).await
            }
            2 | 3 => self.deposit(from, asset).await,
            4..=8 => {
                let lifetime = self.rng.within(0..=3 * evm::LEDGER);
                let limit = SessionKeys::Limit {
                    asset,
                    amount: U96::from(self.rng.below(1 + lifetime)),
                    lifetime: U96::from(lifetime),
                    period: *self.rng.pick(&PERIODS),
                };
                let call = keys.setLimit(settlement, from, key, limit);
                self.send("limit", from, call.into_transaction_request()).await
            }
            9 => {
                let call = keys.revoke(settlement, from, key);
                self.send("revoke", from, call.into_transaction_request()).await
            }
            10 => {
                let call = keys.revokeAll();
                self.send("revoke all", from, call.into_transaction_request())
                    .await
            }
            11..=13 => {
                let expires = self.now().await as u32 + self.rng.within(3_600..=29 * 86_400) as u32;
                let limit = |asset: &Address| SessionKeys::Limit {
                    asset: *asset,
                    amount: U96::from(evm::LEDGER / 2),
                    lifetime: U96::from(2 * evm::LEDGER),
                    period: 86_400,
                };
                let limits = self.world.tokens.iter().map(limit).collect();
                let call = keys.grant(key, settlement, 7, expires, limits);
                self.send("grant", from, call.into_transaction_request()).await
            }
            14 => {
                let call = keys.closeExpired(settlement, from, key);
                self.send("close", from, call.into_transaction_request()).await
            }
            15 | 16 => {
                let most = if self.rng.one_in(4) { 5 * 86_400 } else { 5_000 };
                let seconds = self.rng.within(1..=most);
                self.world.pass(seconds as u32).await;
                "time"
            }
            17 => {
                let number = evm::item(self.rng.index(HOLDERS), self.rng.index(ITEMS));
                let call = self
                    .world
                    .contract()
                    .withdrawItem(self.world.collection, number, from)
                    .into_transaction_request();
                self.send("item out", from, call).await
            }
            18 => {
                let number = evm::item(self.rng.index(HOLDERS), self.rng.index(ITEMS));
                let call = self
                    .world
                    .contract()
                    .depositItem(self.world.collection, number)
                    .into_transaction_request();
                self.send("item in", from, call).await
            }
            _ => self.batch().await,
        }
    }

    async fn deposit(&mut self, from: Address, asset: Address) -> &'static str {
        let amount = U256::from(self.rng.within(1..=evm::LEDGER / 3));
        let token = RewardToken::new(asset, self.world.rpc.clone());
        for (by, call) in [
            (
                self.world.admin,
                token.mint(from, amount).into_transaction_request(),
            ),
            (
                from,
                token
                    .approve(self.world.settlement, amount)
                    .into_transaction_request(),
            ),
        ] {
            self.send("tokens", by, call).await;
        }
        let call = self
            .world
            .contract()
            .deposit(asset, amount)
            .into_transaction_request();
        self.send("deposit", from, call).await
    }

    /// Sends it if it would go through.
    async fn send(&mut self, name: &'static str, from: Address, request: TransactionRequest) -> &'static str {
        let request = request.from(from);
        if self.world.rpc.estimate_gas(request.clone()).await.is_ok() {
            let sent = self.world.rpc.send_transaction(request).await.unwrap();
            self.world.mined(sent).await;
            self.note(name);
        }
        name
    }

    /// Makes a batch, or goes on with the one that is open: some transactions, or until it is over.
    async fn batch(&mut self) -> &'static str {
        if self.open.is_none() {
            let mut changes = Changes::default();
            for _ in 0..self.rng.within(1..=4) {
                let (from, to) = (self.rng.index(HOLDERS), self.rng.index(HOLDERS));
                let session = self.rng.index(SESSIONS);
                let amount = self.rng.within(1..=evm::LEDGER / 8);
                let to = self.world.holders[to];
                changes = changes.pay(&self.world, (from, session), self.rng.index(TOKENS), to, amount);
            }
            if self.rng.one_in(2) {
                let (from, to) = (self.rng.index(HOLDERS), self.rng.index(HOLDERS));
                let to = self.world.holders[to];
                changes = changes.give(&self.world, from, self.rng.index(ITEMS), to);
            }
            self.open = Some(self.world.batch(self.sequence, changes).await);
        }
        let Some(batch) = self.open.clone() else {
            return "batch";
        };
        let until = match self.rng.below(3) {
            0 => Until::End,
            _ => Until::Landed(self.rng.within(1..=3) as usize),
        };
        match self.world.drive(&self.chain, &batch, until).await {
            Err(ChainError::Rejected { .. }) if self.rng.one_in(2) => {
                self.world.pass(evm::CHALLENGE + evm::SETTLE).await;
            }
            Err(ChainError::Rejected { .. }) => {}
            Err(error) => panic!("{error}"),
            Ok(_) => {}
        }
        match self.chain.progress(&batch).await.unwrap() {
            Progress::Settled { .. } => self.over("settled"),
            Progress::Closed { .. } => self.over("taken back"),
            _ => "batch",
        }
    }

    fn over(&mut self, name: &'static str) -> &'static str {
        self.sequence += 1;
        self.open = None;
        self.note(name);
        name
    }

    fn note(&mut self, name: &'static str) {
        *self.done.entry(name).or_default() += 1;
    }

    async fn now(&self) -> u64 {
        let block = self.world.rpc.get_block(BlockId::latest()).await.unwrap();
        block.unwrap().header.timestamp
    }

    /// The vaults hold what they owe, as the index says it.
    async fn audit(&mut self, step: &str) {
        let chain = ChainConfig::Evm(self.world.config());
        let report = vault(self.database.pool(), &self.index, &chain).await.unwrap();
        assert!(report.holds(), "{step}: {report:#?}");
        assert_eq!(report.assets.len(), TOKENS, "{step}");
        if report.assets.iter().any(|asset| asset.in_flight > 0) {
            self.note("audited in flight");
        }
    }

    /// The state is as the contracts say, at the newest block.
    async fn check(&self, step: &str) {
        let (world, none) = (&self.world, Reserved::default());
        let head = world.rpc.get_block_number().await.unwrap();
        let now = self.now().await;
        let as_of = self.following.reach(head).await;
        let look =
            |at: &dyn Fn(&State) -> u128| self.following.follower.look(|known| at(&known.state)).unwrap();
        let contract = world.contract();
        let keys = SessionKeys::new(world.keys, &world.rpc);
        assert_eq!(as_of.over, contract.settled().call().await.unwrap(), "{step}");
        assert_eq!(as_of.opened, contract.opened().call().await.unwrap(), "{step}");
        for &token in &world.tokens {
            let asset = Asset(token.into_word().0);
            let owed = |state: &State| {
                state
                    .owed()
                    .find(|(of, _)| **of == asset)
                    .unwrap()
                    .1
                    .total()
                    .unwrap()
            };
            let total = contract.totalLedgers(token).call().await.unwrap();
            assert_eq!(U256::from(look(&owed)), total, "{step}");
            let flying = contract.inFlight(token).call().await.unwrap();
            let in_flight = |state: &State| state.owed().find(|(of, _)| **of == asset).unwrap().1.in_flight;
            assert_eq!(look(&in_flight), flying, "{step}");
            for (n, &holder) in world.holders.iter().enumerate().take(HOLDERS) {
                let owner = Owner(holder.into_word().0);
                let ledger = contract.ledger(holder, token).call().await.unwrap();
                assert_eq!(
                    U256::from(look(&|state| state.ledger(&owner, &asset))),
                    ledger,
                    "{step}"
                );
                for session in 0..SESSIONS {
                    let key = world.session(n, session);
                    let remaining = keys.remaining(world.settlement, holder, key, token);
                    let remaining: u128 = remaining.call().await.unwrap().to();
                    let told = |state: &State| {
                        let session = state.session(&owner, &key.into_word().0, now, &none);
                        let limits = session.map(|session| session.limits).unwrap_or_default();
                        let limit = limits.iter().find(|limit| limit.asset == asset);
                        limit.map_or(0, |limit| limit.remaining)
                    };
                    assert_eq!(look(&told), remaining, "{step}: {owner:?} {session}");
                    let alive = keys
                        .allows(world.settlement, holder, key, 7)
                        .call()
                        .await
                        .unwrap();
                    let known = self.following.follower.session(&owner, &key.into_word().0, now);
                    assert_eq!(known.unwrap().is_some(), alive, "{step}");
                }
            }
        }
        for n in 0..HOLDERS * ITEMS {
            let number = evm::item(n / ITEMS, n % ITEMS);
            let item = Item {
                collection: Asset(world.collection.into_word().0),
                token_id: number.to_be_bytes(),
            };
            let holder = contract
                .itemHolder(world.collection, number)
                .call()
                .await
                .unwrap();
            let moved_by = contract
                .itemSequence(world.collection, number)
                .call()
                .await
                .unwrap();
            let free = holder != Address::ZERO && moved_by <= as_of.over;
            let known = self
                .following
                .follower
                .look(|known| known.state.holder(&item, &none))
                .unwrap();
            assert_eq!(known, free.then_some(Owner(holder.into_word().0)), "{step}");
        }
    }
}
