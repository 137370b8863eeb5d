//! Whether a transaction keeps to the call that an administrator allowed. A function of its arguments alone.

use super::{eip1559::Transaction, function::Function, rules};
use candid::Nat;
use signer_api::{AllowedCall, TransactionRefusal};

/// Bytes of a function's selector.
pub const SELECTOR: usize = 4;

/// The selector in a call's data, and the arguments behind it.
///
/// # Errors
/// [`TransactionRefusal::SelectorMissing`].
pub fn split(data: &[u8]) -> Result<(&[u8; SELECTOR], &[u8]), TransactionRefusal> {
    let bytes = data.len() as u64;
    data.split_first_chunk()
        .ok_or(TransactionRefusal::SelectorMissing { bytes })
}

/// `own` is the address of the key that would sign.
///
/// # Errors
/// [`TransactionRefusal::ValueAboveMaximum`], [`TransactionRefusal::GasAboveMaximum`],
/// [`TransactionRefusal::FeeAboveMaximum`]; those of the data and of its arguments.
pub fn check(transaction: &Transaction, call: &AllowedCall, own: [u8; 20]) -> Result<(), TransactionRefusal> {
    let value = Nat::from(transaction.value);
    if value > call.max_value {
        let max = call.max_value.clone();
        return Err(TransactionRefusal::ValueAboveMaximum { value, max });
    }
    let (gas_limit, max) = (transaction.gas_limit, call.max_gas);
    if gas_limit > max {
        return Err(TransactionRefusal::GasAboveMaximum { gas_limit, max });
    }
    let max_fee_per_gas = Nat::from(transaction.max_fee_per_gas);
    if max_fee_per_gas > call.max_fee_per_gas {
        let max = call.max_fee_per_gas.clone();
        return Err(TransactionRefusal::FeeAboveMaximum { max_fee_per_gas, max });
    }
    let function = Function::parse(&call.function)?;
    let (_, encoded) = split(&transaction.data)?;
    rules::check(&call.arguments, &function, &function.decode(encoded)?, own)
}
