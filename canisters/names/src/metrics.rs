//! Counts of what the canister holds.

use crate::{roles, state};
use canister_kit::http::Metric;
use names_api::interface::Status;

/// Settings and counts.
pub fn status() -> Status {
    let roles = roles::list();
    state::read(|s| Status {
        paused: s.config.get().0.paused,
        limits: s.config.get().0.limits,
        names: s.names.len(),
        wallets: s.wallets.len(),
        contents: s.contents.len(),
        claims: s.claims.len(),
        reserved: s.reserved.len(),
        challenges: s.challenges.len(),
        log_length: s.log.length(),
        roles,
    })
}

/// What `/metrics` shows.
pub fn metrics() -> Vec<Metric> {
    let status = status();
    let metric = |name, help, value: u64| Metric {
        name,
        help,
        value: value.into(),
    };
    vec![
        metric(
            "names_paused",
            "1 while no name is registered.",
            status.paused.into(),
        ),
        metric(
            "names_names",
            "Names that are registered or expired.",
            status.names,
        ),
        metric("names_wallets", "Linked wallets.", status.wallets),
        metric(
            "names_contents_total",
            "Versions of contents published so far.",
            status.contents,
        ),
        metric("names_claims_total", "Claims issued so far.", status.claims),
        metric(
            "names_challenges",
            "Challenges that are open or not cleared yet.",
            status.challenges,
        ),
        metric("names_log_blocks_total", "Blocks in the log.", status.log_length),
    ]
}
