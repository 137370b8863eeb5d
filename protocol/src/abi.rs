//! Static Solidity values as 32-byte words: what `abi.encode` and EIP-712's `encodeData` put side by side.

/// One encoded value.
pub(crate) type Word = [u8; 32];

/// `uint8` to `uint128`: big-endian, left-padded with zeros.
pub(crate) fn uint(value: u128) -> Word {
    let mut word = [0; 32];
    word[16..].copy_from_slice(&value.to_be_bytes());
    word
}

/// `int128`: two's complement, the sign repeated to the left.
pub(crate) fn int(value: i128) -> Word {
    let mut word = [if value < 0 { 0xff } else { 0 }; 32];
    word[16..].copy_from_slice(&value.to_be_bytes());
    word
}

/// `address`: left-padded with zeros.
pub(crate) fn address(value: [u8; 20]) -> Word {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&value);
    word
}
