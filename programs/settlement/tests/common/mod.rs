//! A LiteSVM with the built program, and the actors of its tests.
#![allow(dead_code)] // every test file uses a part of it

pub mod events;
pub mod tokens;

use std::path::Path;
use std::sync::LazyLock;

use anchor_lang::error::ErrorCode;
use anchor_lang::{AccountDeserialize, InstructionData, ToAccountMetas};
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use litesvm::LiteSVM;
use litesvm::types::{TransactionMetadata, TransactionResult};
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::instruction as call;
use settlement::seeds::{CONFIG_SEED, LEDGER_SEED, TOKENS_SEED, VAULT_SEED};
use settlement::state::{Config, Ledger, Vault};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::{Transaction, TransactionError};

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
        let accounts = accounts::Initialize {
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
        let accounts::CreateVault {
            vault, vault_tokens, ..
        } = accounts;
        Asset {
            mint,
            token_program,
            vault,
            vault_tokens,
        }
    }

    /// Accounts of `create_vault`, all of them right.
    pub fn create_vault(&self, mint: Address, token_program: Address) -> accounts::CreateVault {
        let vault = derive(&[VAULT_SEED, self.config.as_ref(), mint.as_ref()]);
        accounts::CreateVault {
            admin: self.admin.pubkey(),
            config: self.config,
            mint,
            vault,
            vault_tokens: derive(&[TOKENS_SEED, vault.as_ref()]),
            token_program,
            system_program: SYSTEM_PROGRAM,
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

    /// Accounts of `deposit`, all of them right.
    pub fn deposit(&self, asset: &Asset, from: &Depositor) -> accounts::Deposit {
        accounts::Deposit {
            owner: from.owner.pubkey(),
            config: self.config,
            vault: asset.vault,
            ledger: from.ledger,
            mint: asset.mint,
            source: from.tokens,
            vault_tokens: asset.vault_tokens,
            token_program: asset.token_program,
            event_authority: derive(&[b"__event_authority"]),
            program: settlement::ID,
        }
    }

    /// Accounts of `withdraw`, all of them right.
    pub fn withdraw(&self, asset: &Asset, to: &Depositor) -> accounts::Withdraw {
        accounts::Withdraw {
            owner: to.owner.pubkey(),
            vault: asset.vault,
            ledger: to.ledger,
            mint: asset.mint,
            destination: to.tokens,
            vault_tokens: asset.vault_tokens,
            token_program: asset.token_program,
            event_authority: derive(&[b"__event_authority"]),
            program: settlement::ID,
        }
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

/// Accounts of `open_ledger`, all of them right.
pub fn open_ledger(payer: &Keypair, owner: &Address, vault: Address) -> accounts::OpenLedger {
    accounts::OpenLedger {
        payer: payer.pubkey(),
        owner: *owner,
        vault,
        ledger: derive(&[LEDGER_SEED, vault.as_ref(), owner.as_ref()]),
        system_program: SYSTEM_PROGRAM,
    }
}

/// Whatever an instruction can be refused with.
#[derive(Debug, PartialEq)]
pub struct Refusal(InstructionError);

/// The system program's answer to `init` of an account that exists.
pub const ALREADY_IN_USE: InstructionError = InstructionError::Custom(0);

impl From<SettlementError> for Refusal {
    fn from(error: SettlementError) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self(InstructionError::Custom(error as u32))
    }
}

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        Self(error)
    }
}

/// The first instruction was refused for this reason, so the transaction has changed nothing.
#[track_caller]
pub fn assert_refused(result: TransactionResult, reason: impl Into<Refusal>) -> TransactionMetadata {
    let failed = result.expect_err("the transaction should have been refused");
    let Refusal(reason) = reason.into();
    assert_eq!(
        failed.err,
        TransactionError::InstructionError(0, reason),
        "{}",
        failed.meta.logs.join("\n")
    );
    failed.meta
}
