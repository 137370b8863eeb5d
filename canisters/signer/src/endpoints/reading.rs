//! For anybody: the queries, the addresses, and the deposit of cycles.

use crate::{
    audit::{self, Asked},
    claims,
    contract::bytes,
    credits, events, keys,
    policy::{distributor, registry, settlement},
    requests, roles,
    state::{self, Counter},
};
use candid::{Nat, Principal};
use canister_kit::{
    http::{self, HttpRequest, HttpResponse, Metric},
    icrc3::{
        self, ArchiveInfo, BlockType, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedStandard,
        TipCertificate,
    },
};
use ic_cdk::{api::msg_caller, query, update};
use serde_bytes::ByteBuf;
use signer_api::*;

/// Our address on EVM chains, with checksum. Traps with the reason when the key cannot be had. For anybody but the
/// anonymous.
#[update]
async fn evm_address() -> String {
    address(Chain::Evm(0), keys::current()).await
}

/// As `evm_address`, of a version of the keys: of any so far, and of the next.
#[update]
async fn evm_address_of(version: u32) -> String {
    address(Chain::Evm(0), version).await
}

/// Our address on Solana, in base58. Traps with the reason when the key cannot be had. For anybody but the anonymous.
#[update]
async fn solana_address() -> String {
    address(Chain::Solana(0), keys::current()).await
}

/// As `solana_address`, of a version of the keys: of any so far, and of the next.
#[update]
async fn solana_address_of(version: u32) -> String {
    address(Chain::Solana(0), version).await
}

/// The kind of chain decides, not its number.
async fn address(chain: Chain, version: u32) -> String {
    let allowed = roles::require_named().and_then(|_| keys::version::require_foreseen(version));
    let address = match allowed {
        Ok(()) => keys::address(version, chain).await,
        Err(refusal) => Err(refusal),
    };
    address
        .unwrap_or_else(|refusal| ic_cdk::trap(format!("no address on {} chains: {refusal}", chain.kind())))
}

/// Adds the cycles that come with the call to an operator's credits, and returns these. For every canister; messages of
/// users carry no cycles.
#[update]
fn deposit_credits(operator: Principal) -> Result<Nat, Refusal> {
    let result = roles::require_named().and_then(|caller| credits::deposit(caller, operator));
    Asked::method("deposit_credits").answered(msg_caller(), result)
}

/// The cycles that an operator has left. For anybody.
#[query]
fn credits(operator: Principal) -> Nat {
    Nat::from(credits::of(operator))
}

/// What an accepted request is charged, in cycles. For anybody.
#[query]
fn cost() -> Result<Cost, Refusal> {
    credits::cost()
}

/// What is known of a claim, by its 32-byte id. For anybody.
#[query]
fn claim(id: ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    claims::view(&id)
}

/// What is known of a request, by its 32-byte id. For anybody.
#[query]
fn request(id: ByteBuf) -> Result<Option<RequestView>, Refusal> {
    Ok(requests::find(bytes("id", &id)?).map(Into::into))
}

/// Pages through what was accepted and what was refused. For anybody.
#[query]
fn audit(request: AuditRequest) -> AuditPage {
    audit::page(request)
}

/// The settlements whose batches may be signed. For anybody.
#[query]
fn settlements() -> Vec<Settlement> {
    settlement::list()
}

/// The registries whose checkpoints may be signed. For anybody.
#[query]
fn registries() -> Vec<Registry> {
    registry::list()
}

/// Settings, addresses and counts. For anybody.
#[query]
fn status() -> Status {
    let (evm_address, solana_address) = keys::known_addresses();
    let (keys, distributors, roles) = (keys::version::status(), distributor::list(), roles::list());
    state::read(|s| Status {
        paused: s.config.get().0.paused,
        key_name: s.config.get().0.key_name.clone(),
        keys,
        evm_address,
        solana_address,
        claims: s.claims.len() + s.counted(Counter::Claims),
        requests: s.claims.len() + s.counted(Counter::Requests),
        refusals: s.counted(Counter::Refusals),
        log_length: s.log.length(),
        cycles: Nat::from(ic_cdk::api::canister_cycle_balance()),
        distributors,
        settlements: s.settlements.len(),
        registries: s.registries.len(),
        roles,
    })
}

/// `/metrics` and `/logs` over plain HTTP. For anybody.
#[query]
fn http_request(request: HttpRequest) -> HttpResponse {
    state::read(|s| http::respond(&request, || metrics(s), &s.log))
}

fn metrics(s: &state::State) -> Vec<Metric> {
    let metric = |name, help, value: u64| Metric {
        name,
        help,
        value: value.into(),
    };
    vec![
        metric(
            "signer_requests_total",
            "Requests accepted, signed or not.",
            s.claims.len() + s.counted(Counter::Requests),
        ),
        metric(
            "signer_refusals_total",
            "Calls of role holders refused.",
            s.counted(Counter::Refusals),
        ),
        metric("signer_log_blocks_total", "Blocks in the log.", s.log.length()),
        metric(
            "signer_paused",
            "1 while nothing is signed.",
            s.config.get().0.paused.into(),
        ),
        Metric {
            name: "signer_credits_cycles",
            help: "Cycles that operators have prepaid.",
            value: s.credits.values().fold(0, u128::saturating_add),
        },
    ]
}

/// Blocks of the log. For anybody.
#[query]
fn icrc3_get_blocks(ranges: Vec<GetBlocksRequest>) -> GetBlocksResult {
    state::read(|s| s.log.page(ranges))
}

/// The certified end of the log. For anybody.
#[query]
fn icrc3_get_tip_certificate() -> Option<TipCertificate> {
    events::tip_certificate()
}

/// The types of blocks that the log can have. For anybody.
#[query]
fn icrc3_supported_block_types() -> Vec<BlockType> {
    icrc3::supported_block_types("signer", events::BLOCK_TYPES)
}

/// None: the whole log is here. For anybody.
#[query]
fn icrc3_get_archives(_: GetArchivesArgs) -> Vec<ArchiveInfo> {
    vec![]
}

/// The standards of this canister. For anybody.
#[query]
fn icrc10_supported_standards() -> Vec<SupportedStandard> {
    icrc3::supported_standards()
}
