//! A function of a contract, and the arguments of a call.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use novate_protocol::keccak::keccak256;
use signer_api::TransactionRefusal;

/// Most bytes of a function's signature: it is part of a block of the log.
const MAX_SIGNATURE: usize = 500;

/// A function by its canonical signature, as in `transfer(address,uint256)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    signature: String,
    arguments: DynSolType,
}

impl Function {
    /// Takes the canonical form only: `uint256` and not `uint`, no names, no spaces. Then text and selector fit.
    ///
    /// # Errors
    /// [`TransactionRefusal::FunctionMalformed`].
    pub fn parse(signature: &str) -> Result<Self, TransactionRefusal> {
        let malformed = |reason: &str| TransactionRefusal::FunctionMalformed {
            function: signature.chars().take(MAX_SIGNATURE).collect(),
            reason: reason.to_owned(),
        };
        if signature.len() > MAX_SIGNATURE {
            return Err(malformed("it has more than 500 bytes"));
        }
        let Some(at) = signature.find('(') else {
            return Err(malformed("the list of argument types in parentheses is missing"));
        };
        let (name, types) = signature.split_at(at);
        if !is_identifier(name) {
            return Err(malformed("the name is no identifier of Solidity"));
        }
        let arguments = DynSolType::parse(types).map_err(|e| malformed(&e.to_string()))?;
        let canonical = canonical(&arguments);
        if arguments.as_tuple().is_none() || canonical != types {
            return Err(malformed(&format!("the canonical form is {name}{canonical}")));
        }
        Ok(Self {
            signature: signature.to_owned(),
            arguments,
        })
    }

    /// The canonical signature.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The first four bytes of a call's data.
    pub fn selector(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = keccak256(&[self.signature.as_bytes()]);
        [a, b, c, d]
    }

    /// The types of the arguments.
    pub fn types(&self) -> &[DynSolType] {
        self.arguments.as_tuple().unwrap_or_default() // `parse` lets nothing else in
    }

    /// The arguments in a call's data after the selector. Only the encoding that Solidity's `abi.encode` gives is
    /// read: with any other, a contract that is written by hand could see other arguments than the rules saw.
    ///
    /// # Errors
    /// [`TransactionRefusal::DataMalformed`].
    pub fn decode(&self, encoded: &[u8]) -> Result<Vec<DynSolValue>, TransactionRefusal> {
        let malformed = |reason: String| TransactionRefusal::DataMalformed {
            function: self.signature.clone(),
            reason,
        };
        let value = self.arguments.abi_decode_params(encoded);
        let value = value.map_err(|e| malformed(e.to_string()))?;
        if value.abi_encode_params() != encoded || !is_clean(&value) {
            let reason = "it is not the canonical encoding: bytes are left over, in another order, or not zero where \
                          they fill a word";
            return Err(malformed(reason.into()));
        }
        match value {
            DynSolValue::Tuple(arguments) => Ok(arguments),
            _ => Err(malformed("it is no list of arguments".into())),
        }
    }
}

/// Whether the bytes of each word that its type does not use are as they must be. alloy keeps those of numbers and
/// `bytesN` as they came, and encodes them again.
fn is_clean(value: &DynSolValue) -> bool {
    match value {
        DynSolValue::Uint(number, bits) => number.bit_len() <= *bits,
        DynSolValue::Int(number, bits) => {
            let unused = 256_usize.saturating_sub(*bits);
            number.wrapping_shl(unused).asr(unused) == *number
        }
        DynSolValue::FixedBytes(word, length) => word.iter().skip(*length).all(|byte| *byte == 0),
        DynSolValue::Tuple(parts) | DynSolValue::Array(parts) | DynSolValue::FixedArray(parts) => {
            parts.iter().all(is_clean)
        }
        _ => true, // whatever else is not as it must be does not come out of the encoder again
    }
}

/// The type as it stands in a signature. (alloy writes a tuple of one as Rust does, with a comma.)
pub(super) fn canonical(of: &DynSolType) -> String {
    match of {
        DynSolType::Tuple(types) => {
            let types = types.iter().map(canonical).collect::<Vec<_>>();
            format!("({})", types.join(","))
        }
        DynSolType::Array(element) => format!("{}[]", canonical(element)),
        DynSolType::FixedArray(element, length) => format!("{}[{length}]", canonical(element)),
        simple => simple.sol_type_name().into_owned(),
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    chars.next().is_some_and(starts) && chars.all(|c| starts(c) || c.is_ascii_digit())
}
