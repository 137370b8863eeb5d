//! The shapes of bodies, for the OpenAPI document. Answers of the clearing library write themselves; a test reads them back
//! through these, so that the document cannot say anything else.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemBody {
    /// What programs go by; it never changes its meaning.
    pub code: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// A signed intent. Its fields are those of docs/intents.md; which ones there are depends on the action.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum IntentBody {
    /// Pays somebody.
    Pay {
        #[serde(flatten)]
        common: Common,
        /// Who is paid.
        to: String,
        /// In which asset.
        asset: String,
        /// Base units.
        amount: String,
        /// The order that is paid for: 0x and 64 hex digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
    },
    /// Offers an item.
    List {
        #[serde(flatten)]
        common: Common,
        /// Collection (EVM) or mint (Solana) of the item.
        collection: String,
        /// Decimal; EVM only.
        #[serde(rename = "tokenId", default, skip_serializing_if = "Option::is_none")]
        token_id: Option<String>,
        /// The asset it is paid in.
        currency: String,
        /// Base units.
        price: String,
    },
    /// Buys a listed item.
    Buy {
        #[serde(flatten)]
        common: Common,
        /// Collection (EVM) or mint (Solana) of the item.
        collection: String,
        /// Decimal; EVM only.
        #[serde(rename = "tokenId", default, skip_serializing_if = "Option::is_none")]
        token_id: Option<String>,
        /// The asset it is paid in.
        currency: String,
        /// Base units.
        #[serde(rename = "maxPrice")]
        max_price: String,
    },
    /// Takes an earlier intent back.
    Cancel {
        #[serde(flatten)]
        common: Common,
        /// Its id: 0x and 64 hex digits.
        intent: String,
    },
}

/// The body of a `DELETE`: an intent with the action `cancel`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CancelBody {
    /// `cancel`.
    pub action: String,
    /// The id of the intent that is taken back.
    pub intent: String,
    #[serde(flatten)]
    pub common: Common,
}

/// What every intent has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Common {
    /// Number of the chain: an EIP-155 id, or that of the Solana settlement's config.
    pub chain: u64,
    /// The settlement's contract or config account.
    pub settlement: String,
    /// Who acts.
    pub owner: String,
    /// The session key that signs.
    pub session: String,
    /// Above all earlier ones of this session.
    pub nonce: u64,
    /// Unix seconds, by the clock of `GET /api/user/nonce`.
    pub created_at: u64,
    /// Unix seconds.
    pub expires_at: u64,
    /// 0x and 65 bytes in hex on EVM, base58 of 64 bytes on Solana.
    pub signature: String,
}

/// What became of an intent that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase", deny_unknown_fields)]
pub enum AnswerBody {
    /// It is on disk. The same intent again gets the same answer.
    Accepted {
        /// 0x and 64 hex digits.
        id: String,
        /// Its place in the order of arrival.
        seq: u64,
        /// Unix seconds.
        #[serde(rename = "receivedAt")]
        received_at: u64,
    },
    /// Nothing is stored.
    Refused {
        /// 0x and 64 hex digits, where it could be read that far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// What programs go by.
        code: String,
        /// What is wrong, and what to do about it.
        message: String,
        /// Milliseconds to wait, where waiting helps.
        #[serde(rename = "retryAfterMs", default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}

/// An intent with what has become of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntentViewBody {
    /// 0x and 64 hex digits.
    pub id: String,
    /// Its place in the order of arrival.
    pub seq: u64,
    /// Unix seconds.
    pub received_at: u64,
    /// What was signed, with the signature.
    pub intent: IntentBody,
    /// What has become of it.
    pub status: StatusBody,
}

/// What has become of an intent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusBody {
    /// `waiting`, `open` (a listing in the book), `batched`, `settled`, `rejected` or `cancelled`.
    pub state: String,
    /// `filled`, or why not, once it is in a batch.
    pub outcome: Option<String>,
    /// The batch that it is in.
    pub batch: Option<BatchRefBody>,
}

/// A batch, by its number.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchRefBody {
    /// Of `GET /api/batches/{number}`.
    pub number: u64,
    /// On chain.
    pub sequence: u64,
    /// `made`, `stored`, `signed`, `settled`, `finalized`, `closed`, `refused` or `quarantined`.
    pub state: String,
}

/// Nonces, and the clock to take times from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NonceBody {
    /// For one sign-in message within ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<String>,
    /// The lowest that the next intent of the session may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The service's clock, in Unix seconds.
    pub time: u64,
}

/// A session that an owner wants to grant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionCreateBody {
    /// Name of the settlement.
    pub settlement: String,
    /// The session.
    pub session: SessionBody,
    /// Proof that the owner asks. One of the two.
    #[serde(default)]
    pub sign_in: Option<SignInBody>,
    /// A grant that the owner signed, to be submitted. EVM only.
    #[serde(default)]
    pub grant: Option<GrantBody>,
}

