//! The instructions that prepare, apply and end a batch.

use super::layout::{Layout, slice};
use anchor_lang::{InstructionData, ToAccountMetas};
use novate_bindings::solana::{
    address, session_keys,
    settlement::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{ApplyDeltasArgs, ApplyItemsArgs, RevertDeltasArgs, RevertItemsArgs, Side},
    },
};
use novate_protocol::leaf::ItemLeaf;
use solana_address::Address;
use solana_ed25519_program::new_ed25519_instruction_with_signature;
use solana_instruction::{AccountMeta, Instruction};
use std::{ops::Range, sync::LazyLock};

/// The system program.
const SYSTEM: Address = Address::new_from_array([0; 32]);
/// The sysvar by which a program sees the other instructions of its transaction.
const INSTRUCTIONS: Address = Address::from_str_const("Sysvar1nstructions1111111111111111111111111");

/// Signs the settlement program's events.
static EVENTS: LazyLock<Address> = LazyLock::new(|| address::event_authority(&PROGRAM));
/// Signs those of the session-keys program.
static SESSION_EVENTS: LazyLock<Address> = LazyLock::new(|| address::event_authority(&session_keys::ID));

/// Builds the instructions of one batch.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    pub settlement: Address,
    pub payer: Address,
    pub layout: &'a Layout,
}

/// Accounts that instructions of every batch name, besides the payer and the program: they are in every lookup table,
/// the settlement first, by which its tables are known.
pub(super) fn shared(settlement: Address) -> [Address; 4] {
    [settlement, *EVENTS, *SESSION_EVENTS, session_keys::ID]
}

