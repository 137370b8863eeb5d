//! Bytes and numbers as people read them: base58 on Solana, hex after `0x` elsewhere.

use super::ReceiptError;
use crate::Signature;
use ::cid::Cid;
use novate_protocol::{ids::Owner, intent::Scheme};
use num_bigint::BigUint;

pub(super) type Parsed<T> = Result<T, ReceiptError>;

pub(super) fn hex(bytes: &[u8]) -> String {
    format!("0x{}", ::hex::encode(bytes))
}

pub(super) fn parse_hex<const N: usize>(field: &'static str, text: &str) -> Parsed<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.strip_prefix("0x");
    match digits.map(|digits| ::hex::decode_to_slice(digits, &mut bytes)) {
        Some(Ok(())) => Ok(bytes),
        _ => Err(ReceiptError::field(field, "0x and the hex digits of its bytes")),
    }
}

/// An account, asset or key. What is no address on EVM is written with all its 32 bytes.
pub(super) fn word(scheme: Scheme, word: &[u8; 32]) -> String {
    match (scheme, word) {
        (Scheme::Ed25519, _) => bs58::encode(word).into_string(),
        (Scheme::Eip712, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, address @ ..]) => hex(address),
        (Scheme::Eip712, _) => hex(word),
    }
}

pub(super) fn parse_word(scheme: Scheme, field: &'static str, text: &str) -> Parsed<[u8; 32]> {
    match scheme {
        Scheme::Ed25519 => base58(field, text),
        Scheme::Eip712 if text.len() == 66 => parse_hex(field, text),
        Scheme::Eip712 => Ok(Owner::from_evm(parse_hex(field, text)?).0),
    }
}

pub(super) fn signature(signature: &Signature) -> String {
    match signature {
        Signature::Ed25519(bytes) => bs58::encode(bytes).into_string(),
        Signature::Eip712(bytes) => hex(bytes),
    }
}

pub(super) fn parse_signature(field: &'static str, text: &str) -> Parsed<Signature> {
    match text.starts_with("0x") {
        true => Ok(Signature::Eip712(parse_hex(field, text)?)),
        false => Ok(Signature::Ed25519(base58(field, text)?)),
    }
}

fn base58<const N: usize>(field: &'static str, text: &str) -> Parsed<[u8; N]> {
    let mut bytes = [0; N];
    match bs58::decode(text).onto(&mut bytes) {
        Ok(length) if length == N => Ok(bytes),
        _ => Err(ReceiptError::field(field, "the base58 text of its bytes")),
    }
}

/// Base32, as IPFS shows it; hex if it is no CID.
pub(super) fn cid(bytes: &[u8; 36]) -> String {
    match Cid::read_bytes(bytes.as_slice()) {
        Ok(cid) if cid.to_bytes() == bytes => cid.to_string(),
        _ => hex(bytes),
    }
}

pub(super) fn parse_cid(field: &'static str, text: &str) -> Parsed<[u8; 36]> {
    if text.starts_with("0x") {
        return parse_hex(field, text);
    }
    let cid = Cid::try_from(text).map(|cid| cid.to_bytes().try_into());
    match cid {
        Ok(Ok(bytes)) => Ok(bytes),
        _ => Err(ReceiptError::field(field, "a CIDv1 with sha2-256")),
    }
}

/// A 256-bit number, in decimal as wallets show it.
pub(super) fn number(word: &[u8; 32]) -> String {
    BigUint::from_bytes_be(word).to_string()
}

pub(super) fn parse_number(field: &'static str, text: &str) -> Parsed<[u8; 32]> {
    let expected = || ReceiptError::field(field, "a decimal number below 2^256");
    // 2^256 has 78 digits.
    let text = Some(text).filter(|text| text.len() <= 78).ok_or_else(expected)?;
    let bytes = text.parse::<BigUint>().map_err(|_| expected())?.to_bytes_be();
    let mut word = [0; 32];
    let start = word.len().checked_sub(bytes.len()).ok_or_else(expected)?;
    word.iter_mut()
        .skip(start)
        .zip(bytes)
        .for_each(|(to, byte)| *to = byte);
    Ok(word)
}

pub(super) fn parse_amount(field: &'static str, text: &str) -> Parsed<u128> {
    text.parse()
        .map_err(|_| ReceiptError::field(field, "a decimal number below 2^128"))
}
