//! A LiteSVM with the built program, and the actors of its tests.
#![allow(dead_code, unused_imports)] // every test file uses a part of it
#![allow(clippy::result_large_err)] // LiteSVM's

mod accounts;
pub mod events;
mod refusal;
pub mod tokens;

pub use accounts::open_ledger;
pub use refusal::*;

use std::path::Path;
use std::sync::LazyLock;

use anchor_lang::{AccountDeserialize, InstructionData, ToAccountMetas};
use litesvm::LiteSVM;
use litesvm::types::TransactionResult;
use settlement::instruction as call;
use settlement::seeds::CONFIG_SEED;
use settlement::state::{Config, Ledger, Vault};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

pub const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
pub const CHAIN: u64 = 101;

/// The built program, if it belongs to the sources beside it.
static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    artifact_manifest::check(&root, "solana/settlement.so").unwrap();
    std::fs::read(root.join("artifacts/solana/settlement.so")).unwrap()
});

/// A chain with the program on it.
pub struct World {
    pub svm: LiteSVM,
    pub admin: Keypair,
    pub guardian: Keypair,
    pub authority: Address,
    /// The admin's settlement.
    pub config: Address,
}

/// A mint with a vault.
#[derive(Clone, Copy)]
pub struct Asset {
    pub mint: Address,
    pub token_program: Address,
    pub vault: Address,
    pub vault_tokens: Address,
}

/// An owner with tokens and an open ledger.
pub struct Depositor {
    pub owner: Keypair,
    /// Their token account.
    pub tokens: Address,
    pub ledger: Address,
}

