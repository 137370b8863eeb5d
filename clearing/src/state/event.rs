//! What happened on chain, whichever chain it is. Amounts are base units, times Unix seconds.

use novate_protocol::{
    ids::{Asset, Owner},
    intent::Item,
};

/// A change of a settlement's ledgers, items or batches, or of a session that it may charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Tokens came in.
    Deposited(Moved),
    /// Tokens went out.
    Withdrawn(Moved),
    /// An item came in.
    ItemDeposited {
        item: Item,
        holder: Owner,
    },
    /// An item went out.
    ItemWithdrawn {
        item: Item,
        holder: Owner,
    },
    /// An item is offered on chain: listed, or auctioned.
    ItemOffered {
        item: Item,
        seller: Owner,
    },
    /// An offer on chain ended without a sale.
    ItemReleased {
        item: Item,
        seller: Owner,
    },
    /// An offer on chain ended with a sale.
    ItemSold(Sale),
    /// A bid went into escrow, and the one before came back.
    BidPlaced {
        asset: Asset,
        bidder: Owner,
        amount: u128,
        outbid: Owner,
        refund: u128,
    },
    BatchOpened {
        sequence: u64,
    },
    /// A chunk of a batch's deltas is applied.
    DeltasApplied {
        sequence: u64,
        asset: Asset,
        deltas: Vec<LedgerDelta>,
    },
    /// A chunk of a batch's debits is given back: the amounts are above zero.
    DeltasReverted {
        sequence: u64,
        asset: Asset,
        deltas: Vec<LedgerDelta>,
    },
    /// A batch moved items.
    ItemsApplied {
        sequence: u64,
        moves: Vec<Transfer>,
    },
    /// A batch's items are moved back, from their buyers.
    ItemsReverted {
        sequence: u64,
        moves: Vec<Transfer>,
    },
    BatchSettled {
        sequence: u64,
    },
    /// A batch is over without effect.
    BatchClosed {
        sequence: u64,
    },
    /// A batch is over as it was.
    BatchAbandoned {
        sequence: u64,
        /// What it debited and did not credit.
        stranded: Vec<(Asset, u128)>,
    },
    /// An owner granted a session that this settlement may charge.
    SessionGranted(Granted),
    LimitSet {
        owner: Owner,
        key: [u8; 32],
        limit: Limit,
        left: Left,
    },
    SessionRevoked {
        owner: Owner,
        key: [u8; 32],
    },
    /// Sessions of the owner's epochs before this one are over.
    AllRevoked {
        owner: Owner,
        epoch: u64,
    },
    /// A session that was over is gone.
    SessionClosed {
        owner: Owner,
        key: [u8; 32],
    },
    /// Sessions were charged.
    Charged {
        /// Whether by this settlement: on Solana other programs may charge the same session.
        ours: bool,
        asset: Asset,
        charges: Vec<Charge>,
    },
}

/// Tokens in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub owner: Owner,
    pub asset: Asset,
    pub amount: u128,
    /// The ledger afterwards.
    pub balance: u128,
}

/// A sale on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    pub item: Item,
    pub asset: Asset,
    pub seller: Owner,
    pub buyer: Owner,
    /// What the buyer paid; the seller got it less fee and royalty.
    pub price: u128,
    pub fee: u128,
    pub fee_owner: Owner,
    pub royalty: u128,
    pub creator: Owner,
    /// Whether the price comes from the escrow of an auction, and not from the buyer's ledger.
    pub escrowed: bool,
}

/// Change of one ledger by a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerDelta {
    pub owner: Owner,
    /// Below zero is a debit.
    pub amount: i128,
    /// The session that was charged for a debit, where the event tells it; else the charge does.
    pub session: Option<[u8; 32]>,
    /// The ledger afterwards, where the event tells it.
    pub balance: Option<u128>,
}

/// Change of an item's holder by a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub item: Item,
    pub from: Owner,
    pub to: Owner,
}

/// A new session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pub owner: Owner,
    pub key: [u8; 32],
    pub created: u64,
    /// The first second in which it is over.
    pub expires: u64,
    /// Bits of [`novate_protocol::intent::actions`].
    pub actions: u32,
    /// The owner's when it was granted; 0 where the event does not tell it.
    pub epoch: u64,
    pub limits: Vec<Limit>,
}

/// How much of an asset a session may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub asset: Asset,
    /// At most this in a period.
    pub amount: u128,
    /// At most this in the session's life.
    pub lifetime: u128,
    /// Length of a period in seconds; 0 is one-time.
    pub period: u32,
    /// At most so many charges in a period; none on EVM, where they are not counted.
    pub operations: Option<u32>,
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// In the period.
    pub period: u128,
    /// In the session's life.
    pub lifetime: u128,
}

/// What was charged to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    pub owner: Owner,
    pub key: [u8; 32],
    pub amount: u128,
    /// What is left afterwards, where the event tells it.
    pub left: Option<Left>,
}
