//! Certificates: an agent accepts those of its root key, and no other.

mod common;

use candid::Principal;
use common::*;
use ic_agent::{Agent, AgentError, identity::BasicIdentity, lookup_value};
use ic_certification::Certificate;
use ic_emulator::{Emulator, Gateway, Options};
use ic_error_types::ErrorCode;

/// `certify` certifies its argument; `certificate` replies with the certificate that queries get.
const CERTIFIER: &str = r#"
    (func (export "canister_update certify")
        (call $arg_copy (i32.const 0) (i32.const 0) (call $arg_size))
        (call $certify (i32.const 0) (call $arg_size))
        (call $reply))
    (func (export "canister_update certify_and_trap")
        (call $certify (i32.const 0) (i32.const 4))
        (unreachable))
    (func $certificate (export "canister_query certificate")
        (call $certificate_copy (i32.const 0) (i32.const 0) (call $certificate_size))
        (call $append (i32.const 0) (call $certificate_size))
        (call $reply))
    (func (export "canister_update replicated_certificate") (call $certificate))
    (func (export "canister_query present") (call $reply_u32 (call $certificate_present)))"#;

fn gateway(emulator: &Emulator) -> Gateway {
    emulator.start_gateway(([127, 0, 0, 1], 0).into()).unwrap()
}

fn agent(gateway: &Gateway) -> Agent {
    let identity = BasicIdentity::from_raw_key(&[9; 32]);
    let agent = Agent::builder()
        .with_url(gateway.url())
        .with_identity(identity)
        .build()
        .unwrap();
    agent.set_root_key(gateway.root_key().to_vec());
    agent
}

/// The certified data in a certificate that the agent accepts.
fn certified_data(agent: &Agent, id: Principal, certificate: &[u8]) -> Result<Vec<u8>, AgentError> {
    let certificate: Certificate = serde_cbor::from_slice(certificate).unwrap();
    agent.verify(&certificate, id)?;
    let path = [
        b"canister".to_vec(),
        id.as_slice().to_vec(),
        b"certified_data".to_vec(),
    ];
    lookup_value(&certificate, path).map(<[u8]>::to_vec)
}

#[tokio::test]
async fn queries_get_a_certificate_of_the_certified_data() {
    let emulator = emulator();
    let id = deploy(&emulator, CERTIFIER);
    // Others in the tree, so that it has something to leave out.
    let others = [
        deploy(&emulator, CERTIFIER),
        deploy(&emulator, COUNTER),
        create(&emulator, 0),
    ];
    let gateway = gateway(&emulator);
    let agent = agent(&gateway);
    for data in [&b"first"[..], &[7; 32], b""] {
        agent
            .update(&id, "certify")
            .with_arg(data)
            .call_and_wait()
            .await
            .unwrap();
        let certificate = agent.query(&id, "certificate").with_arg([]).call().await.unwrap();
        assert_eq!(certified_data(&agent, id, &certificate).unwrap(), data);
        for other in others {
            let error = certified_data(&agent, other, &certificate).unwrap_err();
            assert!(
                matches!(
                    error,
                    AgentError::LookupPathUnknown(_) | AgentError::LookupPathAbsent(_)
                ),
                "{error}"
            );
        }
    }
    assert_eq!(number(query(&emulator, id, "present")), 1);
}

#[test]
fn a_trap_undoes_certification_and_an_upgrade_keeps_it() {
    let emulator = emulator();
    let gateway = gateway(&emulator);
    let agent = agent(&gateway);
    let id = deploy(&emulator, CERTIFIER);
    let certified = || {
        let certificate = query(&emulator, id, "certificate").unwrap();
        certified_data(&agent, id, &certificate).unwrap()
    };
    emulator.update(owner(), id, "certify", b"data".to_vec()).unwrap();
    update(&emulator, id, "certify_and_trap").unwrap_err();
    assert_eq!(certified(), b"data");
    let mode = ic_management_canister_types::CanisterInstallMode::Upgrade(None);
    install_as(&emulator, owner(), id, mode, &canister(CERTIFIER)).unwrap();
    assert_eq!(certified(), b"data");
}

