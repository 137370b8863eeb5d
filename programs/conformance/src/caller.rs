//! Calls other programs, and is noisy: what programs do in a call, and behind a log that is full.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed;

/// An address that this program signs with in [`Forward`]: `[CALLER_SEED, number as 1 byte]`.
#[constant]
pub const CALLER_SEED: &[u8] = b"caller";

/// The remaining accounts are those of the call.
#[derive(Accounts)]
#[instruction(number: u8)]
pub struct Forward<'info> {
    /// CHECK: any program.
    pub program: UncheckedAccount<'info>,
    /// Signs the call wherever it is among its accounts.
    /// CHECK: it holds nothing.
    #[account(seeds = [CALLER_SEED, &[number]], bump)]
    pub caller: UncheckedAccount<'info>,
}

impl<'info> Forward<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, number: u8, data: Vec<u8>) -> Result<()> {
        let caller = ctx.accounts.caller.key;
        let meta = |account: &AccountInfo| AccountMeta {
            pubkey: *account.key,
            is_signer: account.is_signer || account.key == caller,
            is_writable: account.is_writable,
        };
        let call = Instruction {
            program_id: ctx.accounts.program.key(),
            accounts: ctx.remaining_accounts.iter().map(meta).collect(),
            data,
        };
        let seeds: &[&[u8]] = &[CALLER_SEED, &[number], &[ctx.bumps.caller]];
        Ok(invoke_signed(&call, ctx.remaining_accounts, &[seeds])?)
    }
}

/// Logs lines of 100 bytes.
pub(crate) fn log(lines: u16) {
    for _ in 0..lines {
        msg!("{}", NOISE);
    }
}

const NOISE: &str =
    "noise noise noise noise noise noise noise noise noise noise noise noise noise noise noise noise ....";
