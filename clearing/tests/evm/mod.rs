//! A settlement on anvil with tokens, items, holders and their sessions, and batches that the tests sign themselves.

#![allow(dead_code)] // each test binary uses its own part of this

pub mod batch;
pub mod drive;
pub mod proxy;

use alloy::{
    network::Ethereum,
    primitives::{Address, U256, bytes},
    providers::{PendingTransactionBuilder, Provider, ProviderBuilder, RootProvider, ext::AnvilApi},
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
};
use devnet_nodes::{Anvil, AnvilOptions};
use novate_bindings::evm::{
    RewardToken,
    SessionKeys::{self, Limit},
    Settlement,
};
use novate_clearing::{
    chain::evm::{Evm, EvmConfig},
    secret::Secret,
};
use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;

/// Longest wait for anything.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// What every holder has of every token in the settlement, in base units.
pub const LEDGER: u64 = 1_000_000;
pub const CHALLENGE: u32 = 60;
pub const SETTLE: u32 = 3_600;
/// PAY, LIST and BUY.
const ACTIONS: u8 = 7;
const DAY: u32 = 86_400;

/// An ERC-721 as small as can be. `supportsInterface` of anything but `0xffffffff`, `ownerOf`, and every other call is
/// `transferFrom`, which sets the owner.
const COLLECTION: alloy::primitives::Bytes = bytes!(
    // selector; supportsInterface: 0x20, ownerOf: 0x34
    "5f3560e01c"
    "806301ffc9a714602057"
    "636352211e14603457"
    // storage[calldata[68]] = calldata[36]
    "60243560443555" "00"
    // calldata[4] >> 224 != 0xffffffff
    "5b63ffffffff60043560e01c14155f5260205ff3"
    // storage[calldata[4]]
    "5b600435545f5260205ff3"
);

pub struct World {
    pub anvil: Anvil,
    /// Sends as anvil's accounts.
    pub rpc: RootProvider<Ethereum>,
    pub settlement: Address,
    pub keys: Address,
    pub tokens: Vec<Address>,
    /// Holder n has the items from 100 n on.
    pub collection: Address,
    /// Owner and guardian.
    pub admin: Address,
    pub holders: Vec<Address>,
    pub authority: PrivateKeySigner,
    pub payer: Address,
    payer_key: NamedTempFile,
}

/// What is in it.
#[derive(Clone, Copy)]
pub struct Size {
    /// 8 or 16.
    pub holders: usize,
    pub tokens: usize,
    /// Of every holder.
    pub sessions: usize,
    pub items: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            holders: 8,
            tokens: 1,
            sessions: 1,
            items: 0,
        }
    }
}

impl World {
    pub async fn start() -> Self {
        Self::of(Size::default()).await
    }

    pub async fn of(size: Size) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        // Of its own: what pays with one account on one chain shares its nonces.
        static CHAINS: AtomicU64 = AtomicU64::new(31_337);
        let anvil = Anvil::start(AnvilOptions {
            chain_id: CHAINS.fetch_add(1, Ordering::Relaxed),
            slots_in_an_epoch: Some(1),
            arguments: vec!["--accounts".into(), "18".into()],
            ..Default::default()
        })
        .unwrap();
        let rpc = provider(&anvil.url());
        let address = |n: usize| anvil.accounts()[n].address.parse::<Address>().unwrap();
        let (admin, payer) = (address(0), address(17));
        let holders: Vec<Address> = (1..=size.holders).map(address).collect();
        let mut payer_key = NamedTempFile::new().unwrap();
        writeln!(payer_key, "{}", anvil.accounts()[17].private_key).unwrap();

