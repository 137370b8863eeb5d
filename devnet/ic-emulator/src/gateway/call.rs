//! [Update calls](https://internetcomputer.org/docs/references/ic-interface-spec#http-call).

use super::{
    auth::{Authentic, authenticate},
    routes::{Answer, Refused, reject_response},
};
use crate::{
    Reject,
    emulator::Shared,
    management,
    state_tree::Path,
    subnet::{Subnet, to_cbor},
    world::{Ingress, RequestId, RequestStatus},
};
use candid::Principal;
use ic_transport_types::{EnvelopeContent, TransportCallResponse};
use std::time::{Duration, Instant};

/// How long a synchronous call waits for its answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// While it waits, how often it looks even if nobody told it that something happened.
const POLL: Duration = Duration::from_millis(50);

/// Answers at once; the client polls the status.
pub(super) fn asynchronous(shared: &Shared, effective: Principal, body: &[u8]) -> Answer {
    let ingress = ingress(effective, body)?;
    let mut world = shared.lock();
    world.follow_clock();
    match world.submit(ingress) {
        Ok(()) => Ok(None),
        Err(reject) => Ok(Some(to_cbor(&reject_response(reject))?)),
    }
}

/// Answers with a certificate of the result, or with nothing if that takes too long.
pub(super) fn synchronous(shared: &Shared, effective: Principal, body: &[u8]) -> Answer {
    let ingress = ingress(effective, body)?;
    let id = ingress.id;
    let mut world = shared.lock();
    world.follow_clock();
    if let Err(reject) = world.submit(ingress) {
        return not_accepted(reject);
    }
    let started = Instant::now();
    loop {
        let busy = world.live_round();
        let request = world.request(&id);
        if request.is_some_and(|request| matches!(request.status, RequestStatus::Finished(_))) {
            let certificate = world.certificate(&[Path::Request(id)])?;
            return Ok(Some(to_cbor(&TransportCallResponse::Replied { certificate })?));
        }
        if started.elapsed() > PATIENCE {
            return Ok(None);
        }
        world = if busy {
            shared.yield_to_others(world)
        } else {
            shared.wait(world, POLL)
        };
    }
}

fn not_accepted(reject: Reject) -> Answer {
    Ok(Some(to_cbor(&TransportCallResponse::NonReplicatedRejection(
        reject_response(reject),
    ))?))
}

fn ingress(effective: Principal, body: &[u8]) -> Result<Ingress, Refused> {
    let Authentic { sender, id, content } = authenticate(body)?;
    let EnvelopeContent::Call {
        canister_id,
        method_name,
        arg,
        ingress_expiry,
        ..
    } = content
    else {
        return Err(Refused::bad("this endpoint takes requests of type call"));
    };
    check_effective(effective, canister_id, &method_name, &arg)?;
    let id: RequestId = *id;
    Ok(Ingress {
        id,
        sender,
        canister: canister_id,
        effective_canister: effective,
        method: method_name,
        arg,
        expiry: ingress_expiry,
    })
}

/// [Effective canister id](https://internetcomputer.org/docs/references/ic-interface-spec#http-effective-canister-id): by
/// which a request is routed.
fn check_effective(
    effective: Principal,
    canister: Principal,
    method: &str,
    arg: &[u8],
) -> Result<(), Refused> {
    let wanted = if canister != Principal::management_canister() {
        canister
    } else if method == "provisional_create_canister_with_cycles" {
        return Ok(());
    } else {
        let missing = || {
            Refused::bad(format!(
                "the argument of {method} names no canister, so users cannot call it"
            ))
        };
        management::target(method, arg).ok_or_else(missing)?
    };
    if wanted != effective {
        return Err(Refused::bad(format!(
            "the effective canister id must be {wanted}, not {effective}"
        )));
    }
    if !Subnet::contains(effective) {
        return Err(Refused::bad(format!(
            "canister {effective} is not in the ranges of this subnet"
        )));
    }
    Ok(())
}
