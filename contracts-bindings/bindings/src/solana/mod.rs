//! The programs on Solana: instructions, accounts, errors, addresses and events.
//!
//! [`rewards`], [`session_keys`], [`settlement`] and [`staking`] are generated from the programs' IDLs:
//! `client::{accounts, args}` of each build instructions, `{accounts, events, error}` are its types, `constants` its
//! seeds and numbers.

use anchor_lang::{self, declare_program};

pub mod address;
pub mod event;

// Each reads its file in `idls`; that folder is a link to `artifacts/solana`.
declare_program!(rewards);
declare_program!(session_keys);
declare_program!(settlement);
declare_program!(staking);
