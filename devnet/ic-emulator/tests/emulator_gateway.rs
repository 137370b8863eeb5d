//! An ordinary agent as the client: creates, installs, calls, queries, reads state, and checks every signature.

mod common;

use candid::{Decode, Encode, Nat, Principal};
use common::*;
use ic_agent::{
    Agent, Identity,
    identity::{AnonymousIdentity, BasicIdentity, Secp256k1Identity},
};
use ic_emulator::Gateway;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, EcdsaCurve, EcdsaKeyId, EcdsaPublicKeyArgs, EcdsaPublicKeyResult,
    ProvisionalCreateCanisterWithCyclesArgs, SchnorrAlgorithm, SchnorrKeyId, SchnorrPublicKeyArgs,
    SchnorrPublicKeyResult, SignWithEcdsaArgs, SignWithEcdsaResult, SignWithSchnorrArgs,
    SignWithSchnorrResult,
};

fn gateway() -> Gateway {
    emulator().start_gateway(([127, 0, 0, 1], 0).into()).unwrap()
}

async fn agent(gateway: &Gateway, identity: impl Identity + 'static) -> Agent {
    let agent = Agent::builder()
        .with_url(gateway.url())
        .with_identity(identity)
        .build()
        .unwrap();
    agent.fetch_root_key().await.unwrap();
    assert_eq!(agent.read_root_key(), gateway.root_key());
    agent
}

async fn deploy_over_http(agent: &Agent, wasm: &[u8]) -> Principal {
    let management = Principal::management_canister();
    let args = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(TRILLION)),
        settings: None,
        specified_id: None,
        sender_canister_version: None,
    };
    let create = agent.update(&management, "provisional_create_canister_with_cycles");
    let reply = create
        .with_arg(Encode!(&args).unwrap())
        .call_and_wait()
        .await
        .unwrap();
    let id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let install = agent
        .update(&management, "install_code")
        .with_effective_canister_id(id);
    let args = install_args(id, CanisterInstallMode::Install, wasm);
    install
        .with_arg(Encode!(&args).unwrap())
        .call_and_wait()
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn agents_create_install_update_and_query() {
    let gateway = gateway();
    for agent in [
        agent(&gateway, BasicIdentity::from_raw_key(&[9; 32])).await,
        agent(
            &gateway,
            Secp256k1Identity::from_private_key(k256::SecretKey::from_slice(&[9; 32]).unwrap()),
        )
        .await,
        agent(&gateway, AnonymousIdentity).await,
    ] {
        let id = deploy_over_http(&agent, &canister(COUNTER)).await;
        for n in 1..4_u32 {
            let reply = agent
                .update(&id, "inc")
                .with_arg(vec![])
                .call_and_wait()
                .await
                .unwrap();
            assert_eq!(reply, n.to_le_bytes());
        }
        // The agent verifies the node's signature of a query.
        let reply = agent.query(&id, "get").with_arg(vec![]).call().await.unwrap();
        assert_eq!(reply, 3_u32.to_le_bytes());
    }
}

#[tokio::test]
async fn agents_read_the_state_tree() {
    let gateway = gateway();
    let identity = BasicIdentity::from_raw_key(&[9; 32]);
    let me = identity.sender().unwrap();
    let agent = agent(&gateway, identity).await;
    let wasm = canister(COUNTER);
    let id = deploy_over_http(&agent, &wasm).await;
    assert_eq!(agent.read_state_canister_controllers(id).await.unwrap(), [me]);
    use sha2::Digest;
    let hash = sha2::Sha256::digest(&wasm).to_vec();
    assert_eq!(agent.read_state_canister_module_hash(id).await.unwrap(), hash);
    assert_eq!(
        agent.status().await.unwrap().replica_health_status.as_deref(),
        Some("healthy")
    );
    let subnet = Principal::self_authenticating(gateway.root_key());
    assert!(
        agent
            .fetch_subnet_by_id(&subnet)
            .await
            .unwrap()
            .contains_canister(&id)
    );
    assert_eq!(agent.fetch_subnet_by_canister(&id).await.unwrap().id(), subnet);
    agent.fetch_subnet_by_id(&me).await.unwrap_err();
}

#[tokio::test]
async fn canisters_sign_with_the_keys_of_pocketic() {
    let gateway = gateway();
    let agent = agent(&gateway, BasicIdentity::from_raw_key(&[9; 32])).await;
    let id = deploy_over_http(&agent, &canister(FORWARDER)).await;
    let management = Principal::management_canister();
    let forward = async |cycles: u64, method: &str, arg: Vec<u8>| {
        let arg = forwarded(cycles, management, method, &arg);
        agent.update(&id, "forward").with_arg(arg).call_and_wait().await
    };
    let path = vec![b"path".to_vec()];

    let key_id = EcdsaKeyId {
        curve: EcdsaCurve::Secp256k1,
        name: "dfx_test_key".into(),
    };
    let args = EcdsaPublicKeyArgs {
        canister_id: None,
        derivation_path: path.clone(),
        key_id: key_id.clone(),
    };
    let reply = forward(0, "ecdsa_public_key", Encode!(&args).unwrap())
        .await
        .unwrap();
    let public = Decode!(&reply, EcdsaPublicKeyResult).unwrap();
    let (expected, chain_code) = ic_secp256k1::PublicKey::derive_pocketic_key(
        ic_secp256k1::PocketIcMasterPublicKeyId::EcdsaDfxTestKey,
        &ic_secp256k1::CanisterId::try_from(id.as_slice()).unwrap(),
        &path,
    );
    assert_eq!(public.public_key, expected.serialize_sec1(true));
    assert_eq!(public.chain_code, chain_code);
    let args = SignWithEcdsaArgs {
        message_hash: vec![3; 32],
        derivation_path: path.clone(),
        key_id,
    };
    let reply = forward(10_000_000_000, "sign_with_ecdsa", Encode!(&args).unwrap())
        .await
        .unwrap();
    let signature = Decode!(&reply, SignWithEcdsaResult).unwrap().signature;
    assert!(expected.verify_ecdsa_signature_prehashed(&[3; 32], &signature));
    let error = forward(9_999_999_999, "sign_with_ecdsa", Encode!(&args).unwrap())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("10000000000 cycles are required"),
        "{error}"
    );

    let key_id = SchnorrKeyId {
        algorithm: SchnorrAlgorithm::Ed25519,
        name: "key_1".into(),
    };
    let args = SchnorrPublicKeyArgs {
        canister_id: None,
        derivation_path: path.clone(),
        key_id: key_id.clone(),
    };
    let reply = forward(0, "schnorr_public_key", Encode!(&args).unwrap())
        .await
        .unwrap();
    let public = Decode!(&reply, SchnorrPublicKeyResult).unwrap();
    let (expected, _) =
        ic_ed25519::PublicKey::pocketic_key(ic_ed25519::PocketIcMasterPublicKeyId::Key1).derive_subkey(
            &ic_ed25519::DerivationPath::from_canister_id_and_path(id.as_slice(), &path),
        );
    assert_eq!(public.public_key, expected.serialize_raw());
    let args = SignWithSchnorrArgs {
        message: b"hello".to_vec(),
        derivation_path: path,
        key_id,
        aux: None,
    };
    let reply = forward(26_153_846_153, "sign_with_schnorr", Encode!(&args).unwrap())
        .await
        .unwrap();
    let signature = Decode!(&reply, SignWithSchnorrResult).unwrap().signature;
    expected.verify_signature(b"hello", &signature).unwrap();
}
