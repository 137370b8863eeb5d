//! Step 3, the sums: who pays, who is paid, and how far each account and session is from its bounds.

use novate_protocol::ids::{Asset, Owner};

use super::{
    ahead::BLOCK,
    book::Sale,
    rows::{Id, Keyed, Map, Rows},
    sessions::SessionRow,
    sum::Sum,
};
use crate::{Balance, Fees, Outcome};

/// An owner who appears in the window.
pub(super) struct OwnerRow(pub Owner);

/// An asset that appears in the window.
pub(super) struct AssetRow {
    pub asset: Asset,
    /// Of all opening balances.
    total: Sum,
    /// Who gets its fees.
    fees: Option<Id<Account>>,
}

/// One owner's balance of one asset: one cache line, for it lies anywhere.
#[repr(align(64))]
pub(super) struct Account {
    pub owner: Id<OwnerRow>,
    pub asset: Id<AssetRow>,
    /// Opening + in − out. Below zero: insufficient funds.
    pub funds: Sum,
    /// In − Σ over sessions of what each spends above its limit. Below zero: over limit.
    pub headroom: Sum,
    /// The first of its sessions that spend.
    pub lines: Option<Id<Line>>,
    /// Its latest outgoing transfer; while eliminating, the latest that can still be a candidate for lack of funds.
    pub latest: Option<Id<Transfer>>,
}

const _: () = assert!(size_of::<Account>() == 64 && size_of::<Line>() == 64);

/// What one session spends of one asset.
#[repr(align(64))]
pub(super) struct Line {
    pub session: Id<SessionRow>,
    asset: Id<AssetRow>,
    pub account: Id<Account>,
    /// What the session may spend of it, in two words.
    limit: [u64; 2],
    /// Limit − spent. Below zero: the excess.
    left: Sum,
    /// The account's next session that spends.
    pub next: Option<Id<Line>>,
}

/// A payment, or what a matched buy pays.
pub(super) struct Transfer {
    /// Two words, for a `u128` would make the row longer.
    amount: [u64; 2],
    /// Of the intent.
    pub position: Id<Outcome>,
    /// Who pays.
    pub from: Id<Line>,
    /// Who is paid.
    pub to: Id<Account>,
    /// What it buys.
    pub sale: Option<Id<Sale>>,
    /// The payer's outgoing transfer before it.
    pub previous: Option<Id<Transfer>>,
    /// Neither cancelled nor eliminated.
    pub kept: bool,
}

/// What a session asks to be paid.
pub(super) struct Payment {
    pub position: Id<Outcome>,
    pub session: Id<SessionRow>,
    pub from: Id<OwnerRow>,
    pub to: Id<OwnerRow>,
    pub asset: Id<AssetRow>,
    pub amount: u128,
    pub sale: Option<Id<Sale>>,
}

/// Everybody's sums.
pub(super) struct Ledger<'a> {
    fees: Fees,
    balances: &'a [Balance],
    /// Which of the balances each of the first accounts began with.
    began: Vec<u32>,
    pub owners: Map<OwnerRow>,
    pub assets: Map<AssetRow>,
    pub accounts: Map<Account>,
    pub lines: Map<Line>,
    pub transfers: Rows<Transfer>,
}

