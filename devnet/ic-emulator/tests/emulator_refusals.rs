//! Requests that the gateway refuses.

mod common;

use candid::{Encode, Principal};
use common::{
    http::{MINUTE, Setup, assert_refused, signed, user},
    *,
};
use ic_agent::{
    Identity,
    identity::{DelegatedIdentity, Delegation, SignedDelegation},
};
use std::{
    borrow::Cow,
    time::{SystemTime, UNIX_EPOCH},
};

#[tokio::test]
async fn forged_signatures_are_refused() {
    let setup = Setup::new();
    let (me, mallory) = (user(1), user(2));
    let content = || setup.inc(me.sender().unwrap(), MINUTE);

    let good = signed(content(), &me);
    let (status, _) = setup.call(&good).await;
    assert_eq!((status, setup.count()), (200, 1));

    let mut broken = signed(content(), &me);
    broken.sender_sig.as_mut().unwrap()[5] ^= 1;
    assert_refused(setup.call(&broken).await, 403, "signature is not valid");

    let mut other_content = signed(content(), &me);
    other_content.content = Cow::Owned(setup.inc(me.sender().unwrap(), 2 * MINUTE));
    assert_refused(setup.call(&other_content).await, 403, "signature is not valid");

    assert_refused(
        setup.call(&signed(content(), &mallory)).await,
        403,
        "not the key of",
    );

    let mut mallorys = signed(content(), &mallory);
    mallorys.sender_pubkey = me.public_key();
    assert_refused(setup.call(&mallorys).await, 403, "signature is not valid");

    let mut short = signed(content(), &me);
    short.sender_sig = Some(vec![1, 2, 3]);
    assert_refused(setup.call(&short).await, 403, "signature is not valid");

    let mut unsigned = signed(content(), &me);
    unsigned.sender_sig = None;
    assert_refused(setup.call(&unsigned).await, 403, "sender_sig is missing");
    unsigned.sender_pubkey = None;
    assert_refused(setup.call(&unsigned).await, 403, "sender_pubkey is missing");

    let anonymous = signed(setup.inc(Principal::anonymous(), MINUTE), &me);
    assert_refused(setup.call(&anonymous).await, 400, "anonymous sender has neither");

    let key = b"not DER".to_vec();
    let mut strange = signed(setup.inc(Principal::self_authenticating(&key), MINUTE), &me);
    strange.sender_pubkey = Some(key);
    assert_refused(setup.call(&strange).await, 400, "neither Ed25519 nor secp256k1");

    assert_eq!(setup.count(), 1, "none of them was executed");
}

#[tokio::test]
async fn requests_expire_and_cannot_be_made_to_last() {
    let setup = Setup::new();
    let me = user(1);
    let inc = |ttl| signed(setup.inc(me.sender().unwrap(), ttl), &me);
    assert_refused(setup.call(&inc(-MINUTE)).await, 400, "in the past");
    assert_refused(
        setup.call(&inc(-50 * 365 * 24 * 60 * MINUTE)).await,
        400,
        "in the past",
    );
    assert_refused(setup.call(&inc(6 * MINUTE)).await, 400, "too far ahead");
    assert_refused(
        setup.call(&inc(i128::from(u64::MAX) / 3)).await,
        400,
        "too far ahead",
    );
    assert_eq!(setup.count(), 0);
}

#[tokio::test]
async fn a_request_sent_twice_is_executed_once_and_answered_alike() {
    let setup = Setup::new();
    let me = user(1);
    let inc = signed(setup.inc(me.sender().unwrap(), MINUTE), &me);
    let agent = setup.agent(user(1));
    for _ in 0..3 {
        let reply = agent
            .update_signed(setup.counter, inc.encode_bytes())
            .await
            .unwrap();
        assert_eq!(
            reply,
            ic_agent::agent::CallResponse::Response(1_u32.to_le_bytes().to_vec())
        );
    }
    assert_eq!(setup.count(), 1);
}

