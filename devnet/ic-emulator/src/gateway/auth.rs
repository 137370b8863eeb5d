//! [Authentication](https://internetcomputer.org/docs/references/ic-interface-spec#authentication) of requests.

use super::routes::Refused;
use crate::world::wall_clock;
use candid::Principal;
use ic_transport_types::{Envelope, EnvelopeContent, RequestId, SignedDelegation, to_request_id};

/// How far in the future a request may expire: five minutes, and half a minute for clocks that differ.
const MAX_TTL: u64 = 330_000_000_000;
const MAX_DELEGATIONS: usize = 20;
const MAX_NONCE: usize = 32;

/// A request whose sender is proved.
pub(super) struct Authentic {
    pub(super) sender: Principal,
    pub(super) id: RequestId,
    pub(super) content: EnvelopeContent,
}

/// Reads and checks an envelope. Expiry is measured by the wall clock, which clients go by, also when the emulator's
/// time is ahead of it.
pub(super) fn authenticate(body: &[u8]) -> Result<Authentic, Refused> {
    let envelope: Envelope<'static> = serde_cbor::from_slice(body)
        .map_err(|e| Refused::bad(format!("the body is not a CBOR envelope: {e}")))?;
    let content = envelope.content.as_ref();
    let id = to_request_id(content).map_err(|e| Refused::bad(format!("the request has no id: {e}")))?;
    let sender = *content.sender();
    check_content(content)?;
    let now = wall_clock();
    // Anonymous reads reveal nothing that an old request could not.
    let is_call = matches!(content, EnvelopeContent::Call { .. });
    if is_call || sender != Principal::anonymous() {
        check_expiry(content.ingress_expiry(), now)?;
    }
    if sender == Principal::anonymous() {
        if envelope.sender_pubkey.is_some() || envelope.sender_sig.is_some() {
            return Err(Refused::bad(
                "the anonymous sender has neither key nor signature: leave them out",
            ));
        }
    } else {
        verify(&envelope, &id, sender, now)?;
    }
    Ok(Authentic {
        sender,
        id,
        content: envelope.content.into_owned(),
    })
}

fn check_content(content: &EnvelopeContent) -> Result<(), Refused> {
    let (nonce, sender_info) = match content {
        EnvelopeContent::Call {
            nonce, sender_info, ..
        }
        | EnvelopeContent::Query {
            nonce, sender_info, ..
        } => (nonce.as_deref().unwrap_or_default(), sender_info.is_some()),
        EnvelopeContent::ReadState { .. } => (&[][..], false),
    };
    if nonce.len() > MAX_NONCE {
        return Err(Refused::bad(format!(
            "a nonce has at most {MAX_NONCE} bytes, not {}",
            nonce.len()
        )));
    }
    if sender_info {
        return Err(Refused::bad(
            "sender_info is not modelled by this emulator: leave it out",
        ));
    }
    Ok(())
}

fn check_expiry(expiry: u64, now: u64) -> Result<(), Refused> {
    if expiry < now {
        return Err(Refused::bad(format!(
            "ingress_expiry {expiry} is in the past, it is {now} ns now"
        )));
    }
    if expiry > now.saturating_add(MAX_TTL) {
        let limit = now.saturating_add(MAX_TTL);
        return Err(Refused::bad(format!(
            "ingress_expiry {expiry} is too far ahead, at most {limit} ns is allowed"
        )));
    }
    Ok(())
}

/// Follows the delegations from the sender's key to the key that signed, and checks that signature.
fn verify(envelope: &Envelope<'_>, id: &RequestId, sender: Principal, now: u64) -> Result<(), Refused> {
    let missing =
        |field: &str| Refused::forbidden(format!("{field} is missing, and {sender} is not anonymous"));
    let key = envelope
        .sender_pubkey
        .as_deref()
        .ok_or_else(|| missing("sender_pubkey"))?;
    let signature = envelope
        .sender_sig
        .as_deref()
        .ok_or_else(|| missing("sender_sig"))?;
    if Principal::self_authenticating(key) != sender {
        return Err(Refused::forbidden(format!(
            "sender_pubkey is not the key of {sender}"
        )));
    }
    let delegations = envelope.sender_delegation.as_deref().unwrap_or_default();
    if delegations.len() > MAX_DELEGATIONS {
        return Err(Refused::bad(format!(
            "{} delegations are more than {MAX_DELEGATIONS}",
            delegations.len()
        )));
    }
    let mut keys = vec![key];
    for SignedDelegation {
        delegation,
        signature,
    } in delegations
    {
        let signer = keys.last().copied().unwrap_or(key);
        verify_signature(signer, &delegation.signable(), signature)?;
        if keys.contains(&delegation.pubkey.as_slice()) {
            return Err(Refused::bad("the delegations form a cycle"));
        }
        if delegation.expiration < now {
            return Err(Refused::forbidden("a delegation has expired"));
        }
        if delegation.permissions.is_some() {
            return Err(Refused::bad(
                "permissions of delegations are not modelled by this emulator",
            ));
        }
        if let Some(targets) = &delegation.targets
            && !canister(envelope.content.as_ref()).is_none_or(|canister| targets.contains(&canister))
        {
            return Err(Refused::forbidden("a delegation is not for this canister"));
        }
        keys.push(&delegation.pubkey);
    }
    let signer = keys.last().copied().unwrap_or(key);
    verify_signature(signer, &id.signable(), signature)
}

/// Whom a request is for; reads of the state tree are for no canister.
fn canister(content: &EnvelopeContent) -> Option<Principal> {
    match content {
        EnvelopeContent::Call { canister_id, .. } | EnvelopeContent::Query { canister_id, .. } => {
            Some(*canister_id)
        }
        EnvelopeContent::ReadState { .. } => None,
    }
}

/// Ed25519 and ECDSA on secp256k1; the key is
/// [DER-encoded](https://internetcomputer.org/docs/references/ic-interface-spec#signatures).
fn verify_signature(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Refused> {
    let valid = if let Ok(key) = ic_ed25519::PublicKey::deserialize_rfc8410_der(key) {
        key.verify_signature(message, signature).is_ok()
    } else if let Ok(key) = ic_secp256k1::PublicKey::deserialize_der(key) {
        key.verify_ecdsa_signature_with_malleability(message, signature)
    } else {
        return Err(Refused::bad(
            "a public key is neither Ed25519 nor secp256k1 in DER: others are not modelled",
        ));
    };
    if valid {
        return Ok(());
    }
    Err(Refused::forbidden("a signature is not valid"))
}
