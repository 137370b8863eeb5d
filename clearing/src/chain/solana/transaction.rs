//! Versioned transactions that fit a packet.

use solana_address::Address;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, Hash, VersionedMessage, v0};
use solana_signature::Signature;
use solana_signer::Signer;

/// Bytes of a packet, and so of a transaction.
const PACKET: usize = 1_232;
/// Accounts that a transaction may lock.
const MAX_LOCKS: usize = 64;
/// The most compute units that a transaction may have; simulations run with it.
pub(super) const MAX_UNITS: u32 = 1_400_000;
/// Signatures come before the message, after a length of one byte.
const SIGNATURE: usize = 1 + 64;

/// What a transaction may use and bids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// Most compute units.
    pub units: u32,
    /// Micro-lamports per unit.
    pub price: u64,
}

/// The message with what sets its budget in front; `None` when it does not fit a packet or the runtime's limits.
pub(super) fn compile(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    blockhash: Hash,
    budget: Budget,
) -> Option<VersionedMessage> {
    let (message, locks) = message(payer, instructions, tables, blockhash, budget)?;
    (locks <= MAX_LOCKS && SIGNATURE + message.serialize().len() <= PACKET).then_some(message)
}

/// The message, and how many accounts it locks; `None` when they are more than can be numbered.
fn message(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    blockhash: Hash,
    budget: Budget,
) -> Option<(VersionedMessage, usize)> {
    let mut all = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(budget.units),
        ComputeBudgetInstruction::set_compute_unit_price(budget.price),
    ];
    all.extend_from_slice(instructions);
    let message = v0::Message::try_compile(payer, &all, tables, blockhash).ok()?;
    let looked_up = message.address_table_lookups.iter();
    let looked_up: usize = looked_up
        .map(|lookup| lookup.writable_indexes.len() + lookup.readonly_indexes.len())
        .sum();
    let locks = message.account_keys.len() + looked_up;
    Some((VersionedMessage::V0(message), locks))
}

/// By how many bytes these instructions are too long for one transaction; 0 when they fit. Too many accounts count as too long.
pub(super) fn excess(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
) -> usize {
    let budget = Budget {
        units: MAX_UNITS,
        price: u64::MAX,
    };
    match message(payer, instructions, tables, Hash::default(), budget) {
        Some((message, locks)) if locks <= MAX_LOCKS => {
            (SIGNATURE + message.serialize().len()).saturating_sub(PACKET)
        }
        _ => PACKET,
    }
}

/// The transaction's bytes, as they are sent, and its signature.
pub(super) fn sign(payer: &Keypair, message: &VersionedMessage) -> (Signature, Vec<u8>) {
    let bytes = message.serialize();
    let signature = payer.sign_message(&bytes);
    let mut raw = Vec::with_capacity(SIGNATURE + bytes.len());
    raw.push(1);
    raw.extend_from_slice(signature.as_ref());
    raw.extend(bytes);
    (signature, raw)
}

/// The signature in bytes that [`sign`] made.
pub(super) fn signature(raw: &[u8]) -> Option<Signature> {
    let bytes: [u8; 64] = raw.get(1..SIGNATURE)?.try_into().ok()?;
    Some(Signature::from(bytes))
}
