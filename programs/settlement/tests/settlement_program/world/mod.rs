//! A chain with a settlement, and the actors of its tests.

mod accounts;
mod sessions;

pub use accounts::*;
pub use program_testing::*;
pub use sessions::*;

use std::ops::{Deref, DerefMut};

use anchor_lang::{InstructionData, ToAccountMetas};
use litesvm::types::TransactionResult;
use settlement::instruction as call;
use settlement::instructions::InitializeArgs;
use settlement::seeds::CONFIG_SEED;
use settlement::state::{Config, Ledger, Limits, Vault};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The chain's id in batch headers.
pub const CHAIN: u64 = 101;

/// Limits of the worlds' settlements.
pub const LIMITS: Limits = Limits {
    challenge_window: 600,
    settle_window: 3_600,
    escape_delay: 86_400,
    authority_delay: 7_200,
    max_intents: 100_000,
    max_deltas: 8_192,
    max_items: 512,
};

/// A chain with the program on it, and session-keys.
pub struct World {
    pub chain: Chain,
    pub admin: Keypair,
    pub guardian: Keypair,
    pub authority: Keypair,
    /// The admin's settlement.
    pub config: Address,
}

impl Deref for World {
    type Target = Chain;

    fn deref(&self) -> &Chain {
        &self.chain
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

/// A mint with a vault.
#[derive(Clone, Copy, Debug)]
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
        let mut chain = Chain::new(&[("settlement", settlement::ID), ("session_keys", session_keys::ID)]);
        let (admin, guardian, authority) = (chain.user(), chain.user(), chain.key());
        Self {
            config: config_of(&admin.pubkey()),
            chain,
            admin,
            guardian,
            authority,
        }
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

    /// What the worlds' settlements are initialized with.
    pub fn initialize_args(&self) -> InitializeArgs {
        InitializeArgs {
            chain: CHAIN,
            authority: self.authority.pubkey(),
            guardian: self.guardian.pubkey(),
            limits: LIMITS,
        }
    }

    /// Creates the settlement of `admin`, with this world's guardian and authority.
    pub fn initialize(&mut self, admin: &Keypair) -> TransactionResult {
        self.initialize_with(admin, self.initialize_args())
    }

    pub fn initialize_with(&mut self, admin: &Keypair, args: InitializeArgs) -> TransactionResult {
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
        let tokens = tokens::account(self, &asset.mint, &owner.pubkey(), funds);
        let ledger = self.ledger(asset, &owner);
        Depositor {
            owner,
            tokens,
            ledger,
        }
    }

    /// Opens the owner's ledger.
    pub fn ledger(&mut self, asset: &Asset, owner: &Keypair) -> Address {
        let accounts = open_ledger(owner, &owner.pubkey(), asset.vault);
        self.call(accounts, call::OpenLedger {}, &[owner]).unwrap();
        accounts.ledger
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
        self.chain.call(settlement::ID, accounts, data, signers)
    }

    /// The settlement's config.
    pub fn state(&self) -> Config {
        self.read(&self.config)
    }

    pub fn paused(&self) -> bool {
        self.state().is_paused()
    }

    pub fn total(&self, asset: &Asset) -> u64 {
        self.read::<Vault>(&asset.vault).total
    }

    pub fn balance(&self, depositor: &Depositor) -> u64 {
        self.balance_at(&depositor.ledger)
    }

    /// Of a ledger.
    pub fn balance_at(&self, ledger: &Address) -> u64 {
        self.read::<Ledger>(ledger).balance
    }
}

/// A call of the program.
pub fn instruction(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    program_testing::instruction(settlement::ID, accounts, data)
}

/// An address of the program.
pub fn derive(seeds: &[&[u8]]) -> Address {
    program_testing::derive(settlement::ID, seeds)
}

pub fn config_of(admin: &Address) -> Address {
    derive(&[CONFIG_SEED, admin.as_ref()])
}