/// What is granted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionBody {
    /// Who grants it.
    pub owner: String,
    /// The session key.
    pub key: String,
    /// Unix seconds; within 30 days.
    pub expires_at: u64,
    /// `pay`, `list`, `buy`, `cancel`, `approve`.
    pub actions: Vec<String>,
    /// At most eight.
    pub limits: Vec<LimitBody>,
}

/// How much of an asset may be spent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitBody {
    /// The asset.
    pub asset: String,
    /// Base units in a period.
    pub amount: String,
    /// Base units in the session's life.
    pub lifetime: String,
    /// `once`, `hour`, `day`, `week` or `month` (30 days).
    pub period: String,
}

/// A sign-in message with its signature. It must have the resource `urn:novate:session:<key>`, the key in
/// lower-case hex or base58.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInBody {
    /// EIP-4361, or the wallet standard's Sign-In with Solana.
    pub message: String,
    /// `personal_sign` in hex, or Ed25519 in base58.
    pub signature: String,
}

/// What the owner signed of the typed data that was prepared.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantBody {
    /// As prepared.
    pub epoch: String,
    /// As prepared.
    pub nonce: String,
    /// As prepared, in Unix seconds.
    pub deadline: String,
    /// 0x and hex.
    pub signature: String,
}

/// What the owner has to sign, or what was submitted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum SessionPreparedBody {
    /// For the owner to sign and send.
    Prepared {
        /// EVM: `{to, data, chainId}`. Solana: base64 of a transaction without the owner's signature.
        transaction: serde_json::Value,
        /// EVM: for `eth_signTypedData_v4`, if somebody else shall submit it.
        #[serde(skip_serializing_if = "Option::is_none")]
        typed_data: Option<serde_json::Value>,
        /// Solana: last block height at which the transaction can land.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_height: Option<u64>,
    },
    /// Sent. The session is active when the index has seen it.
    Submitted {
        /// 0x and 64 hex digits.
        transaction_hash: String,
    },
}

/// What the index knows of a session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionStateBody {
    /// `active`, or `none`: not seen, over, or revoked.
    pub state: String,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// `pay`, `list`, `buy`, `cancel`, `approve`.
    pub actions: Vec<String>,
    /// What is left.
    pub limits: Vec<RemainingBody>,
    /// The last grant of this session that was submitted from here, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted: Option<SubmittedBody>,
    /// The block or slot that this is as of.
    pub block: u64,
}

/// A grant that this service has submitted. One that never lands is lost: ask again after an hour.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmittedBody {
    /// 0x and 64 hex digits; absent if it is not known whether a node took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_hash: Option<String>,
    /// Unix seconds.
    pub sent_at: u64,
}

/// What is left of a limit, now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemainingBody {
    /// The asset.
    pub asset: String,
    /// Base units.
    pub remaining: String,
}

/// A batch. Bytes are 0x and hex, accounts as their chain writes them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchBody {
    /// Counts the service's batches.
    pub number: i64,
    /// Name of the settlement.
    pub settlement: String,
    /// The settlement's contract or config account.
    pub address: String,
    /// Number of the chain.
    pub chain: u64,
    /// Counts the settlement's batches on chain.
    pub sequence: u64,
    /// `made`, `stored`, `signed`, `settled`, `finalized`, `closed`, `refused`, `quarantined` or `abandoned`.
    pub state: String,
    /// Why it is refused or quarantined, or what it waits for.
    #[serde(default)]
    pub reason: Option<String>,
    /// Root over the intents.
    pub intents_root: String,
    /// Root over the deltas.
    pub deltas_root: String,
    /// Root over the items.
    pub items_root: String,
    /// CID of the blob with the signed intents.
    pub blob: String,
    /// Intents in it.
    pub intents: u32,
    /// Of these, filled.
    pub filled: i32,
    /// Changes of ledgers.
    pub deltas: u32,
    /// Items that change hands.
    pub items: u32,
    /// When its window opened, in Unix seconds.
    pub opened_at: u64,
    /// When it was seen settled, in Unix seconds.
    #[serde(default)]
    pub settled_at: Option<i64>,
    /// The authority's signature of the header.
    #[serde(default)]
    pub signature: Option<String>,
    /// In the order in which they were planned.
    pub transactions: Vec<BatchTransactionBody>,
}

/// A transaction of a batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchTransactionBody {
    /// As explorers show it.
    pub id: String,
    /// What it does: `open`, `debits 0..28`, `finalize` and the like.
    pub step: String,
    /// `planned`, `sent`, `landed`, `finalized`, `failed` or `expired`.
    pub state: String,
    /// What it cost, in wei or lamports.
    #[serde(default)]
    pub fee: Option<String>,
    /// Gas or compute units that it used.
    #[serde(default)]
    pub units: Option<i64>,
}
