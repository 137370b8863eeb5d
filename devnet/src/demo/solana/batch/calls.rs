//! The instructions that settle the batch.

use crate::{
    demo::batch::Batch,
    deploy::solana::{INSTRUCTIONS, SYSTEM, SolanaDeployment, call},
};
use anyhow::{Context, Result};
use novate_bindings::solana::{
    address::{self, settlement::batch as address_of},
    session_keys,
    settlement::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{ApplyDeltasArgs, ApplyItemsArgs, Side},
    },
};
use novate_protocol::leaf::DeltaLeaf;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// Slot of every owner's session in their grants: it is the only one.
const SLOT: u8 = 0;

/// A batch with the authority's signature.
pub struct Settling<'a> {
    pub at: &'a SolanaDeployment,
    pub batch: &'a Batch,
    pub signature: Vec<u8>,
}

impl Settling<'_> {
    fn address(&self) -> Address {
        address_of(&self.at.config, self.batch.header.sequence)
    }

    /// The authority's signature of the header, and the opening.
    pub fn open(&self, payer: Address) -> Result<[Instruction; 2]> {
        let open = accounts::OpenBatch {
            payer,
            config: self.at.config,
            batch: self.address(),
            instructions: INSTRUCTIONS,
            system_program: SYSTEM,
        };
        Ok([
            self.at
                .signed(&self.batch.header.solana_message(), &self.signature)?,
            call(PROGRAM, open, args::OpenBatch {}),
        ])
    }

    /// All debits in one chunk, charged to the sessions of their owners.
    pub fn apply_debits(&self) -> Result<Instruction> {
        let debits = self.batch.debits();
        let mut entries = Vec::new();
        for leaf in debits {
            entries.push(SLOT);
            entries.extend(u64::try_from(-leaf.amount)?.to_le_bytes());
        }
        let mut accounts = self.ledgers(debits);
        accounts.extend([
            AccountMeta::new_readonly(self.at.config, false),
            AccountMeta::new_readonly(address::event_authority(&session_keys::ID), false),
            AccountMeta::new_readonly(session_keys::ID, false),
        ]);
        accounts.extend(debits.iter().map(|leaf| {
            let grants = address::session_keys::grants(&Address::from(leaf.owner.0));
            AccountMeta::new(grants, false)
        }));
        self.apply(Side::Debit, debits, entries, accounts)
    }

    /// All credits in one chunk.
    pub fn apply_credits(&self) -> Result<Instruction> {
        let credits = self.batch.credits();
        let mut entries = Vec::new();
        for leaf in credits {
            entries.extend(u64::try_from(leaf.amount)?.to_le_bytes());
        }
        self.apply(Side::Credit, credits, entries, self.ledgers(credits))
    }

    fn ledgers(&self, leaves: &[DeltaLeaf]) -> Vec<AccountMeta> {
        let ledger = |leaf: &DeltaLeaf| AccountMeta::new(self.at.ledger(&Address::from(leaf.owner.0)), false);
        leaves.iter().map(ledger).collect()
    }

    fn apply(
        &self,
        side: Side,
        leaves: &[DeltaLeaf],
        entries: Vec<u8>,
        remaining: Vec<AccountMeta>,
    ) -> Result<Instruction> {
        let (first, proof) = self.batch.chunk(leaves)?;
        let apply = accounts::ApplyDeltas {
            config: self.at.config,
            batch: self.address(),
            vault: self.at.vault,
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let chunk = ApplyDeltasArgs {
            first,
            side,
            entries,
            proof: proof.concat(),
        };
        let mut instruction = call(PROGRAM, apply, args::ApplyDeltas { args: chunk });
        instruction.accounts.extend(remaining);
        Ok(instruction)
    }

    /// The move of the NFT, which its holder's session allows.
    pub fn apply_item(&self) -> Result<Instruction> {
        let apply = accounts::ApplyItems {
            config: self.at.config,
            batch: self.address(),
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let item = self.batch.items.first().context("a batch without an item")?;
        let chunk = ApplyItemsArgs {
            first: 0,
            entries: [&[SLOT][..], &item.from.0, &item.to.0].concat(),
            proof: self.batch.items_proof()?.concat(),
        };
        let mut instruction = call(PROGRAM, apply, args::ApplyItems { args: chunk });
        let grants = address::session_keys::grants(&Address::from(item.from.0));
        let item = address::settlement::item(&self.at.config, &Address::from(item.asset.0));
        instruction.accounts.extend([
            AccountMeta::new(item, false),
            AccountMeta::new_readonly(grants, false),
        ]);
        Ok(instruction)
    }

    pub fn finalize(&self, payer: Address) -> Instruction {
        let finalize = accounts::FinalizeBatch {
            config: self.at.config,
            batch: self.address(),
            payer,
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let mut instruction = call(PROGRAM, finalize, args::FinalizeBatch {});
        instruction
            .accounts
            .push(AccountMeta::new_readonly(self.at.vault, false));
        instruction
    }
}
