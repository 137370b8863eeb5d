//! Requests for signatures: one id, one decision, one signature, whatever the method.
//!
//! The decision is written before the threshold protocol is asked: the record, the charge, the sequence and the daily
//! totals, all in one message. From then on the id stands for its content. If the canister traps while it waits, or no
//! signature comes, the record stays without one, and the next call with the same content signs the same bytes for
//! nothing. An upgrade must not happen in between: stop the canister before, which waits for the signature.

mod complete;
mod record;
mod running;

pub use complete::{MAY, complete};
pub use record::{RequestRecord, find};

use crate::{
    contract::Contract,
    credits,
    events::{self, Fields},
    keys::{self, Message},
    roles,
    state::{self, Counter},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use running::Running;
use serde_bytes::ByteBuf;
use signer_api::{Content, Refusal, Role, Signed};

/// How a method's requests are called.
pub struct Kind {
    /// The method.
    pub method: &'static str,
    /// Type of the block when one is accepted: the fields of the request.
    pub accepted: &'static str,
    /// Type of the block when it is signed: the same fields, and `signature`.
    pub signed: &'static str,
}

/// A well-formed request: its fields cannot be wrong, but policy may still refuse it.
pub trait Request {
    const KIND: Kind;

    /// Unique for ever, among the requests of all methods.
    fn id(&self) -> [u8; 32];

    /// The key version that is asked for, if any.
    fn key_version(&self) -> Option<u32>;

    /// Where the signature counts.
    fn contract(&self) -> Contract;

    /// What is signed. It must commit to the whole content: two requests with one message are the same.
    fn message(&self) -> Message;

    /// What is kept of it.
    fn content(&self) -> Content;

    /// What the log says of it.
    fn fields(&self) -> Fields;

    /// What must hold when the request is accepted, and also when the signature is there, which may be much later:
    /// policy that stands by itself. Changes nothing.
    ///
    /// # Errors
    /// The rule that refuses.
    fn check(&self) -> Result<(), Refusal>;

    /// What is decided once, when the request is accepted: whose turn it is, how much is left for today. Checks all of
    /// it, and only then counts.
    ///
    /// # Errors
    /// The rule that refuses; then nothing is counted.
    fn admit(&self) -> Result<(), Refusal>;
}

/// Signs the request, or returns the signature it already has: that one also while paused, because it is public
/// anyway. The caller holds the role of an operator.
///
/// # Errors
/// [`Refusal::IdTaken`], [`Refusal::InProgress`], [`Refusal::Paused`], [`Refusal::UnknownKeyVersion`],
/// [`Refusal::KeyRetired`], [`Refusal::InsufficientCredits`], [`Refusal::SigningFailed`]; those of `check` and `admit`;
/// [`Refusal::RoleMissing`] when the role was taken away meanwhile.
pub async fn sign<R: Request>(caller: Principal, request: &R) -> Result<Signed, Refusal> {
    let (id, message) = (request.id(), request.message());
    let known = find(id);
    if let Some(known) = &known {
        same(known, request, &message)?;
        if known.signature.is_some() {
            return answer(known).await;
        }
    }
    let _running = Running::enter(id)?;
    stands(request)?;
    let record = match known {
        Some(record) => record,
        None => accept(caller, request, &message)?,
    };
    finish(caller, &[Role::Operator], request, &message, record).await
}

/// Makes the signature of an accepted request. The caller holds one of the roles.
async fn finish<R: Request>(
    caller: Principal,
    may: &[Role],
    request: &R,
    message: &Message,
    record: RequestRecord,
) -> Result<Signed, Refusal> {
    keys::require_usable(record.key_version)?;
    let signature = keys::sign(record.key_version, message).await?;

    // The world moved while we waited. A signature that is no longer wanted is not given away.
    roles::still_any(caller, may)?;
    stands(request)?;
    keys::require_usable(record.key_version)?;
    answer(&store(caller, request, record, signature)).await
}

/// An id stands for one content. Who names no key version means the one that was decided.
fn same<R: Request>(known: &RequestRecord, request: &R, message: &Message) -> Result<(), Refusal> {
    let version = request.key_version().unwrap_or(known.key_version);
    if (known.method.as_str(), known.digest.as_slice()) == (R::KIND.method, &message.digest())
        && version == known.key_version
    {
        return Ok(());
    }
    Err(Refusal::IdTaken {
        id: ByteBuf::from(request.id()),
        digest: known.digest.clone(),
    })
}

fn stands<R: Request>(request: &R) -> Result<(), Refusal> {
    if state::read(|s| s.config.get().0.paused) {
        return Err(Refusal::Paused);
    }
    request.check()
}

/// Decides: what can refuse comes first, and then everything changes at once.
fn accept<R: Request>(caller: Principal, request: &R, message: &Message) -> Result<RequestRecord, Refusal> {
    let key_version = request.key_version().unwrap_or_else(keys::current);
    keys::require_usable(key_version)?;
    let price = credits::require(caller, message)?;
    request.admit()?;
    let credits = credits::charge(caller, price);

    let contract = request.contract();
    let record = RequestRecord {
        method: R::KIND.method.to_owned(),
        chain: contract.chain,
        contract: ByteBuf::from(contract.address()),
        content: request.content(),
        digest: ByteBuf::from(message.digest()),
        key_version,
        signature: None,
        caller,
        price,
        accepted_at: ic_cdk::api::time(),
        signed_at: None,
    };
    record::put(request.id(), &record);
    state::write(|s| s.count(Counter::Requests));

    let mut fields = vec![
        ("method", Value::text(R::KIND.method)),
        ("request_id", Value::blob(request.id())),
    ];
    fields.extend(contract.fields());
    fields.extend([
        ("digest", Value::blob(message.digest())),
        ("key_version", Value::nat(key_version)),
        ("price", Value::nat(price)),
        ("credits", Value::nat(credits)),
    ]);
    events::record(caller, "request_accepted", fields);
    events::record(caller, R::KIND.accepted, request.fields());
    Ok(record)
}

fn store<R: Request>(
    caller: Principal,
    request: &R,
    record: RequestRecord,
    signature: Vec<u8>,
) -> RequestRecord {
    let mut fields = request.fields();
    fields.push(("signature", Value::blob(signature.as_slice())));
    let signed = RequestRecord {
        signature: Some(ByteBuf::from(signature)),
        signed_at: Some(ic_cdk::api::time()),
        ..record
    };
    record::put(request.id(), &signed);
    events::record(caller, R::KIND.signed, fields);
    signed
}

async fn answer(record: &RequestRecord) -> Result<Signed, Refusal> {
    Ok(Signed {
        signature: record.signature.clone().unwrap_or_default(),
        digest: record.digest.clone(),
        signer: keys::address(record.key_version, record.chain).await?,
        key_version: record.key_version,
    })
}
