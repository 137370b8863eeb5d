//! The settlement program on Solana: instructions, accounts, errors, addresses and events.
//!
//! [`settlement`] is generated from the program's IDL: `settlement::client::{accounts, args}` build instructions,
//! `settlement::{accounts, events, error}` are its types.

use anchor_lang::{self, declare_program};

pub mod address;
pub mod event;

// Reads `idls/settlement.json`; that folder is a link to `artifacts/solana`.
declare_program!(settlement);
