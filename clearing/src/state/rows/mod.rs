//! Rows of the index as events of a settlement.

mod evm;
mod fields;
mod solana;
mod words;

pub(super) use fields::{Fields, Unreadable};

use super::event::Event;
use novate_protocol::{ids::Asset, intent::Scheme};
use std::collections::HashMap;

/// A table of the index that a settlement's state is made of.
pub(super) struct Kind {
    pub contract: Contract,
    /// As the ABI or IDL spells it.
    pub event: &'static str,
    /// The fields that are read, as the ABI or IDL spells them.
    pub fields: &'static [&'static str],
    /// Which rows are read: those where this field is the settlement, or where the settlement has emitted them.
    pub of: Of,
    /// The event, if the row is about the settlement.
    pub read: fn(&Fields, &mut Home) -> Result<Option<Event>, Unreadable>,
}

/// Which contract of the configuration emits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contract {
    Settlement,
    Sessions,
}

/// How the rows of a settlement are told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// By this field.
    Field(&'static str),
    /// By the contract that emitted them.
    Emitter,
    /// By what is read.
    Any,
}

/// The settlement whose rows are read.
pub(super) struct Home {
    pub address: [u8; 32],
    /// As the index spells it.
    pub spelled: String,
    /// Its vaults on Solana, by mint.
    vaults: HashMap<Asset, [u8; 32]>,
}

impl Home {
    pub fn new(scheme: Scheme, address: [u8; 32]) -> Self {
        Self {
            address,
            spelled: match scheme {
                Scheme::Ed25519 => bs58::encode(address).into_string(),
                Scheme::Eip712 => format!("0x{}", hex::encode(address.split_at(12).1)),
            },
            vaults: HashMap::new(),
        }
    }
}

/// The tables of a settlement on a chain of this kind.
pub(super) const fn kinds(scheme: Scheme) -> &'static [Kind] {
    match scheme {
        Scheme::Ed25519 => &solana::KINDS,
        Scheme::Eip712 => &evm::KINDS,
    }
}
