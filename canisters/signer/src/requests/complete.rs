//! `complete_request`: signs what was accepted, for those who do not have what it was accepted with.
//!
//! What was accepted has its number, and the contract takes no other content for it. If no signature came (a pause, a role
//! taken away, hours that were over, a key that was retired) or the contract wants another key's by now, that must not
//! depend on the one who has the leaves: they were checked at acceptance, and the record has what commits to them.

use super::{Request, RequestRecord, answer, find, finish, record, running::Running, stands};
use crate::{
    batch, checkpoint,
    contract::bytes,
    credits, events,
    keys::{self, Message},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{CheckpointRequest, Content, Refusal, Role, Signed};

/// Who may complete a request.
pub const MAY: [Role; 2] = [Role::Operator, Role::Admin];

/// Signs an accepted batch or checkpoint, by its key or by `key_version`; without one by its key, or by the current
/// one if that signs no more. A key that is not the record's is a new signature, and charged to the caller; the record
/// has the newest, the log all. The caller holds a role of [`MAY`].
///
/// # Errors
/// [`Refusal::UnknownRequest`], [`Refusal::NotCompletable`]; those of [`super::sign`] besides `admit`'s.
pub async fn complete(caller: Principal, id: &ByteBuf, key_version: Option<u32>) -> Result<Signed, Refusal> {
    let id = bytes("id", id)?;
    let known = find(id).ok_or_else(|| Refusal::UnknownRequest {
        id: ByteBuf::from(id),
    })?;
    match known.content.clone() {
        Content::Batch(header) => {
            let batch = batch::parse::Batch::accepted(id, known.chain, &known.contract, &header)?;
            resume(caller, &batch, known, key_version).await
        }
        Content::Checkpoint(request) => {
            let id = ByteBuf::from(id);
            let request = CheckpointRequest { id, ..request };
            resume(
                caller,
                &checkpoint::Checkpoint::parse(request)?,
                known,
                key_version,
            )
            .await
        }
        Content::Claim(_) | Content::Transaction(_) => Err(Refusal::NotCompletable {
            id: ByteBuf::from(id),
            method: known.method,
        }),
    }
}

async fn resume<R: Request>(
    caller: Principal,
    request: &R,
    known: RequestRecord,
    key_version: Option<u32>,
) -> Result<Signed, Refusal> {
    let message = request.message();
    // What is rebuilt is what was accepted, to the byte.
    if known.digest.as_slice() != message.digest() {
        return Err(Refusal::IdTaken {
            id: ByteBuf::from(request.id()),
            digest: known.digest,
        });
    }
    let version = key_version.unwrap_or_else(|| default_version(&known));
    if version == known.key_version && known.signature.is_some() {
        return answer(&known).await;
    }
    let _running = Running::enter(request.id())?;
    stands(request)?;
    keys::require_usable(version)?;
    let record = if version == known.key_version {
        known
    } else {
        by_another_key(caller, request.id(), known, version, &message)?
    };
    finish(caller, &MAY, request, &message, record).await
}

fn default_version(known: &RequestRecord) -> u32 {
    let stays = known.signature.is_some() || keys::require_usable(known.key_version).is_ok();
    if stays { known.key_version } else { keys::current() }
}

/// Decides that another key signs, and charges for it: once, as for an acceptance.
fn by_another_key(
    caller: Principal,
    id: [u8; 32],
    known: RequestRecord,
    key_version: u32,
    message: &Message,
) -> Result<RequestRecord, Refusal> {
    let price = credits::require(caller, message)?;
    let credits = credits::charge(caller, price);
    let fields = vec![
        ("request_id", Value::blob(id)),
        ("key_version_before", Value::nat(known.key_version)),
        ("key_version", Value::nat(key_version)),
        ("price", Value::nat(price)),
        ("credits", Value::nat(credits)),
    ];
    let record = RequestRecord {
        key_version,
        signature: None,
        signed_at: None,
        price: known.price.saturating_add(price),
        ..known
    };
    record::put(id, &record);
    events::record(caller, "request_rekeyed", fields);
    Ok(record)
}
