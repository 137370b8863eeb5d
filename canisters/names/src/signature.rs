//! Whether a wallet signed a challenge. A function of its arguments alone.

use ed25519_dalek::VerifyingKey as Ed25519Key;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use names_api::{
    Refusal,
    challenge::Challenge,
    convert::{self, wallet_view},
    interface::WalletSignature,
    wallet::Wallet,
};
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;

/// That the challenge's wallet signed it; the answer names the scheme.
///
/// # Errors
/// [`Refusal::WrongScheme`], [`Refusal::WrongLength`], [`Refusal::ContractWallet`], [`Refusal::WrongV`],
/// [`Refusal::HighS`], [`Refusal::WrongSigner`].
pub fn check(challenge: &Challenge, signature: &WalletSignature) -> Result<&'static str, Refusal> {
    let wallet = &challenge.wallet;
    match (wallet, signature) {
        (Wallet::Evm { address, .. }, WalletSignature::Eip191(signature)) => {
            evm(wallet, address, challenge.digest_eip191(), signature)?;
            Ok("eip191")
        }
        (Wallet::Evm { address, .. }, WalletSignature::Eip712(signature)) => {
            // There is a digest for every EVM wallet.
            let digest = challenge.digest_eip712().ok_or_else(|| wrong_scheme(wallet))?;
            evm(wallet, address, digest, signature)?;
            Ok("eip712")
        }
        (Wallet::Solana { address, .. }, WalletSignature::Ed25519(signature)) => {
            let bytes = convert::bytes::<64>("signature", signature)?;
            // Strict: no key or nonce of small order, whose signatures fit many texts. Solana's programs say the same.
            Ed25519Key::from_bytes(address)
                .and_then(|key| key.verify_strict(challenge.to_string().as_bytes(), &bytes.into()))
                .map_err(|_| wrong_signer(wallet, None))?;
            Ok("ed25519")
        }
        _ => Err(wrong_scheme(wallet)),
    }
}

fn wrong_scheme(wallet: &Wallet) -> Refusal {
    Refusal::WrongScheme {
        wallet: wallet_view(wallet),
    }
}

fn wrong_signer(wallet: &Wallet, recovered: Option<[u8; 20]>) -> Refusal {
    Refusal::WrongSigner {
        wallet: wallet_view(wallet),
        recovered: recovered.map(ByteBuf::from),
    }
}

fn evm(wallet: &Wallet, address: &[u8; 20], digest: [u8; 32], signature: &[u8]) -> Result<(), Refusal> {
    let (compact, v) = match signature {
        [compact @ .., v] if compact.len() == 64 => (compact, *v),
        _ => {
            return Err(Refusal::ContractWallet {
                wallet: wallet_view(wallet),
                actual: signature.len() as u64,
            });
        }
    };
    let odd = match v {
        27 => false,
        28 => true,
        v => return Err(Refusal::WrongV { v }),
    };
    // Zero and what is past the group's order are no signature of anybody.
    let parsed = Signature::from_slice(compact).map_err(|_| wrong_signer(wallet, None))?;
    if parsed.normalize_s().is_some() {
        return Err(Refusal::HighS);
    }
    let recovered = VerifyingKey::recover_from_prehash(&digest, &parsed, RecoveryId::new(odd, false))
        .map_err(|_| wrong_signer(wallet, None))?;
    let signer = evm_address(&recovered);
    if signer != *address {
        return Err(wrong_signer(wallet, Some(signer)));
    }
    Ok(())
}

/// The EVM address of a key: the last 20 bytes of the hash of its point.
fn evm_address(key: &VerifyingKey) -> [u8; 20] {
    let point = key.to_encoded_point(false);
    let hash = keccak256(&[&point.as_bytes()[1..]]); // the first byte says "uncompressed"
    std::array::from_fn(|i| hash[12 + i])
}
