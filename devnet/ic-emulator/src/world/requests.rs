//! [Status of requests](https://internetcomputer.org/docs/references/ic-interface-spec#state-tree-request-status), in a
//! tree that proves it.

use crate::{Reject, Response};
use candid::Principal;
use ic_certification::{AsHashTree, Hash, HashTree, RbTree, fork, labeled, leaf};
use std::collections::BTreeSet;

/// Hash of the request's content.
pub(crate) type RequestId = [u8; 32];

/// How long a status outlives the request's expiry, in nanoseconds.
const REMEMBERED: u64 = 300_000_000_000;

/// An accepted update call of a user.
pub(crate) struct Request {
    pub(crate) sender: Principal,
    pub(crate) effective_canister: Principal,
    pub(crate) status: RequestStatus,
    hash: Hash,
}

pub(crate) enum RequestStatus {
    Processing,
    Finished(Response),
}

/// All requests that can still be sent a second time.
pub(super) struct Requests {
    tree: RbTree<Vec<u8>, Request>,
    /// (when to forget it by the wall clock, which)
    ends: BTreeSet<(u64, RequestId)>,
}

impl Requests {
    pub(super) const fn new() -> Self {
        Self {
            tree: RbTree::new(),
            ends: BTreeSet::new(),
        }
    }

    pub(super) fn get(&self, id: &RequestId) -> Option<&Request> {
        self.tree.get(id)
    }

    pub(super) fn insert(
        &mut self,
        id: RequestId,
        sender: Principal,
        effective_canister: Principal,
        expiry: u64,
    ) {
        let status = RequestStatus::Processing;
        let hash = status.tree().digest();
        self.tree.insert(
            id.to_vec(),
            Request {
                sender,
                effective_canister,
                status,
                hash,
            },
        );
        self.ends.insert((expiry.saturating_add(REMEMBERED), id));
    }

    pub(super) fn finish(&mut self, id: &RequestId, response: Response) {
        self.tree.modify(id, |request| {
            request.status = RequestStatus::Finished(response);
            request.hash = request.status.tree().digest();
        });
    }

    /// Drops what expired long before `time`, nanoseconds since 1970 by the wall clock.
    pub(super) fn forget_before(&mut self, time: u64) {
        while let Some((end, id)) = self.ends.first().copied()
            && end < time
        {
            self.ends.pop_first();
            self.tree.delete(&id);
        }
    }

    /// Proves the status of one request, or that there is none; without `id`, only the hash of all.
    pub(super) fn witness(&self, id: Option<&RequestId>) -> HashTree {
        match id {
            Some(id) => self.tree.witness(id),
            None => ic_certification::pruned(self.tree.root_hash()),
        }
    }
}

impl AsHashTree for Request {
    fn root_hash(&self) -> Hash {
        self.hash
    }

    fn as_hash_tree(&self) -> HashTree {
        self.status.tree()
    }
}

impl RequestStatus {
    fn tree(&self) -> HashTree {
        let status = |text: &str| labeled("status", leaf(text));
        match self {
            Self::Processing => status("processing"),
            Self::Finished(Ok(reply)) => fork(labeled("reply", leaf(reply.clone())), status("replied")),
            Self::Finished(Err(Reject { code, message, error })) => {
                let code = labeled("reject_code", leaf(vec![*code as u8]));
                let message = labeled("reject_message", leaf(message.as_str()));
                let rest = fork(code, fork(message, status("rejected")));
                match error {
                    Some(error) => fork(labeled("error_code", leaf(error.to_string())), rest),
                    None => rest,
                }
            }
        }
    }
}
