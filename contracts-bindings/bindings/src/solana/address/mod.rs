//! Where the programs keep things. Every address follows from those it is made of.

pub mod rewards;
pub mod session_keys;
pub mod settlement;
pub mod staking;

use anchor_lang::prelude::Pubkey;

/// The signer of a program's calls to itself, which carry events. The seed is fixed by Anchor's `event_cpi`.
pub fn event_authority(program: &Pubkey) -> Pubkey {
    derive(program, &[b"__event_authority"])
}

fn derive(program: &Pubkey, seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}
