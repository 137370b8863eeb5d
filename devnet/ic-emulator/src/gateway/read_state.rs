//! [Reading the state tree](https://internetcomputer.org/docs/references/ic-interface-spec#http-read-state).

use super::{
    auth::{Authentic, authenticate},
    routes::{Answer, Refused},
};
use crate::{
    emulator::Shared,
    state_tree::{CanisterPath, Path},
    subnet::to_cbor,
    world::{RequestId, World},
};
use candid::Principal;
use ic_transport_types::{EnvelopeContent, ReadStateResponse};

const MAX_PATHS: usize = 1_000;

pub(super) fn of_canister(shared: &Shared, canister: Principal, body: &[u8]) -> Answer {
    let (sender, paths) = request(body)?;
    let mut world = shared.lock();
    world.follow_clock();
    for path in &paths {
        permit(&world, path, sender, canister)?;
    }
    let requests = paths.iter().filter_map(|path| {
        if let Path::Request(id) = path {
            Some(id)
        } else {
            None
        }
    });
    if requests
        .clone()
        .any(|id| requests.clone().any(|other| other != id))
    {
        return Err(Refused::bad(
            "the paths of one request name more than one /request_status/<request_id>",
        ));
    }
    answer(&world, &paths)
}

pub(super) fn of_subnet(shared: &Shared, subnet: Principal, body: &[u8]) -> Answer {
    let (_, paths) = request(body)?;
    let mut world = shared.lock();
    world.follow_clock();
    if subnet != world.environment.subnet.id {
        let ours = world.environment.subnet.id;
        return Err(Refused::bad(format!(
            "there is no subnet {subnet}, the only one is {ours}"
        )));
    }
    if let Some(path) = paths
        .iter()
        .find(|path| matches!(path, Path::Request(_) | Path::Canister(..)))
    {
        return Err(Refused::bad(format!("{path:?} is read at a canister's endpoint")));
    }
    answer(&world, &paths)
}

fn request(body: &[u8]) -> Result<(Principal, Vec<Path>), Refused> {
    let Authentic { sender, content, .. } = authenticate(body)?;
    let EnvelopeContent::ReadState { paths, .. } = content else {
        return Err(Refused::bad("this endpoint takes requests of type read_state"));
    };
    if paths.len() > MAX_PATHS {
        return Err(Refused::bad(format!(
            "{} paths are more than {MAX_PATHS}",
            paths.len()
        )));
    }
    let parse = |path: &Vec<ic_certification::Label>| {
        let labels: Vec<&[u8]> = path.iter().map(|label| label.as_bytes()).collect();
        parse(&labels).ok_or_else(|| {
            let path: Vec<_> = labels
                .iter()
                .map(|label| String::from_utf8_lossy(label))
                .collect();
            Refused::bad(format!("the path /{} cannot be read", path.join("/")))
        })
    };
    Ok((sender, paths.iter().map(parse).collect::<Result<_, _>>()?))
}

fn parse(labels: &[&[u8]]) -> Option<Path> {
    Some(match labels {
        [b"time"] => Path::Time,
        [b"subnet" | b"canister_ranges", ..] => Path::Subnet,
        [b"api_boundary_nodes", ..] => Path::ApiBoundaryNodes,
        [b"request_status", id] => Path::Request(RequestId::try_from(*id).ok()?),
        [
            b"request_status",
            id,
            b"status" | b"reply" | b"reject_code" | b"reject_message" | b"error_code",
        ] => Path::Request(RequestId::try_from(*id).ok()?),
        [b"canister", id, rest @ ..] => {
            let part = match rest {
                [b"module_hash"] => CanisterPath::ModuleHash,
                [b"controllers"] => CanisterPath::Controllers,
                [b"metadata", name] => CanisterPath::Metadata(String::from_utf8(name.to_vec()).ok()?),
                _ => return None,
            };
            Path::Canister(Principal::try_from_slice(id).ok()?, part)
        }
        _ => return None,
    })
}

/// Who may read which path.
fn permit(world: &World, path: &Path, sender: Principal, effective: Principal) -> Result<(), Refused> {
    match path {
        Path::Time | Path::Subnet | Path::ApiBoundaryNodes => Ok(()),
        Path::Request(id) => match world.request(id) {
            Some(request) if request.sender != sender => Err(Refused::forbidden(
                "only its sender can read the status of a request",
            )),
            Some(request) if request.effective_canister != effective => {
                let sent = request.effective_canister;
                Err(Refused::forbidden(format!(
                    "the request was sent to {sent}, read its status there"
                )))
            }
            _ => Ok(()),
        },
        Path::Canister(canister, _) if *canister != effective => Err(Refused::bad(format!(
            "the effective canister id must be {canister}, not {effective}"
        ))),
        Path::Canister(canister, CanisterPath::Metadata(name)) => {
            let canister = world.canisters.get(canister);
            let section = canister
                .and_then(|c| c.program.as_ref())
                .and_then(|p| p.code.metadata.get(name));
            match section {
                Some(section) if !section.public && !canister.is_some_and(|c| c.is_controller(sender)) => {
                    Err(Refused::forbidden(format!(
                        "only controllers can read the private section {name}"
                    )))
                }
                _ => Ok(()),
            }
        }
        Path::Canister(..) => Ok(()),
    }
}

fn answer(world: &World, paths: &[Path]) -> Answer {
    let certificate = world.certificate(paths)?;
    Ok(Some(to_cbor(&ReadStateResponse { certificate })?))
}
