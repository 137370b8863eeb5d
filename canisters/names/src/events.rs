//! What the block log says. `names.icrc3.json` describes the same blocks for indexers; a test compares the two.

use crate::state;
use candid::Principal;
use canister_kit::icrc3::Value;
use names_api::{
    convert,
    interface::{Limits, Role},
    record::{ClaimRecord, ContentRecord, NameRecord},
    wallet::Wallet,
};

/// A change of state. Each has its own block type.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    Initialized {
        admin: Principal,
    },
    RoleGranted {
        who: Principal,
        role: Role,
    },
    RoleRevoked {
        who: Principal,
        role: Role,
    },
    LimitsSet(&'a Limits),
    Paused,
    Resumed,
    Reserved {
        name: &'a str,
    },
    Unreserved {
        name: &'a str,
    },
    Registered(&'a NameRecord),
    Renewed(&'a NameRecord),
    TransferOffered {
        record: &'a NameRecord,
        to: Principal,
        until: u64,
    },
    TransferCancelled(&'a NameRecord),
    Transferred {
        record: &'a NameRecord,
        from: Principal,
    },
    Released(&'a NameRecord),
    Expired(&'a NameRecord),
    WalletLinked {
        record: &'a NameRecord,
        wallet: &'a Wallet,
        scheme: &'static str,
    },
    WalletUnlinked {
        record: &'a NameRecord,
        wallet: &'a Wallet,
        reason: &'static str,
    },
    ContentSet(&'a ContentRecord),
    ClaimIssued(&'a ClaimRecord),
    ClaimRedeemed(&'a ClaimRecord),
    ClaimRevoked(&'a ClaimRecord),
}

/// The block types of the log: those of [`Event`].
pub const BLOCK_TYPES: [&str; 21] = [
    "initialized",
    "role_granted",
    "role_revoked",
    "limits_set",
    "paused",
    "resumed",
    "name_reserved",
    "name_unreserved",
    "name_registered",
    "name_renewed",
    "transfer_offered",
    "transfer_cancelled",
    "name_transferred",
    "name_released",
    "name_expired",
    "wallet_linked",
    "wallet_unlinked",
    "content_set",
    "claim_issued",
    "claim_redeemed",
    "claim_revoked",
];

/// Appends the event to the log, in the same message that changed the state. The message ends with
/// [`certified::renew`](crate::certified::renew).
pub fn record(caller: Principal, event: Event<'_>) {
    let mut tx = vec![("caller", Value::text(caller))];
    tx.extend(event.fields());
    state::write(|s| s.log.append(event.block_type(), ic_cdk::api::time(), tx));
}

impl Event<'_> {
    fn block_type(&self) -> &'static str {
        match self {
            Self::Initialized { .. } => "initialized",
            Self::RoleGranted { .. } => "role_granted",
            Self::RoleRevoked { .. } => "role_revoked",
            Self::LimitsSet(_) => "limits_set",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Reserved { .. } => "name_reserved",
            Self::Unreserved { .. } => "name_unreserved",
            Self::Registered(_) => "name_registered",
            Self::Renewed(_) => "name_renewed",
            Self::TransferOffered { .. } => "transfer_offered",
            Self::TransferCancelled(_) => "transfer_cancelled",
            Self::Transferred { .. } => "name_transferred",
            Self::Released(_) => "name_released",
            Self::Expired(_) => "name_expired",
            Self::WalletLinked { .. } => "wallet_linked",
            Self::WalletUnlinked { .. } => "wallet_unlinked",
            Self::ContentSet(_) => "content_set",
            Self::ClaimIssued(_) => "claim_issued",
            Self::ClaimRedeemed(_) => "claim_redeemed",
            Self::ClaimRevoked(_) => "claim_revoked",
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        match *self {
            Self::Initialized { admin } => vec![("admin", Value::text(admin))],
            Self::RoleGranted { who, role } | Self::RoleRevoked { who, role } => vec![
                ("principal", Value::text(who)),
                ("role", Value::text(role.name())),
            ],
            Self::LimitsSet(limits) => vec![
                ("names_per_principal", Value::nat(limits.names_per_principal)),
                ("names", Value::nat(limits.names)),
                ("changes_per_day", Value::nat(limits.changes_per_day)),
            ],
            Self::Paused | Self::Resumed => vec![],
            Self::Reserved { name } | Self::Unreserved { name } => vec![("name", Value::text(name))],
            Self::Registered(record) | Self::Renewed(record) => name_with_expiry(record),
            Self::TransferOffered { record, to, until } => {
                let mut fields = name(record);
                fields.push(("to", Value::text(to)));
                fields.push(("until", Value::nat(until)));
                fields
            }
            Self::TransferCancelled(record) | Self::Released(record) | Self::Expired(record) => name(record),
            Self::Transferred { record, from } => {
                let mut fields = name_with_expiry(record);
                fields.push(("from", Value::text(from)));
                fields
            }
            Self::WalletLinked {
                record,
                wallet,
                scheme,
            } => linked(record, wallet, ("scheme", scheme)),
            Self::WalletUnlinked {
                record,
                wallet,
                reason,
            } => linked(record, wallet, ("reason", reason)),
            Self::ContentSet(content) => content_fields(content),
            Self::ClaimIssued(claim) | Self::ClaimRedeemed(claim) | Self::ClaimRevoked(claim) => {
                claim_fields(claim)
            }
        }
    }
}

fn name(record: &NameRecord) -> Vec<(&'static str, Value)> {
    vec![
        ("name", Value::text(&record.name)),
        ("owner", Value::text(convert::principal(&record.owner))),
        ("tenure", Value::nat(record.tenure)),
    ]
}

fn name_with_expiry(record: &NameRecord) -> Vec<(&'static str, Value)> {
    let mut fields = name(record);
    fields.push(("expires_at", Value::nat(record.expires_at)));
    fields
}

fn wallet_fields(wallet: &Wallet) -> [(&'static str, Value); 3] {
    [
        ("wallet", Value::text(wallet)),
        ("chain", Value::text(wallet.chain())),
        ("address", Value::blob(wallet.address())),
    ]
}

fn linked(
    record: &NameRecord,
    wallet: &Wallet,
    (how, value): (&'static str, &str),
) -> Vec<(&'static str, Value)> {
    let mut fields = name(record);
    fields.extend(wallet_fields(wallet));
    fields.push((how, Value::text(value)));
    fields
}

fn content_fields(content: &ContentRecord) -> Vec<(&'static str, Value)> {
    vec![
        ("name", Value::text(&content.name)),
        ("tenure", Value::nat(content.tenure)),
        ("label", Value::text(&content.label)),
        ("version", Value::nat(content.version)),
        ("kind", Value::text(content.kind.name())),
        ("digest_kind", Value::text(content.digest.kind())),
        ("digest", Value::blob(content.digest.bytes())),
        ("digest_text", Value::text(&content.digest)),
        ("note", Value::text(&content.note)),
    ]
}

fn claim_fields(claim: &ClaimRecord) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("claim_id", Value::blob(claim.id)),
        ("name", Value::text(&claim.name)),
        ("tenure", Value::nat(claim.tenure)),
        ("issuer", Value::text(convert::principal(&claim.issuer))),
        ("subject", Value::blob(claim.subject)),
        ("amount", Value::nat(claim.amount)),
        ("deadline", Value::nat(claim.deadline)),
    ];
    fields.extend(wallet_fields(&claim.wallet));
    fields
}
