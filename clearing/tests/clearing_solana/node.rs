//! A node whose state is a LiteSVM: time passes when a test says so, and it can lie.

use async_trait::async_trait;
use novate_clearing::chain::solana::rpc::{
    Account, Accounts, Executed, Failure, History, Level, Rpc, RpcError, Simulation, Status, Tip,
};
use program_testing::Chain;
use solana_address::Address;
use solana_address_lookup_table_interface::program::ID as TABLES;
use solana_message::Hash;
use solana_signature::Signature;
use solana_slot_hashes::SlotHashes;
use solana_transaction::versioned::VersionedTransaction;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

/// Blocks for which a blockhash counts.
pub const BLOCKHASH_LIFE: u64 = 150;
/// Blocks until a block is finalized.
pub const FINALITY: u64 = 32;

/// What the node does wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Transactions are accepted and never executed.
    pub drops: bool,
    /// Transactions are executed so many blocks late.
    pub late: u64,
    /// It says that it knows no transaction at all.
    pub denies: bool,
    /// It answers about transactions as of so many slots ago.
    pub behind: u64,
    /// It says that everything it was sent is confirmed.
    pub pretends: bool,
    /// It answers for another transaction than it was sent.
    pub mixes_up: bool,
    /// It answers nothing.
    pub silent: bool,
}

pub struct Node {
    state: Mutex<State>,
}

pub struct State {
    pub chain: Chain,
    pub faults: Faults,
    pub slot: u64,
    /// Blocks at which blockhashes were made.
    hashes: HashMap<Hash, u64>,
    done: Vec<Done>,
    /// What is executed at which slot.
    queue: Vec<(u64, VersionedTransaction)>,
    /// The settlement's config, and its accounts by slot.
    config: Address,
    configs: Vec<(u64, Option<Account>)>,
    pub prices: Vec<u64>,
    /// How often the node was asked.
    pub calls: usize,
}

struct Done {
    signature: Signature,
    slot: u64,
    accounts: Vec<Address>,
    executed: Executed,
}

