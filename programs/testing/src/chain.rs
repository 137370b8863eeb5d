//! Programs, keys, calls, accounts and the clock.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use anchor_lang::{AccountDeserialize, InstructionData, Owner, ToAccountMetas, ZeroCopy, prelude::Clock};
use litesvm::{LiteSVM, types::TransactionResult};
use sha2::{Digest, Sha256};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

pub const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);

/// When every chain begins, in seconds of Unix time: not at 0, where a time that was never set looks like now.
pub const GENESIS: i64 = 1_800_000_000;

/// A chain with programs on it.
pub struct Chain {
    pub svm: LiteSVM,
    /// May mint every mint of [`crate::tokens`], and pays for what tests put up.
    pub minter: Keypair,
    /// Keys handed out so far.
    keys: u64,
}

impl Chain {
    /// A chain with these programs, each by the name of its library (`session_keys`) and its address.
    ///
    /// # Panics
    /// When a program's `.so` is older than its sources.
    pub fn new(programs: &[(&str, Address)]) -> Self {
        let mut svm = LiteSVM::new();
        for (name, address) in programs {
            svm.add_program(*address, &artifact(&format!("solana/{name}.so")))
                .unwrap();
        }
        // A later slot than 0, so that what was made "before" can be used, like lookup tables.
        svm.warp_to_slot(1_000);
        let mut chain = Self {
            svm,
            minter: key(0),
            keys: 1,
        };
        chain.set_time(GENESIS);
        chain.fund(&chain.minter.pubkey());
        chain
    }

    /// The next key: the n-th of every chain is the same.
    pub fn key(&mut self) -> Keypair {
        self.keys += 1;
        key(self.keys - 1)
    }

    /// An address that nothing lies at.
    pub fn address(&mut self) -> Address {
        self.key().pubkey()
    }

    /// A key with lamports.
    pub fn user(&mut self) -> Keypair {
        let user = self.key();
        self.fund(&user.pubkey());
        user
    }

    /// Gives 100 SOL.
    pub fn fund(&mut self, address: &Address) {
        self.svm.airdrop(address, 100_000_000_000).unwrap();
    }

    /// Calls a program; the first signer pays.
    pub fn call(
        &mut self,
        program: Address,
        accounts: impl ToAccountMetas,
        data: impl InstructionData,
        signers: &[&Keypair],
    ) -> TransactionResult {
        self.send(&[instruction(program, accounts, data)], signers)
    }

    /// Sends a transaction; the first signer pays.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> TransactionResult {
        self.svm.expire_blockhash(); // the same instructions may be sent twice
        let message = Message::new(instructions, Some(&signers[0].pubkey()));
        self.svm
            .send_transaction(Transaction::new(signers, message, self.svm.latest_blockhash()))
    }

    /// The account at `address`, which must be the program's whose type `T` is.
    #[track_caller]
    pub fn read<T: AccountDeserialize + Owner>(&self, address: &Address) -> T {
        let account = self.svm.get_account(address).expect("an account");
        assert_eq!(account.owner, T::owner());
        T::try_deserialize(&mut account.data.as_slice()).unwrap()
    }

    /// The same for a zero-copy account; whatever follows `T` in the account is left out.
    #[track_caller]
    pub fn read_zero_copy<T: ZeroCopy + Owner>(&self, address: &Address) -> T {
        let account = self.svm.get_account(address).expect("an account");
        assert_eq!(account.owner, T::owner());
        let state = account.data.strip_prefix(T::DISCRIMINATOR).expect("its type");
        bytemuck::pod_read_unaligned(&state[..size_of::<T>()])
    }

    /// The account's bytes, or none when there is no account.
    pub fn data(&self, address: &Address) -> Vec<u8> {
        self.svm
            .get_account(address)
            .map(|account| account.data)
            .unwrap_or_default()
    }

    /// Is there an account? One that was closed is gone at the end of its transaction.
    pub fn exists(&self, address: &Address) -> bool {
        self.lamports(address) > 0
    }

    pub fn lamports(&self, address: &Address) -> u64 {
        self.svm.get_balance(address).unwrap_or_default()
    }

    /// Changes an account's bytes behind its program's back.
    pub fn overwrite(&mut self, address: &Address, at: usize, bytes: &[u8]) {
        let mut account = self.svm.get_account(address).unwrap();
        account.data[at..at + bytes.len()].copy_from_slice(bytes);
        self.svm.set_account(*address, account).unwrap();
    }

    /// Puts a copy of an account at a new address, as another program's.
    pub fn copy_of(&mut self, address: &Address, owner: Address) -> Address {
        let mut account = self.svm.get_account(address).unwrap();
        account.owner = owner;
        let copy = self.address();
        self.svm.set_account(copy, account).unwrap();
        copy
    }

    /// Seconds of Unix time that programs see.
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sets the clock, in seconds of Unix time; it may go backwards, as it may between slots.
    pub fn set_time(&mut self, unix: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = unix;
        self.svm.set_sysvar(&clock);
    }

    /// Lets time pass.
    pub fn advance(&mut self, seconds: i64) {
        self.set_time(self.now() + seconds);
    }
}

/// A call of a program.
pub fn instruction(
    program: Address,
    accounts: impl ToAccountMetas,
    data: impl InstructionData,
) -> Instruction {
    Instruction {
        program_id: program,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

/// The address that `program` derives from these seeds.
pub fn derive(program: Address, seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &program).0
}

/// The address of the next lower bump, which nobody should use: with it there could be two of what must be one.
pub fn derive_with_lower_bump(program: Address, seeds: &[&[u8]]) -> Address {
    let (_, canonical) = Address::find_program_address(seeds, &program);
    let lower = (0..canonical).rev().find_map(|bump| {
        let bump: &[u8] = &[bump];
        Address::create_program_address(&[seeds, &[bump]].concat(), &program).ok()
    });
    lower.expect("one of two bumps gives an address")
}

/// The address that signs a program's calls to itself.
pub fn event_authority(program: Address) -> Address {
    derive(program, &[b"__event_authority"])
}

/// Compute units of a transaction that went through.
#[track_caller]
pub fn units(result: &TransactionResult) -> u64 {
    match result {
        Ok(done) => done.compute_units_consumed,
        Err(failed) => panic!("{:?}\n{}", failed.err, failed.meta.logs.join("\n")),
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The n-th key of every chain.
fn key(n: u64) -> Keypair {
    let seed = Sha256::new()
        .chain_update("program-testing key")
        .chain_update(n.to_le_bytes());
    Keypair::new_from_array(seed.finalize().into())
}

/// A built file by its path below `artifacts/`, if it belongs to the sources beside it; looked up once in a test binary.
pub(crate) fn artifact(path: &str) -> Vec<u8> {
    static KNOWN: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    // A stale artifact is every test's failure, also after the first one has poisoned the lock.
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let read = || {
        artifact_manifest::check(&root(), path).unwrap_or_else(|stale| panic!("{stale}"));
        fs::read(root().join("artifacts").join(path)).unwrap()
    };
    known.entry(path.to_owned()).or_insert_with(read).clone()
}
