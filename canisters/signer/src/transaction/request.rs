//! A transaction as a request for a signature.

use super::{calls, eip1559, eip1559::Transaction, nonces, policy};
use crate::{
    contract::{Contract, amount, bytes},
    days::{self, Purpose},
    events::Fields,
    keys::{self, Message},
    requests::{self, Kind, Request},
};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, Chain, Content, Refusal, Signed, SignedTransaction, TransactionRefusal, TransactionRequest,
};

/// Most bytes of data. Nodes take transactions of up to 128 KiB.
pub const MAX_DATA: usize = 100_000;

/// A well-formed [`TransactionRequest`] and the account that sends it.
#[derive(Clone, Debug)]
pub struct Call {
    id: [u8; 32],
    key_version: u32,
    /// Address of the key.
    own: [u8; 20],
    transaction: Transaction,
    /// Wei: the most that it can cost.
    cost: u128,
}

/// Signs a transaction, or returns the one that this id already has. The caller holds the role of an operator.
///
/// # Errors
/// Those of [`Call::new`] and of [`requests::sign`].
pub async fn sign(caller: Principal, request: &TransactionRequest) -> Result<SignedTransaction, Refusal> {
    let call = Call::new(request).await?;
    let signed = requests::sign(caller, &call).await?;
    call.with(signed)
}

/// The fields of a transaction that do not depend on nonce and fees.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::TooLarge`], [`TransactionRefusal::DataTooLong`].
pub fn content(
    chain_id: u64,
    gas_limit: u64,
    to: &ByteBuf,
    value: &Nat,
    data: &ByteBuf,
) -> Result<Transaction, Refusal> {
    if data.len() > MAX_DATA {
        return Err(TransactionRefusal::DataTooLong {
            bytes: data.len() as u64,
            max: MAX_DATA as u64,
        }
        .into());
    }
    Contract::parse("to", Chain::Evm(chain_id), to)?;
    Ok(Transaction {
        chain_id,
        nonce: 0,
        max_priority_fee_per_gas: 0,
        max_fee_per_gas: 0,
        gas_limit,
        to: bytes("to", to)?,
        value: amount("value", value)?,
        data: data.to_vec(),
    })
}

/// The address of a version of the key; asks for the key at most once.
///
/// # Errors
/// [`Refusal::UnknownKeyVersion`], [`Refusal::SigningFailed`].
pub async fn own_address(key_version: u32) -> Result<[u8; 20], Refusal> {
    keys::version::require_foreseen(key_version)?;
    let address = keys::ecdsa::address(&keys::ecdsa::key(key_version).await?);
    let mut own = [0; 20];
    let digits = address.trim_start_matches("0x");
    hex::decode_to_slice(digits, &mut own).map_err(|e| Refusal::SigningFailed {
        reason: format!("{address} is no address: {e}"), // it was made of 20 bytes
    })?;
    Ok(own)
}

impl Call {
    /// Checks the form, not whether policy allows it.
    ///
    /// # Errors
    /// As [`content`], and [`TransactionRefusal::PriorityFeeAboveFee`], [`TransactionRefusal::CostTooLarge`],
    /// [`Refusal::UnknownKeyVersion`], [`Refusal::SigningFailed`].
    pub async fn new(request: &TransactionRequest) -> Result<Self, Refusal> {
        let id = bytes("id", &request.id)?;
        let transaction = Transaction {
            nonce: nonce(request.nonce)?,
            max_priority_fee_per_gas: amount("max_priority_fee_per_gas", &request.max_priority_fee_per_gas)?,
            max_fee_per_gas: amount("max_fee_per_gas", &request.max_fee_per_gas)?,
            ..content(
                request.chain_id,
                request.gas_limit,
                &request.to,
                &request.value,
                &request.data,
            )?
        };
        if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas {
            return Err(TransactionRefusal::PriorityFeeAboveFee {
                max_priority_fee_per_gas: request.max_priority_fee_per_gas.clone(),
                max_fee_per_gas: request.max_fee_per_gas.clone(),
            }
            .into());
        }
        let cost = transaction.cost().ok_or(TransactionRefusal::CostTooLarge)?;
        // A nonce belongs to one account, so the version is decided here, and once for each id.
        let known = || requests::find(id).map(|known| known.key_version);
        let key_version = request.key_version.or_else(known).unwrap_or_else(keys::current);
        Ok(Self {
            id,
            key_version,
            own: own_address(key_version).await?,
            transaction,
            cost,
        })
    }

