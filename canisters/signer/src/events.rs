//! What the block log says. `signer.icrc3.json` describes the same blocks for indexers; a test compares the two.

use crate::{api::Role, state, voucher::Voucher};
use candid::Principal;
use canister_kit::icrc3::{self, TipCertificate, Value};

/// A change of state. Each has its own block type.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    Initialized {
        admin: Principal,
        key_name: &'a str,
    },
    RoleGranted {
        who: Principal,
        role: Role,
    },
    RoleRevoked {
        who: Principal,
        role: Role,
    },
    DistributorAllowed {
        chain_id: u64,
        distributor: [u8; 20],
        max_amount: u128,
    },
    DistributorRemoved {
        chain_id: u64,
        distributor: [u8; 20],
    },
    Paused,
    Resumed,
    ClaimAccepted(&'a Voucher),
    ClaimSigned {
        voucher: &'a Voucher,
        signature: [u8; 65],
    },
}

/// The block types of the log: those of [`Event`].
pub const BLOCK_TYPES: [&str; 9] = [
    "initialized",
    "role_granted",
    "role_revoked",
    "distributor_allowed",
    "distributor_removed",
    "paused",
    "resumed",
    "claim_accepted",
    "claim_signed",
];

/// Appends the event to the log, in the same message that changed the state.
pub fn record(caller: Principal, event: Event<'_>) {
    let mut tx = vec![("caller", Value::text(caller))];
    tx.extend(event.fields());
    state::write(|s| s.log.append(event.block_type(), ic_cdk::api::time(), tx));
    certify();
}

/// Tells the subnet what to certify: the end of the log. At every block, and again after an upgrade.
pub fn certify() {
    ic_cdk::api::certified_data_set(state::read(|s| icrc3::tip_tree(s.log.tip())).digest());
}

/// The certified end of the log. `None` for an empty log and outside a query.
pub fn tip_certificate() -> Option<TipCertificate> {
    let tip = state::read(|s| s.log.tip())?;
    icrc3::tip_certificate(&icrc3::tip_tree(Some(tip)))
}

impl Event<'_> {
    fn block_type(&self) -> &'static str {
        match self {
            Self::Initialized { .. } => "initialized",
            Self::RoleGranted { .. } => "role_granted",
            Self::RoleRevoked { .. } => "role_revoked",
            Self::DistributorAllowed { .. } => "distributor_allowed",
            Self::DistributorRemoved { .. } => "distributor_removed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::ClaimAccepted(_) => "claim_accepted",
            Self::ClaimSigned { .. } => "claim_signed",
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        match *self {
            Self::Initialized { admin, key_name } => {
                vec![("admin", Value::text(admin)), ("key_name", Value::text(key_name))]
            }
            Self::RoleGranted { who, role } | Self::RoleRevoked { who, role } => {
                vec![
                    ("principal", Value::text(who)),
                    ("role", Value::text(role.name())),
                ]
            }
            Self::DistributorAllowed {
                chain_id,
                distributor,
                max_amount,
            } => vec![
                ("chain_id", Value::nat(chain_id)),
                ("distributor", Value::blob(distributor)),
                ("max_amount", Value::nat(max_amount)),
            ],
            Self::DistributorRemoved {
                chain_id,
                distributor,
            } => {
                vec![
                    ("chain_id", Value::nat(chain_id)),
                    ("distributor", Value::blob(distributor)),
                ]
            }
            Self::Paused | Self::Resumed => vec![],
            Self::ClaimAccepted(voucher) => claim(voucher),
            Self::ClaimSigned { voucher, signature } => {
                let mut fields = claim(voucher);
                fields.push(("signature", Value::blob(signature)));
                fields
            }
        }
    }
}

fn claim(voucher: &Voucher) -> Vec<(&'static str, Value)> {
    vec![
        ("claim_id", Value::blob(voucher.claim.id)),
        ("chain_id", Value::nat(voucher.chain_id)),
        ("distributor", Value::blob(voucher.distributor)),
        ("account", Value::blob(voucher.claim.account)),
        ("amount", Value::nat(voucher.claim.amount)),
        ("deadline", Value::nat(voucher.claim.deadline)),
        ("digest", Value::blob(voucher.digest())),
    ]
}
