//! Accounts whose address or size depends on what the authority signed, which `init` cannot know.

use anchor_lang::prelude::*;
use anchor_lang::system_program::{self, Allocate, Assign, CreateAccount, Transfer};
use anchor_lang::{Discriminator, ZeroCopy};

use crate::error::SettlementError;

/// Makes the account at the program's address with these seeds and writes `state` to it. As `init` does, it takes
/// an address to which somebody has sent lamports ahead.
///
/// # Errors
/// When the account is not at that address, or exists already.
pub(crate) fn create<'info, T: ZeroCopy + Discriminator>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
    space: usize,
    state: &T,
) -> Result<()> {
    let (address, bump) = Pubkey::find_program_address(seeds, &crate::ID);
    require_keys_eq!(*account.key, address, SettlementError::WrongAddress);
    let bump = [bump];
    let mut signer = seeds.to_vec();
    signer.push(&bump);
    allocate(account, payer, &signer, space)?;

    let mut data = account.try_borrow_mut_data()?;
    let (discriminator, rest) = data
        .split_at_mut_checked(T::DISCRIMINATOR.len())
        .ok_or(ErrorCode::AccountDidNotSerialize)?;
    let fields = rest
        .get_mut(..size_of::<T>())
        .ok_or(ErrorCode::AccountDidNotSerialize)?;
    discriminator.copy_from_slice(T::DISCRIMINATOR);
    fields.copy_from_slice(bytemuck::bytes_of(state));
    Ok(())
}

fn allocate<'info>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    signer: &[&[u8]],
    space: usize,
) -> Result<()> {
    let rent = Rent::get()?.minimum_balance(space);
    let (from, to) = (payer.clone(), account.clone());
    let signers = &[signer];
    if account.lamports() == 0 {
        let accounts = CreateAccount { from, to };
        let context = CpiContext::new_with_signer(system_program::ID, accounts, signers);
        return system_program::create_account(context, rent, space as u64, &crate::ID);
    }
    let missing = rent.saturating_sub(account.lamports());
    system_program::transfer(
        CpiContext::new(system_program::ID, Transfer { from, to }),
        missing,
    )?;
    let account_to_allocate = account.clone();
    let accounts = Allocate { account_to_allocate };
    let context = CpiContext::new_with_signer(system_program::ID, accounts, signers);
    system_program::allocate(context, space as u64)?;
    let account_to_assign = account.clone();
    let accounts = Assign { account_to_assign };
    let context = CpiContext::new_with_signer(system_program::ID, accounts, signers);
    system_program::assign(context, &crate::ID)
}
