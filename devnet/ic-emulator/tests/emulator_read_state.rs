//! Who may read which part of the state tree.

mod common;

use candid::Principal;
use common::{
    http::{MINUTE, Setup, signed, user},
    *,
};
use ic_agent::{AgentError, Identity, agent::RequestStatusResponse, identity::AnonymousIdentity};
use std::time::{Duration, Instant};

#[tokio::test]
async fn only_the_sender_reads_the_status_of_a_request() {
    let setup = Setup::new();
    let me = user(1);
    let content = setup.inc(me.sender().unwrap(), MINUTE);
    let id = content.to_request_id();
    setup.call(&signed(content, &me)).await;
    setup
        .agent(user(1))
        .request_status_raw(&id, setup.counter)
        .await
        .unwrap();
    for agent in [setup.agent(user(2)), setup.agent(AnonymousIdentity)] {
        let error = agent.request_status_raw(&id, setup.counter).await.unwrap_err();
        assert!(
            matches!(&error, AgentError::HttpError(payload) if payload.status == 403),
            "{error}"
        );
    }
    let unknown = ic_agent::RequestId::new(&[3; 32]);
    let (status, _) = setup
        .agent(user(1))
        .request_status_raw(&unknown, setup.counter)
        .await
        .unwrap();
    assert_eq!(status, RequestStatusResponse::Unknown);
}

#[tokio::test]
async fn a_request_is_remembered_however_far_the_time_is_ahead() {
    let setup = Setup::new();
    let hour = Duration::from_secs(3_600);
    setup.emulator.advance_time(hour);
    let me = user(1);
    let content = setup.inc(me.sender().unwrap(), MINUTE);
    let id = content.to_request_id();
    let envelope = signed(content, &me);
    let path = format!("/api/v2/canister/{}/call", setup.counter);
    assert_eq!(setup.post(&path, envelope.encode_bytes()).await.0, 202);
    let agent = setup.agent(me);
    let deadline = Instant::now() + Duration::from_secs(20);
    let reply = loop {
        match agent.request_status_raw(&id, setup.counter).await.unwrap().0 {
            RequestStatusResponse::Replied(reply) => break reply.arg,
            RequestStatusResponse::Processing => assert!(Instant::now() < deadline, "no reply within 20 s"),
            other => panic!("an accepted request is {other:?}"),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(reply, 1_u32.to_le_bytes());

    setup.call(&envelope).await;
    assert_eq!(setup.count(), 1, "the same request is not executed again");
    setup.emulator.advance_time(hour);
    setup.call(&envelope).await;
    assert_eq!(setup.count(), 1, "nor when the time moved on since");
}

#[tokio::test]
async fn certified_data_and_foreign_canisters_cannot_be_read() {
    let setup = Setup::new();
    let other = create(&setup.emulator, 0);
    let agent = setup.agent(user(1));
    let read = async |id: Principal, leaf: &str| {
        let path = vec!["canister".into(), id.as_slice().into(), leaf.into()];
        agent.read_state_raw(vec![path], setup.counter).await
    };
    read(setup.counter, "controllers").await.unwrap();
    for (id, leaf) in [
        (setup.counter, "certified_data"),
        (setup.counter, "heap"),
        (other, "controllers"),
    ] {
        let error = read(id, leaf).await.unwrap_err();
        assert!(
            matches!(&error, AgentError::HttpError(payload) if payload.status == 400),
            "{leaf}: {error}"
        );
    }
}

#[tokio::test]
async fn private_metadata_is_for_controllers() {
    let setup = Setup::new();
    let agent = setup.agent(user(1));
    let me = user(1).sender().unwrap();
    let id = create(&setup.emulator, 0);
    let wasm = wat::parse_str(
        r#"(module
            (@custom "icp:public candid:service" "service : {}")
            (@custom "icp:private secret" "hidden"))"#,
    );
    let mode = ic_management_canister_types::CanisterInstallMode::Install;
    install_as(&setup.emulator, owner(), id, mode, &wasm.unwrap()).unwrap();
    assert_eq!(
        agent
            .read_state_canister_metadata(id, "candid:service")
            .await
            .unwrap(),
        b"service : {}"
    );
    let error = agent
        .read_state_canister_metadata(id, "secret")
        .await
        .unwrap_err();
    assert!(
        matches!(&error, AgentError::HttpError(payload) if payload.status == 403),
        "{error}"
    );
    let error = agent
        .read_state_canister_metadata(id, "absent")
        .await
        .unwrap_err();
    assert!(matches!(error, AgentError::LookupPathAbsent(_)), "{error}");
    set_controllers(&setup.emulator, id, vec![me]).unwrap();
    assert_eq!(
        agent.read_state_canister_metadata(id, "secret").await.unwrap(),
        b"hidden"
    );
}
