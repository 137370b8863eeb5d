//! What every store must do.

use crate::common::{
    LIMIT, blob,
    server::{Fault, Server},
};
use futures_util::future::join_all;
use novate_blobs::{BlobStore, MAX_ANCHOR, StoreError};
use std::time::Duration;
use tokio::time::timeout;

/// Nothing, one byte, a raw block's most, one more (so a tree of blocks), and several blocks.
const LENGTHS: [usize; 5] = [0, 1, 262_144, 262_145, 1_000_000];

/// A store that keeps bytes and gives them back.
pub async fn keeps_blobs(store: &dyn BlobStore) {
    for (seed, length) in (1..).zip(LENGTHS) {
        let (cid, bytes) = blob(seed, length);
        assert_eq!(store.get(&cid).await.unwrap(), None, "{length}: before");
        assert_eq!(store.head(&cid).await.unwrap(), None, "{length}: before");
        store.put(&cid, &bytes).await.unwrap();
        store.put(&cid, &bytes).await.unwrap();
    }
    for (seed, length) in (1..).zip(LENGTHS) {
        let (cid, bytes) = blob(seed, length);
        assert_eq!(store.get(&cid).await.unwrap(), Some(bytes), "{length}");
        let head = store.head(&cid).await.unwrap().unwrap();
        assert!(
            head.length.is_none_or(|said| said == length as u64),
            "{length}: {head:?}"
        );
    }
    let (cid, bytes) = blob(99, 300_000);
    for done in join_all((0..8).map(|_| store.put(&cid, &bytes))).await {
        done.unwrap();
    }
    assert_eq!(store.get(&cid).await.unwrap(), Some(bytes));
    anchors(store).await;
}

/// A store that takes receipts.
pub async fn anchors(store: &dyn BlobStore) {
    let (cid, bytes) = blob(7, MAX_ANCHOR);
    store.anchor(&cid, &bytes).await.unwrap();
    assert!(store.head(&cid).await.unwrap().is_some());
    let (cid, bytes) = blob(7, MAX_ANCHOR + 1);
    let error = store.anchor(&cid, &bytes).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLargeToAnchor { length } if length == MAX_ANCHOR + 1),
        "{error}"
    );
    assert_eq!(store.head(&cid).await.unwrap(), None);
}

/// A store whose server misbehaves, and has `blob(50, 5_000)`, gives an error, never bytes and never "I do not have it".
pub async fn is_not_fooled(store: &dyn BlobStore, server: &Server) {
    let (cid, bytes) = blob(50, 5_000);
    assert_eq!(store.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    for fault in [
        Fault::WrongBytes,
        Fault::Truncated,
        Fault::Cut,
        Fault::Endless,
        Fault::Announced,
        Fault::RedirectLoop,
        Fault::Status(429),
        Fault::Status(500),
        Fault::Status(403),
    ] {
        server.set(fault);
        let done = timeout(Duration::from_secs(20), store.get(&cid)).await;
        let error = done.unwrap_or_else(|_| panic!("{fault:?}: no end")).unwrap_err();
        match fault {
            Fault::WrongBytes | Fault::Truncated => {
                let understood = matches!(error, StoreError::WrongBytes { .. } | StoreError::Failed { .. });
                assert!(understood, "{fault:?}: {error}");
            }
            Fault::Endless | Fault::Announced => {
                assert!(
                    matches!(error, StoreError::TooLarge { limit, .. } if limit <= LIMIT),
                    "{fault:?}: {error}"
                );
            }
            _ => assert!(matches!(error, StoreError::Failed { .. }), "{fault:?}: {error}"),
        }
    }
    for fault in [Fault::Silent, Fault::Stalled] {
        server.set(fault);
        let done = timeout(Duration::from_millis(200), store.get(&cid)).await;
        assert!(done.is_err(), "{fault:?}: the caller's limit decides");
    }
    server.set(Fault::None);
    assert_eq!(store.get(&cid).await.unwrap(), Some(bytes), "it is well again");
}

/// Nothing counts as written when the server did not say so.
pub async fn does_not_think_it_wrote(store: &dyn BlobStore, server: &Server) {
    let (cid, bytes) = blob(51, 5_000);
    for fault in [
        Fault::RedirectLoop,
        Fault::Status(429),
        Fault::Status(500),
        Fault::Status(403),
    ] {
        server.set(fault);
        let error = store.put(&cid, &bytes).await.unwrap_err();
        assert!(matches!(error, StoreError::Failed { .. }), "{fault:?}: {error}");
    }
    server.set(Fault::None);
    store.put(&cid, &bytes).await.unwrap();
    assert!(store.head(&cid).await.unwrap().is_some());
}
