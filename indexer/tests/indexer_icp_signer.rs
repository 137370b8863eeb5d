//! The ICP source against the real signer on an IC node: its log, as certified, is what is yielded.

use candid::{CandidType, Encode, Principal};
use devnet_nodes::IcNode;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use novate_bindings::artifacts::{SIGNER_ICRC3, SIGNER_WASM};
use novate_indexer::{
    icp::{IcpOptions, IcpSource, RootKey},
    row::{Event, Value},
    source::{Cursor, Source, Step},
};
use std::time::Duration;

#[derive(CandidType)]
struct InitArgs {
    admin: Principal,
    key_name: String,
}

struct Signer {
    node: IcNode,
    agent: Agent,
    canister: Principal,
}

impl Signer {
    async fn start() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let node = IcNode::start().await.unwrap();
        let identity = BasicIdentity::from_raw_key(&[1; 32]);
        let admin = identity.sender().unwrap();
        let agent = node.agent(identity).unwrap();
        let canister = node.create_canister(&agent, 10_000_000_000_000).await.unwrap();
        let init = Encode!(&InitArgs {
            admin,
            key_name: "dfx_test_key".into()
        })
        .unwrap();
        node.install(&agent, canister, SIGNER_WASM, init).await.unwrap();
        Self {
            node,
            agent,
            canister,
        }
    }

    async fn call(&self, method: &str) {
        let update = self
            .agent
            .update(&self.canister, method)
            .with_arg(Encode!().unwrap());
        update.call_and_wait().await.unwrap();
    }

    fn source(&self) -> IcpSource {
        IcpSource::new(IcpOptions {
            network: "ic".into(),
            contract: "signer".into(),
            url: self.node.url().into(),
            canister: self.canister.to_text(),
            root_key: RootKey::Der(self.node.root_key().to_vec()),
            schema_json: SIGNER_ICRC3.into(),
            start_block: 0,
            poll: Duration::from_millis(50),
        })
        .unwrap()
    }
}

/// Reads until nothing is new.
async fn read(source: &mut IcpSource, cursor: &mut Option<Cursor>, events: &mut Vec<Event>) {
    while let Step::Advance {
        events: new,
        undecoded,
        cursor: at,
        ..
    } = source.next(cursor.as_ref(), Duration::ZERO).await.unwrap()
    {
        assert_eq!(undecoded, []);
        events.extend(new);
        *cursor = Some(at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signers_log_is_followed_through_an_upgrade() {
    let signer = Signer::start().await;
    let mut source = signer.source();
    assert_eq!(
        source.identity().await.unwrap(),
        hex::encode(signer.node.root_key())
    );
    let (mut cursor, mut events) = (None, Vec::new());
    read(&mut source, &mut cursor, &mut events).await;
    for _ in 0..3 {
        signer.call("pause").await;
        signer.call("resume").await;
        read(&mut source, &mut cursor, &mut events).await;
    }
    signer
        .node
        .upgrade(&signer.agent, signer.canister, SIGNER_WASM, vec![])
        .await
        .unwrap();
    signer.call("pause").await;
    read(&mut source, &mut cursor, &mut events).await;

    let admin = signer.agent.get_principal().unwrap().to_text();
    let names: Vec<&str> = events.iter().map(|event| event.table.event.as_str()).collect();
    assert_eq!(
        names,
        [
            "Initialized",
            "RoleGranted",
            "Paused",
            "Resumed",
            "Paused",
            "Resumed",
            "Paused",
            "Resumed",
            "Paused"
        ]
    );
    assert_eq!(
        events[0].values[1..],
        [Value::Text(admin.clone()), Value::Text("dfx_test_key".into())]
    );
    assert!(
        events[2..]
            .iter()
            .all(|event| event.values == [Value::Text(admin.clone())])
    );
    for (index, pair) in events.windows(2).enumerate() {
        assert_eq!(pair[0].block.number, index as u64);
        assert_eq!(pair[1].block.parent_hash, pair[0].block.hash);
        assert!(pair[0].block.time <= pair[1].block.time);
    }

    // From nothing, a source made anew at every step sees the same.
    let (mut cursor_again, mut again) = (None, Vec::new());
    while let Step::Advance { events, cursor, .. } = signer
        .source()
        .next(cursor_again.as_ref(), Duration::ZERO)
        .await
        .unwrap()
    {
        again.extend(events);
        cursor_again = Some(cursor);
    }
    assert_eq!((again, cursor_again), (events, cursor));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_comes_to_who_waits_for_it() {
    let signer = Signer::start().await;
    let mut source = signer.source();
    let (mut cursor, mut events) = (None, Vec::new());
    read(&mut source, &mut cursor, &mut events).await;
    let (step, ()) = tokio::join!(
        source.next(cursor.as_ref(), Duration::from_secs(20)),
        signer.call("pause")
    );
    let step = step.unwrap();
    let Step::Advance {
        events,
        live: true,
        heads,
        ..
    } = step
    else {
        panic!("{step:?}")
    };
    assert_eq!(events[0].table.name.as_str(), "signer_paused");
    assert_eq!((heads.head, heads.confirmed, heads.finalized), (2, 2, 2));
}
