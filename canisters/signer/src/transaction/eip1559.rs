//! The bytes of a type 2 transaction, after [EIP-1559](https://eips.ethereum.org/EIPS/eip-1559): what is signed, what
//! is sent, and its hash.

use alloy_rlp::{EMPTY_LIST_CODE, Encodable, Header};
use novate_protocol::keccak::keccak256;

/// The transaction type of EIP-1559.
const TYPE: u8 = 2;

/// A transaction that calls a contract; without an access list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transaction {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// How many transactions the sender made before.
    pub nonce: u64,
    /// Wei per gas for the block's producer, at most.
    pub max_priority_fee_per_gas: u128,
    /// Wei per gas in all, at most.
    pub max_fee_per_gas: u128,
    /// Gas that may be used.
    pub gas_limit: u64,
    /// The contract.
    pub to: [u8; 20],
    /// Wei that go with the call.
    pub value: u128,
    /// Selector and arguments.
    pub data: Vec<u8>,
}

impl Transaction {
    /// The hash that the sender signs.
    pub fn signing_hash(&self) -> [u8; 32] {
        keccak256(&[&envelope(&self.fields())])
    }

    /// The transaction with its signature `r || s || v`, as nodes take it; `v` is 27 or 28.
    pub fn signed(&self, signature: &[u8; 65]) -> Vec<u8> {
        let mut payload = self.fields();
        (signature[64] == 28).encode(&mut payload);
        integer(&signature[..32]).encode(&mut payload);
        integer(&signature[32..64]).encode(&mut payload);
        envelope(&payload)
    }

    /// The most that the transaction can cost its sender, in wei. `None` above 2^128 - 1, more than there is.
    pub fn cost(&self) -> Option<u128> {
        let fees = self.max_fee_per_gas.checked_mul(u128::from(self.gas_limit))?;
        self.value.checked_add(fees)
    }

    /// What stays the same when a transaction is replaced by one with higher fees: a digest of where it goes, its
    /// value and its data.
    pub fn content(&self) -> [u8; 32] {
        keccak256(&[&self.to, &self.value.to_be_bytes(), &self.data])
    }

    fn fields(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.chain_id.encode(&mut out);
        self.nonce.encode(&mut out);
        self.max_priority_fee_per_gas.encode(&mut out);
        self.max_fee_per_gas.encode(&mut out);
        self.gas_limit.encode(&mut out);
        self.to.encode(&mut out);
        self.value.encode(&mut out);
        self.data.as_slice().encode(&mut out);
        out.push(EMPTY_LIST_CODE); // the access list
        out
    }
}

/// The hash by which a chain knows a transaction: that of its bytes as they are sent.
pub fn hash(raw: &[u8]) -> [u8; 32] {
    keccak256(&[raw])
}

/// The type, and a list with this payload.
fn envelope(payload: &[u8]) -> Vec<u8> {
    let mut out = vec![TYPE];
    Header {
        list: true,
        payload_length: payload.len(),
    }
    .encode(&mut out);
    out.extend_from_slice(payload);
    out
}

/// RLP writes integers without leading zeros.
fn integer(big_endian: &[u8]) -> &[u8] {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    &big_endian[zeros..]
}
