use std::str::FromStr;

/// Whose signature of a header counts: the settlement's authority, as its chain tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// On Solana.
    Ed25519([u8; 32]),
    /// On EVM: an address.
    Evm([u8; 20]),
}

/// Not an account of either chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no authority: give an EVM address (0x and 40 hex digits) or a Solana address (base58 of 32 bytes)")]
pub struct NoAuthority;

impl FromStr for Authority {
    type Err = NoAuthority;

    fn from_str(text: &str) -> Result<Self, NoAuthority> {
        if let Some(digits) = text.strip_prefix("0x") {
            let bytes = hex::decode(digits).map_err(|_| NoAuthority)?;
            return bytes.try_into().map(Self::Evm).map_err(|_| NoAuthority);
        }
        let mut key = [0; 32];
        match bs58::decode(text).onto(&mut key) {
            Ok(32) => Ok(Self::Ed25519(key)),
            _ => Err(NoAuthority),
        }
    }
}
