//! One settlement, with one mint and its vault.

use super::{Client, SYSTEM, call, tokens};
use anchor_spl::token::spl_token::ID as TOKEN;
use anyhow::{Context, Result};
use novate_bindings::solana::{
    address::{self, settlement as at},
    settlement::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{InitializeArgs, Limits},
    },
};
use solana_address::Address;
use solana_ed25519_program::new_ed25519_instruction_with_signature;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The id that batch headers for the local Solana node carry.
pub const LOCAL_CHAIN: u64 = 900;
/// Of the demo's mint.
const DECIMALS: u8 = 6;
/// What every owner gets for rents: 0.1 SOL.
const RENTS: u64 = 100_000_000;

/// A day's windows would do for real value; the demo does not wait so long.
const LIMITS: Limits = Limits {
    challenge_window: 1,
    settle_window: 3_600,
    escape_delay: 86_400,
    authority_delay: 86_400,
    max_intents: 100_000,
    max_deltas: 10_000,
    max_items: 1_000,
};

/// Addresses that the demo flow uses, and the keys of its people.
pub struct SolanaDeployment {
    pub config: Address,
    pub mint: Address,
    pub vault: Address,
    pub vault_tokens: Address,
    pub event_authority: Address,
    /// Signs batches and checkpoints: the canister's threshold key.
    pub authority: Address,
    pub owners: [Keypair; 3],
}

/// Creates the settlement with `threshold` as its authority, and a mint with its vault.
pub async fn deploy(client: &Client, threshold: Address) -> Result<SolanaDeployment> {
    let admin = client.payer();
    let mint = Keypair::new();
    let config = at::config(&admin);
    let vault = at::vault(&config, &mint.pubkey());
    let deployment = SolanaDeployment {
        config,
        mint: mint.pubkey(),
        vault,
        vault_tokens: at::tokens(&vault),
        event_authority: address::event_authority(&PROGRAM),
        authority: threshold,
        owners: [Keypair::new(), Keypair::new(), Keypair::new()],
    };
    let create_mint = tokens::create_mint(client, &mint, DECIMALS).await?;
    client
        .send(&create_mint, &[&mint])
        .await
        .context("creating the mint")?;
    let initialize = accounts::Initialize {
        admin,
        config,
        system_program: SYSTEM,
    };
    let initialized = InitializeArgs {
        chain: LOCAL_CHAIN,
        authority: threshold,
        guardian: admin,
        limits: LIMITS,
    };
    let create_vault = accounts::CreateVault {
        admin,
        config,
        mint: deployment.mint,
        vault,
        vault_tokens: deployment.vault_tokens,
        token_program: TOKEN,
        system_program: SYSTEM,
    };
    let instructions = [
        call(PROGRAM, initialize, args::Initialize { args: initialized }),
        call(PROGRAM, create_vault, args::CreateVault {}),
    ];
    client
        .send(&instructions, &[])
        .await
        .context("creating the settlement and its vault")?;
    Ok(deployment)
}

impl SolanaDeployment {
    pub fn token_account(&self, owner: &Address) -> Address {
        tokens::account(owner, &self.mint)
    }

    pub fn ledger(&self, owner: &Address) -> Address {
        at::ledger(&self.vault, owner)
    }

    /// Verifies the authority's signature of `message`, for the instruction after it.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> Result<Instruction> {
        let signature = signature
            .try_into()
            .context("a signature that is not of 64 bytes")?;
        Ok(new_ed25519_instruction_with_signature(
            message,
            signature,
            self.authority.as_array(),
        ))
    }

    /// Opens a token account and a ledger for `owner`, mints `amount` base units to it and gives it SOL for rents, all
    /// paid by `payer`.
    pub fn fund(&self, payer: Address, owner: Address, amount: u64) -> Result<Vec<Instruction>> {
        let open_ledger = accounts::OpenLedger {
            payer,
            owner,
            vault: self.vault,
            ledger: self.ledger(&owner),
            system_program: SYSTEM,
        };
        let mut instructions = tokens::mint_to(&payer, &owner, &self.mint, amount)?.to_vec();
        instructions.push(call(PROGRAM, open_ledger, args::OpenLedger {}));
        instructions.push(solana_system_interface::instruction::transfer(
            &payer, &owner, RENTS,
        ));
        Ok(instructions)
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
            token_program: TOKEN,
            event_authority: self.event_authority,
            program: PROGRAM,
        };
        call(PROGRAM, deposit, args::Deposit { amount })
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
            token_program: TOKEN,
            event_authority: self.event_authority,
            program: PROGRAM,
        };
        call(PROGRAM, withdraw, args::Withdraw { amount })
    }
}
