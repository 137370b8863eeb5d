//! What was decided: requests that were accepted, by [`crate::requests`], and calls that were refused, here. Both are
//! blocks of the log, and the query pages through them.

mod page;

pub use page::page;

use crate::{
    days, events, roles,
    state::{self, Counter},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Chain, Refusal};

/// Refusals of one caller that the log takes on one day (UTC). The rest is only counted, so that a program that calls
/// in a loop does not fill the log.
pub const PER_DAY: u64 = 1_000;
/// Bytes of a field that are kept as they were given, whatever their number should have been.
const BYTES: usize = 64;
/// Characters of a refusal's sentence that are kept. A block must stay below 2,000 bytes.
const DETAIL: usize = 400;

/// What was asked for, as far as a refusal tells.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    method: &'static str,
    id: Vec<u8>,
    chain: Option<Chain>,
    contract: Vec<u8>,
}

impl Asked {
    /// Something without an id and a contract.
    pub fn method(method: &'static str) -> Self {
        Self {
            method,
            ..Self::default()
        }
    }

    /// Something at a contract.
    pub fn at(self, chain: Chain, contract: &ByteBuf) -> Self {
        Self {
            chain: Some(chain),
            contract: cut(contract),
            ..self
        }
    }

    /// Something with a request id.
    pub fn of(self, id: &ByteBuf) -> Self {
        Self { id: cut(id), ..self }
    }

    /// Passes the result on, and records it when it is a refusal of somebody who holds a role. Nobody else is recorded:
    /// they could fill the log. Nor is [`Refusal::InProgress`], after which the same call gets the answer.
    pub fn answered<T>(self, caller: Principal, result: Result<T, Refusal>) -> Result<T, Refusal> {
        if let Err(refusal) = &result
            && !matches!(refusal, Refusal::InProgress { .. })
            && roles::has_any(caller)
        {
            self.refused(caller, refusal);
        }
        result
    }

    fn refused(self, caller: Principal, refusal: &Refusal) {
        if !counted(caller) {
            return;
        }
        let mut fields = vec![("method", Value::text(self.method))];
        if !self.id.is_empty() {
            fields.push(("request_id", Value::blob(self.id)));
        }
        if let Some(chain) = self.chain {
            fields.extend([
                ("chain_kind", Value::text(chain.kind())),
                ("chain", Value::nat(chain.number())),
                ("contract", Value::blob(self.contract)),
            ]);
        }
        let detail: String = refusal.public().chars().take(DETAIL).collect();
        fields.extend([
            ("rule", Value::text(refusal.rule())),
            ("detail", Value::text(detail)),
        ]);
        events::record(caller, "refused", fields);
    }
}

fn cut(given: &ByteBuf) -> Vec<u8> {
    given.iter().copied().take(BYTES).collect()
}

/// Counts a refusal of the caller. Whether the log takes it.
fn counted(caller: Principal) -> bool {
    let today = days::number(state::now());
    state::write(|s| {
        s.count(Counter::Refusals);
        let known = s.refusals.get(&caller).filter(|(day, _)| *day == today);
        let count = known.map_or(0, |(_, count)| count).saturating_add(1);
        s.refusals.insert(caller, (today, count));
        count <= PER_DAY
    })
}
