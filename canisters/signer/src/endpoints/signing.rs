//! For operators.

use crate::{audit::Asked, batch, checkpoint, claims, requests, roles};
use candid::Principal;
use ic_cdk::{api::msg_caller, update};
use serde_bytes::ByteBuf;
use signer_api::{BatchRequest, Chain, CheckpointRequest, ClaimRequest, Refusal, Role, Signed, SignedClaim};

/// Does what an operator asks for.
async fn operate<T>(
    asked: Asked,
    action: impl AsyncFnOnce(Principal) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let caller = msg_caller();
    let result = match roles::require(Role::Operator) {
        Ok(caller) => action(caller).await,
        Err(refusal) => Err(refusal),
    };
    asked.answered(caller, result)
}

/// Signs a claim, once per id: the same request again gets the same bytes, another one of the same id is refused.
/// For operators.
#[update]
async fn sign_claim(request: ClaimRequest) -> Result<SignedClaim, Refusal> {
    let asked = Asked::method("sign_claim")
        .of(&request.id)
        .at(Chain::Evm(request.chain_id), &request.distributor);
    operate(asked, async |caller| claims::sign(caller, request).await).await
}

/// Signs the header of a batch, once per id, when its leaves are those that the header commits to, could be applied as
/// a whole, and the policy allows it. For operators.
#[update]
async fn sign_batch(request: BatchRequest) -> Result<Signed, Refusal> {
    let asked = Asked::method("sign_batch")
        .of(&request.id)
        .at(request.chain, &request.contract);
    operate(asked, async |caller| batch::sign(caller, request).await).await
}

/// Signs a checkpoint of completed orders, once per id. For operators.
#[update]
async fn sign_checkpoint(request: CheckpointRequest) -> Result<Signed, Refusal> {
    let asked = Asked::method("sign_checkpoint")
        .of(&request.id)
        .at(request.chain, &request.contract);
    operate(asked, async |caller| checkpoint::sign(caller, request).await).await
}

/// Signs a batch or a checkpoint that was accepted, without its leaves: by its key, by `key_version`, or by the current
/// one if its key signs no more. A key that is not the request's is charged to the caller. For operators and
/// administrators.
#[update]
async fn complete_request(id: ByteBuf, key_version: Option<u32>) -> Result<Signed, Refusal> {
    let caller = msg_caller();
    let result = match roles::still_any(caller, &requests::MAY) {
        Ok(()) => requests::complete(caller, &id, key_version).await,
        Err(refusal) => Err(refusal),
    };
    Asked::method("complete_request").of(&id).answered(caller, result)
}
