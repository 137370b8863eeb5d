//! The vaults of a batch, as its end takes them.

use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::state::{Batch, Vault};

/// The vaults that the batch has debited.
///
/// # Errors
/// When `accounts` are not all of them, each once, in ascending order of their addresses.
pub(super) fn of<'info>(
    batch: &Batch,
    accounts: &'info [AccountInfo<'info>],
) -> Result<Vec<AccountLoader<'info, Vault>>> {
    require_eq!(
        accounts.len(),
        batch.vaults as usize,
        SettlementError::WrongVaults
    );
    require!(
        accounts.is_sorted_by(|a, b| a.key < b.key),
        SettlementError::WrongVaults
    );
    let vault = |account: &'info AccountInfo<'info>| {
        let loader = AccountLoader::<Vault>::try_from(account)?;
        let vault = loader.load()?;
        let is_of_batch = vault.config == batch.config && vault.batch.sequence == batch.sequence;
        require!(is_of_batch, SettlementError::WrongVaults);
        drop(vault);
        Ok(loader)
    };
    accounts.iter().map(vault).collect()
}
