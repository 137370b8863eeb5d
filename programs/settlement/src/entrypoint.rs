//! Where the runtime enters the program.
//!
//! It is Solana's `entrypoint!`, but for what that spends on every account: checks of additions that cannot overflow,
//! and freeing memory at the end of the program, which frees nothing. A chunk of a batch has up to 64 accounts, and
//! this is a sixth of its cost.

use std::mem::ManuallyDrop;
use std::slice;

use anchor_lang::prelude::*;
use anchor_lang::solana_program::entrypoint::{
    BPF_ALIGN_OF_U128, MAX_PERMITTED_DATA_INCREASE, NON_DUP_MARKER,
};

/// What the runtime passes to a program.
pub struct Input<'a> {
    pub program_id: &'a Pubkey,
    /// Never dropped: that would cost, and the heap is gone with the program.
    pub accounts: ManuallyDrop<Vec<AccountInfo<'a>>>,
    pub data: &'a [u8],
}

/// Reads what the runtime passes to a program, and writes into each account the length of its data, as Solana's own
/// `deserialize` does: it is what a later change of the length is measured against.
///
/// Source of the layout: <https://solana.com/docs/programs/faq#input-parameter-serialization>
///
/// # Safety
/// `input` is the runtime's: aligned to 8, laid out as above, and nobody else's for `'a`.
pub unsafe fn deserialize<'a>(input: *mut u8) -> Input<'a> {
    // SAFETY: the caller vouches for the layout, and the cursor follows it: it stays in bounds, and every number is
    // aligned to 8, because the cursor is when an account begins and its header has 88 bytes. No two references
    // overlap, but for those to accounts that come twice, which are clones of one `Rc`.
    unsafe {
        let mut cursor = Cursor(input);
        let count = cursor.number();
        let mut accounts: Vec<AccountInfo> = Vec::with_capacity(count);
        let start = accounts.as_mut_ptr();
        for n in 0..count {
            let account = match *cursor.0 {
                NON_DUP_MARKER => cursor.account(),
                same => {
                    cursor.skip(8);
                    // The runtime names an account that came before.
                    (*start.add(usize::from(same))).clone()
                }
            };
            start.add(n).write(account);
        }
        accounts.set_len(count);
        let len = cursor.number();
        let data = slice::from_raw_parts(cursor.skip(len), len);
        Input {
            program_id: &*cursor.0.cast::<Pubkey>(),
            accounts: ManuallyDrop::new(accounts),
            data,
        }
    }
}

/// Where the next byte is.
struct Cursor(*mut u8);

impl Cursor {
    /// Goes on by `bytes` and returns where it was.
    ///
    /// # Safety
    /// As many bytes follow.
    unsafe fn skip(&mut self, bytes: usize) -> *mut u8 {
        let here = self.0;
        // SAFETY: the caller's.
        self.0 = unsafe { here.add(bytes) };
        here
    }

    /// # Safety
    /// A number of 8 bytes follows, aligned.
    unsafe fn number(&mut self) -> usize {
        // SAFETY: the caller's.
        unsafe { *self.skip(8).cast::<u64>() as usize }
    }

    /// # Safety
    /// An account follows that does not stand for another: marker, signer, writable and executable as a byte each,
    /// room for the length of its data, key, owner, lamports, the length, the data and room for more, padding to 8
    /// bytes, and the rent epoch.
    unsafe fn account<'a>(&mut self) -> AccountInfo<'a> {
        // SAFETY: the caller's.
        unsafe {
            let flags = self.skip(8);
            let key = &*self.skip(32).cast::<Pubkey>();
            let owner = &*self.skip(32).cast::<Pubkey>();
            let lamports = &mut *self.skip(8).cast::<u64>();
            let len = self.number();
            *flags.add(4).cast::<u32>() = len as u32;
            let data = slice::from_raw_parts_mut(self.0, len);
            let padded = len.wrapping_add(BPF_ALIGN_OF_U128 - 1) & !(BPF_ALIGN_OF_U128 - 1);
            self.skip(padded.wrapping_add(MAX_PERMITTED_DATA_INCREASE + 8));
            let [is_signer, is_writable, executable] = [1, 2, 3].map(|at| *flags.add(at) != 0);
            AccountInfo::new(key, is_signer, is_writable, lamports, data, owner, executable)
        }
    }
}

/// # Safety
/// Only the runtime calls it.
#[cfg(all(target_os = "solana", feature = "entrypoint"))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    // SAFETY: the runtime's input.
    let Input {
        program_id,
        accounts,
        data,
    } = unsafe { deserialize(input) };
    // SAFETY: never dropped, so the accounts are there as long as the program runs.
    let accounts = unsafe { slice::from_raw_parts(accounts.as_ptr(), accounts.len()) };
    match crate::entry(program_id, accounts, data) {
        Ok(()) => anchor_lang::solana_program::entrypoint::SUCCESS,
        Err(error) => error.into(),
    }
}

#[cfg(feature = "entrypoint")]
anchor_lang::solana_program::entrypoint::custom_heap_default!();
#[cfg(feature = "entrypoint")]
anchor_lang::solana_program::entrypoint::custom_panic_default!();
