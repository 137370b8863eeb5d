//! The accounts of every instruction, all of them right; tests then change what should be refused.

use settlement::accounts;
use settlement::seeds::{LEDGER_SEED, TOKENS_SEED, VAULT_SEED};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{Asset, Depositor, SYSTEM_PROGRAM, World, derive, event_authority};

impl World {
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

    /// Accounts of `deposit`, all of them right.
    pub fn deposit_accounts(&self, asset: &Asset, from: &Depositor) -> accounts::Deposit {
        accounts::Deposit {
            owner: from.owner.pubkey(),
            config: self.config,
            vault: asset.vault,
            ledger: from.ledger,
            mint: asset.mint,
            source: from.tokens,
            vault_tokens: asset.vault_tokens,
            token_program: asset.token_program,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }

    /// Accounts of `withdraw`, all of them right.
    pub fn withdraw_accounts(&self, asset: &Asset, to: &Depositor) -> accounts::Withdraw {
        accounts::Withdraw {
            owner: to.owner.pubkey(),
            vault: asset.vault,
            ledger: to.ledger,
            mint: asset.mint,
            destination: to.tokens,
            vault_tokens: asset.vault_tokens,
            token_program: asset.token_program,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        }
    }
}

/// Accounts of `open_ledger`, all of them right.
pub fn open_ledger(payer: &Keypair, owner: &Address, vault: Address) -> accounts::OpenLedger {
    accounts::OpenLedger {
        payer: payer.pubkey(),
        owner: *owner,
        vault,
        ledger: ledger_of(&vault, owner),
        system_program: SYSTEM_PROGRAM,
    }
}

pub fn ledger_of(vault: &Address, owner: &Address) -> Address {
    derive(&[LEDGER_SEED, vault.as_ref(), owner.as_ref()])
}