        let authority = PrivateKeySigner::random();
        let keys = created(
            &rpc,
            SessionKeys::deploy_builder(&rpc)
                .from(admin)
                .send()
                .await
                .unwrap(),
        )
        .await;
        let limits = Settlement::Limits {
            challengeWindow: CHALLENGE,
            settleWindow: SETTLE,
            escapeDelay: DAY,
            authorityDelay: DAY,
            maxIntents: 100_000,
            maxDeltas: 10_000,
            maxItems: 1_000,
        };
        let deploy = Settlement::deploy_builder(&rpc, admin, admin, authority.address(), keys, limits);
        let settlement = created(&rpc, deploy.from(admin).send().await.unwrap()).await;
        let mut world = Self {
            anvil,
            rpc,
            settlement,
            keys,
            tokens: vec![],
            collection: Address::repeat_byte(0xc0),
            admin,
            holders,
            authority,
            payer,
            payer_key,
        };
        for _ in 0..size.tokens {
            let token = world.token().await;
            world.tokens.push(token);
        }
        for n in 0..world.holders.len() {
            world.grant(n, size.sessions).await;
            world.deposit_items(n, size.items).await;
        }
        world
    }

    /// The adapter, as the service makes it at every start.
    pub fn evm(&self) -> Evm {
        Evm::new(self.config()).unwrap()
    }

    pub fn config(&self) -> EvmConfig {
        let key = Secret::File(self.payer_key.path().to_owned());
        EvmConfig::new(
            vec![self.anvil.url()],
            self.anvil.chain_id(),
            self.settlement,
            key,
        )
    }

    pub fn contract(&self) -> Settlement::SettlementInstance<&RootProvider<Ethereum>> {
        Settlement::new(self.settlement, &self.rpc)
    }

    /// The key of session `n` of a holder.
    pub fn session(&self, holder: usize, n: usize) -> Address {
        Address::left_padding_from(&[0x5e, holder as u8, n as u8, 1])
    }

    /// In base units.
    pub async fn ledger(&self, owner: Address, token: usize) -> u64 {
        let ledger: U256 = self
            .contract()
            .ledger(owner, self.tokens[token])
            .call()
            .await
            .unwrap();
        ledger.to()
    }

    /// A new token, of which every holder has deposited [`LEDGER`] base units.
    async fn token(&self) -> Address {
        let (rpc, admin) = (&self.rpc, self.admin);
        let cap = U256::from(u64::MAX);
        let deploy = RewardToken::deploy_builder(rpc, "Token".into(), "T".into(), cap, admin);
        let address = created(rpc, deploy.from(admin).send().await.unwrap()).await;
        let token = RewardToken::new(address, rpc);
        let minter = token.MINTER_ROLE().call().await.unwrap();
        self.mined(token.grantRole(minter, admin).from(admin).send().await.unwrap())
            .await;
        let limited = self
            .contract()
            .setBatchLimit(address, u128::MAX >> 1)
            .from(admin)
            .send()
            .await;
        self.mined(limited.unwrap()).await;
        for &holder in &self.holders {
            let amount = U256::from(LEDGER);
            self.mined(token.mint(holder, amount).from(admin).send().await.unwrap())
                .await;
            let approved = token.approve(self.settlement, amount).from(holder).send().await;
            self.mined(approved.unwrap()).await;
            let deposited = self.contract().deposit(address, amount).from(holder).send().await;
            self.mined(deposited.unwrap()).await;
        }
        address
    }

    async fn grant(&self, holder: usize, sessions: usize) {
        let block = self.rpc.get_block(Default::default()).await.unwrap().unwrap();
        let expires = block.header.timestamp as u32 + 29 * DAY;
        let limit = |&asset| Limit {
            asset,
            amount: alloy::primitives::aliases::U96::from(LEDGER),
            lifetime: alloy::primitives::aliases::U96::from(100 * LEDGER),
            period: DAY,
        };
        let limits: Vec<Limit> = self.tokens.iter().map(limit).collect();
        let keys = SessionKeys::new(self.keys, &self.rpc);
        for n in 0..sessions {
            let grant = keys.grant(
                self.session(holder, n),
                self.settlement,
                ACTIONS,
                expires,
                limits.clone(),
            );
            self.mined(grant.from(self.holders[holder]).send().await.unwrap())
                .await;
        }
    }

    async fn deposit_items(&self, holder: usize, items: usize) {
        self.rpc
            .anvil_set_code(self.collection, COLLECTION)
            .await
            .unwrap();
        for n in 0..items {
            let contract = self.contract();
            let deposit = contract.depositItem(self.collection, item(holder, n));
            self.mined(deposit.from(self.holders[holder]).send().await.unwrap())
                .await;
        }
    }

    /// The receipt of a transaction that does what it was sent for.
    pub async fn mined(&self, sent: PendingTransactionBuilder<Ethereum>) -> TransactionReceipt {
        mined(&self.rpc, sent).await
    }

    /// Lets so many seconds pass.
    pub async fn pass(&self, seconds: u32) {
        self.rpc.anvil_increase_time(seconds.into()).await.unwrap();
        self.mine().await;
    }

    /// One more block.
    pub async fn mine(&self) {
        self.rpc.anvil_mine(Some(1), None).await.unwrap();
    }
}

/// The number of item `n` that a holder deposits.
pub fn item(holder: usize, n: usize) -> U256 {
    U256::from(100 * holder + n)
}

/// A provider that leaves nonce, gas and signature to the node.
pub fn provider(url: &str) -> RootProvider<Ethereum> {
    ProviderBuilder::new()
        .disable_recommended_fillers()
        .connect_http(url.parse().unwrap())
}

async fn created(rpc: &RootProvider<Ethereum>, sent: PendingTransactionBuilder<Ethereum>) -> Address {
    mined(rpc, sent).await.contract_address.unwrap()
}

async fn mined(
    rpc: &RootProvider<Ethereum>,
    sent: PendingTransactionBuilder<Ethereum>,
) -> TransactionReceipt {
    let hash = *sent.tx_hash();
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(receipt) = rpc.get_transaction_receipt(hash).await.unwrap() {
            assert!(receipt.status(), "{hash} was reverted");
            return receipt;
        }
        assert!(Instant::now() < deadline, "{hash} is not mined");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
