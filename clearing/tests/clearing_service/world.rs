//! A settlement with a few owners, a database, and a service that can be killed.

use crate::{
    double::{ASSET, Double, now},
    ledger::{self, End, Ledger},
    stores::replicas,
};
use devnet_nodes::{TestDatabase, postgres::test_database};
use ed25519_dalek::{Signer as _, SigningKey};
use novate_blobs::cid_of;
use novate_clearing::{
    batch_maker::{Allowed, Limits, Skew},
    context::machine_clock,
    failpoint::{Hook, pass},
    service::Service,
    settlement::{Pace, Settlement},
    store::{
        self,
        batches::State,
        intents_insert::{self, NewIntent},
        settlements,
    },
};
use novate_netting::{Fees, Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Scheme},
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub const CHAIN: u64 = 900;
pub const ADDRESS: [u8; 32] = [5; 32];
pub const OWNERS: u8 = 6;
pub const BALANCE: i128 = 1_000;
/// For anything that is waited for.
pub const DEADLINE: Duration = Duration::from_secs(60);

pub struct World {
    _database: Option<TestDatabase>,
    _blobs: TempDir,
    pub url: String,
    pub folder: PathBuf,
    pub pool: PgPool,
    pub settlement: i16,
    /// What every owner has in the end, if all payments are filled once.
    pub expected: BTreeMap<String, i128>,
    pub sent: u64,
    pub nonce: u64,
    /// [`Pace::hold_seconds`]
    pub hold_seconds: u64,
    pub full: Arc<AtomicBool>,
}

pub fn owner(n: u8) -> Owner {
    Owner([n + 1; 32])
}

/// The session key of an owner.
pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n + 1; 32])
}

pub fn pay(to: u8, asset: Asset, amount: u128) -> Action {
    Action::Pay {
        to: owner(to),
        asset,
        amount,
        order: [0; 32],
    }
}

impl World {
    pub async fn new() -> Self {
        let database = test_database().unwrap();
        let url = database.url.clone();
        Self::on(url, Some(database)).await
    }

