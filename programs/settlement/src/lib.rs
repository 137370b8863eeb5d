//! The Solana side of Novate: vaults of SPL tokens, and a ledger for every owner in each vault.
//!
//! A *config* is one settlement: its keys and its pause. Under it, each mint has at most one *vault*, and each
//! owner at most one *ledger* per vault. Tokens enter by `deposit` and leave by `withdraw`; the tokens of a
//! vault are never fewer than the sum of its ledgers, which the vault's `total` holds.
//!
//! The program id is the SHA-256 hash of "Novate settlement program". It has no private key, so it can only
//! be placed where programs are placed by id: in tests and on a local node. Before deploying to a public
//! cluster, put the id of a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!("3pZac7RTgE7PtGMgwfNVo3akgsUJ8GQRyQxrj1Pz7Lwu");

#[program]
pub mod settlement {
    use super::*;

    /// Moves tokens of the owner into the vault and credits the owner's ledger with what arrived.
    ///
    /// Who may call: the owner of the ledger. Refused while the settlement is paused. Costs about 7,900 compute
    /// units with SPL Token and 9,700 with Token-2022.
    pub fn deposit(ctx: Context<Deposit>, amount: u64) -> Result<()> {
        Deposit::handler(ctx, amount)
    }

    /// Debits the owner's ledger and moves the tokens to any token account of the same mint.
    ///
    /// Who may call: the owner of the ledger. Works while the settlement is paused as well. Costs about 7,400
    /// compute units with SPL Token and 9,200 with Token-2022.
    pub fn withdraw(ctx: Context<Withdraw>, amount: u64) -> Result<()> {
        Withdraw::handler(ctx, amount)
    }

    /// Creates the caller's settlement.
    ///
    /// Who may call: anybody. The config's address is derived from the caller, who becomes its admin; nobody
    /// can take the place of somebody else's settlement, whatever the order of transactions.
    pub fn initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
        Initialize::handler(ctx, args)
    }

    /// Creates the vault for a mint.
    ///
    /// Who may call: the admin.
    pub fn create_vault(ctx: Context<CreateVault>) -> Result<()> {
        CreateVault::handler(ctx)
    }

    /// Opens an empty ledger.
    ///
    /// Who may call: anybody, for any owner; the caller pays the rent.
    pub fn open_ledger(ctx: Context<OpenLedger>) -> Result<()> {
        OpenLedger::handler(ctx)
    }

    /// Stops deposits. Withdrawals go on.
    ///
    /// Who may call: the guardian or the admin.
    pub fn pause(ctx: Context<Pause>) -> Result<()> {
        Pause::handler(ctx)
    }

    /// Lets deposits in again.
    ///
    /// Who may call: the admin. The guardian's key is made for haste, so it can only stop.
    pub fn unpause(ctx: Context<Unpause>) -> Result<()> {
        Unpause::handler(ctx)
    }
}