impl World {
    /// The program is there, and nobody has called it.
    pub fn untouched() -> Self {
        let mut svm = LiteSVM::new();
        let program = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../artifacts/solana/settlement.so"
        );
        svm.add_program_from_file(settlement::ID, program).unwrap();
        let admin = Keypair::new();
        let config = config_of(&admin.pubkey());
        let mut world = Self {
            svm,
            admin,
            guardian: Keypair::new(),
            authority: Address::new_unique(),
            config,
        };
        world.fund(&world.admin.pubkey());
        world.fund(&world.guardian.pubkey());
        world
    }

    /// The admin has initialized their settlement.
    pub fn new() -> Self {
        let mut world = Self::untouched();
        world.initialize(&world.admin.insecure_clone()).unwrap();
        world
    }

    /// A vault, and an owner with 1,000 base units outside it and an open ledger.
    pub fn with_alice() -> (Self, Asset, Depositor) {
        let mut world = Self::new();
        let asset = world.asset();
        let alice = world.depositor(&asset, 1_000);
        (world, asset, alice)
    }

    /// A vault in which two owners hold 1,000 base units each.
    pub fn with_alice_and_bob() -> (Self, Asset, Depositor, Depositor) {
        let (mut world, asset, alice) = Self::with_alice();
        let bob = world.depositor(&asset, 1_000);
        world.deposit(&asset, &alice, 1_000).unwrap();
        world.deposit(&asset, &bob, 1_000).unwrap();
        (world, asset, alice, bob)
    }

    pub fn fund(&mut self, address: &Address) {
        self.svm.airdrop(address, 100_000_000_000).unwrap();
    }

    /// A key with lamports.
    pub fn user(&mut self) -> Keypair {
        let user = Keypair::new();
        self.fund(&user.pubkey());
        user
    }

    /// Creates the settlement of `admin`, with this world's guardian and authority.
    pub fn initialize(&mut self, admin: &Keypair) -> TransactionResult {
        let args = settlement::instructions::InitializeArgs {
            chain: CHAIN,
            authority: self.authority,
            guardian: self.guardian.pubkey(),
        };
        let config = config_of(&admin.pubkey());
        let accounts = settlement::accounts::Initialize {
            admin: admin.pubkey(),
            config,
            system_program: SYSTEM_PROGRAM,
        };
        self.call(accounts, call::Initialize { args }, &[admin])
    }

    /// A vault of the admin's settlement for a new, plain SPL Token mint.
    pub fn asset(&mut self) -> Asset {
        let mint = tokens::mint(self, &anchor_spl::token::ID, &[]);
        self.asset_of(mint, anchor_spl::token::ID)
    }

    /// A vault of the admin's settlement for this mint.
    pub fn asset_of(&mut self, mint: Address, token_program: Address) -> Asset {
        let accounts = self.create_vault(mint, token_program);
        let admin = self.admin.insecure_clone();
        self.call(accounts, call::CreateVault {}, &[&admin]).unwrap();
        let settlement::accounts::CreateVault {
            vault, vault_tokens, ..
        } = accounts;
        Asset {
            mint,
            token_program,
            vault,
            vault_tokens,
        }
    }

    /// A new owner with an empty ledger and `funds` base units outside the vault.
    pub fn depositor(&mut self, asset: &Asset, funds: u64) -> Depositor {
        let owner = self.user();
        let tokens = tokens::account(self, asset, &owner.pubkey(), funds);
        let accounts = open_ledger(&owner, &owner.pubkey(), asset.vault);
        self.call(accounts, call::OpenLedger {}, &[&owner]).unwrap();
        Depositor {
            owner,
            tokens,
            ledger: accounts.ledger,
        }
    }

    pub fn deposit(&mut self, asset: &Asset, from: &Depositor, amount: u64) -> TransactionResult {
        self.call(
            self.deposit_accounts(asset, from),
            call::Deposit { amount },
            &[&from.owner],
        )
    }

    pub fn withdraw(&mut self, asset: &Asset, to: &Depositor, amount: u64) -> TransactionResult {
        self.call(
            self.withdraw_accounts(asset, to),
            call::Withdraw { amount },
            &[&to.owner],
        )
    }

    pub fn pause(&mut self, by: &Keypair) -> TransactionResult {
        let accounts = settlement::accounts::Pause {
            by: by.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::Pause {}, &[by])
    }

    pub fn unpause(&mut self, admin: &Keypair) -> TransactionResult {
        let accounts = settlement::accounts::Unpause {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::Unpause {}, &[admin])
    }

    /// Calls the program; the first signer pays.
    pub fn call(
        &mut self,
        accounts: impl ToAccountMetas,
        data: impl InstructionData,
        signers: &[&Keypair],
    ) -> TransactionResult {
        self.send(&[instruction(accounts, data)], signers)
    }

    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> TransactionResult {
        self.svm.expire_blockhash(); // the same instructions may be sent twice
        let message = Message::new(instructions, Some(&signers[0].pubkey()));
        self.svm
            .send_transaction(Transaction::new(signers, message, self.svm.latest_blockhash()))
    }

    pub fn read<T: AccountDeserialize>(&self, address: &Address) -> T {
        let account = self.svm.get_account(address).unwrap();
        assert_eq!(account.owner, settlement::ID);
        T::try_deserialize(&mut account.data.as_slice()).unwrap()
    }

    pub fn paused(&self) -> bool {
        self.read::<Config>(&self.config).paused
    }

    pub fn total(&self, asset: &Asset) -> u64 {
        self.read::<Vault>(&asset.vault).total
    }

    pub fn balance(&self, depositor: &Depositor) -> u64 {
        self.read::<Ledger>(&depositor.ledger).balance
    }

    /// Changes an account's bytes behind the program's back.
    pub fn overwrite(&mut self, address: &Address, at: usize, bytes: &[u8]) {
        let mut account = self.svm.get_account(address).unwrap();
        account.data[at..at + bytes.len()].copy_from_slice(bytes);
        self.svm.set_account(*address, account).unwrap();
    }

    /// Puts a copy of an account at a new address, as another program's.
    pub fn copy_of(&mut self, address: &Address, owner: Address) -> Address {
        let mut account = self.svm.get_account(address).unwrap();
        account.owner = owner;
        let copy = Address::new_unique();
        self.svm.set_account(copy, account).unwrap();
        copy
    }
}

/// A call of the program.
pub fn instruction(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: settlement::ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

pub fn derive(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &settlement::ID).0
}

pub fn config_of(admin: &Address) -> Address {
    derive(&[CONFIG_SEED, admin.as_ref()])
}
