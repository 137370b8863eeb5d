//! The signer: an ICP canister that holds Novate's threshold keys and signs only what its policy allows.
//!
//! It never signs an opaque hash: callers pass a claim, it builds the EIP-712 digest itself
//! (`novate_protocol`), checks role and policy, and signs once per claim id. All state is in stable memory, and
//! every decision and setting is a block of a certified ICRC-3 log.
//!
//! Stop the canister before an upgrade: stopping waits for the calls that are open, and a call that is still open
//! when the code changes has its answer handed to code that does not know it.
//!
//! | module | holds |
//! |---|---|
//! | [`claims`] | `sign_claim`: accept, sign, remember |
//! | [`voucher`], [`policy`] | what a well-formed claim is, and which may be signed |
//! | [`keys`] | threshold keys, addresses, recoverable signatures |
//! | [`roles`], [`admin`] | who may do what; the policy's settings |
//! | `ingress` | which messages of users are taken in at all |
//! | [`events`] | the block log, and what it tells |
//! | [`state`] | stable memory |
//! | [`api`], [`refusal`] | the interface's types and errors |
//!
//! This file has the endpoints and nothing else.

pub mod admin;
pub mod api;
pub mod claims;
pub mod events;
mod ingress;
pub mod keys;
pub mod policy;
pub mod refusal;
pub mod roles;
pub mod state;
pub mod voucher;

use api::{ClaimRequest, ClaimView, Distributor, InitArgs, Role, SignedClaim, Status};
use candid::Principal;
use canister_kit::icrc3::{
    self, ArchiveInfo, BlockType, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedStandard,
    TipCertificate,
};
use ic_cdk::{init, post_upgrade, query, update};
use refusal::Refusal;
use serde_bytes::ByteBuf;

#[init]
fn init(args: InitArgs) {
    let caller = ic_cdk::api::msg_caller();
    state::write(|s| s.configure(|c| c.key_name = args.key_name.clone()));
    events::record(
        caller,
        events::Event::Initialized {
            admin: args.admin,
            key_name: &args.key_name,
        },
    );
    if let Err(refusal) = roles::set(caller, args.admin, Role::Admin, true) {
        ic_cdk::trap(format!(
            "the principal {} cannot be the administrator: {refusal:?}",
            args.admin
        ));
    }
}

#[post_upgrade]
fn post_upgrade() {
    state::probe();
    events::certify(); // certified data survives, but this code may build another tree than the one before
}

/// Our address on EVM chains, with checksum. Traps with the reason when the key cannot be had. For anybody.
#[update]
async fn evm_address() -> String {
    match keys::evm_key().await {
        Ok(key) => keys::evm_address(&key),
        Err(refusal) => ic_cdk::trap(format!("no EVM address: {refusal:?}")),
    }
}

/// Our address on Solana, in base58. Traps with the reason when the key cannot be had. For anybody.
#[update]
async fn solana_address() -> String {
    match keys::solana_key().await {
        Ok(key) => keys::solana_address(&key),
        Err(refusal) => ic_cdk::trap(format!("no Solana address: {refusal:?}")),
    }
}

/// Signs a claim, once per id: the same claim again gets the same bytes, another claim of the same id is refused.
/// For claimers.
#[update]
async fn sign_claim(request: ClaimRequest) -> Result<SignedClaim, Refusal> {
    let caller = roles::require(Role::Claimer)?;
    claims::sign(caller, request).await
}

/// What is known of a claim, by its 32-byte id. For anybody.
#[query]
fn claim(id: ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    claims::view(&id)
}

/// Settings, addresses and counts. For anybody.
#[query]
fn status() -> Status {
    let (evm_address, solana_address) = keys::known_addresses();
    let distributors = admin::distributors();
    let roles = roles::list();
    state::read(|s| Status {
        paused: s.config.get().0.paused,
        key_name: s.config.get().0.key_name.clone(),
        evm_address,
        solana_address,
        claims: s.claims.len(),
        log_length: s.log.length(),
        distributors,
        roles,
    })
}

/// Grants or revokes a role. For administrators.
#[update]
fn set_role(principal: Principal, role: Role, granted: bool) -> Result<(), Refusal> {
    let caller = roles::require(Role::Admin)?;
    roles::set(caller, principal, role, granted)
}

/// Allows a contract, or changes what one of its claims may pay. For administrators.
#[update]
fn allow_distributor(distributor: Distributor) -> Result<(), Refusal> {
    let caller = roles::require(Role::Admin)?;
    admin::allow_distributor(caller, &distributor)
}

/// Takes the permission of a contract away. For administrators.
#[update]
fn remove_distributor(chain_id: u64, address: ByteBuf) -> Result<(), Refusal> {
    let caller = roles::require(Role::Admin)?;
    admin::remove_distributor(caller, chain_id, address)
}

/// Stops all signing. For guardians and administrators.
#[update]
fn pause() -> Result<(), Refusal> {
    let caller = roles::require(Role::Guardian).or_else(|_| roles::require(Role::Admin))?;
    admin::set_paused(caller, true);
    Ok(())
}

/// Resumes signing. For administrators.
#[update]
fn resume() -> Result<(), Refusal> {
    let caller = roles::require(Role::Admin)?;
    admin::set_paused(caller, false);
    Ok(())
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
    icrc3::supported_block_types("signer", &events::BLOCK_TYPES)
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

candid::export_service!();

/// The interface in Candid, as `signer.did` has it.
pub fn candid_interface() -> String {
    __export_service()
}