impl Node {
    pub fn new(mut chain: Chain, config: Address) -> Self {
        let svm = std::mem::take(&mut chain.svm);
        // It knows the newest blockhash only; this node knows as many as a real one.
        chain.svm = svm.with_blockhash_check(false);
        let mut state = State {
            chain,
            faults: Faults::default(),
            slot: 1_000,
            hashes: HashMap::new(),
            done: Vec::new(),
            queue: Vec::new(),
            config,
            configs: Vec::new(),
            prices: Vec::new(),
            calls: 0,
        };
        state.tick(0);
        Self {
            state: Mutex::new(state),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next block, so many seconds later.
    pub fn tick(&self, seconds: i64) {
        self.state().tick(seconds);
    }

    fn answering(&self, method: &'static str) -> Result<MutexGuard<'_, State>, RpcError> {
        let mut state = self.state();
        state.calls += 1;
        let reason = "connection refused".to_owned();
        match state.faults.silent {
            true => Err(RpcError { method, reason }),
            false => Ok(state),
        }
    }
}

impl State {
    fn tick(&mut self, seconds: i64) {
        let config = self.account(&self.config);
        self.configs.push((self.slot, config));
        self.slot += 1;
        let slot = self.slot;
        self.chain.svm.warp_to_slot(slot);
        self.chain.advance(seconds);
        self.chain.svm.expire_blockhash();
        self.hashes.insert(self.chain.svm.latest_blockhash(), slot);
        let recent = (slot.saturating_sub(512)..slot)
            .rev()
            .map(|slot| (slot, Hash::default()));
        self.chain
            .svm
            .set_sysvar(&SlotHashes::new(&recent.collect::<Vec<_>>()));
        let queue = std::mem::take(&mut self.queue);
        for (at, transaction) in queue {
            match at <= slot {
                true => self.execute(transaction),
                false => self.queue.push((at, transaction)),
            }
        }
    }

    fn execute(&mut self, transaction: VersionedTransaction) {
        let made = self.hashes.get(transaction.message.recent_blockhash());
        if made.is_none_or(|made| self.slot > made + BLOCKHASH_LIFE) {
            return;
        }
        let signature = transaction.signatures[0];
        if self.done.iter().any(|done| done.signature == signature) {
            return;
        }
        let accounts = transaction.message.static_account_keys().to_vec();
        let lookups = transaction
            .message
            .address_table_lookups()
            .unwrap_or_default()
            .to_vec();
        let mut keys = accounts.clone();
        for writable in [true, false] {
            for lookup in &lookups {
                let table = self.chain.data(&lookup.account_key);
                let indexes = if writable {
                    &lookup.writable_indexes
                } else {
                    &lookup.readonly_indexes
                };
                keys.extend(indexes.iter().map(|index| {
                    let at = 56 + 32 * usize::from(*index);
                    Address::try_from(&table[at..at + 32]).unwrap()
                }));
            }
        }
        let (meta, failure) = match self.chain.svm.send_transaction(transaction) {
            Ok(meta) => (meta, None),
            Err(failed) => (failed.meta, Some(Failure::from(&failed.err))),
        };
        let calls = meta.inner_instructions.iter().flatten();
        let calls = calls.map(|inner| {
            let program = keys[usize::from(inner.instruction.program_id_index)];
            (program, inner.instruction.data.clone())
        });
        let executed = Executed {
            failure,
            fee: meta.fee,
            units: meta.compute_units_consumed,
            calls: calls.collect(),
            logs: meta.logs,
        };
        self.done.push(Done {
            signature,
            slot: self.slot,
            accounts,
            executed,
        });
    }

    fn account(&self, address: &Address) -> Option<Account> {
        let account = self.chain.svm.get_account(address)?;
        (account.lamports > 0).then_some(Account {
            owner: account.owner,
            data: account.data,
        })
    }

    /// Transactions that failed.
    pub fn failed(&self) -> usize {
        self.done
            .iter()
            .filter(|done| done.executed.failure.is_some())
            .count()
    }
}

#[async_trait]
impl Rpc for Node {
    async fn accounts(&self, addresses: &[Address], level: Level) -> Result<Accounts, RpcError> {
        let state = self.answering("getMultipleAccounts")?;
        assert!(addresses.len() <= 100);
        if level == Level::Finalized {
            assert_eq!(addresses, [state.config]);
            let slot = state.slot - FINALITY;
            let found = state
                .configs
                .iter()
                .rev()
                .find(|(at, _)| *at <= slot)
                .and_then(|(_, config)| config.clone());
            return Ok(Accounts {
                slot,
                found: vec![found],
            });
        }
        Ok(Accounts {
            slot: state.slot,
            found: addresses.iter().map(|address| state.account(address)).collect(),
        })
    }

    async fn existing(&self, addresses: &[Address]) -> Result<Vec<bool>, RpcError> {
        let state = self.answering("getMultipleAccounts")?;
        assert!(addresses.len() <= 100);
        Ok(addresses
            .iter()
            .map(|address| state.account(address).is_some())
            .collect())
    }

    async fn lookup_tables(&self, authority: &Address) -> Result<Vec<Address>, RpcError> {
        let state = self.answering("getProgramAccounts")?;
        let tables = state.chain.svm.get_program_accounts(&TABLES).into_iter();
        let of = tables.filter(|(_, account)| account.data.get(22..54) == Some(authority.as_ref()));
        Ok(of.map(|(address, _)| address).collect())
    }

    async fn blockhash(&self) -> Result<(Hash, u64), RpcError> {
        let mut state = self.answering("getLatestBlockhash")?;
        let (hash, slot) = (state.chain.svm.latest_blockhash(), state.slot);
        // Calls of a test's own make new ones between blocks.
        let made = *state.hashes.entry(hash).or_insert(slot);
        Ok((hash, made + BLOCKHASH_LIFE))
    }

    async fn finalized(&self) -> Result<Tip, RpcError> {
        let state = self.answering("getEpochInfo")?;
        let slot = state.slot - FINALITY;
        Ok(Tip { slot, height: slot })
    }

    async fn prices(&self, writable: &[Address]) -> Result<Vec<u64>, RpcError> {
        assert!(writable.len() <= 128);
        Ok(self.answering("getRecentPrioritizationFees")?.prices.clone())
    }

    async fn simulate(&self, raw: &[u8]) -> Result<Simulation, RpcError> {
        let state = self.answering("simulateTransaction")?;
        assert!(raw.len() <= 1_232, "{} bytes", raw.len());
        let transaction: VersionedTransaction = wincode::deserialize(raw).unwrap();
        Ok(match state.chain.svm.simulate_transaction(transaction) {
            Ok(done) => Simulation {
                failure: None,
                units: done.meta.compute_units_consumed,
                logs: done.meta.logs,
            },
            Err(failed) => Simulation {
                failure: Some(Failure::from(&failed.err)),
                units: failed.meta.compute_units_consumed,
                logs: failed.meta.logs,
            },
        })
    }

    async fn send(&self, raw: &[u8]) -> Result<Signature, RpcError> {
        let mut state = self.answering("sendTransaction")?;
        assert!(raw.len() <= 1_232, "{} bytes", raw.len());
        let transaction: VersionedTransaction = wincode::deserialize(raw).unwrap();
        let signature = transaction.signatures[0];
        let Faults { drops, late, .. } = state.faults;
        match (drops, late) {
            (true, _) => {}
            (false, 0) => state.execute(transaction),
            (false, late) => {
                let at = state.slot + late;
                state.queue.push((at, transaction));
            }
        }
        Ok(match state.faults.mixes_up {
            true => Signature::default(),
            false => signature,
        })
    }

    async fn status(&self, signature: &Signature) -> Result<(u64, Option<Status>), RpcError> {
        let state = self.answering("getSignatureStatuses")?;
        let slot = state.slot - state.faults.behind;
        if state.faults.pretends {
            let level = Some(Level::Confirmed);
            return Ok((slot, Some(Status { level, failure: None })));
        }
        let done = state
            .done
            .iter()
            .find(|done| done.signature == *signature && done.slot <= slot);
        let status = done.filter(|_| !state.faults.denies).map(|done| Status {
            level: Some(match slot - done.slot >= FINALITY {
                true => Level::Finalized,
                false => Level::Confirmed,
            }),
            failure: done.executed.failure.clone(),
        });
        Ok((slot, status))
    }

    async fn transaction(&self, signature: &Signature) -> Result<Option<Executed>, RpcError> {
        let state = self.answering("getTransaction")?;
        let done = state.done.iter().find(|done| done.signature == *signature);
        Ok(done.map(|done| done.executed.clone()))
    }

    async fn history(&self, address: &Address, before: Option<&Signature>) -> Result<History, RpcError> {
        // Small pages, so that batches have several.
        const PAGE: usize = 3;
        let state = self.answering("getSignaturesForAddress")?;
        let naming = state
            .done
            .iter()
            .rev()
            .filter(|done| done.accounts.contains(address));
        let older: Vec<&Done> = match before {
            Some(before) => naming
                .skip_while(|done| done.signature != *before)
                .skip(1)
                .collect(),
            None => naming.collect(),
        };
        let page: Vec<&Done> = older.into_iter().take(PAGE).collect();
        Ok(History {
            next: page.get(PAGE - 1).map(|done| done.signature),
            done: page
                .iter()
                .filter(|done| done.executed.failure.is_none())
                .map(|done| done.signature)
                .collect(),
        })
    }
}
