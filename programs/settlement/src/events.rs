//! One event for every change of state. Amounts are in the mint's base units.
//!
//! [`Deposited`] and [`Withdrawn`] tell of money: they are emitted by a call of the program to itself, which no
//! truncation of logs can lose. The others are log lines.

use anchor_lang::Discriminator;
use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed;

/// Room for an event of this program: the largest needs 168 bytes.
const EVENT_CAPACITY: usize = 192;

/// Emits an event by a call of the program to itself.
///
/// The call is the one that Anchor's `emit_cpi!` makes. The macro copies the data byte by byte and into a new
/// allocation three times, for 1,150 compute units that a deposit does not have to pay.
pub(crate) fn emit_by_call<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    event: E,
) -> Result<()> {
    let mut data = Vec::with_capacity(EVENT_CAPACITY);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let accounts = vec![AccountMeta::new_readonly(*event_authority.key, true)];
    let signer: &[&[u8]] = &[b"__event_authority", &[crate::EVENT_AUTHORITY_AND_BUMP.1]];
    let call = Instruction {
        program_id: crate::ID,
        accounts,
        data,
    };
    Ok(invoke_signed(
        &call,
        std::slice::from_ref(event_authority),
        &[signer],
    )?)
}

/// A settlement was created.
#[event]
pub struct Initialized {
    pub config: Pubkey,
    /// The id of this chain that batch headers for the settlement carry.
    pub chain: u64,
    pub admin: Pubkey,
    pub guardian: Pubkey,
    /// Whose signature on a batch header counts.
    pub authority: Pubkey,
}

/// A mint got its vault.
#[event]
pub struct VaultCreated {
    pub config: Pubkey,
    pub vault: Pubkey,
    pub mint: Pubkey,
    /// The token account that holds the vault's tokens.
    pub tokens: Pubkey,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
}

/// An owner got an empty ledger.
#[event]
pub struct LedgerOpened {
    pub vault: Pubkey,
    pub ledger: Pubkey,
    pub owner: Pubkey,
}

/// Tokens entered a vault.
#[event]
pub struct Deposited {
    pub vault: Pubkey,
    pub mint: Pubkey,
    pub owner: Pubkey,
    /// What arrived.
    pub amount: u64,
    /// The owner's ledger afterwards.
    pub balance: u64,
    /// The sum of the vault's ledgers afterwards.
    pub total: u64,
}

/// Tokens left a vault.
#[event]
pub struct Withdrawn {
    pub vault: Pubkey,
    pub mint: Pubkey,
    pub owner: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// The owner's ledger afterwards.
    pub balance: u64,
    /// The sum of the vault's ledgers afterwards.
    pub total: u64,
}

/// Deposits were stopped.
#[event]
pub struct Paused {
    pub config: Pubkey,
    /// The guardian or the admin.
    pub by: Pubkey,
}

/// Deposits were let in again.
#[event]
pub struct Unpaused {
    pub config: Pubkey,
    /// The admin.
    pub by: Pubkey,
}
