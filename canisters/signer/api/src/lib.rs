//! What the signer canister takes, answers and refuses: the types of its Candid interface.
//!
//! The canister and its callers share this crate, so there is one definition of each type and one sentence for each
//! refusal.
//!
//! | module | holds |
//! |---|---|
//! | [`contract`] | chains, and the contracts on them |
//! | [`claim`], [`batch`], [`checkpoint`] | what can be signed |
//! | [`transaction`], [`submission`] | transactions, signed or also sent |
//! | [`request`] | what is known of a request, of whatever kind |
//! | [`policy`] | what an administrator allows |
//! | [`credits`], [`key`] | prices, prepaid cycles and key versions |
//! | [`role`], [`status`], [`audit`] | who may do what, how things are, and what was decided |
//! | [`refusal`] | why something is refused |

pub mod audit;
pub mod batch;
mod batch_refusal;
pub mod checkpoint;
pub mod claim;
pub mod contract;
pub mod credits;
pub mod key;
pub mod policy;
pub mod refusal;
pub mod request;
pub mod role;
pub mod status;
pub mod submission;
mod submission_refusal;
pub mod transaction;
mod transaction_refusal;

pub use audit::{AuditPage, AuditRequest, Decision, Outcome};
pub use batch::{BatchHeader, BatchRequest, Delta, ItemTransfer};
pub use batch_refusal::BatchRefusal;
pub use checkpoint::CheckpointRequest;
pub use claim::{ClaimRequest, ClaimView, SignedClaim};
pub use contract::Chain;
pub use credits::Cost;
pub use key::{KeyStatus, RetiringKey};
pub use policy::{AssetLimit, CollectionLimit, Distributor, Hours, Registry, Settlement};
pub use refusal::Refusal;
pub use request::{Content, RequestView, Signed};
pub use role::Role;
pub use status::{InitArgs, Status};
pub use submission::{
    Attempt, EvmRpc, EvmRpcView, Inclusion, RpcProvider, Settled, SubmissionRequest, SubmissionState,
    SubmissionView,
};
pub use submission_refusal::SubmissionRefusal;
pub use transaction::{
    AllowedCall, ArgumentRule, CallPage, Check, Constant, SignedTransaction, Step, TransactionRequest,
};
pub use transaction_refusal::TransactionRefusal;
