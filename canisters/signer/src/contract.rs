//! A contract on a chain, and fields of requests that name such things.

use crate::events::Fields;
use candid::Nat;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Chain, Refusal};

/// A contract, by the 32 bytes that batch headers have for it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Contract {
    pub chain: Chain,
    /// An account on Solana; an address left-padded with zeros on EVM.
    pub word: [u8; 32],
}

impl Contract {
    /// Length of [`Contract::key`].
    pub const KEY: usize = 41;

    /// # Errors
    /// [`Refusal::WrongLength`]; [`Refusal::Zero`].
    pub fn parse(field: &str, chain: Chain, address: &ByteBuf) -> Result<Self, Refusal> {
        let contract = match chain {
            Chain::Evm(chain_id) => Self::evm(chain_id, bytes(field, address)?),
            Chain::Solana(_) => Self {
                chain,
                word: bytes(field, address)?,
            },
        };
        if contract.word == [0; 32] {
            return Err(Refusal::Zero { field: field.into() });
        }
        Ok(contract)
    }

    /// A contract on an EVM chain.
    pub fn evm(chain_id: u64, address: [u8; 20]) -> Self {
        let mut word = [0; 32];
        word[12..].copy_from_slice(&address);
        Self {
            chain: Chain::Evm(chain_id),
            word,
        }
    }

    /// The last 20 bytes of the word: the address of a contract on EVM.
    pub fn evm_address(&self) -> [u8; 20] {
        let mut address = [0; 20];
        address.copy_from_slice(&self.word[12..]);
        address
    }

    /// 20 bytes on EVM, 32 bytes on Solana.
    pub fn address(&self) -> &[u8] {
        match self.chain {
            Chain::Evm(_) => &self.word[12..],
            Chain::Solana(_) => &self.word,
        }
    }

    /// Its key in stable memory, never to be changed: kind of chain, number, word.
    pub fn key(&self) -> [u8; Self::KEY] {
        let mut key = [0; Self::KEY];
        key[0] = match self.chain {
            Chain::Evm(_) => 0,
            Chain::Solana(_) => 1,
        };
        key[1..9].copy_from_slice(&self.chain.number().to_be_bytes());
        key[9..].copy_from_slice(&self.word);
        key
    }

    /// What the log says of it.
    pub fn fields(&self) -> Fields {
        vec![
            ("chain_kind", Value::text(self.chain.kind())),
            ("chain", Value::nat(self.chain.number())),
            ("contract", Value::blob(self.address())),
        ]
    }
}

/// A field of exactly `N` bytes.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn bytes<const N: usize>(field: &str, given: &ByteBuf) -> Result<[u8; N], Refusal> {
    given.as_slice().try_into().map_err(|_| Refusal::WrongLength {
        field: field.to_owned(),
        expected: N as u64,
        actual: given.len() as u64,
    })
}

/// An amount in base units, or of cycles.
///
/// # Errors
/// [`Refusal::TooLarge`] past 128 bits.
pub fn amount(field: &str, given: &Nat) -> Result<u128, Refusal> {
    given.0.clone().try_into().map_err(|_| Refusal::TooLarge {
        field: field.to_owned(),
        value: given.clone(),
        max: Nat::from(u128::MAX),
    })
}

/// As [`amount`], but not zero.
///
/// # Errors
/// [`Refusal::TooLarge`], [`Refusal::Zero`].
pub fn nonzero(field: &str, given: &Nat) -> Result<u128, Refusal> {
    match amount(field, given)? {
        0 => Err(Refusal::Zero { field: field.into() }),
        amount => Ok(amount),
    }
}

/// An owner or asset of the chain: 32 bytes, not all zero; on EVM an address behind 12 zeros.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::NotAnEvmAddress`], [`Refusal::Zero`].
pub fn word(field: &str, chain: Chain, given: &ByteBuf) -> Result<[u8; 32], Refusal> {
    let word: [u8; 32] = bytes(field, given)?;
    if matches!(chain, Chain::Evm(_)) && word[..12] != [0; 12] {
        return Err(Refusal::NotAnEvmAddress { field: field.into() });
    }
    if word == [0; 32] {
        return Err(Refusal::Zero { field: field.into() });
    }
    Ok(word)
}
