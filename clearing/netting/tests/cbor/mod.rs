//! Deterministic CBOR by hand, after RFC 8949.

fn head(major: u8, value: u64) -> Vec<u8> {
    let major = major << 5;
    match value {
        0..=23 => vec![major | value as u8],
        24..=0xff => vec![major | 24, value as u8],
        0x100..=0xffff => [vec![major | 25], (value as u16).to_be_bytes().to_vec()].concat(),
        0x1_0000..=0xffff_ffff => [vec![major | 26], (value as u32).to_be_bytes().to_vec()].concat(),
        _ => [vec![major | 27], value.to_be_bytes().to_vec()].concat(),
    }
}

pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

pub fn array(items: impl AsRef<[Vec<u8>]>) -> Vec<u8> {
    let items = items.as_ref();
    [head(4, items.len() as u64), items.concat()].concat()
}

/// Tag 2, then the bytes without leading zeros.
pub fn bignum(value: &[u8]) -> Vec<u8> {
    let zeros = value.iter().take_while(|byte| **byte == 0).count();
    [head(6, 2), bytes(&value[zeros..])].concat()
}
