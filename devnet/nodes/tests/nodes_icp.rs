//! An IC node runs canisters for an ordinary agent.

use candid::{Encode, Principal};
use devnet_nodes::{Error, IcNode};
use ic_agent::{
    Identity,
    identity::{AnonymousIdentity, BasicIdentity},
};
use sha2::{Digest, Sha256};

/// The smallest module: the magic number and the version.
const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";
const CYCLES: u128 = 10_000_000_000_000;

fn identity(n: u8) -> BasicIdentity {
    BasicIdentity::from_raw_key(&[n; 32])
}

#[tokio::test]
async fn two_nodes_run_side_by_side_with_keys_of_their_own() {
    let (one, two) = (IcNode::start().await.unwrap(), IcNode::start().await.unwrap());
    assert_ne!(one.url(), two.url());
    assert_eq!(one.root_key().len(), 133, "a BLS key in DER");
    for node in [&one, &two] {
        let agent = node.agent(AnonymousIdentity).unwrap();
        assert!(
            agent
                .status()
                .await
                .unwrap()
                .root_key
                .is_some_and(|key| key == node.root_key())
        );
    }
}

/// The empty module with a custom section (core specification, section 5.5.3) of so many bytes.
fn module_of(bytes: usize) -> Vec<u8> {
    let mut section = [&[1, b'x'][..], &vec![0; bytes]].concat();
    let mut length = section.len();
    let mut module = [EMPTY_MODULE, &[0]].concat();
    while length >= 0x80 {
        module.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    module.push(length as u8);
    module.append(&mut section);
    module
}

#[tokio::test]
async fn a_module_that_is_too_long_for_a_message_is_installed_in_chunks() {
    let node = IcNode::start().await.unwrap();
    let agent = node.agent(identity(1)).unwrap();
    let canister = node.create_canister(&agent, CYCLES).await.unwrap();
    let hash = || agent.read_state_canister_module_hash(canister);
    for (module, upgraded) in [(module_of(3_000_000), false), (module_of(2_500_000), true)] {
        let done = match upgraded {
            false => node.install(&agent, canister, &module, vec![]).await,
            true => node.upgrade(&agent, canister, &module, vec![]).await,
        };
        done.unwrap();
        assert_eq!(hash().await.unwrap(), Sha256::digest(&module).to_vec());
    }
}

#[tokio::test]
async fn a_canister_is_created_installed_and_upgraded() {
    let node = IcNode::start().await.unwrap();
    let agent = node.agent(identity(1)).unwrap();
    let canister = node.create_canister(&agent, CYCLES).await.unwrap();
    let controllers = agent.read_state_canister_controllers(canister).await.unwrap();
    assert_eq!(controllers, [identity(1).sender().unwrap()]);
    node.install(&agent, canister, EMPTY_MODULE, vec![])
        .await
        .unwrap();
    assert!(
        agent
            .read_state_canister_module_hash(canister)
            .await
            .unwrap()
            .starts_with(b"\x93\xa4\x4b\xbb")
    );
    node.upgrade(&agent, canister, EMPTY_MODULE, vec![])
        .await
        .unwrap();
    node.top_up(&agent, canister, CYCLES).await.unwrap();
    assert_ne!(node.create_canister(&agent, CYCLES).await.unwrap(), canister);
}

#[tokio::test]
async fn a_refusal_says_what_was_tried() {
    let node = IcNode::start().await.unwrap();
    let agent = node.agent(identity(1)).unwrap();
    let canister = node.create_canister(&agent, CYCLES).await.unwrap();
    let broken = node
        .install(&agent, canister, b"no wasm", vec![])
        .await
        .unwrap_err();
    assert!(
        broken
            .to_string()
            .contains(&format!("cannot install code in {canister}")),
        "{broken}"
    );
    let stranger = node.agent(identity(2)).unwrap();
    let refused = node
        .install(&stranger, canister, EMPTY_MODULE, vec![])
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Ic { .. }), "{refused}");
}

#[tokio::test]
async fn an_agent_with_another_root_key_trusts_nothing_here() {
    let (one, two) = (IcNode::start().await.unwrap(), IcNode::start().await.unwrap());
    let agent = one.agent(identity(1)).unwrap();
    agent.set_root_key(two.root_key().to_vec());
    // PocketIC gives all its instances the same keys.
    assert_eq!(
        one.create_canister(&agent, CYCLES).await.is_ok(),
        one.root_key() == two.root_key()
    );
}

#[tokio::test]
async fn nothing_listens_after_the_end() {
    let node = IcNode::start().await.unwrap();
    let (url, agent) = (node.url().to_owned(), node.agent(AnonymousIdentity).unwrap());
    drop(node);
    assert!(agent.status().await.is_err());
    let port = url
        .rsplit_once(':')
        .unwrap()
        .1
        .trim_end_matches('/')
        .parse()
        .unwrap();
    let again = IcNode::start_on(port).await.unwrap();
    assert_eq!(
        again.url().rsplit_once(':').unwrap().1.trim_end_matches('/'),
        port.to_string()
    );
    let taken = IcNode::start_on(port).await.unwrap_err();
    assert!(
        matches!(taken, Error::Ic { .. }) && taken.to_string().contains(&port.to_string()),
        "{taken}"
    );
}

#[tokio::test]
async fn an_unknown_canister_is_an_error() {
    let node = IcNode::start().await.unwrap();
    let agent = node.agent(identity(1)).unwrap();
    let nobody = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 77, 1, 1]);
    assert!(
        agent
            .update(&nobody, "f")
            .with_arg(Encode!().unwrap())
            .call_and_wait()
            .await
            .is_err()
    );
}
