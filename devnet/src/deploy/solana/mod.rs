//! The programs on the local Solana node, and a settlement: a config, one mint and its vault.

mod client;

pub use client::Client;

use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::{associated_token::spl_associated_token_account as ata, token::spl_token};
use anyhow::{Context, Result};
use novate_bindings::artifacts;
use novate_bindings::solana::{
    address,
    settlement::{
        ID as PROGRAM,
        client::{accounts, args},
        types::InitializeArgs,
    },
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The system program.
const SYSTEM: Address = Address::new_from_array([0; 32]);
/// The id that batch headers for the local Solana node carry.
pub const LOCAL_CHAIN: u64 = 900;
/// Of the demo's mint.
pub const DECIMALS: u8 = 6;

/// A program, as it is deployed and followed.
pub struct Program {
    /// In the configuration; its tables begin with it.
    pub name: &'static str,
    pub id: Address,
    pub so: &'static [u8],
    pub idl: &'static str,
}

/// Every program of Novate.
pub const PROGRAMS: [Program; 1] = [Program {
    name: "settlement",
    id: PROGRAM,
    so: artifacts::SETTLEMENT_SO,
    idl: artifacts::SETTLEMENT_IDL,
}];

/// Addresses that the demo flow uses.
pub struct SolanaDeployment {
    pub config: Address,
    pub mint: Address,
    pub vault: Address,
    pub vault_tokens: Address,
    pub event_authority: Address,
    pub owners: [Keypair; 3],
}

/// Creates the settlement with `authority`, the threshold address, and a mint with its vault.
pub async fn deploy(client: &Client, authority: Address) -> Result<SolanaDeployment> {
    let admin = client.payer();
    let mint = Keypair::new();
    let config = address::config(&admin);
    let vault = address::vault(&config, &mint.pubkey());
    let deployment = SolanaDeployment {
        config,
        mint: mint.pubkey(),
        vault,
        vault_tokens: address::tokens(&vault),
        event_authority: address::event_authority(),
        owners: [Keypair::new(), Keypair::new(), Keypair::new()],
    };
    client
        .send(&new_mint(client, &mint.pubkey()).await?, &[&mint])
        .await
        .context("creating the mint")?;
    let initialize = Instruction {
        program_id: PROGRAM,
        accounts: accounts::Initialize {
            admin,
            config,
            system_program: SYSTEM,
        }
        .to_account_metas(None),
        data: args::Initialize {
            args: InitializeArgs {
                chain: LOCAL_CHAIN,
                authority,
                guardian: admin,
            },
        }
        .data(),
    };
    let create_vault = Instruction {
        program_id: PROGRAM,
        accounts: accounts::CreateVault {
            admin,
            config,
            mint: deployment.mint,
            vault,
            vault_tokens: deployment.vault_tokens,
            token_program: spl_token::ID,
            system_program: SYSTEM,
        }
        .to_account_metas(None),
        data: args::CreateVault {}.data(),
    };
    client
        .send(&[initialize, create_vault], &[])
        .await
        .context("creating the settlement and its vault")?;
    Ok(deployment)
}

async fn new_mint(client: &Client, mint: &Address) -> Result<Vec<Instruction>> {
    use anchor_lang::solana_program::program_pack::Pack;
    let space = spl_token::state::Mint::LEN;
    let rent = client
        .rpc
        .get_minimum_balance_for_rent_exemption(space)
        .await
        .context("asking for the rent")?;
    let admin = client.payer();
    Ok(vec![
        solana_system_interface::instruction::create_account(
            &admin,
            mint,
            rent,
            space as u64,
            &spl_token::ID,
        ),
        spl_token::instruction::initialize_mint2(&spl_token::ID, mint, &admin, None, DECIMALS)?,
    ])
}

impl SolanaDeployment {
    pub fn token_account(&self, owner: &Address) -> Address {
        ata::address::get_associated_token_address_with_program_id(owner, &self.mint, &spl_token::ID)
    }

    pub fn ledger(&self, owner: &Address) -> Address {
        address::ledger(&self.vault, owner)
    }

    /// Opens a token account and a ledger for `owner` and mints `amount` base units to it, all paid by `payer`.
    pub fn fund(&self, payer: Address, owner: Address, amount: u64) -> Result<Vec<Instruction>> {
        let tokens = self.token_account(&owner);
        let open_ledger = accounts::OpenLedger {
            payer,
            owner,
            vault: self.vault,
            ledger: self.ledger(&owner),
            system_program: SYSTEM,
        };
        Ok(vec![
            ata::instruction::create_associated_token_account(&payer, &owner, &self.mint, &spl_token::ID),
            spl_token::instruction::mint_to(&spl_token::ID, &self.mint, &tokens, &payer, &[], amount)?,
            Instruction {
                program_id: PROGRAM,
                accounts: open_ledger.to_account_metas(None),
                data: args::OpenLedger {}.data(),
            },
        ])
    }

    /// Signed by `owner`.
    pub fn deposit(&self, owner: Address, amount: u64) -> Instruction {
        let deposit = accounts::Deposit {
            owner,
            config: self.config,
            vault: self.vault,
            ledger: self.ledger(&owner),
            mint: self.mint,
            source: self.token_account(&owner),
            vault_tokens: self.vault_tokens,
            token_program: spl_token::ID,
            event_authority: self.event_authority,
            program: PROGRAM,
        };
        Instruction {
            program_id: PROGRAM,
            accounts: deposit.to_account_metas(None),
            data: args::Deposit { amount }.data(),
        }
    }

    /// Signed by `owner`, paid to the owner's own token account.
    pub fn withdraw(&self, owner: Address, amount: u64) -> Instruction {
        let withdraw = accounts::Withdraw {
            owner,
            vault: self.vault,
            ledger: self.ledger(&owner),
            mint: self.mint,
            destination: self.token_account(&owner),
            vault_tokens: self.vault_tokens,
            token_program: spl_token::ID,
            event_authority: self.event_authority,
            program: PROGRAM,
        };
        Instruction {
            program_id: PROGRAM,
            accounts: withdraw.to_account_metas(None),
            data: args::Withdraw { amount }.data(),
        }
    }
}