    /// The transaction with its signature.
    ///
    /// # Errors
    /// [`Refusal::SigningFailed`] when the signature is no signature.
    pub fn with(&self, signed: Signed) -> Result<SignedTransaction, Refusal> {
        let raw = self.transaction.signed(&bytes("signature", &signed.signature)?);
        Ok(SignedTransaction {
            hash: ByteBuf::from(eip1559::hash(&raw)),
            raw: ByteBuf::from(raw),
            signature: signed.signature,
            signer: signed.signer,
        })
    }

    fn nonce_key(&self) -> nonces::Key {
        (
            self.transaction.chain_id,
            self.key_version,
            self.transaction.nonce,
        )
    }

    /// Whether this very transaction was accepted under its id: somebody may have used the id for another.
    pub fn is_accepted(&self) -> bool {
        let digest = self.message().digest();
        let known = requests::find(self.id).map(|known| (known.method, known.digest));
        known.is_some_and(|(method, known)| method == Self::KIND.method && known.as_slice() == digest)
    }

    /// What today's transactions with the call cost. It is counted without a limit as well, so that one that is set at
    /// noon knows the morning.
    fn admit_cost(&self, call: &AllowedCall, extra: u128) -> Result<days::Today, Refusal> {
        let now = ic_cdk::api::time() / 1_000_000_000;
        let function = keccak256(&[call.function.as_bytes()]);
        let mut today = days::today(now, Purpose::Transactions, &self.contract(), function);
        let Some(max) = &call.max_per_day else {
            today.spent = today.spent.saturating_add(extra);
            return Ok(today);
        };
        let with = today.with(extra, amount("max_per_day", max)?);
        with.map_err(|_| {
            let (spent, cost, max) = (Nat::from(today.spent), Nat::from(extra), max.clone());
            TransactionRefusal::DayAboveMaximum { spent, cost, max }.into()
        })
    }
}

/// The last number is no nonce (EIP-2681).
fn nonce(nonce: u64) -> Result<u64, Refusal> {
    if nonce < u64::MAX {
        return Ok(nonce);
    }
    Err(Refusal::TooLarge {
        field: "nonce".into(),
        value: Nat::from(nonce),
        max: Nat::from(u64::MAX - 1),
    })
}

impl Request for Call {
    const KIND: Kind = Kind {
        method: "sign_transaction",
        accepted: "transaction_accepted",
        signed: "transaction_signed",
    };

    fn id(&self) -> [u8; 32] {
        self.id
    }

    fn key_version(&self) -> Option<u32> {
        Some(self.key_version)
    }

    fn contract(&self) -> Contract {
        Contract::evm(self.transaction.chain_id, self.transaction.to)
    }

    fn message(&self) -> Message {
        Message::Ecdsa(self.transaction.signing_hash())
    }

    fn content(&self) -> Content {
        let transaction = &self.transaction;
        Content::Transaction(TransactionRequest {
            id: ByteBuf::from(self.id),
            chain_id: transaction.chain_id,
            nonce: transaction.nonce,
            max_priority_fee_per_gas: Nat::from(transaction.max_priority_fee_per_gas),
            max_fee_per_gas: Nat::from(transaction.max_fee_per_gas),
            gas_limit: transaction.gas_limit,
            to: ByteBuf::from(transaction.to),
            value: Nat::from(transaction.value),
            data: ByteBuf::from(transaction.data.clone()),
            key_version: Some(self.key_version),
        })
    }

    fn fields(&self) -> Fields {
        let transaction = &self.transaction;
        let selector = transaction.data.get(..policy::SELECTOR).unwrap_or_default();
        vec![
            ("request_id", Value::blob(self.id)),
            ("chain_id", Value::nat(transaction.chain_id)),
            ("nonce", Value::nat(transaction.nonce)),
            ("contract", Value::blob(transaction.to)),
            ("selector", Value::blob(selector)),
            ("value", Value::nat(transaction.value)),
            ("data_hash", Value::blob(keccak256(&[&transaction.data]))),
            ("gas_limit", Value::nat(transaction.gas_limit)),
            (
                "max_priority_fee_per_gas",
                Value::nat(transaction.max_priority_fee_per_gas),
            ),
            ("max_fee_per_gas", Value::nat(transaction.max_fee_per_gas)),
            ("digest", Value::blob(transaction.signing_hash())),
        ]
    }

    fn check(&self) -> Result<(), Refusal> {
        let call = calls::of(&self.transaction)?;
        Ok(policy::check(&self.transaction, &call, self.own)?)
    }

    fn admit(&self) -> Result<(), Refusal> {
        let call = calls::of(&self.transaction)?;
        let taken = nonces::taken(self.nonce_key());
        let extra = nonces::extra_cost(&self.transaction, self.cost, taken.as_ref())?;
        self.admit_cost(&call, extra)?.save();
        nonces::take(self.nonce_key(), &self.transaction, self.cost, self.id);
        Ok(())
    }
}