#[test]
fn update_calls_get_no_certificate() {
    let emulator = emulator();
    let id = deploy(&emulator, CERTIFIER);
    assert_eq!(number(update(&emulator, id, "present")), 0);
    let reject = update(&emulator, id, "replicated_certificate").unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterContractViolation));
}

#[tokio::test]
async fn an_agent_with_another_root_key_refuses_everything() {
    let emulator = emulator();
    let id = deploy(&emulator, CERTIFIER);
    let gateway = gateway(&emulator);
    let agent = agent(&gateway);
    let other = Emulator::new(Options {
        seed: [8; 32],
        ..Options::default()
    })
    .unwrap();
    assert_ne!(other.root_key(), gateway.root_key());
    agent.set_root_key(other.root_key());
    let error = agent
        .update(&id, "certify")
        .with_arg(b"data")
        .call_and_wait()
        .await
        .unwrap_err();
    assert!(
        matches!(error, AgentError::CertificateVerificationFailed()),
        "{error}"
    );
    let error = agent.read_state_canister_controllers(id).await.unwrap_err();
    assert!(
        matches!(error, AgentError::CertificateVerificationFailed()),
        "{error}"
    );
    // The node's key is in a certificate, too.
    agent.query(&id, "present").with_arg([]).call().await.unwrap_err();
    let certificate = query(&emulator, id, "certificate").unwrap();
    certified_data(&agent, id, &certificate).unwrap_err();
}

#[tokio::test]
async fn a_certificate_reveals_what_was_asked_for_and_no_more() {
    let emulator = emulator();
    let (id, other) = (deploy(&emulator, CERTIFIER), deploy(&emulator, CERTIFIER));
    emulator
        .update(owner(), id, "certify", b"the data".to_vec())
        .unwrap();
    emulator
        .update(owner(), other, "certify", b"the rest".to_vec())
        .unwrap();
    let reveals =
        |certificate: &[u8], text: &[u8]| certificate.windows(text.len()).any(|bytes| bytes == text);
    let certificate = query(&emulator, id, "certificate").unwrap();
    assert!(reveals(&certificate, b"the data"));
    assert!(!reveals(&certificate, b"the rest"), "another canister's");
    assert!(!reveals(&certificate, owner().as_slice()), "the controllers");

    let gateway = gateway(&emulator);
    let agent = agent(&gateway);
    let path = vec!["canister".into(), id.as_slice().into(), "controllers".into()];
    let certificate = agent.read_state_raw(vec![path], id).await.unwrap();
    let certificate = serde_cbor::to_vec(&certificate).unwrap();
    assert!(reveals(&certificate, owner().as_slice()));
    assert!(!reveals(&certificate, b"the data"));
}

#[test]
fn a_changed_certificate_is_refused() {
    let emulator = emulator();
    let id = deploy(&emulator, CERTIFIER);
    let gateway = gateway(&emulator);
    let agent = agent(&gateway);
    emulator
        .update(owner(), id, "certify", b"the data".to_vec())
        .unwrap();
    let mut certificate = query(&emulator, id, "certificate").unwrap();
    let at = certificate
        .windows(8)
        .position(|bytes| bytes == b"the data")
        .unwrap();
    certificate[at] ^= 1;
    certified_data(&agent, id, &certificate).unwrap_err();
}

#[test]
fn keys_follow_from_the_seed() {
    let with = |seed: [u8; 32]| {
        Emulator::new(Options {
            seed,
            ..Options::default()
        })
        .unwrap()
        .root_key()
    };
    assert_eq!(with([1; 32]), with([1; 32]));
    assert_ne!(with([1; 32]), with([2; 32]));
    with([0xff; 32]);
    let random = || Emulator::new(Options::default()).unwrap().root_key();
    assert_ne!(random(), random());
}
