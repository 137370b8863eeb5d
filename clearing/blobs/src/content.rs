//! The check that makes stores need no trust.

use crate::StoreError;
use cid::Cid;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Bytes above which hashing would keep other tasks of its thread waiting: about a millisecond's worth.
const SHORT: usize = 1 << 20;

/// The CID of a blob: CIDv1 with sha2-256, as `ipfs add --cid-version=1` gives it.
///
/// # Errors
/// [`StoreError::Failed`], which a CID that was just made does not give.
pub fn cid_of(bytes: &[u8]) -> Result<Cid, StoreError> {
    let cid = novate_netting::cid::cid_of(bytes);
    Cid::try_from(cid.as_slice()).map_err(|e| StoreError::Failed {
        store: "none".to_owned(),
        reason: format!("the computed CID cannot be read: {e}"),
    })
}

/// The CID of bytes, and the bytes to be shared by those who write them.
pub(crate) async fn named(bytes: Vec<u8>) -> Result<(Cid, Arc<[u8]>), StoreError> {
    let name = move || Ok((cid_of(&bytes)?, bytes.into()));
    spawn_blocking(name).await.unwrap_or_else(|e| {
        Err(StoreError::Failed {
            store: "none".to_owned(),
            reason: format!("the CID was not computed to its end: {e}"),
        })
    })
}

/// Gives the bytes back when they are what `cid` names.
pub(crate) async fn verified(store: &str, cid: &Cid, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let wanted = *cid;
    let wrong = || StoreError::WrongBytes {
        store: store.to_owned(),
        cid: *cid,
    };
    let is_right = move |bytes: &[u8]| novate_netting::cid::cid_of(bytes).as_slice() == wanted.to_bytes();
    if bytes.len() <= SHORT {
        return if is_right(&bytes) { Ok(bytes) } else { Err(wrong()) };
    }
    let check = spawn_blocking(move || is_right(&bytes).then_some(bytes));
    match check.await {
        Ok(bytes) => bytes.ok_or_else(wrong),
        Err(e) => Err(StoreError::Failed {
            store: store.to_owned(),
            reason: format!("the check of its bytes did not end: {e}"),
        }),
    }
}
