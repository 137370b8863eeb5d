//! A batch whose header fits its leaves, parsed once, at the border.

use super::{
    deltas::{self, Debits},
    items::{self, Moves},
};
use crate::contract::{Contract, bytes};
use novate_protocol::{
    batch::BatchHeader,
    merkle::{EMPTY_ROOT, Tree},
};
use serde_bytes::ByteBuf;
use signer_api::{BatchRefusal, BatchRequest, Chain, Refusal};

/// A well-formed [`BatchRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Of the request.
    pub id: [u8; 32],
    /// That is asked for, if any.
    pub key_version: Option<u32>,
    /// The settlement.
    pub contract: Contract,
    /// What is signed.
    pub header: BatchHeader,
    /// What the leaves debit, which is also what they credit.
    pub debits: Debits,
    /// The items that the leaves move.
    pub moves: Moves,
}

impl Batch {
    /// Checks the form, and that the header commits to the leaves; not whether policy allows it.
    ///
    /// # Errors
    /// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::NotAnEvmAddress`]; all of [`BatchRefusal`] that depend on
    /// nothing but the request.
    pub fn parse(request: &BatchRequest) -> Result<Self, Refusal> {
        let contract = Contract::parse("contract", request.chain, &request.contract)?;
        let header = header(&request.header)?;
        fits(&header, &contract)?;
        counts(&header, request)?;

        let (deltas, debits) = deltas::parse(request.chain, &request.deltas)?;
        let (items, moves) = items::parse(request.chain, &request.items)?;
        not_to(&contract, request)?;
        root("deltas_root", header.deltas_root, deltas)?;
        root("items_root", header.items_root, items)?;
        Ok(Self {
            id: bytes("id", &request.id)?,
            key_version: request.key_version,
            contract,
            header,
            debits,
            moves,
        })
    }

    /// One that was accepted before. Its leaves, which are not kept, were checked then, with the limits of its assets and
    /// collections: it is without debits and moves here.
    ///
    /// # Errors
    /// None for what is in a record.
    pub fn accepted(
        id: [u8; 32],
        chain: Chain,
        contract: &ByteBuf,
        header: &signer_api::BatchHeader,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            id,
            key_version: None,
            contract: Contract::parse("contract", chain, contract)?,
            header: self::header(header)?,
            debits: Debits::new(),
            moves: Moves::new(),
        })
    }
}

fn header(header: &signer_api::BatchHeader) -> Result<BatchHeader, Refusal> {
    Ok(BatchHeader {
        chain: header.chain,
        settlement: bytes("header.settlement", &header.settlement)?,
        sequence: header.sequence,
        intents_root: bytes("header.intents_root", &header.intents_root)?,
        deltas_root: bytes("header.deltas_root", &header.deltas_root)?,
        items_root: bytes("header.items_root", &header.items_root)?,
        blob_cid: bytes("header.blob_cid", &header.blob_cid)?,
        intent_count: header.intent_count,
        delta_count: header.delta_count,
        item_count: header.item_count,
        opened_at: header.opened_at,
    })
}

/// The header is for this settlement, and has intents.
fn fits(header: &BatchHeader, contract: &Contract) -> Result<(), BatchRefusal> {
    if header.chain != contract.chain.number() {
        return Err(BatchRefusal::WrongChain {
            header: header.chain,
            chain: contract.chain.number(),
        });
    }
    if header.settlement != contract.word {
        return Err(BatchRefusal::WrongSettlement {
            header: ByteBuf::from(header.settlement),
            contract: ByteBuf::from(contract.word),
        });
    }
    if header.intent_count == 0 || header.intents_root == EMPTY_ROOT {
        return Err(BatchRefusal::NoIntents {
            intent_count: header.intent_count,
            root: ByteBuf::from(header.intents_root),
        });
    }
    Ok(())
}

fn counts(header: &BatchHeader, request: &BatchRequest) -> Result<(), BatchRefusal> {
    let counts = [
        ("delta_count", header.delta_count, request.deltas.len() as u64),
        ("item_count", header.item_count, request.items.len() as u64),
    ];
    for (field, header, leaves) in counts {
        if u64::from(header) != leaves {
            return Err(BatchRefusal::WrongCount {
                field: field.into(),
                header,
                leaves,
            });
        }
    }
    Ok(())
}

/// Nothing is for the settlement itself, which is no owner.
fn not_to(contract: &Contract, request: &BatchRequest) -> Result<(), BatchRefusal> {
    let is_contract = |owner: &ByteBuf| owner.as_slice() == contract.word;
    let delta = request.deltas.iter().position(|delta| is_contract(&delta.owner));
    let item = request.items.iter().position(|item| is_contract(&item.to));
    for (field, found) in [("delta", delta), ("item", item)] {
        if let Some(index) = found {
            return Err(BatchRefusal::ToSettlement {
                field: field.into(),
                index: index as u32, // the header's counts, of 32 bits, are those of the leaves
            });
        }
    }
    Ok(())
}

fn root(field: &str, header: [u8; 32], leaves: Vec<[u8; 32]>) -> Result<(), BatchRefusal> {
    let computed = Tree::new(leaves).root();
    if header != computed {
        return Err(BatchRefusal::WrongRoot {
            field: field.into(),
            header: ByteBuf::from(header),
            computed: ByteBuf::from(computed),
        });
    }
    Ok(())
}
