//! Requests made by hand, to send what an agent would not.

use super::*;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use ic_emulator::Gateway;
use ic_transport_types::{Envelope, EnvelopeContent};
use std::{
    borrow::Cow,
    time::{SystemTime, UNIX_EPOCH},
};

/// In nanoseconds.
pub const MINUTE: i128 = 60_000_000_000;

/// A counter behind a gateway.
pub struct Setup {
    pub emulator: Emulator,
    pub gateway: Gateway,
    pub counter: Principal,
    http: reqwest::Client,
}

impl Setup {
    pub fn new() -> Self {
        let emulator = emulator();
        let counter = deploy(&emulator, COUNTER);
        let gateway = emulator.start_gateway(([127, 0, 0, 1], 0).into()).unwrap();
        Self {
            emulator,
            gateway,
            counter,
            http: reqwest::Client::new(),
        }
    }

    pub fn agent(&self, identity: impl Identity + 'static) -> Agent {
        let agent = Agent::builder()
            .with_url(self.gateway.url())
            .with_identity(identity)
            .build()
            .unwrap();
        agent.set_root_key(self.gateway.root_key().to_vec());
        agent
    }

    pub fn count(&self) -> u32 {
        number(query(&self.emulator, self.counter, "get"))
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> (u16, String) {
        let response = self
            .http
            .post(format!("{}{path}", self.gateway.url()))
            .body(body)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned(),
        )
    }

    pub async fn call(&self, envelope: &Envelope<'_>) -> (u16, String) {
        self.post(
            &format!("/api/v3/canister/{}/call", self.counter),
            envelope.encode_bytes(),
        )
        .await
    }

    /// An `inc` that expires in `ttl` nanoseconds.
    pub fn inc(&self, sender: Principal, ttl: i128) -> EnvelopeContent {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i128;
        EnvelopeContent::Call {
            nonce: None,
            ingress_expiry: (now + ttl) as u64,
            sender,
            canister_id: self.counter,
            method_name: "inc".into(),
            arg: vec![],
            sender_info: None,
        }
    }
}

pub fn user(seed: u8) -> BasicIdentity {
    BasicIdentity::from_raw_key(&[seed; 32])
}

pub fn signed(content: EnvelopeContent, by: &BasicIdentity) -> Envelope<'static> {
    let signature = by.sign(&content).unwrap();
    Envelope {
        content: Cow::Owned(content),
        sender_pubkey: signature.public_key,
        sender_sig: signature.signature,
        sender_delegation: None,
    }
}

pub fn assert_refused((status, text): (u16, String), expected: u16, reason: &str) {
    assert_eq!(status, expected, "{text}");
    assert!(text.contains(reason), "{reason}: {text}");
}
