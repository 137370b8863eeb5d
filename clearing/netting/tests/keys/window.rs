//! Random windows with true signatures: the worlds of the netting tests, with session keys that exist.
#![allow(dead_code, reason = "each test file uses a part")]

use crate::{
    keys::Key,
    worlds::{bytes::random, decode::world},
};
use novate_netting::{Draft, Entry, Fees, Opening, Rules, Sealed, Signature, SignedIntent, seal};
use novate_protocol::intent::{Action, Scheme};
use std::collections::HashMap;

/// All that a batch is made from.
#[derive(Clone, Debug)]
pub struct Window {
    pub rules: Rules,
    pub sequence: u64,
    pub opened_at: u64,
    pub opening: Opening,
    pub entries: Vec<Entry>,
    pub signatures: Vec<Signature>,
}

impl Window {
    /// The window of this number.
    pub fn random(seed: u64) -> Self {
        let mut world = world(&random(seed, 1_000));
        let (scheme, fees) = (world.rules.scheme, &mut world.rules.fees);
        // Netting takes any fee, a batch only those that intents allow.
        fees.pay_bps = fees.pay_bps.min(Fees::MAX_BPS);
        fees.sale_bps = fees.sale_bps.min(Fees::MAX_BPS);
        world.entries.sort_by_key(|entry| !entry.carried);
        let key = |word: &[u8; 32]| Key::new(scheme, u64::from(word[31]));
        for session in &mut world.opening.sessions {
            session.key = key(&session.key).id();
            session.limits.sort_by_key(|limit| limit.asset);
        }
        let sessions = &mut world.opening.sessions;
        sessions.sort_by_key(|session| (session.owner, session.key));
        let mut ids = HashMap::new();
        let signed = world.entries.iter_mut().map(|entry| {
            let key = key(&entry.intent.session);
            entry.intent.session = key.id();
            if let Action::Cancel { intent } = &mut entry.intent.action {
                *intent = *ids.get(intent).unwrap_or(intent);
            }
            let mut signature = key.sign(entry.intent).signature;
            if !entry.signed {
                crate::keys::bytes(&mut signature)[40] ^= 1;
            }
            let intent = entry.intent;
            // One for another settlement is signed for another contract, and can be no address.
            entry.signed = SignedIntent { intent, signature }.verify(scheme);
            ids.insert(std::mem::replace(&mut entry.id, intent.id(scheme)), entry.id);
            signature
        });
        let signatures = signed.collect();
        Self {
            rules: world.rules,
            sequence: 1 + seed,
            opened_at: world.rules.closed_at - 30,
            opening: world.opening,
            entries: world.entries,
            signatures,
        }
    }

    pub fn draft(&self) -> Draft<'_> {
        Draft {
            rules: &self.rules,
            sequence: self.sequence,
            opened_at: self.opened_at,
            opening: &self.opening,
            entries: &self.entries,
            signatures: &self.signatures,
        }
    }

    pub fn seal(&self) -> Sealed {
        seal(&self.draft()).unwrap()
    }

    pub fn push(&mut self, signed: SignedIntent, carried: bool) {
        self.entries.push(Entry {
            intent: signed.intent,
            id: signed.intent.id(self.rules.scheme),
            signed: signed.verify(self.rules.scheme),
            received_at: signed.intent.created_at + 1,
            carried,
        });
        self.signatures.push(signed.signature);
    }

    /// One without entries, which closes at [`NOW`](crate::keys::NOW).
    pub fn empty(scheme: Scheme) -> Self {
        Self {
            rules: crate::keys::rules(scheme),
            sequence: 7,
            opened_at: crate::keys::NOW - 30,
            opening: Opening::default(),
            entries: Vec::new(),
            signatures: Vec::new(),
        }
    }
}
