//! What a wallet's signature of a message proves.

use super::message::{Kind, Message, MessageError};
use alloy::primitives::{Address, Signature};
use chrono::{DateTime, Duration, Utc};
use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use novate_protocol::ids::Owner;

/// A message is good for so long after it was issued, and may be issued so much later than our clock says.
const LIFE: Duration = Duration::minutes(10);
const SKEW: Duration = Duration::seconds(30);

/// What the message must be for.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// The domains that may ask, such as `app.example.org`.
    pub domains: &'a [String],
    /// The chain: an EIP-155 id. A Solana message names a cluster, and clusters have names that change.
    pub chain_id: Option<u64>,
    /// A URI that must be among the resources.
    pub resource: &'a str,
}

/// Why a message proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is no message.
    #[error("{0}")]
    Message(#[from] MessageError),
    /// It was made for somebody else.
    #[error("the message is for the domain {0:?}, which may not ask here")]
    Domain(String),
    /// It was made for another chain.
    #[error("the message is for chain {found}, and this is for chain {wanted}")]
    Chain {
        /// What it names.
        found: String,
        /// What it must name.
        wanted: u64,
    },
    /// It was made for another purpose.
    #[error("the message must have the resource {0:?}")]
    Resource(String),
    /// Its time has not come, or is over.
    #[error("the message is not good now: {0}; make a new one")]
    Time(&'static str),
    /// The signature is another's, or malformed.
    #[error("the signature is not that of {0} under this message")]
    Signature(String),
}

/// The owner who signed `text`. The nonce is the caller's to check, last and once.
///
/// # Errors
/// [`ProofError`]
pub fn prove(
    text: &str,
    signature: &str,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<(Owner, Message), ProofError> {
    let message = Message::parse(text)?;
    if !expected.domains.contains(&message.domain) {
        return Err(ProofError::Domain(message.domain));
    }
    if let (Kind::Ethereum, Some(wanted)) = (message.kind, expected.chain_id)
        && message.chain_id != wanted.to_string()
    {
        return Err(ProofError::Chain {
            found: message.chain_id,
            wanted,
        });
    }
    if !message.resources.iter().any(|uri| uri == expected.resource) {
        return Err(ProofError::Resource(expected.resource.to_owned()));
    }
    in_time(&message, now)?;
    let owner = match message.kind {
        Kind::Ethereum => ethereum(text, &message.address, signature),
        Kind::Solana => solana(text, &message.address, signature),
    };
    match owner {
        Some(owner) => Ok((owner, message)),
        None => Err(ProofError::Signature(message.address)),
    }
}

fn in_time(message: &Message, now: DateTime<Utc>) -> Result<(), ProofError> {
    if message.issued_at > now + SKEW {
        return Err(ProofError::Time("it is issued in the future"));
    }
    if message.issued_at + LIFE <= now {
        return Err(ProofError::Time("it was issued more than ten minutes ago"));
    }
    if message.expires_at.is_some_and(|at| at <= now) {
        return Err(ProofError::Time("it has expired"));
    }
    if message.not_before.is_some_and(|at| at > now) {
        return Err(ProofError::Time("it is for later"));
    }
    Ok(())
}

/// `personal_sign` (EIP-191) of a plain account; the address must be checksummed (EIP-55).
fn ethereum(text: &str, address: &str, signature: &str) -> Option<Owner> {
    let address = Address::parse_checksummed(address, None).ok()?;
    let bytes = hex::decode(signature.strip_prefix("0x")?).ok()?;
    let bytes: [u8; 65] = bytes.try_into().ok()?;
    if !matches!(bytes.last(), Some(27 | 28)) {
        return None;
    }
    let signature = Signature::from_raw_array(&bytes).ok()?;
    // A high `s` is a second form of the same signature.
    if signature.normalize_s().is_some() {
        return None;
    }
    let signer = signature.recover_address_from_msg(text).ok()?;
    (signer == address).then_some(Owner::from_evm(address.into()))
}

/// Ed25519 of the text itself.
fn solana(text: &str, address: &str, signature: &str) -> Option<Owner> {
    let mut key = [0; 32];
    (bs58::decode(address).onto(&mut key).ok()? == key.len()).then_some(())?;
    let mut bytes = [0; 64];
    (bs58::decode(signature).onto(&mut bytes).ok()? == bytes.len()).then_some(())?;
    let verifying = VerifyingKey::from_bytes(&key).ok()?;
    verifying
        .verify_strict(text.as_bytes(), &Ed25519::from_bytes(&bytes))
        .ok()?;
    Some(Owner(key))
}
