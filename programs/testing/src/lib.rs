//! A LiteSVM with built programs, for the tests of the Solana programs.