    pub async fn on(url: String, database: Option<TestDatabase>) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(12)
            .connect(&url)
            .await
            .unwrap();
        store::migrate(&pool).await.unwrap();
        novate_blobs::migrate(&pool).await.unwrap();
        let settlement = settlements::register(&pool, "double", CHAIN, &ADDRESS)
            .await
            .unwrap();
        let balances: BTreeMap<String, i128> =
            (0..OWNERS).map(|n| (hex::encode(owner(n).0), BALANCE)).collect();
        let mut ledger = Ledger {
            balances: balances.clone(),
            ..Ledger::default()
        };
        ledger.signer.next = 1;
        ledger::create(&pool, &ledger).await;
        let blobs = TempDir::new().unwrap();
        Self {
            folder: blobs.path().to_owned(),
            _blobs: blobs,
            _database: database,
            url,
            pool,
            settlement,
            expected: balances,
            sent: 0,
            nonce: 0,
            hold_seconds: 0,
            full: Arc::default(),
        }
    }

    pub async fn faults(&self, change: impl FnOnce(&mut ledger::Faults)) {
        ledger::change(&self.pool, |ledger| change(&mut ledger.faults))
            .await
            .unwrap();
    }

    pub async fn ledger(&self) -> Ledger {
        ledger::read(&self.pool).await.unwrap()
    }

    /// Owner `from` pays `to`, as the intake stores it.
    pub async fn pay(&mut self, from: u8, to: u8, amount: u128) {
        self.sent += 1;
        self.submit(from, pay(to, ASSET, amount)).await;
        let amount = i128::try_from(amount).unwrap();
        *self.expected.entry(hex::encode(owner(from).0)).or_default() -= amount;
        *self.expected.entry(hex::encode(owner(to).0)).or_default() += amount;
    }

    /// An intent that is not expected to be settled. Returns its id.
    pub async fn submit(&mut self, from: u8, action: Action) -> [u8; 32] {
        self.nonce += 1;
        let intent = Intent {
            chain: CHAIN,
            settlement: ADDRESS,
            owner: owner(from),
            session: key(from).verifying_key().to_bytes(),
            nonce: self.nonce,
            created_at: now(),
            expires_at: now() + 3_600,
            action,
        };
        let signature = key(from).sign(&intent.solana_message()).to_bytes();
        let id = intent.id(Scheme::Ed25519);
        let new = NewIntent {
            settlement: self.settlement,
            id,
            signed: SignedIntent {
                intent,
                signature: Signature::Ed25519(signature),
            },
            received_at: now(),
        };
        let mut tx = self.pool.begin().await.unwrap();
        intents_insert::insert(&mut tx, &[new]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Everybody pays somebody, so that nothing cancels out.
    pub async fn pay_all(&mut self) {
        for n in 0..OWNERS {
            self.pay(n, (n + 1) % OWNERS, 10 + u128::from(n) * 7).await;
            self.pay(n, (n + 2) % OWNERS, 1 + u128::from(n)).await;
        }
    }

    pub fn service(&self, hook: Hook, clock: fn() -> u64) -> Service {
        let mut service = service(
            &self.url,
            &self.folder,
            self.settlement,
            self.pool.clone(),
            Arc::clone(&self.full),
            hook,
            clock,
        );
        let settlement = service.settlements.first_mut().and_then(Arc::get_mut);
        settlement.unwrap().pace.hold_seconds = self.hold_seconds;
        service
    }

    /// Runs the service until everything that was sent is settled for good.
    pub async fn settle_all(&self) {
        self.run_until(async || self.is_settled().await).await;
    }

    /// Runs the service until this holds.
    pub async fn run_until(&self, holds: impl AsyncFn() -> bool) {
        let cancel = tokio_util::sync::CancellationToken::new();
        let service = self.service(pass, machine_clock);
        let running = tokio::spawn(service.run(cancel.clone()));
        let begun = Instant::now();
        while !holds().await {
            assert!(
                begun.elapsed() < DEADLINE,
                "the service gets there: {:#?}",
                self.told().await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        cancel.cancel();
        running.await.unwrap();
    }

    /// What the batches say of themselves.
    async fn told(&self) -> Vec<String> {
        sqlx::query_scalar(
            "select format('%s: %s, %s; outcomes %s', number, state, reason,
                (select array_agg(format('%s=%s', seq, outcome)) from clearing.outcomes where batch = number))
             from clearing.batches
             union all select format('carried %s from %s', seq, not_before) from clearing.carried
             union all select format('intent %s', seq) from clearing.intents",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    pub async fn is_settled(&self) -> bool {
        let filled: i64 = sqlx::query_scalar(
            "select count(*) from clearing.outcomes o join clearing.batches b on b.number = o.batch
             where b.state = 'finalized' and o.outcome = 0",
        )
        .fetch_one(&self.pool)
        .await
        .unwrap();
        filled.unsigned_abs() >= self.sent
    }

    pub async fn states(&self) -> Vec<State> {
        let states: Vec<String> = sqlx::query_scalar("select state from clearing.batches order by number")
            .fetch_all(&self.pool)
            .await
            .unwrap();
        states.iter().map(|state| state.parse().unwrap()).collect()
    }

    /// No intent is lost, none is settled twice, and the chain holds what follows.
    pub async fn check(&self) {
        let ledger = self.ledger().await;
        assert_eq!(ledger.balances, self.expected, "balances on chain");
        let often: Vec<i64> = sqlx::query_scalar(
            "select (select count(*) from clearing.outcomes o join clearing.batches b on b.number = o.batch
                     where o.seq = i.seq and b.state = 'finalized')
             from clearing.intents i",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        assert!(
            often.iter().all(|times| *times == 1),
            "each intent is in one settled batch: {often:?}"
        );
        let carried: i64 = sqlx::query_scalar("select count(*) from clearing.carried")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        assert_eq!(carried, 0, "nothing waits any more");
        // What the chain has settled is what the table says, header for header.
        let headers: Vec<Vec<u8>> = sqlx::query_scalar(
            "select header from clearing.batches where state = 'finalized' order by sequence",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let settled = ledger
            .batches
            .values()
            .filter(|batch| batch.end.is_some_and(|(end, _)| end == End::Settled));
        assert_eq!(
            settled.map(|batch| batch.header.clone()).collect::<Vec<_>>(),
            headers
        );
        let written: Vec<String> = sqlx::query_scalar("select id from clearing.transactions")
            .fetch_all(&self.pool)
            .await
            .unwrap();
        let unwritten = ledger.landed.keys().find(|id| !written.contains(id));
        assert_eq!(unwritten, None, "nothing is sent that is not written down");
        let blobs: i64 = sqlx::query_scalar("select count(*) from clearing.blobs")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        assert_eq!(blobs, 0, "the stores have them");
        self.audit(&headers).await;
    }

    /// The blob of every settled batch is in the stores, and gives its header.
    async fn audit(&self, headers: &[Vec<u8>]) {
        let replicas = replicas(&self.folder, Arc::default());
        for header in headers {
            let header: novate_protocol::batch::BatchHeader = borsh::from_slice(header).unwrap();
            let cid = cid::Cid::read_bytes(header.blob_cid.as_slice()).unwrap();
            let bytes = replicas.get(&cid).await.unwrap().expect("a store has the blob");
            assert_eq!(cid_of(&bytes).unwrap(), cid);
            let recomputed = novate_netting::Blob::decode(&bytes).unwrap().recompute().unwrap();
            assert_eq!(recomputed.differences, []);
            assert_eq!(recomputed.compare(&header), []);
        }
    }
}

pub fn service(
    url: &str,
    folder: &Path,
    settlement: i16,
    pool: PgPool,
    full: Arc<AtomicBool>,
    hook: Hook,
    clock: fn() -> u64,
) -> Service {
    let double = Arc::new(Double {
        pool: pool.clone(),
        url: url.to_owned(),
    });
    let settlement = Settlement {
        id: settlement,
        name: "double".into(),
        scheme: Scheme::Ed25519,
        chain_id: CHAIN,
        address: ADDRESS,
        fees: Fees {
            owner: Owner([99; 32]),
            pay_bps: 0,
            sale_bps: 0,
        },
        allowed: Allowed::default(),
        limits: Limits {
            window_seconds: 0,
            quiet_seconds: 0,
            min_intents: 1,
            max_intents: 5,
            max_in_flight: 4,
            max_deltas: 100,
            max_items: 10,
            max_assets: 32,
        },
        skew: Skew {
            max: 30,
            max_chain_lag: 900,
            max_index_lag: 60,
        },
        pace: Pace {
            poll: Duration::from_millis(10),
            slow: Duration::from_millis(50),
            resend: Duration::from_millis(100),
            replace: Duration::from_secs(2),
            hold_seconds: 0,
            parallel: 4,
        },
        chain: double.clone(),
        state: double.clone(),
    };
    Service {
        pool,
        settlements: vec![Arc::new(settlement)],
        signer: double,
        blobs: Arc::new(replicas(folder, full)),
        hook,
        clock,
    }
}

/// Looks again and again.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < DEADLINE, "{what} within {DEADLINE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
