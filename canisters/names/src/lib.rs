//! The names: an ICP canister of names that belong to principals, with wallets that proved themselves, published
//! content, and one-time claims; every answer can be had with a proof.
//!
//! All state is in stable memory, the certified tree included, so that an upgrade has nothing to rebuild. Every change
//! is a block of a certified ICRC-3 log.
//!
//! | module | holds |
//! |---|---|
//! | [`registry`], [`transfers`] | registering, renewing, releasing and transferring names |
//! | [`tenure`] | the beginning and end of a holding |
//! | [`challenges`], [`wallets`], [`signature`] | wallets, each linked by its own signature |
//! | [`contents`], [`claims`] | published content; one-time vouchers |
//! | [`certified`], [`tree`] | answers with proof, and the hash tree behind them |
//! | [`roles`], [`admin`], [`changes`] | who may do what, and how often |
//! | `ingress` | which messages of users are taken in at all |
//! | [`events`] | the block log |
//! | [`state`] | stable memory |
//!
//! The interface's types and errors are those of the crate `names-api`.
//!
//! This file has the endpoints and nothing else.

pub mod admin;
pub mod certified;
pub mod challenges;
pub mod changes;
pub mod claims;
pub mod contents;
pub mod events;
mod ingress;
pub mod metrics;
pub mod registry;
pub mod roles;
pub mod signature;
pub mod state;
pub mod tenure;
pub mod transfers;
pub mod tree;
pub mod wallets;

use candid::Principal;
use canister_kit::{
    http::{self, HttpRequest, HttpResponse},
    icrc3::{
        self, ArchiveInfo, BlockType, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedStandard,
        TipCertificate,
    },
};
use ic_cdk::{api::msg_caller, init, post_upgrade, query, update};
use names_api::{
    Refusal,
    interface::{
        Certified, ChallengeRequest, ChallengeView, ClaimArgs, ClaimView, ContentArgs, ContentView, InitArgs,
        Limits, Lookup, NameView, Role, Status, Wallet, WalletSignature,
    },
};
use serde_bytes::ByteBuf;

#[init]
fn init(args: InitArgs) {
    let caller = msg_caller();
    events::record(caller, events::Event::Initialized { admin: args.admin });
    if let Err(refusal) = roles::set(caller, args.admin, Role::Admin, true) {
        ic_cdk::trap(format!(
            "the principal {} cannot be the administrator: {refusal:?}",
            args.admin
        ));
    }
    certified::renew();
}

#[post_upgrade]
fn post_upgrade() {
    state::probe();
    certified::renew(); // certified data survives, but this code may build another tree than the one before
}

/// A change by anybody but the anonymous principal. It counts for the caller's day, also when it is refused.
fn change<T>(change: impl FnOnce(Principal) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let done = roles::somebody(msg_caller()).and_then(|caller| changes::count(caller, change));
    certified::renew(); // also when it is refused: a registration clears expired names away before it is
    done
}

/// A change by who holds the role.
fn governed<T>(role: Role, change: impl FnOnce(Principal) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let done = roles::require(role).and_then(change);
    certified::renew();
    done
}

/// Registers a name for 1 to 10 years, free of charge. For anybody but the anonymous principal.
#[update]
fn register(name: String, years: u32) -> Result<NameView, Refusal> {
    change(|caller| registry::register(caller, &name, years))
}

/// Adds years to a registration, also for 30 days after it expired. For the name's holder.
#[update]
fn renew(name: String, years: u32) -> Result<NameView, Refusal> {
    change(|caller| registry::renew(caller, &name, years))
}

/// Gives a name back. Its wallets are unlinked; anybody may register it at once. For the name's holder.
#[update]
fn release(name: String) -> Result<(), Refusal> {
    change(|caller| registry::release(caller, &name))
}

/// Offers a name to another principal for 7 days; the answer is when that ends, in unix seconds. For the name's holder.
#[update]
fn offer_transfer(name: String, to: Principal) -> Result<u64, Refusal> {
    change(|caller| transfers::offer(caller, &name, to))
}

/// Takes an offer back. For the name's holder.
#[update]
fn cancel_transfer(name: String) -> Result<(), Refusal> {
    change(|caller| transfers::cancel(caller, &name))
}

/// Accepts a name; it comes without wallets, contents and claims. For the principal to whom it is offered.
#[update]
fn accept_transfer(name: String) -> Result<NameView, Refusal> {
    change(|caller| transfers::accept(caller, &name))
}

/// Puts a challenge that a wallet is to sign within ten minutes. To link, unless that is paused: for the name's holder. To
/// unlink: for anybody but the anonymous principal.
#[update]
fn challenge(request: ChallengeRequest) -> Result<ChallengeView, Refusal> {
    change(|caller| challenges::put(caller, &request))
}

/// Links or unlinks a wallet by its signature over a challenge, which three refused signatures close. For who asked for
/// the challenge.
#[update]
fn prove_wallet(nonce: u64, signature: WalletSignature) -> Result<NameView, Refusal> {
    change(|caller| wallets::prove(caller, nonce, &signature))
}

/// Unlinks a wallet without its signature. For the name's holder.
#[update]
fn unlink_wallet(name: String, wallet: Wallet) -> Result<NameView, Refusal> {
    change(|caller| wallets::unlink(caller, &name, &wallet))
}

/// Publishes a version of content. For the name's holder.
#[update]
fn set_content(args: ContentArgs) -> Result<ContentView, Refusal> {
    change(|caller| contents::set(caller, args))
}

