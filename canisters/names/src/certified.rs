//! Answers with proof.
//!
//! The certified tree is `fork(tip of the log, names)`: the labels `last_block_hash` and `last_block_index` that
//! ICRC-3 prescribes, and `names`, below which the records are (see [`names_api::record`]).

use crate::state::{self, State, Text};
use canister_kit::icrc3::{self, TipCertificate};
use ic_certification::{HashTree, fork, labeled, pruned};
use names_api::{
    Refusal, convert,
    interface::{Certified, Lookup},
    record::Key,
};
use serde_bytes::ByteBuf;

/// Tells the subnet what to certify. At the end of every message that changes something, and after an upgrade.
pub fn renew() {
    let root = state::read(|s| whole(s, pruned(s.tree.digest())).digest());
    ic_cdk::api::certified_data_set(root);
}

/// The certified tree with the given view of the records.
fn whole(state: &State, names: HashTree) -> HashTree {
    fork(icrc3::tip_tree(state.log.tip()), labeled("names", names))
}

/// The certified end of the log. `None` for an empty log and outside a query.
pub fn tip_certificate() -> Option<TipCertificate> {
    state::read(|s| {
        s.log.tip()?;
        icrc3::tip_certificate(&whole(s, pruned(s.tree.digest())))
    })
}

/// The record that is asked for, or none, with the proof of either.
///
/// # Errors
/// Those of malformed names, wallets and ids; [`Refusal::NotAQuery`].
pub fn look_up(lookup: &Lookup) -> Result<Certified, Refusal> {
    let (name, wallet);
    let key = match lookup {
        Lookup::Name(given) => {
            name = convert::name(given)?;
            Key::Name(&name)
        }
        Lookup::Wallet(given) => {
            wallet = convert::wallet(given)?;
            Key::Wallet(&wallet)
        }
        Lookup::Content { name: given, label } => {
            name = convert::name(given)?;
            Key::Content(&name, label)
        }
        Lookup::Claim(id) => Key::Claim(convert::bytes("id", id)?),
        Lookup::Challenge(nonce) => Key::Challenge(*nonce),
    };
    let certificate = ic_cdk::api::data_certificate().ok_or(Refusal::NotAQuery)?;
    state::read(|s| {
        let label = key.label();
        let tip = icrc3::tip_tree(s.log.tip()).digest();
        let witness = fork(pruned(tip), labeled("names", s.tree.witness(&label)));
        Ok(Certified {
            record: record(s, key).map(ByteBuf::from),
            certificate: ByteBuf::from(certificate),
            // Only writing to memory can fail in the encoder, and memory does not fail.
            witness: ByteBuf::from(
                serde_cbor::to_vec(&witness)
                    .unwrap_or_else(|e| ic_cdk::trap(format!("cannot encode a witness: {e}"))),
            ),
        })
    })
}

/// The bytes that are certified under the key.
fn record(state: &State, key: Key<'_>) -> Option<Vec<u8>> {
    match key {
        Key::Name(name) => state
            .names
            .get(&Text::from(name))
            .map(|record| state::bytes(&record.0)),
        Key::Wallet(_) => state
            .wallets
            .get(&key.label())
            .map(|record| state::bytes(&record.0)),
        Key::Content(name, label) => {
            let tenure = state.names.get(&Text::from(name))?.0.tenure;
            let (version, _) = state.labels.get(&(tenure, Text::from(label)))?;
            let content = state
                .contents
                .get(&(Text::from(name), Text::from(label), version))?;
            Some(state::bytes(&content.0))
        }
        Key::Claim(id) => state.claims.get(&id).map(|record| state::bytes(&record.0)),
        Key::Challenge(nonce) => state.challenges.get(&nonce).map(|record| state::bytes(&record.0)),
    }
}
