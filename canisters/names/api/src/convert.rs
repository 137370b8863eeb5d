//! Between the interface's types, whose fields may be wrong, and those that cannot be.

use crate::{
    challenge::{Action, Challenge},
    content::Digest,
    interface as api,
    name::Name,
    record::{ClaimRecord, ClaimState, ContentKind, ContentRecord, NameRecord, Phase},
    refusal::Refusal,
    wallet::{Cluster, Wallet},
};
use candid::{Nat, Principal};
use serde_bytes::ByteBuf;

/// Reads a name.
///
/// # Errors
/// [`Refusal::NameLength`], [`Refusal::NameCharacter`], [`Refusal::NameHyphen`].
pub fn name(text: &str) -> Result<Name, Refusal> {
    Ok(Name::parse(text)?)
}

/// A field of exactly `N` bytes.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn bytes<const N: usize>(field: &str, given: &[u8]) -> Result<[u8; N], Refusal> {
    given.try_into().map_err(|_| Refusal::WrongLength {
        field: field.to_owned(),
        expected: N as u64,
        actual: given.len() as u64,
    })
}

/// A number of 128 bits.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn amount(field: &str, given: &Nat) -> Result<u128, Refusal> {
    given.0.clone().try_into().map_err(|_| Refusal::TooLarge {
        field: field.to_owned(),
        value: given.clone(),
        max: Nat::from(u128::MAX),
    })
}

/// Reads a wallet.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::ZeroChain`], [`Refusal::ZeroAddress`].
pub fn wallet(given: &api::Wallet) -> Result<Wallet, Refusal> {
    let wallet = match given {
        api::Wallet::Evm { chain_id: 0, .. } => return Err(Refusal::ZeroChain),
        api::Wallet::Evm { chain_id, address } => Wallet::Evm {
            chain_id: *chain_id,
            address: bytes("address", address)?,
        },
        api::Wallet::Solana { cluster, address } => Wallet::Solana {
            cluster: match cluster {
                api::Cluster::Mainnet => Cluster::Mainnet,
                api::Cluster::Devnet => Cluster::Devnet,
                api::Cluster::Testnet => Cluster::Testnet,
                api::Cluster::Localnet => Cluster::Localnet,
            },
            address: bytes("address", address)?,
        },
    };
    if wallet.address().iter().all(|byte| *byte == 0) {
        return Err(Refusal::ZeroAddress);
    }
    Ok(wallet)
}

/// A wallet as the interface has it.
pub fn wallet_view(wallet: &Wallet) -> api::Wallet {
    let address = ByteBuf::from(wallet.address().to_vec());
    match wallet {
        Wallet::Evm { chain_id, .. } => api::Wallet::Evm {
            chain_id: *chain_id,
            address,
        },
        Wallet::Solana { cluster, .. } => api::Wallet::Solana {
            cluster: match cluster {
                Cluster::Mainnet => api::Cluster::Mainnet,
                Cluster::Devnet => api::Cluster::Devnet,
                Cluster::Testnet => api::Cluster::Testnet,
                Cluster::Localnet => api::Cluster::Localnet,
            },
            address,
        },
    }
}

/// A principal that was stored as bytes.
pub fn principal(bytes: &[u8]) -> Principal {
    // `Principal` wrote them; it has at most 29.
    Principal::try_from_slice(bytes).unwrap_or(Principal::anonymous())
}

/// A name as the interface has it; `offer` as it is stored.
pub fn name_view(record: &NameRecord, offer: Option<(Principal, u64)>, now: u64) -> api::NameView {
    let link = |link: &crate::record::Link| api::Link {
        wallet: wallet_view(&link.wallet),
        linked_at: link.linked_at,
    };
    api::NameView {
        name: record.name.to_string(),
        owner: principal(&record.owner),
        tenure: record.tenure,
        since: record.since,
        expires_at: record.expires_at,
        phase: match record.phase(now) {
            Phase::Active => api::Phase::Active,
            Phase::Grace => api::Phase::Grace,
            Phase::Free => api::Phase::Free,
        },
        wallets: record.wallets.iter().map(link).collect(),
        offer: offer.filter(|(_, until)| now < *until),
    }
}

/// What a challenge is to do.
pub fn action(given: api::Action) -> Action {
    match given {
        api::Action::Link => Action::Link,
        api::Action::Unlink => Action::Unlink,
    }
}

/// A challenge as the interface has it.
pub fn challenge_view(challenge: &Challenge) -> api::ChallengeView {
    api::ChallengeView {
        nonce: challenge.nonce,
        text: challenge.to_string(),
        typed_data_digest: challenge.digest_eip712().map(ByteBuf::from),
        issued_at: challenge.issued_at,
        expires_at: challenge.expires_at,
    }
}

/// Reads a digest.
///
/// # Errors
/// [`Refusal::BadCid`], [`Refusal::WrongLength`].
pub fn digest(given: &api::Digest) -> Result<Digest, Refusal> {
    Ok(match given {
        api::Digest::Cid(text) => Digest::cid(text)?,
        api::Digest::Sha256(digest) => Digest::Sha256(bytes("digest", digest)?),
        api::Digest::Blake3(digest) => Digest::Blake3(bytes("digest", digest)?),
    })
}

/// A kind of content.
pub fn kind(given: api::ContentKind) -> ContentKind {
    match given {
        api::ContentKind::Site => ContentKind::Site,
        api::ContentKind::Function => ContentKind::Function,
        api::ContentKind::Image => ContentKind::Image,
    }
}

/// A version of content as the interface has it.
pub fn content_view(record: ContentRecord) -> api::ContentView {
    api::ContentView {
        name: record.name.to_string(),
        tenure: record.tenure,
        label: record.label,
        version: record.version,
        kind: match record.kind {
            ContentKind::Site => api::ContentKind::Site,
            ContentKind::Function => api::ContentKind::Function,
            ContentKind::Image => api::ContentKind::Image,
        },
        digest: match &record.digest {
            Digest::Cid(_) => api::Digest::Cid(record.digest.to_string()),
            Digest::Sha256(digest) => api::Digest::Sha256(ByteBuf::from(*digest)),
            Digest::Blake3(digest) => api::Digest::Blake3(ByteBuf::from(*digest)),
        },
        note: record.note,
        published_at: record.published_at,
    }
}

/// A claim as the interface has it.
pub fn claim_view(record: &ClaimRecord) -> api::ClaimView {
    api::ClaimView {
        claim: api::ClaimArgs {
            id: ByteBuf::from(record.id),
            name: record.name.to_string(),
            wallet: wallet_view(&record.wallet),
            subject: ByteBuf::from(record.subject),
            amount: Nat::from(record.amount),
            deadline: record.deadline,
        },
        tenure: record.tenure,
        issuer: principal(&record.issuer),
        issued_at: record.issued_at,
        state: match record.state {
            ClaimState::Open => api::ClaimState::Open,
            ClaimState::Redeemed { at } => api::ClaimState::Redeemed { at },
            ClaimState::Revoked { at } => api::ClaimState::Revoked { at },
        },
    }
}
