//! Keccak-256, as Ethereum uses it (the padding from before SHA-3 was standardised).

/// The hash of the parts' concatenation: by system call inside a Solana program, in software elsewhere.
pub fn keccak256(parts: &[&[u8]]) -> [u8; 32] {
    #[cfg(target_os = "solana")]
    {
        solana_keccak_hasher::hashv(parts).to_bytes()
    }
    #[cfg(not(target_os = "solana"))]
    {
        use sha3::Digest;
        let hasher = parts
            .iter()
            .fold(sha3::Keccak256::new(), |hasher, part| hasher.chain_update(part));
        hasher.finalize().into()
    }
}