/// Redeems a claim, once, by the wallet that it names. For the name's holder.
#[update]
fn redeem_claim(id: ByteBuf, wallet: Wallet) -> Result<ClaimView, Refusal> {
    change(|caller| claims::redeem(caller, &id, &wallet))
}

/// Issues a claim to the present holder of a name. For issuers.
#[update]
fn issue_claim(args: ClaimArgs) -> Result<ClaimView, Refusal> {
    governed(Role::Issuer, |caller| claims::issue(caller, &args))
}

/// Takes an open claim back. For its issuer, and for administrators.
#[update]
fn revoke_claim(id: ByteBuf) -> Result<ClaimView, Refusal> {
    // Not counted, as issuing is not: who issued very many claims by mistake can take them all back at once.
    let done = roles::require(Role::Issuer)
        .or_else(|_| roles::require(Role::Admin))
        .and_then(|caller| claims::revoke(caller, &id));
    certified::renew();
    done
}

/// Grants or revokes a role. For administrators.
#[update]
fn set_role(principal: Principal, role: Role, granted: bool) -> Result<(), Refusal> {
    governed(Role::Admin, |caller| roles::set(caller, principal, role, granted))
}

/// Sets the limits. For administrators.
#[update]
fn set_limits(limits: Limits) -> Result<(), Refusal> {
    governed(Role::Admin, |caller| admin::set_limits(caller, limits))
}

/// Keeps a name, and those that look like it, from being registered. For administrators.
#[update]
fn reserve_name(name: String) -> Result<(), Refusal> {
    governed(Role::Admin, |caller| admin::reserve(caller, &name))
}

/// Lets a reserved name be registered again. For administrators.
#[update]
fn unreserve_name(name: String) -> Result<(), Refusal> {
    governed(Role::Admin, |caller| admin::unreserve(caller, &name))
}

/// Stops registrations and challenges to link wallets; everything else goes on, unlinking above all. For guardians and
/// administrators.
#[update]
fn pause() -> Result<(), Refusal> {
    let caller = roles::require(Role::Guardian).or_else(|_| roles::require(Role::Admin))?;
    admin::set_paused(caller, true);
    certified::renew();
    Ok(())
}

/// Resumes what `pause` stopped. For administrators.
#[update]
fn resume() -> Result<(), Refusal> {
    governed(Role::Admin, |caller| {
        admin::set_paused(caller, false);
        Ok(())
    })
}

/// A name, whether it counts or not; for a proof see `certified`. For anybody.
#[query]
fn name(name: String) -> Result<Option<NameView>, Refusal> {
    registry::view(&name)
}

/// The names of a holder, in order of their letters, from the first after `after`; at most 100. For anybody.
#[query]
fn names_of(owner: Principal, after: Option<String>, limit: u32) -> Vec<NameView> {
    registry::names_of(owner, after, limit)
}

/// The name that counts now and that a wallet is linked to. For anybody.
#[query]
fn name_of_wallet(wallet: Wallet) -> Result<Option<NameView>, Refusal> {
    wallets::name_of(&wallet)
}

/// A challenge that is open. For anybody.
#[query]
fn open_challenge(nonce: u64) -> Option<ChallengeView> {
    challenges::view(nonce)
}

/// The newest version of a name's content. For anybody.
#[query]
fn content(name: String, label: String) -> Result<Option<ContentView>, Refusal> {
    contents::view(&name, label)
}

/// The newest versions of a name's labels, in order, from the first after `after`; at most 100. For anybody.
#[query]
fn contents_of(name: String, after: Option<String>, limit: u32) -> Result<Vec<ContentView>, Refusal> {
    contents::list(&name, after, limit)
}

/// The versions of a label from `from` on, those of former holders included; at most 100. For anybody.
#[query]
fn content_history(name: String, label: String, from: u32, limit: u32) -> Result<Vec<ContentView>, Refusal> {
    contents::history(&name, &label, from, limit)
}

/// What is known of a claim, by its 32-byte id. For anybody.
#[query]
fn claim(id: ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    claims::view(&id)
}

/// A record, or that there is none, with proof. For anybody.
#[query]
fn certified(lookup: Lookup) -> Result<Certified, Refusal> {
    certified::look_up(&lookup)
}

/// The reserved names, in order of what they look like, from the first after `after`; at most 100. For anybody.
#[query]
fn reserved_names(after: Option<String>, limit: u32) -> Result<Vec<String>, Refusal> {
    admin::reserved(after, limit)
}

/// Settings and counts. For anybody.
#[query]
fn status() -> Status {
    metrics::status()
}

/// `/metrics` and `/logs`, without a certificate. For anybody.
#[query]
fn http_request(request: HttpRequest) -> HttpResponse {
    state::read(|s| http::respond(&request, metrics::metrics, &s.log))
}

/// Blocks of the log. For anybody.
#[query]
fn icrc3_get_blocks(ranges: Vec<GetBlocksRequest>) -> GetBlocksResult {
    state::read(|s| s.log.page(ranges))
}

/// The certified end of the log. For anybody.
#[query]
fn icrc3_get_tip_certificate() -> Option<TipCertificate> {
    certified::tip_certificate()
}

/// The types of blocks that the log can have. For anybody.
#[query]
fn icrc3_supported_block_types() -> Vec<BlockType> {
    icrc3::supported_block_types("names", &events::BLOCK_TYPES)
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

/// The interface in Candid, as `names.did` has it.
pub fn candid_interface() -> String {
    __export_service()
}
