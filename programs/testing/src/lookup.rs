//! Versioned transactions with an address lookup table: more accounts than 1,232 bytes have room for.

use std::borrow::Cow;

use litesvm::types::TransactionResult;
use solana_account::Account;
use solana_address::Address;
use solana_address_lookup_table_interface::{
    program,
    state::{AddressLookupTable, LookupTableMeta},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use crate::Chain;

/// Bytes of a packet, and so of a transaction.
pub const PACKET: usize = 1_232;

impl Chain {
    /// A table of these addresses (at most 256), ready to use.
    pub fn lookup_table(&mut self, addresses: &[Address]) -> AddressLookupTableAccount {
        let table = AddressLookupTable {
            meta: LookupTableMeta::new(self.minter.pubkey()),
            addresses: Cow::Borrowed(addresses),
        };
        let data = table.serialize_for_tests().unwrap();
        let account = Account {
            lamports: self.svm.minimum_balance_for_rent_exemption(data.len()),
            data,
            owner: program::ID,
            ..Account::default()
        };
        let key = self.address();
        self.svm.set_account(key, account).unwrap();
        AddressLookupTableAccount {
            key,
            addresses: addresses.to_vec(),
        }
    }

    /// Sends a version 0 transaction that takes what it can from these tables; the first signer pays.
    ///
    /// # Panics
    /// When it is larger than a packet, which LiteSVM does not check.
    #[track_caller]
    pub fn send_with(
        &mut self,
        tables: &[AddressLookupTableAccount],
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> TransactionResult {
        self.svm.expire_blockhash(); // the same instructions may be sent twice
        let blockhash = self.svm.latest_blockhash();
        let message =
            v0::Message::try_compile(&signers[0].pubkey(), instructions, tables, blockhash).unwrap();
        let message = VersionedMessage::V0(message);
        // Signatures come before the message, after a length of one byte.
        let size = 1 + 64 * signers.len() + message.serialize().len();
        assert!(
            size <= PACKET,
            "{size} bytes do not fit into a packet of {PACKET}"
        );
        self.svm
            .send_transaction(VersionedTransaction::try_new(message, signers).unwrap())
    }
}
