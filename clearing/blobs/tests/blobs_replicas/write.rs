use crate::{
    common::blob,
    memory::{Memory, Mode, replicas, settings},
};
use novate_blobs::{BlobStore, MAX_ANCHOR, Replicas, Settings, StoreError, Writes, cid_of};
use std::time::{Duration, Instant};

/// Polls until it holds, for at most five seconds.
async fn eventually(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(5);
    while !what() {
        assert!(Instant::now() < end, "it never came to hold");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_blob_is_written_to_every_store() {
    let stores = ["a", "b", "c"].map(Memory::new);
    let (cid, bytes) = blob(1, 1_000);
    let kept = replicas(&stores.each_ref()).put(bytes).await.unwrap();
    assert_eq!(kept.cid, cid);
    assert!(kept.stores.len() >= 2, "{kept:?}");
    eventually(|| stores.iter().all(|store| store.holds(&cid))).await;
}

#[tokio::test]
async fn two_copies_are_enough_and_one_is_not() {
    let [a, b, c] = ["a", "b", "c"].map(Memory::new);
    let replicas = replicas(&[&a, &b, &c]);
    for ill in [Mode::Fails, Mode::Pending, Mode::Silent] {
        a.set(ill);
        b.set(Mode::Well);
        let kept = replicas.put(blob(1, 10).1).await.unwrap();
        assert!(!kept.stores.contains(&"a".to_owned()), "{kept:?}");
        b.set(ill);
        let error = replicas.put(blob(2, 10).1).await.unwrap_err();
        let StoreError::TooFewCopies {
            kept: 1,
            wanted: 2,
            failures,
            ..
        } = error
        else {
            panic!("{ill:?}: {error}");
        };
        assert_eq!(failures.0.len(), 2, "each store is told of: {failures}");
        // Lets the circuits close again.
        a.set(Mode::Well);
        b.set(Mode::Well);
        eventually(|| replicas.status().iter().all(|store| store.retry_in == 0)).await;
        let (cid, bytes) = blob(3, 10);
        replicas.put(bytes).await.unwrap();
        eventually(|| a.holds(&cid) && b.holds(&cid)).await;
        a.blobs.lock().unwrap().clear();
        b.blobs.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn a_store_that_hangs_does_not_keep_the_others_waiting() {
    let [a, b, c] = ["a", "b", "c"].map(Memory::new);
    a.set(Mode::Silent);
    let slow = Settings {
        write_limit: Duration::from_secs(60),
        ..settings()
    };
    let stores = [&a, &b, &c].map(|store| Box::new(store.clone()) as Box<dyn BlobStore>);
    let replicas = Replicas::new(stores.into(), slow).unwrap();
    let start = Instant::now();
    replicas.put(blob(1, 10).1).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn anchors_go_to_stores_that_take_nothing_else_and_blobs_do_not() {
    let [a, b] = ["a", "b"].map(Memory::new);
    let permanent = Memory::that_writes("permanent", Writes::Anchors);
    let gateway = Memory::that_writes("gateway", Writes::Nothing);
    let replicas = replicas(&[&a, &b, &permanent, &gateway]);
    let (cid, bytes) = blob(1, 10);
    replicas.put(bytes).await.unwrap();
    let (anchored, bytes) = blob(2, MAX_ANCHOR);
    replicas.anchor(bytes).await.unwrap();
    eventually(|| permanent.holds(&anchored)).await;
    assert!(!permanent.holds(&cid));
    assert_eq!(gateway.calls(), 0);
    let error = replicas.anchor(blob(2, MAX_ANCHOR + 1).1).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLargeToAnchor { .. }), "{error}");
}

#[tokio::test]
async fn a_blob_that_is_too_long_reaches_no_store() {
    let stores = ["a", "b"].map(Memory::new);
    let replicas = replicas(&stores.each_ref());
    replicas.put(vec![0; 1_000_000]).await.unwrap();
    let calls = stores[0].calls();
    let error = replicas.put(vec![0; 1_000_001]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: 1_000_000, .. }),
        "{error}"
    );
    assert_eq!(stores[0].calls(), calls);
}

#[test]
fn too_few_stores_or_two_of_one_name_are_refused() {
    let open = |names: &[&'static str], copies| {
        let store = |name: &&'static str| Box::new(Memory::new(name)) as Box<dyn BlobStore>;
        let settings = Settings { copies, ..settings() };
        Replicas::new(names.iter().map(store).collect(), settings)
            .err()
            .map(|e| e.to_string())
    };
    assert_eq!(open(&["a", "b"], 2), None);
    assert_eq!(open(&["a"], 1), None);
    assert!(open(&["a"], 2).unwrap().contains("copies = 2, but 1 stores"));
    assert!(open(&["a"], 0).unwrap().contains("copies = 0"));
    assert!(open(&["a", "a"], 1).unwrap().contains("rename one"));
}

#[test]
fn the_name_is_the_one_that_ipfs_gives() {
    let hello = cid_of(b"hello world").unwrap();
    assert_eq!(
        hello.to_string(),
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    );
}
