//! Checks a certified answer against the root key of the Internet Computer, so that neither the replica that gave it
//! nor a gateway on the way must be trusted.

use borsh::BorshDeserialize;
use candid::Principal;
use ic_cbor::{CertificateToCbor, HashTreeToCbor};
use ic_certificate_verification::{CertificateVerificationError, VerifyCertificate};
use ic_certification_4::{Certificate, HashTree, LookupResult};
use names_api::{
    challenge::Challenge,
    interface::Certified,
    name::Name,
    record::{ClaimRecord, ContentRecord, Key, NameRecord, Phase, WalletRecord, hash},
    wallet::Wallet,
};
use std::time::{Duration, SystemTime};

/// Oldest certificate that is taken, and how far a subnet's clock may be ahead of ours.
pub const MAX_AGE: Duration = Duration::from_secs(300);

/// Whom to believe, and when it is.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    /// The names canister.
    pub canister: Principal,
    /// The root key of the Internet Computer in DER, known from elsewhere than the answer.
    pub root_key: &'a [u8],
    /// Now.
    pub now: SystemTime,
}

/// A record, or the certainty that there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<T> {
    /// None when there is none.
    pub record: Option<T>,
    /// Unix seconds at which the subnet certified it.
    pub certified_at: u64,
}

/// Why an answer is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the certificate is no CBOR of a certificate: {reason}; ask another replica")]
    Certificate { reason: String },
    #[error("the witness is no CBOR of a hash tree: {reason}; ask another replica")]
    Witness { reason: String },
    #[error(
        "the certificate is not to be believed: {0}; check the root key, the canister and the clock, or ask another \
         replica"
    )]
    Untrusted(#[from] CertificateVerificationError),
    #[error("our clock is before 1970: set it")]
    Clock,
    #[error("the certificate says nothing of canister {canister}: ask that canister")]
    OtherCanister { canister: Principal },
    #[error("the witness is not of the tree that the canister certified: ask another replica")]
    OtherTree,
    #[error("the witness says neither what the record is nor that there is none: it is for another question")]
    Unknown,
    #[error("the record is not the one that is certified: ask another replica")]
    OtherRecord,
    #[error("the record is not readable: {reason}; use the bindings of the canister's version")]
    Unreadable { reason: String },
    #[error(
        "{name} does not count now: nobody holds it, or it expired; its holder renews it, or registers it anew"
    )]
    Inactive { name: String },
    #[error(
        "the answers are of tenures {tenure} and {current} of {name}: look both up again; tenure {tenure} may be over"
    )]
    OtherTenure { name: String, tenure: u64, current: u64 },
    #[error("{wallet} is linked to no name now: look the wallet and its name up again, or link it")]
    NotLinked { wallet: String },
    #[error("the holder of {name} published nothing under {label:?}: ask for a label of contents_of")]
    NoContent { name: String, label: String },
}

impl Verifier<'_> {
    /// The answer to `Lookup::Name`. Whether the name counts is its [`NameRecord::phase`] at the time of the answer:
    /// see [`Proven::active`].
    ///
    /// # Errors
    /// When the answer is not proven.
    pub fn name(&self, answer: &Certified, name: &Name) -> Result<Proven<NameRecord>, VerifyError> {
        self.record(answer, Key::Name(name))
    }

    /// The answer to `Lookup::Wallet`. It is there also when the name expired: what counts now says
    /// [`Verifier::current_wallet`].
    ///
    /// # Errors
    /// When the answer is not proven.
    pub fn wallet(&self, answer: &Certified, wallet: &Wallet) -> Result<Proven<WalletRecord>, VerifyError> {
        self.record(answer, Key::Wallet(wallet))
    }

    /// The answer to `Lookup::Content`. It is there also when the name expired: what counts now says
    /// [`Verifier::current_content`].
    ///
    /// # Errors
    /// When the answer is not proven.
    pub fn content(
        &self,
        answer: &Certified,
        name: &Name,
        label: &str,
    ) -> Result<Proven<ContentRecord>, VerifyError> {
        self.record(answer, Key::Content(name, label))
    }

    /// The answer to `Lookup::Claim`.
    ///
    /// # Errors
    /// When the answer is not proven.
    pub fn claim(&self, answer: &Certified, id: [u8; 32]) -> Result<Proven<ClaimRecord>, VerifyError> {
        self.record(answer, Key::Claim(id))
    }

    /// The answer to `Lookup::Challenge`: what a wallet should see before it signs. It is void at its `expires_at`.
    ///
    /// # Errors
    /// When the answer is not proven.
    pub fn challenge(&self, answer: &Certified, nonce: u64) -> Result<Proven<Challenge>, VerifyError> {
        self.record(answer, Key::Challenge(nonce))
    }

    fn record<T: BorshDeserialize>(
        &self,
        answer: &Certified,
        key: Key<'_>,
    ) -> Result<Proven<T>, VerifyError> {
        let certificate =
            Certificate::from_cbor(&answer.certificate).map_err(|e| VerifyError::Certificate {
                reason: e.to_string(),
            })?;
        let now = self
            .now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_err(|_| VerifyError::Clock)?;
        certificate.verify(
            self.canister.as_slice(),
            self.root_key,
            &now.as_nanos(),
            &MAX_AGE.as_nanos(),
        )?;
        let witness = HashTree::from_cbor(&answer.witness).map_err(|e| VerifyError::Witness {
            reason: e.to_string(),
        })?;
        let path: [&[u8]; 3] = [b"canister", self.canister.as_slice(), b"certified_data"];
        let LookupResult::Found(certified) = certificate.tree.lookup_path(path) else {
            return Err(VerifyError::OtherCanister {
                canister: self.canister,
            });
        };
        if certified != witness.digest() {
            return Err(VerifyError::OtherTree);
        }
        let record = match (
            witness.lookup_path([b"names".as_slice(), &key.label()]),
            &answer.record,
        ) {
            (LookupResult::Found(certified), Some(record)) if certified == hash(record) => {
                let record = T::try_from_slice(record).map_err(|e| VerifyError::Unreadable {
                    reason: e.to_string(),
                })?;
                Some(record)
            }
            (LookupResult::Absent, None) => None,
            (LookupResult::Found(_) | LookupResult::Absent, _) => return Err(VerifyError::OtherRecord),
            (LookupResult::Unknown | LookupResult::Error, _) => return Err(VerifyError::Unknown),
        };
        Ok(Proven {
            record,
            certified_at: time(&certificate).ok_or(VerifyError::Unknown)?,
        })
    }
}

impl Proven<NameRecord> {
    /// The record of a name that counted when it was certified.
    pub fn active(&self) -> Option<&NameRecord> {
        let record = self.record.as_ref()?;
        (record.phase(self.certified_at) == Phase::Active).then_some(record)
    }
}

/// When the subnet signed, in unix seconds: LEB128 nanoseconds in the certificate.
fn time(certificate: &Certificate) -> Option<u64> {
    let LookupResult::Found(mut leb128) = certificate.tree.lookup_path([b"time"]) else {
        return None;
    };
    let nanoseconds = candid::Nat::decode(&mut leb128).ok()?;
    u64::try_from(nanoseconds.0 / 1_000_000_000u32).ok()
}
