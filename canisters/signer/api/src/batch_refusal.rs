//! Why a batch is refused.

use candid::{CandidType, Nat};
use hex::encode;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use strum::IntoStaticStr;
use thiserror::Error;

/// A rule for batches that this one breaks: by its header, or because it could never be applied as a whole.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, Error, IntoStaticStr, PartialEq, Serialize)]
pub enum BatchRefusal {
    /// The header is for another chain.
    #[error("the header says chain {header}, the request {chain}: give the same in both")]
    WrongChain { header: u64, chain: u64 },
    /// The header is for another settlement.
    #[error(
        "the header says settlement 0x{}, the request is for 0x{}: give the same in both",
        encode(header),
        encode(contract)
    )]
    WrongSettlement { header: ByteBuf, contract: ByteBuf },
    /// A count of the header is not that of the leaves.
    #[error("{field} is {header}, and there are {leaves} leaves: send all of them, and count again")]
    WrongCount { field: String, header: u32, leaves: u64 },
    /// A root of the header is not that of the leaves.
    #[error(
        "{field} is 0x{}, and the leaves give 0x{}: send the leaves that the root was made from, in their order",
        encode(header),
        encode(computed)
    )]
    WrongRoot {
        field: String,
        header: ByteBuf,
        computed: ByteBuf,
    },
    /// The root over the intents must be zero without intents, and must not be with them; a batch has at least one.
    #[error(
        "{intent_count} intents under the root 0x{}: give at least one, and their root",
        encode(root)
    )]
    NoIntents { intent_count: u32, root: ByteBuf },
    /// More leaves than this settlement's batches may have.
    #[error("{field} is {count}, above the settlement's {max}: make smaller batches")]
    TooMany { field: String, count: u64, max: u64 },
    /// The window has not opened yet. Both in Unix seconds.
    #[error("opened_at {opened_at} is after {now} (Unix seconds): give the time when the window opened")]
    OpensLater { opened_at: u64, now: u64 },
    /// The window opened too long ago. In Unix seconds, and seconds.
    #[error(
        "opened_at {opened_at} is more than {max_age} seconds before {now} (Unix seconds): net the intents again"
    )]
    TooOld { opened_at: u64, now: u64, max_age: u64 },
    /// A delta over nothing.
    #[error("delta {index} is zero: leave it out")]
    ZeroDelta { index: u32 },
    /// An amount that the chain cannot hold.
    #[error("delta {index} is too large: on this chain a change is at most {max} in either direction")]
    DeltaTooLarge { index: u32, max: Nat },
    /// A debit that is charged to no session can never be applied.
    #[error("delta {index} is a debit without a session: name the session that signed for it")]
    DebitWithoutSession { index: u32 },
    /// A credit is charged to no session; a program would compute another leaf.
    #[error("delta {index} is a credit with a session: give zeros")]
    CreditWithSession { index: u32 },
    /// Debits are applied before credits, those of all assets.
    #[error("delta {index} is a debit behind a credit: put all debits before all credits")]
    DebitAfterCredit { index: u32 },
    /// The debits or credits of an asset, added up, are more than the chain counts for one batch.
    #[error(
        "the deltas of asset 0x{} add up to more than {max} in one direction: make smaller batches",
        encode(asset)
    )]
    SumTooLarge { asset: ByteBuf, max: Nat },
    /// More assets than the chain settles in one batch.
    #[error("{count} assets are debited, on this chain a batch settles at most {max}: make smaller batches")]
    TooManyAssets { count: u64, max: u64 },
    /// An asset whose credits are not its debits.
    #[error(
        "asset 0x{} is debited by {debits} and credited by {credits}: the deltas of an asset sum to zero",
        encode(asset)
    )]
    Unbalanced {
        asset: ByteBuf,
        debits: Nat,
        credits: Nat,
    },
    /// An asset that this settlement's batches may not debit.
    #[error(
        "asset 0x{} is not allowed: an administrator adds it by allow_settlement",
        encode(asset)
    )]
    AssetNotAllowed { asset: ByteBuf },
    /// Above what one batch may debit.
    #[error(
        "{debits} base units of asset 0x{} are above {max}, the most that one batch may debit: make smaller batches",
        encode(asset)
    )]
    AboveBatchMaximum { asset: ByteBuf, debits: Nat, max: Nat },
    /// A collection whose items this settlement's batches may not move.
    #[error(
        "items of 0x{} are not allowed: an administrator adds the collection by allow_settlement",
        encode(collection)
    )]
    CollectionNotAllowed { collection: ByteBuf },
    /// More items than may be moved on one day (UTC): of a collection, or of all when `collection` is absent.
    #[error(
        "{count} items on top of {moved} of today are above {max}, the most of one day (UTC): move fewer or wait for the \
         next day"
    )]
    TooManyItemsToday {
        collection: Option<ByteBuf>,
        count: u64,
        moved: u64,
        max: u64,
    },
    /// What the settlement itself is credited with nobody can take out again.
    #[error("{field} {index} is for the settlement itself, where it would be lost: name who receives it")]
    ToSettlement { field: String, index: u32 },
    /// Who has the item keeps it.
    #[error("item {index} goes from its holder to the same: leave it out")]
    SameHolder { index: u32 },
    /// On Solana a mint is one item.
    #[error("item {index} has a token id: on Solana a mint is one item, so give zeros")]
    TokenIdOnSolana { index: u32 },
    /// A batch moves an item once: from its holder before the batch to its holder after.
    #[error("item {index} is moved by an earlier leaf already: put both transfers into one")]
    ItemMovedTwice { index: u32 },
}
