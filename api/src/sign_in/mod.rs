//! Sign-in messages: that whoever asks has the key of a wallet.
//!
//! [`message`] reads Sign-In with Ethereum (EIP-4361) and Sign-In with Solana, [`proof`] checks the wallet's signature,
//! [`nonces`] gives out what makes a message good once.

pub mod message;
pub mod nonces;
pub mod proof;
