//! The audit of vaults, on all accounts of a LiteSVM.

use crate::{scene::Scene, world::Asset};
use anchor_lang::Discriminator;
use novate_bindings::solana::settlement::{
    ID as PROGRAM,
    accounts::{Auction, Ledger},
};
use novate_clearing::{
    audit::{
        VaultError, VaultReport,
        vault::{Snapshot, compare},
    },
    chain::solana::rpc::Account,
};
use novate_protocol::intent::Scheme;
use program_testing::fuzz::Rng;
use solana_address::Address;
use std::collections::BTreeMap;

/// Where the fields are, after the discriminator and the addresses before them.
const LEDGER_BALANCE: usize = 8 + 2 * 32;
const VAULT_TOTAL: usize = 8 + 3 * 32;
const VAULT_STRANDED: usize = VAULT_TOTAL + 16;
const AUCTION_BEST: usize = 8 + 5 * 32 + 16;
const TOKEN_AMOUNT: usize = 64;

/// What a node would answer.
#[derive(Clone)]
pub struct Accounts {
    program: Vec<(Address, Account)>,
    tokens: BTreeMap<Address, Account>,
}

/// What was audited at least once, and not zero.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    escrow: bool,
    in_flight: bool,
}

impl Seen {
    pub const ALL: Self = Self {
        escrow: true,
        in_flight: true,
    };

    pub fn add(&mut self, report: &VaultReport) {
        for asset in &report.assets {
            self.escrow |= asset.escrow > 0;
            self.in_flight |= asset.in_flight > 0;
        }
    }
}

impl Scene {
    pub fn accounts(&self) -> Accounts {
        let svm = &self.market.world.chain.svm;
        let account = |account: solana_account::Account| Account {
            owner: account.owner,
            data: account.data,
        };
        let tokens = |asset: &Asset| {
            let tokens = svm.get_account(&asset.vault_tokens).unwrap();
            (asset.vault_tokens, account(tokens))
        };
        let program = svm.get_program_accounts(&PROGRAM).into_iter();
        Accounts {
            program: program.map(|(address, of)| (address, account(of))).collect(),
            tokens: self.assets.iter().map(tokens).collect(),
        }
    }

    pub fn audit(&self, accounts: &Accounts) -> VaultReport {
        let snapshot = accounts.snapshot(&self.market.world.config).unwrap();
        let follower = &self.index.following.follower;
        let report = |known: &novate_clearing::state::Known| {
            compare("tested", Scheme::Ed25519, &known.state, &snapshot)
        };
        follower.look(report).unwrap()
    }
}

impl Accounts {
    fn snapshot(&self, config: &Address) -> Result<Snapshot, VaultError> {
        Snapshot::of_accounts(1, config, &self.program, &self.tokens)
    }

    /// Changes the number at this place of the account.
    fn change(&mut self, address: &Address, at: usize, by: impl Fn(u64) -> u64) {
        let program = self.program.iter_mut().find(|(of, _)| of == address);
        let account = match program {
            Some((_, account)) => account,
            None => self.tokens.get_mut(address).unwrap(),
        };
        let number = account.data[at..].first_chunk_mut().unwrap();
        *number = by(u64::from_le_bytes(*number)).to_le_bytes();
    }

    fn first(&self, discriminator: &[u8], than: impl Fn(&Account) -> bool) -> Option<Address> {
        let found =
            |(_, account): &&(Address, Account)| account.data.starts_with(discriminator) && than(account);
        Some(self.program.iter().find(found)?.0)
    }
}

fn number(account: &Account, at: usize) -> u64 {
    u64::from_le_bytes(*account.data[at..].first_chunk().unwrap())
}

/// The names of the checks that do not hold.
fn failed(report: &VaultReport) -> Vec<&'static str> {
    let failed = report.checks.iter().filter(|check| !check.ok());
    failed.map(|check| check.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_changed_past_the_program_is_found() {
    let mut scene = Scene::new(Rng::new(3)).await;
    let bid = |account: &Account| number(account, AUCTION_BEST) > 0;
    let mut steps = 0;
    let auction = loop {
        scene.step();
        if let Some(auction) = scene.accounts().first(Auction::DISCRIMINATOR, bid) {
            break auction;
        }
        steps += 1;
        assert!(steps < 2_000, "nobody bids");
    };
    scene.check("end").await;
    let accounts = scene.accounts();
    assert!(scene.audit(&accounts).holds());
    let mut wanted = Snapshot::token_accounts(&scene.market.world.config, &accounts.program);
    wanted.sort();
    assert!(wanted.iter().eq(accounts.tokens.keys()));
    let [asset, _] = &scene.assets;
    let in_use = |account: &Account| {
        account.data[8..40] == asset.vault.to_bytes() && number(account, LEDGER_BALANCE) > 1
    };
    let ledger = accounts.first(Ledger::DISCRIMINATOR, in_use).unwrap();
    let changed = |address: &Address, at: usize, by: fn(u64) -> u64| {
        let mut accounts = accounts.clone();
        accounts.change(address, at, by);
        scene.audit(&accounts)
    };

    let report = changed(&ledger, LEDGER_BALANCE, |balance| balance + 1);
    assert_eq!(failed(&report), ["accounted", "ledgers"]);
    let (_, account) = accounts.program.iter().find(|(of, _)| *of == ledger).unwrap();
    let owner = Address::try_from(&account.data[40..72]).unwrap();
    let balance = number(account, LEDGER_BALANCE);
    let told = format!(
        "{} of {owner}: {} on chain, {balance} in the index",
        asset.mint,
        balance + 1
    );
    assert_eq!(report.checks[2].differences, [told]);

    // Of a ledger that is closed the index still knows.
    let mut without = accounts.clone();
    without.program.retain(|(of, _)| *of != ledger);
    assert_eq!(failed(&scene.audit(&without)), ["accounted", "ledgers"]);

    let report = changed(&asset.vault, VAULT_TOTAL, |total| total + 1_000_000);
    assert_eq!(failed(&report), ["covered", "accounted"]);
    let report = changed(&asset.vault, VAULT_STRANDED, |stranded| stranded + 1);
    assert_eq!(failed(&report), ["accounted", "parts"]);
    let report = changed(&auction, AUCTION_BEST, |best| best - 1);
    assert_eq!(failed(&report), ["accounted", "parts"]);

    let report = changed(&asset.vault_tokens, TOKEN_AMOUNT, |_| 0);
    assert_eq!(failed(&report), ["covered"]);
    let mut without = accounts.clone();
    without.tokens.remove(&asset.vault_tokens);
    assert_eq!(failed(&scene.audit(&without)), ["covered"]);
    let report = changed(&asset.vault_tokens, TOKEN_AMOUNT, |amount| amount + 7);
    assert!(report.holds(), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_settlement_is_not_mixed_up_and_none_is_told() {
    let scene = Scene::new(Rng::new(4)).await;
    let none = Address::from([9; 32]);
    let error = scene.accounts().snapshot(&none).unwrap_err();
    assert!(error.to_string().contains(&none.to_string()), "{error}");
    // A vault is no config.
    let error = scene.accounts().snapshot(&scene.assets[0].vault).unwrap_err();
    assert!(matches!(error, VaultError::NoSettlement { .. }), "{error}");
    let mut short = scene.accounts();
    let tokens = short.tokens.get_mut(&scene.assets[0].vault_tokens).unwrap();
    tokens.data.truncate(TOKEN_AMOUNT + 7);
    let error = short.snapshot(&scene.market.world.config).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&scene.assets[0].vault_tokens.to_string()),
        "{error}"
    );
}
