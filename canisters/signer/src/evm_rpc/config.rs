//! How each chain is reached.

use crate::{contract::amount, events, state};
use candid::Principal;
use canister_kit::{icrc3::Value, stored::Stored};
use evm_rpc_types::{BlockTag, ConsensusStrategy, HttpHeader, RpcApi, RpcServices};
use signer_api::{EvmRpc, EvmRpcView, Refusal, Settled, SubmissionRefusal};

/// Most providers of a chain.
const MOST: usize = 16;

/// Sets how a chain is reached. For administrators.
///
/// # Errors
/// [`Refusal::Zero`], [`Refusal::TooLarge`], [`SubmissionRefusal::RpcMalformed`].
pub fn set(caller: Principal, rpc: EvmRpc) -> Result<(), Refusal> {
    if rpc.chain_id == 0 {
        return Err(Refusal::Zero {
            field: "chain_id".into(),
        });
    }
    amount("cycles", &rpc.cycles)?;
    services(&rpc)?;
    if state::read(|s| s.evm_rpcs.get(&rpc.chain_id)).is_none_or(|Stored(known)| known != rpc) {
        // Without the providers' addresses: they may hold keys.
        let mut fields = vec![
            ("chain_id", Value::nat(rpc.chain_id)),
            ("canister", Value::text(rpc.canister)),
            ("providers", Value::nat(rpc.providers.len())),
            ("cycles", Value::Nat(rpc.cycles.clone())),
            ("settled", Value::text(name(rpc.settled))),
            ("stuck_after", Value::nat(rpc.stuck_after)),
        ];
        fields.extend(rpc.agreeing.map(|agreeing| ("agreeing", Value::nat(agreeing))));
        state::write(|s| s.evm_rpcs.insert(rpc.chain_id, Stored(rpc)));
        events::record(caller, "evm_rpc_set", fields);
    }
    Ok(())
}

fn name(settled: Settled) -> &'static str {
    match settled {
        Settled::Latest => "latest",
        Settled::Safe => "safe",
        Settled::Finalized => "finalized",
    }
}

/// Forgets how a chain is reached; its submissions stay where they are. For administrators.
///
/// # Errors
/// [`SubmissionRefusal::RpcNotSet`].
pub fn remove(caller: Principal, chain_id: u64) -> Result<(), Refusal> {
    if state::write(|s| s.evm_rpcs.remove(&chain_id)).is_none() {
        return Err(SubmissionRefusal::RpcNotSet { chain_id }.into());
    }
    events::record(
        caller,
        "evm_rpc_removed",
        vec![("chain_id", Value::nat(chain_id))],
    );
    Ok(())
}

/// How a chain is reached.
///
/// # Errors
/// [`SubmissionRefusal::RpcNotSet`].
pub fn of(chain_id: u64) -> Result<EvmRpc, SubmissionRefusal> {
    let rpc = state::read(|s| s.evm_rpcs.get(&chain_id));
    rpc.map(|Stored(rpc)| rpc)
        .ok_or(SubmissionRefusal::RpcNotSet { chain_id })
}

/// The chains that can be reached.
pub fn list() -> Vec<EvmRpcView> {
    let view = |Stored(rpc): Stored<EvmRpc>| EvmRpcView {
        chain_id: rpc.chain_id,
        canister: rpc.canister,
        providers: rpc.providers.len() as u64,
        agreeing: rpc.agreeing,
        cycles: rpc.cycles,
        settled: rpc.settled,
        stuck_after: rpc.stuck_after,
    };
    state::read(|s| s.evm_rpcs.values().map(view).collect())
}

/// The providers as the EVM RPC canister takes them.
///
/// # Errors
/// [`SubmissionRefusal::RpcMalformed`].
pub fn services(rpc: &EvmRpc) -> Result<RpcServices, SubmissionRefusal> {
    let malformed = |reason: String| SubmissionRefusal::RpcMalformed {
        chain_id: rpc.chain_id,
        reason,
    };
    if rpc.providers.len() > MOST {
        return Err(malformed(format!("there are more than {MOST} providers")));
    }
    let known = !rpc.providers.is_empty();
    if rpc
        .agreeing
        .is_some_and(|agreeing| !(1..=rpc.providers.len()).contains(&usize::from(agreeing)))
    {
        let reason = "agreeing must be at least one, and at most the number of providers that are named";
        return Err(malformed(reason.into()));
    }
    if known {
        let api = |provider: &signer_api::RpcProvider| RpcApi {
            url: provider.url.clone(),
            headers: Some(provider.headers.iter().map(header).collect()),
        };
        return Ok(RpcServices::Custom {
            chain_id: rpc.chain_id,
            services: rpc.providers.iter().map(api).collect(),
        });
    }
    match rpc.chain_id {
        1 => Ok(RpcServices::EthMainnet(None)),
        11_155_111 => Ok(RpcServices::EthSepolia(None)),
        42_161 => Ok(RpcServices::ArbitrumOne(None)),
        8_453 => Ok(RpcServices::BaseMainnet(None)),
        10 => Ok(RpcServices::OptimismMainnet(None)),
        _ => Err(malformed(
            "the EVM RPC canister knows no providers of this chain: name some".into(),
        )),
    }
}

fn header((name, value): &(String, String)) -> HttpHeader {
    HttpHeader {
        name: name.clone(),
        value: value.clone(),
    }
}

/// How many providers must agree.
pub fn consensus(rpc: &EvmRpc) -> ConsensusStrategy {
    match rpc.agreeing {
        Some(min) => ConsensusStrategy::Threshold { total: None, min },
        None => ConsensusStrategy::Equality,
    }
}

/// The block up to which the chain is believed.
pub fn settled(rpc: &EvmRpc) -> BlockTag {
    match rpc.settled {
        Settled::Latest => BlockTag::Latest,
        Settled::Safe => BlockTag::Safe,
        Settled::Finalized => BlockTag::Finalized,
    }
}
