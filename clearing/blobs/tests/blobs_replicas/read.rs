use crate::{
    common::{
        LIMIT, blob, ready,
        server::{Fault, Server},
    },
    memory::{Memory, Mode, replicas, settings},
};
use axum::{Router, extract::Path, routing::get};
use novate_blobs::{
    BlobStore, Replicas, Settings, StoreError, Writes, breaker::Circuit, disk::Disk, gateway::Gateway,
};
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_next_store_is_read_when_one_lacks_it_fails_hangs_or_lies() {
    let [a, b] = ["a", "b"].map(Memory::new);
    let replicas = replicas(&[&a, &b]);
    let (cid, bytes) = blob(1, 1_000);
    b.blobs.lock().unwrap().insert(cid, bytes.clone());
    for mode in [Mode::Well, Mode::Fails, Mode::Silent] {
        a.set(mode);
        assert_eq!(
            replicas.get(&cid).await.unwrap().as_ref(),
            Some(&bytes),
            "{mode:?}"
        );
    }
    a.set(Mode::Lies);
    assert_eq!(replicas.get(&cid).await.unwrap().as_ref(), Some(&bytes));
}

#[tokio::test]
async fn bytes_are_checked_though_the_store_did_not() {
    let [a, b] = ["a", "b"].map(Memory::new);
    a.set(Mode::Lies);
    b.set(Mode::Lies);
    let error = replicas(&[&a, &b]).get(&blob(1, 10).0).await.unwrap_err();
    let StoreError::Unavailable { failures, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(failures.0.len(), 2);
    for failure in failures.0 {
        assert!(
            matches!(failure.error, StoreError::WrongBytes { .. }),
            "{}",
            failure.error
        );
    }
}

#[tokio::test]
async fn absent_is_said_only_when_every_store_says_so() {
    let [a, b] = ["a", "b"].map(Memory::new);
    let replicas = replicas(&[&a, &b]);
    let (cid, _) = blob(1, 10);
    assert_eq!(replicas.get(&cid).await.unwrap(), None);
    b.set(Mode::Fails);
    let error = replicas.get(&cid).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_store_that_gave_wrong_bytes_is_sent_the_right_ones() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open("disk", folder.path(), LIMIT).unwrap();
    let other = Memory::new("other");
    let stores: Vec<Box<dyn BlobStore>> = vec![Box::new(disk.clone()), Box::new(other.clone())];
    let replicas = Replicas::new(stores, settings()).unwrap();
    let (cid, bytes) = blob(1, 1_000);
    for store in [&disk as &dyn BlobStore, &other] {
        store.put(&cid, &bytes).await.unwrap();
    }
    std::fs::write(disk.path(&cid), "damaged").unwrap();
    assert_eq!(replicas.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    assert_eq!(disk.get(&cid).await.unwrap(), Some(bytes), "it is mended");
}

#[tokio::test]
async fn three_failures_open_the_circuit_and_one_probe_closes_it() {
    let [a, b] = ["a", "b"].map(Memory::new);
    let replicas = replicas(&[&a, &b]);
    let (cid, bytes) = blob(1, 10);
    b.blobs.lock().unwrap().insert(cid, bytes);
    a.set(Mode::Fails);
    for _ in 0..10 {
        replicas.get(&cid).await.unwrap();
    }
    assert!(
        (3..=4).contains(&a.calls()),
        "left alone after three: {}",
        a.calls()
    );
    let status = &replicas.status()[0];
    assert_eq!(status.last_error.as_deref(), Some("store a: it is ill"));
    a.set(Mode::Well);
    let end = Instant::now() + Duration::from_secs(5);
    while replicas.status()[0].circuit != Circuit::Closed {
        assert!(Instant::now() < end, "it was never probed");
        replicas.get(&cid).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_is_only_slow_to_come_does_not_open_the_circuit() {
    let [a, b, c] = ["a", "b", "c"].map(Memory::new);
    a.set(Mode::Pending);
    let replicas = replicas(&[&a, &b, &c]);
    for seed in 0..10 {
        replicas.put(blob(seed, 10).1).await.unwrap();
    }
    assert_eq!(replicas.status()[0].circuit, Circuit::Closed);
}

/// Several gateways, all but the last of which misbehave, as the deployment of a reader.
#[tokio::test]
async fn one_honest_gateway_of_many_is_enough() {
    ready();
    let (cid, bytes) = blob(1, 300_000);
    let router =
        |bytes: Vec<u8>| Router::new().route("/ipfs/{cid}", get(move |_: Path<String>| async { bytes }));
    let faults = [
        Fault::WrongBytes,
        Fault::Truncated,
        Fault::Cut,
        Fault::Silent,
        Fault::Stalled,
        Fault::Endless,
        Fault::RedirectLoop,
        Fault::Status(404),
        Fault::Status(429),
        Fault::Status(504),
        Fault::None,
    ];
    let (mut servers, mut stores) = (vec![], vec![]);
    for fault in faults {
        let server = Server::start(router(bytes.clone())).await;
        server.set(fault);
        let gateway = Gateway::new(&format!("{fault:?}"), server.url.clone(), LIMIT).unwrap();
        stores.push(Box::new(gateway) as Box<dyn BlobStore>);
        servers.push(server);
    }
    stores.push(Box::new(Memory::that_writes("local", Writes::Blobs)));
    let settings = Settings {
        copies: 1,
        read_limit: Duration::from_secs(2),
        ..settings()
    };
    let replicas = Replicas::new(stores, settings).unwrap();
    assert_eq!(replicas.get(&cid).await.unwrap(), Some(bytes));
    let failed = replicas
        .status()
        .iter()
        .filter(|store| store.last_error.is_some())
        .count();
    assert_eq!(
        failed,
        faults.len() - 2,
        "all but the one that lacks it and the honest one"
    );
}

#[test]
fn a_store_has_five_seconds_to_give_a_blob() {
    assert_eq!(Settings::default().read_limit, Duration::from_secs(5));
    assert_eq!(Settings::default().copies, 2);
}