impl Calls<'_> {
    /// The authority's signature, and the opening. `None` when the signature is not of 64 bytes.
    pub fn open(&self, authority: &Address) -> Option<Vec<Instruction>> {
        let batch = &self.layout.batch;
        let signature = batch.signature.as_slice().try_into().ok()?;
        let message = batch.header.solana_message();
        let open = accounts::OpenBatch {
            payer: self.payer,
            config: self.settlement,
            batch: self.layout.address,
            instructions: INSTRUCTIONS,
            system_program: SYSTEM,
        };
        Some(vec![
            new_ed25519_instruction_with_signature(&message, signature, authority.as_array()),
            call(open, args::OpenBatch {}),
        ])
    }

    /// Debits of one vault, each with the slot of its session. `None` when there are no such debits.
    pub fn debits(&self, leaves: &Range<u32>, slots: &[u8]) -> Option<Instruction> {
        let mut entries = Vec::new();
        for (leaf, slot) in slice(&self.layout.batch.deltas, leaves)?.iter().zip(slots) {
            entries.push(*slot);
            entries.extend(amount(leaf.amount)?);
        }
        let mut apply = self.deltas(Side::Debit, leaves, entries)?;
        apply.accounts.extend([
            AccountMeta::new_readonly(self.settlement, false),
            AccountMeta::new_readonly(*SESSION_EVENTS, false),
            AccountMeta::new_readonly(session_keys::ID, false),
        ]);
        let deltas = slice(&self.layout.deltas, leaves)?;
        apply
            .accounts
            .extend(deltas.iter().map(|delta| AccountMeta::new(delta.grants, false)));
        Some(apply)
    }

    /// Credits of one vault.
    pub fn credits(&self, leaves: &Range<u32>) -> Option<Instruction> {
        let mut entries = Vec::new();
        for leaf in slice(&self.layout.batch.deltas, leaves)? {
            entries.extend(amount(leaf.amount)?);
        }
        self.deltas(Side::Credit, leaves, entries)
    }

    fn deltas(&self, side: Side, leaves: &Range<u32>, entries: Vec<u8>) -> Option<Instruction> {
        let args = ApplyDeltasArgs {
            first: leaves.start,
            side,
            entries,
            proof: self.layout.delta_proof(leaves)?,
        };
        let deltas = slice(&self.layout.deltas, leaves)?;
        let apply = accounts::ApplyDeltas {
            config: self.settlement,
            batch: self.layout.address,
            vault: deltas.first()?.vault,
            event_authority: *EVENTS,
            program: PROGRAM,
        };
        let ledgers = deltas.iter().map(|delta| AccountMeta::new(delta.ledger, false));
        Some(with(call(apply, args::ApplyDeltas { args }), ledgers))
    }

    /// Gives debits of one vault back.
    pub fn revert_deltas(&self, leaves: &Range<u32>) -> Option<Instruction> {
        let mut entries = Vec::new();
        for leaf in slice(&self.layout.batch.deltas, leaves)? {
            entries.extend(leaf.session);
            entries.extend(amount(leaf.amount)?);
        }
        let args = RevertDeltasArgs {
            first: leaves.start,
            entries,
            proof: self.layout.delta_proof(leaves)?,
        };
        let deltas = slice(&self.layout.deltas, leaves)?;
        let revert = accounts::RevertDeltas {
            config: self.settlement,
            batch: self.layout.address,
            vault: deltas.first()?.vault,
            event_authority: *EVENTS,
            program: PROGRAM,
        };
        let ledgers = deltas.iter().map(|delta| AccountMeta::new(delta.ledger, false));
        Some(with(call(revert, args::RevertDeltas { args }), ledgers))
    }

    /// Moves items, each by the slot of its holder's session.
    pub fn items(&self, leaves: &Range<u32>, slots: &[u8]) -> Option<Instruction> {
        let entry = |(leaf, slot): (&ItemLeaf, &u8)| [&[*slot][..], &leaf.from.0, &leaf.to.0].concat();
        let args = ApplyItemsArgs {
            first: leaves.start,
            entries: slice(&self.layout.batch.items, leaves)?
                .iter()
                .zip(slots)
                .flat_map(entry)
                .collect(),
            proof: self.layout.item_proof(leaves)?,
        };
        let apply = accounts::ApplyItems {
            config: self.settlement,
            batch: self.layout.address,
            event_authority: *EVENTS,
            program: PROGRAM,
        };
        let items = slice(&self.layout.items, leaves)?;
        let moved = items.iter().map(|item| AccountMeta::new(item.item, false));
        let grants = items
            .iter()
            .map(|item| AccountMeta::new_readonly(item.grants, false));
        Some(with(call(apply, args::ApplyItems { args }), moved.chain(grants)))
    }

    /// Moves items back.
    pub fn revert_items(&self, leaves: &Range<u32>) -> Option<Instruction> {
        let moved = slice(&self.layout.batch.items, leaves)?.iter();
        let args = RevertItemsArgs {
            first: leaves.start,
            entries: moved.flat_map(|leaf| [leaf.from.0, leaf.to.0].concat()).collect(),
            proof: self.layout.item_proof(leaves)?,
        };
        let revert = accounts::RevertItems {
            config: self.settlement,
            batch: self.layout.address,
            event_authority: *EVENTS,
            program: PROGRAM,
        };
        let items = slice(&self.layout.items, leaves)?.iter();
        let items = items.map(|item| AccountMeta::new(item.item, false));
        Some(with(call(revert, args::RevertItems { args }), items))
    }

    /// Ends the batch; `opener` gets the rent back.
    pub fn finalize(&self, opener: Address) -> Instruction {
        let finalize = accounts::FinalizeBatch {
            config: self.settlement,
            batch: self.layout.address,
            payer: opener,
            event_authority: *EVENTS,
            program: PROGRAM,
        };
        let vaults = self.layout.debited().into_iter();
        with(
            call(finalize, args::FinalizeBatch {}),
            vaults.map(|vault| AccountMeta::new_readonly(vault, false)),
        )
    }

    /// Ends a batch of which nothing is applied; `opener` gets the rent back.
    pub fn close(&self, opener: Address) -> Instruction {
        let close = accounts::CloseBatch {
            config: self.settlement,
            batch: self.layout.address,
            payer: opener,
        };
        call(close, args::CloseBatch {})
    }

    /// Opens the ledger of the delta at `index`.
    pub fn open_ledger(&self, index: u32) -> Option<Instruction> {
        let at = usize::try_from(index).ok()?;
        let delta = self.layout.deltas.get(at)?;
        let open = accounts::OpenLedger {
            payer: self.payer,
            owner: Address::from(self.layout.batch.deltas.get(at)?.owner.0),
            vault: delta.vault,
            ledger: delta.ledger,
            system_program: SYSTEM,
        };
        Some(call(open, args::OpenLedger {}))
    }
}

fn call(accounts: impl ToAccountMetas, args: impl InstructionData) -> Instruction {
    Instruction {
        program_id: PROGRAM,
        accounts: accounts.to_account_metas(None),
        data: args.data(),
    }
}

fn with(mut call: Instruction, remaining: impl IntoIterator<Item = AccountMeta>) -> Instruction {
    call.accounts.extend(remaining);
    call
}

/// Without its sign; `None` when it does not fit the program's 64 bits.
fn amount(amount: i128) -> Option<[u8; 8]> {
    u64::try_from(amount.unsigned_abs()).ok().map(u64::to_le_bytes)
}
