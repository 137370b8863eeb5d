//! Where a batch stands, by the accounts of settlement and batch as of one slot.

use bytemuck::AnyBitPattern;
use novate_bindings::solana::settlement::{
    ID as PROGRAM,
    accounts::{Batch, Config},
};
use novate_protocol::batch::BatchHeader;
use solana_address::Address;

use super::rpc::{Account, Accounts};

/// The sysvar with the chain's time, in its last eight bytes.
pub(super) const CLOCK: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// `first_credit` of a batch that has applied no credit.
const NO_CREDIT: u32 = u32::MAX;
/// The most batches that are opened and not over.
const MAX_OPEN: u64 = 8;
/// Bytes of an account before its fields.
const DISCRIMINATOR: usize = 8;

/// The accounts as of one slot.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub config: Config,
    /// Unix seconds of the chain.
    pub now: i64,
    pub batch: Option<Opened>,
}

/// A batch that is opened and not over.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub head: Batch,
    /// One bit for each delta that is applied.
    deltas: Vec<u8>,
    /// One bit for each item that is moved.
    items: Vec<u8>,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is over, one way or another.
    Over,
    /// It can be opened.
    Absent,
    /// Others come first.
    NotNext { opened: u64 },
    /// Nothing can be done before this time.
    Waiting { apply_from: i64 },
    /// It can be applied.
    Applying,
    /// It has to be taken back.
    TakingBack,
    /// The settlement is paused.
    Paused,
    /// Another batch has this sequence.
    Conflict(String),
}

impl Snapshot {
    /// Reads config, clock and batch, in this order.
    ///
    /// # Errors
    /// A sentence, when they are not there or something else.
    pub fn read(settlement: &Address, accounts: Accounts) -> Result<Self, String> {
        let [config, clock, batch] =
            <[_; 3]>::try_from(accounts.found).map_err(|_| "three accounts expected")?;
        let config = config.ok_or_else(|| {
            format!("there is no settlement at {settlement}: are the config's address and the cluster right?")
        })?;
        let clock = clock.ok_or("the node has no clock")?;
        let now = clock.data.last_chunk().ok_or("the node's clock has no time")?;
        Ok(Self {
            config: head(&config).ok_or_else(|| format!("{settlement} is no settlement's config"))?,
            now: i64::from_le_bytes(*now),
            batch: batch.map(|account| Opened::read(&account)).transpose()?,
        })
    }

    /// Where the batch stands.
    ///
    /// # Errors
    /// A sentence, when the accounts contradict each other.
    pub fn stage(&self, header: &BatchHeader) -> Result<Stage, String> {
        let Config { opened, settled, .. } = self.config;
        if header.sequence <= settled {
            return Ok(Stage::Over);
        }
        match &self.batch {
            Some(batch) => Ok(self.stage_of(batch, header)),
            None if header.sequence <= opened => {
                let sequence = header.sequence;
                Err(format!(
                    "batch {sequence} is opened and not over, and has no account: ask again"
                ))
            }
            None if header.sequence - opened > 1 || opened.saturating_sub(settled) >= MAX_OPEN => {
                Ok(Stage::NotNext { opened })
            }
            None if self.config.paused != 0 => Ok(Stage::Paused),
            None => Ok(Stage::Absent),
        }
    }

    /// The rules of the program's `require_applicable`, `require_revertible` and `close_batch`.
    fn stage_of(&self, batch: &Opened, header: &BatchHeader) -> Stage {
        let head = &batch.head;
        if let Some(what) = differs(head, header) {
            return Stage::Conflict(format!("batch {} on chain has another {what}", head.sequence));
        }
        let waiting = Stage::Waiting {
            apply_from: head.apply_from,
        };
        if head.sequence > self.config.settled.saturating_add(1) {
            return waiting;
        }
        if head.cancelled != 0 {
            return Stage::TakingBack;
        }
        if batch.is_past_return() {
            return Stage::Applying;
        }
        if self.now < head.apply_from {
            return waiting;
        }
        let turn = head.apply_from.max(self.config.turn_from);
        if self.now >= turn.saturating_add(head.settle_window.into()) {
            return Stage::TakingBack;
        }
        match self.config.paused {
            0 => Stage::Applying,
            _ => Stage::Paused,
        }
    }
}

impl Opened {
    fn read(account: &Account) -> Result<Self, String> {
        let wrong = || "what lies at the batch's address is no batch".to_owned();
        let head: Batch = head(account).ok_or_else(wrong)?;
        let bits = account.data.get(DISCRIMINATOR + size_of::<Batch>()..);
        let split = bits.and_then(|bits| bits.split_at_checked(bytes(head.delta_count)));
        let (deltas, items) = split.ok_or_else(wrong)?;
        Ok(Self {
            head,
            deltas: deltas.to_vec(),
            items: items.to_vec(),
        })
    }

    /// Whether everything that is left is sure to succeed.
    pub fn is_past_return(&self) -> bool {
        let head = &self.head;
        let items_only = head.delta_count == 0 && head.item_count > 0;
        head.first_credit != NO_CREDIT || (items_only && head.items_applied == head.item_count)
    }

    /// Whether everything is applied.
    pub fn is_complete(&self) -> bool {
        self.head.deltas_applied == self.head.delta_count && self.head.items_applied == self.head.item_count
    }

    pub fn delta_is_applied(&self, index: u32) -> bool {
        bit(&self.deltas, index)
    }

    pub fn item_is_applied(&self, index: u32) -> bool {
        bit(&self.items, index)
    }
}

/// What the batch on chain and the header differ in.
fn differs(head: &Batch, header: &BatchHeader) -> Option<&'static str> {
    let fields = [
        ("intents root", head.intents_root != header.intents_root),
        ("deltas root", head.deltas_root != header.deltas_root),
        ("items root", head.items_root != header.items_root),
        ("blob", head.blob_cid != header.blob_cid),
        ("number of intents", head.intent_count != header.intent_count),
        ("number of deltas", head.delta_count != header.delta_count),
        ("number of items", head.item_count != header.item_count),
    ];
    fields
        .into_iter()
        .find_map(|(name, differs)| differs.then_some(name))
}

/// The fixed part of a zero-copy account of the settlement program.
pub(crate) fn head<T: AnyBitPattern + anchor_lang::Discriminator>(account: &Account) -> Option<T> {
    let fields = account.data.strip_prefix(T::DISCRIMINATOR)?;
    (account.owner == PROGRAM).then_some(())?;
    fields.get(..size_of::<T>()).map(bytemuck::pod_read_unaligned)
}

fn bytes(bits: u32) -> usize {
    usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
}

fn bit(bits: &[u8], index: u32) -> bool {
    let byte = usize::try_from(index / 8).ok().and_then(|at| bits.get(at));
    byte.is_some_and(|byte| byte & (1 << (index % 8)) != 0)
}