impl<'a> Ledger<'a> {
    /// Accounts with their opening balances.
    pub fn new(fees: Fees, balances: &'a [Balance]) -> Self {
        let mut ledger = Self {
            fees,
            balances,
            began: Vec::with_capacity(balances.len()),
            owners: Map::default(),
            assets: Map::default(),
            accounts: Map::default(),
            lines: Map::default(),
            transfers: Rows::default(),
        };
        ledger.accounts.reserve(balances.len());
        for (block, first) in balances.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
            ledger.begin(block, first);
        }
        for id in ledger.accounts.ids() {
            let opening = ledger.opening(id);
            ledger.accounts[id].funds += opening;
        }
        ledger
    }

    /// Adds accounts with these balances, of which the first is number `first`. Reads ahead, so the block is to be short.
    fn begin(&mut self, block: &[Balance], first: u32) {
        for balance in block {
            self.owners.prefetch_slot(&&balance.owner);
        }
        let keys = block
            .iter()
            .map(|balance| (self.owner(balance.owner), self.asset(balance.asset)));
        let keys: Vec<_> = keys.collect();
        for key in &keys {
            self.accounts.prefetch_slot(key);
        }
        for ((owner, asset), (index, balance)) in keys.into_iter().zip((first..).zip(block)) {
            if let (_, true) = self.accounts.insert(Account::new(owner, asset)) {
                self.began.push(index);
                self.assets[asset].total += balance.amount;
            }
        }
    }

    /// What the account began with: nothing if there is more of the asset in all than a delta can hold.
    pub fn opening(&self, id: Id<Account>) -> u128 {
        let account = &self.accounts[id];
        let balance = self
            .began
            .get(id.index())
            .and_then(|index| self.balances.get(*index as usize));
        match balance {
            Some(balance) if !self.assets[account.asset].total.exceeds(i128::MAX as u128) => balance.amount,
            _ => 0,
        }
    }

    pub fn owner(&mut self, owner: Owner) -> Id<OwnerRow> {
        self.owners.insert(OwnerRow(owner)).0
    }

    pub fn asset(&mut self, asset: Asset) -> Id<AssetRow> {
        let row = AssetRow {
            asset,
            total: Sum::default(),
            fees: None,
        };
        self.assets.insert(row).0
    }

    fn account(&mut self, owner: Id<OwnerRow>, asset: Id<AssetRow>) -> Id<Account> {
        self.accounts.insert(Account::new(owner, asset)).0
    }

    /// The line of a session and an asset, which if it is new may spend up to `limit`.
    pub fn line(
        &mut self,
        session: Id<SessionRow>,
        owner: Id<OwnerRow>,
        asset: Id<AssetRow>,
        limit: u128,
    ) -> Id<Line> {
        if let Some(id) = self.lines.find(&(session, asset)) {
            return id;
        }
        let account = self.account(owner, asset);
        let next = self.accounts[account].lines;
        let (id, _) = self.lines.insert(Line {
            session,
            asset,
            account,
            limit: words(limit),
            left: limit.into(),
            next,
        });
        self.accounts[account].lines = Some(id);
        id
    }

    /// Counts a payment, whatever its payer has and may.
    pub fn pay(&mut self, payment: &Payment) -> Id<Transfer> {
        // Without a limit for the asset nothing of it may be spent.
        let from = self.line(payment.session, payment.from, payment.asset, 0);
        let to = self.account(payment.to, payment.asset);
        let account = self.lines[from].account;
        let id = self.transfers.push(Transfer {
            amount: words(payment.amount),
            position: payment.position,
            from,
            to,
            sale: payment.sale,
            previous: self.accounts[account].latest,
            kept: true,
        });
        self.accounts[account].latest = Some(id);

        let (amount, fee) = self.parts(id);
        let excess = self.lines[from].left.short_of(amount);
        self.lines[from].left -= amount;
        self.accounts[account].headroom -= excess;
        self.accounts[account].funds -= amount;
        self.accounts[to].receive(amount - fee);
        if fee != 0 {
            let fees = self.fee_account(payment.asset);
            self.accounts[fees].receive(fee);
        }
        id
    }

    /// The account that pays.
    pub fn payer(&self, id: Id<Transfer>) -> Id<Account> {
        self.lines[self.transfers[id].from].account
    }

    /// Takes a payment back. Returns the accounts that this changes.
    pub fn undo(&mut self, id: Id<Transfer>) -> [Id<Account>; 3] {
        self.transfers[id].kept = false;
        let Transfer { from, to, .. } = self.transfers[id];
        let account = self.lines[from].account;
        let (amount, fee) = self.parts(id);
        self.lines[from].left += amount;
        let excess = self.lines[from].left.short_of(amount);
        self.accounts[account].headroom += excess;
        self.accounts[account].funds += amount;
        self.accounts[to].give_back(amount - fee);
        let fees = self.assets[self.accounts[to].asset].fees.filter(|_| fee != 0);
        if let Some(fees) = fees {
            self.accounts[fees].give_back(fee);
        }
        [account, to, fees.unwrap_or(to)]
    }

    /// What the payer pays, and the fee in it.
    fn parts(&self, id: Id<Transfer>) -> (u128, u128) {
        let Transfer { amount, sale, .. } = &self.transfers[id];
        let amount = whole(*amount);
        let bps = match sale {
            Some(_) => self.fees.sale_bps,
            None => self.fees.pay_bps,
        };
        (amount, Fees::of(amount, bps))
    }

    fn fee_account(&mut self, asset: Id<AssetRow>) -> Id<Account> {
        if let Some(id) = self.assets[asset].fees {
            return id;
        }
        let owner = self.owner(self.fees.owner);
        let id = self.account(owner, asset);
        self.assets[asset].fees = Some(id);
        id
    }
}

impl Line {
    /// The most that it can be charged: its limit, or what it has spent of it.
    pub fn chargeable(&self) -> u128 {
        self.left.short_of(whole(self.limit))
    }

    pub fn is_over(&self) -> bool {
        self.left.is_negative()
    }
}

/// An amount as two words, low first: a `u128` is aligned, which would make rows longer.
fn words(amount: u128) -> [u64; 2] {
    [amount as u64, (amount >> 64) as u64]
}

fn whole([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

impl Account {
    fn new(owner: Id<OwnerRow>, asset: Id<AssetRow>) -> Self {
        Self {
            owner,
            asset,
            funds: Sum::default(),
            headroom: Sum::default(),
            lines: None,
            latest: None,
        }
    }

    fn receive(&mut self, amount: u128) {
        self.funds += amount;
        self.headroom += amount;
    }

    fn give_back(&mut self, amount: u128) {
        self.funds -= amount;
        self.headroom -= amount;
    }
}

impl Keyed for OwnerRow {
    type Key<'k> = &'k Owner;

    fn key(&self) -> &Owner {
        &self.0
    }
}

impl Keyed for AssetRow {
    type Key<'k> = &'k Asset;

    fn key(&self) -> &Asset {
        &self.asset
    }
}

impl Keyed for Account {
    type Key<'k> = (Id<OwnerRow>, Id<AssetRow>);

    fn key(&self) -> Self::Key<'_> {
        (self.owner, self.asset)
    }
}

impl Keyed for Line {
    type Key<'k> = (Id<SessionRow>, Id<AssetRow>);

    fn key(&self) -> Self::Key<'_> {
        (self.session, self.asset)
    }
}
