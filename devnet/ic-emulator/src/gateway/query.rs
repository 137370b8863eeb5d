//! [Query calls](https://internetcomputer.org/docs/references/ic-interface-spec#http-query), answered with the signature of
//! the subnet's node.

use super::{
    auth::{Authentic, authenticate},
    routes::{Answer, Refused, reject_response},
};
use crate::{emulator::Shared, subnet::to_cbor};
use candid::Principal;
use ic_transport_types::{EnvelopeContent, QueryResponse, ReplyResponse};

pub(super) fn query(shared: &Shared, effective: Principal, body: &[u8]) -> Answer {
    let Authentic { sender, id, content } = authenticate(body)?;
    let EnvelopeContent::Query {
        canister_id,
        method_name,
        arg,
        ..
    } = content
    else {
        return Err(Refused::bad("this endpoint takes requests of type query"));
    };
    if canister_id != effective && canister_id != Principal::management_canister() {
        return Err(Refused::bad(format!(
            "the effective canister id must be {canister_id}, not {effective}"
        )));
    }
    let mut world = shared.lock();
    world.follow_clock();
    let mut answer = match world.query(sender, canister_id, &method_name, arg)? {
        Ok(arg) => QueryResponse::Replied {
            reply: ReplyResponse { arg },
            signatures: Vec::new(),
        },
        Err(reject) => QueryResponse::Rejected {
            reject: reject_response(reject),
            signatures: Vec::new(),
        },
    };
    let signature = world.environment.subnet.sign_answer(&answer, id, world.time());
    let (QueryResponse::Replied { signatures, .. } | QueryResponse::Rejected { signatures, .. }) =
        &mut answer;
    signatures.push(signature);
    Ok(Some(to_cbor(&answer)?))
}