#[tokio::test]
async fn malformed_bodies_and_paths_are_refused() {
    let setup = Setup::new();
    let counter = setup.counter;
    let deep = [vec![0x81; 100_000], vec![0]].concat();
    for body in [
        vec![],
        b"garbage".to_vec(),
        vec![0xff; 1_000],
        vec![0xa0],
        vec![0xbf],
        deep,
    ] {
        for request in ["call", "query", "read_state"] {
            let path = format!("/api/v3/canister/{counter}/{request}");
            assert_refused(setup.post(&path, body.clone()).await, 400, "not a CBOR envelope");
        }
    }
    let me = user(1);
    let call = signed(setup.inc(me.sender().unwrap(), MINUTE), &me).encode_bytes();
    for end in (0..call.len()).step_by(7) {
        let path = format!("/api/v3/canister/{counter}/call");
        assert_refused(
            setup.post(&path, call[..end].to_vec()).await,
            400,
            "not a CBOR envelope",
        );
    }
    let send = async |path: String| setup.post(&path, call.clone()).await;
    assert_refused(
        send(format!("/api/v3/canister/{counter}/query")).await,
        400,
        "type query",
    );
    assert_refused(
        send(format!("/api/v3/canister/{counter}/read_state")).await,
        400,
        "type read_state",
    );
    assert_refused(
        send("/api/v3/canister/nobody/call".into()).await,
        400,
        "not a principal",
    );
    assert_refused(
        send(format!("/api/v9/canister/{counter}/call")).await,
        404,
        "no endpoint",
    );
    assert_refused(
        send("/api/v3/canister/aaaaa-aa/call".into()).await,
        400,
        "effective canister id must be",
    );
    let (status, _) = setup
        .post(&format!("/api/v3/canister/{counter}/call"), vec![0; 3 << 20])
        .await;
    assert_eq!(status, 413);
    assert_eq!(setup.count(), 0);
}

#[tokio::test]
async fn delegations_hold_for_their_key_time_and_canisters() {
    let setup = Setup::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let call = async |signer: u8, expiration: u64, targets: Option<Vec<Principal>>| {
        let delegation = Delegation {
            pubkey: user(2).public_key().unwrap(),
            expiration,
            targets,
            permissions: None,
        };
        let signature = user(signer)
            .sign_delegation(&delegation)
            .unwrap()
            .signature
            .unwrap();
        let chain = vec![SignedDelegation {
            delegation,
            signature,
        }];
        let key = user(1).public_key().unwrap();
        let identity = DelegatedIdentity::new_unchecked(key, Box::new(user(2)), chain);
        setup
            .agent(identity)
            .update(&setup.counter, "inc")
            .with_arg([])
            .call_and_wait()
            .await
    };
    let later = now + 3_600_000_000_000;
    call(1, later, None).await.unwrap();
    call(1, later, Some(vec![setup.counter])).await.unwrap();
    call(1, now - 1, None).await.unwrap_err();
    call(1, later, Some(vec![Principal::anonymous()]))
        .await
        .unwrap_err();
    call(2, later, None).await.unwrap_err();
    assert_eq!(setup.count(), 2);

    let delegate = |from: u8, to: u8| {
        let pubkey = user(to).public_key().unwrap();
        let delegation = Delegation {
            pubkey,
            expiration: later,
            targets: None,
            permissions: None,
        };
        let signature = user(from)
            .sign_delegation(&delegation)
            .unwrap()
            .signature
            .unwrap();
        SignedDelegation {
            delegation,
            signature,
        }
    };
    let call = async |signer: u8, chain: Vec<SignedDelegation>| {
        let identity =
            DelegatedIdentity::new_unchecked(user(1).public_key().unwrap(), Box::new(user(signer)), chain);
        setup
            .agent(identity)
            .update(&setup.counter, "inc")
            .with_arg([])
            .call_and_wait()
            .await
    };
    call(3, vec![delegate(1, 2), delegate(2, 3)]).await.unwrap();
    call(1, vec![delegate(1, 2), delegate(2, 1)]).await.unwrap_err();
    call(1, vec![delegate(1, 1)]).await.unwrap_err();
    call(23, (1..23).map(|n| delegate(n, n + 1)).collect())
        .await
        .unwrap_err();
    assert_eq!(setup.count(), 3);
}

#[tokio::test]
async fn a_busy_canister_is_answered_later() {
    let setup = Setup::new();
    // The canister stops itself and waits for its own call.
    let id = deploy(&setup.emulator, FORWARDER);
    set_controllers(&setup.emulator, id, vec![owner(), id]).unwrap();
    let record = ic_management_canister_types::CanisterIdRecord { canister_id: id };
    let stop = Encode!(&record).unwrap();
    let arg = forwarded(0, Principal::management_canister(), "stop_canister", &stop);
    let agent = setup.agent(user(1));
    let answer = agent.update(&id, "forward").with_arg(arg).call().await.unwrap();
    let ic_agent::agent::CallResponse::Poll(request) = answer else {
        panic!("answered: {answer:?}")
    };
    let (status, _) = agent.request_status_raw(&request, id).await.unwrap();
    assert_eq!(status, ic_agent::agent::RequestStatusResponse::Processing);
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let emulator = emulator();
    let gateway = emulator.start_gateway(([127, 0, 0, 1], 0).into()).unwrap();
    let address = gateway.url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = emulator.start_gateway(address).unwrap_err().to_string();
    assert!(error.contains(&address.to_string()), "{error}");
    gateway.shutdown();
    emulator.start_gateway(address).unwrap();
}
