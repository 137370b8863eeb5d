//! Contracts on anvil where sessions are granted, and a relayer who pays for it.

use crate::rig::{ASSET, CHAIN, Contract, anvil, now};
use alloy::{
    primitives::Address,
    providers::{DynProvider, Provider, ProviderBuilder},
    signers::local::PrivateKeySigner,
};
use devnet_nodes::{TestDatabase, postgres::test_database};
use novate_api::sign_in::nonces;
use novate_bindings::evm::{SessionKeys, Settlement};
use novate_clearing::grants::{EvmGrants, Grants, Relayer};
use serde_json::{Value, json};
use sqlx::PgPool;

/// The first account of anvil's own mnemonic, which has funds on every anvil.
const DEPLOYER: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A `SessionKeys` on anvil, and a `Settlement` that charges it.
pub struct Place {
    pub contract: Contract,
    pub grants: EvmGrants,
    pub sessions: Address,
    pub consumer: Address,
    pub node: DynProvider,
    pub pool: PgPool,
    relayer: Option<Relayer>,
    _database: TestDatabase,
}

/// With a relayer who pays for so many grants a day.
pub async fn place(per_day: Option<u32>) -> Place {
    rustls::crypto::ring::default_provider().install_default().ok();
    let anvil = anvil();
    let deployer: PrivateKeySigner = DEPLOYER.parse().unwrap();
    let admin = deployer.address();
    let node = ProviderBuilder::new()
        .wallet(deployer.clone())
        .connect_http(anvil.url().parse().unwrap())
        .erased();
    let sessions = *SessionKeys::deploy(&node).await.unwrap().address();
    let limits = Settlement::Limits {
        challengeWindow: 60,
        settleWindow: 3_600,
        escapeDelay: 86_400,
        authorityDelay: 86_400,
        maxIntents: 1_000,
        maxDeltas: 1_000,
        maxItems: 100,
    };
    let settlement = Settlement::deploy(&node, admin, admin, admin, sessions, limits)
        .await
        .unwrap();
    let consumer = *settlement.address();
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    nonces::migrate(&pool).await.unwrap();
    let relayer = per_day.map(|per_day| Relayer {
        key: deployer,
        pool: pool.clone(),
        per_day,
    });
    let url = anvil.url().parse().unwrap();
    let grants = EvmGrants::new(url, CHAIN, consumer, relayer.clone());
    Place {
        contract: Contract {
            anvil: Some(anvil),
            grants: Grants::Evm(grants.clone()),
            settlement: consumer.into_word().0,
        },
        grants,
        sessions,
        consumer,
        node,
        pool,
        relayer,
        _database: database,
    }
}

impl Place {
    /// As another process has it.
    pub fn another(&self) -> EvmGrants {
        let url = self.contract.anvil.as_ref().unwrap().url();
        EvmGrants::new(url.parse().unwrap(), CHAIN, self.consumer, self.relayer.clone())
    }

    /// How many grants are counted.
    pub async fn counted(&self) -> i64 {
        sqlx::query_scalar("select count(*) from accounts.relayed")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

pub fn session(owner: &PrivateKeySigner, key: &PrivateKeySigner) -> Value {
    json!({
        "owner": owner.address(), "key": key.address(), "expiresAt": now() + 3600, "actions": ["pay", "cancel"],
        "limits": [{ "asset": Address::from_word(ASSET.0.into()), "amount": "100", "lifetime": "1000", "period": "day" }],
    })
}

/// As the resource names it: in lower case.
pub fn hex_of(address: Address) -> String {
    format!("{address:#x}")
}
