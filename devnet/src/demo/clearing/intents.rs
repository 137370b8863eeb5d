//! What is signed, and what has to become of it.
//!
//! The members owe each other in a circle, which nets to nothing but the fees; one pays for an order; the one without funds passes on
//! what it gets, and then more than it has; one payment is taken back, and one is above the session's limit together with another.
//! Of seven payments that are filled one debit is left.

use super::{
    party::{BUYER, Member, Party, SELLER},
    rest::Rest,
};
use crate::config::SALE_BPS;
use anyhow::{Context, Result};
use novate_netting::{Outcome, SignedIntent};
use novate_protocol::{
    intent::{Action, Intent, Item},
    keccak::keccak256,
};

/// What the payments change in the ledgers of the members and of who gets the fees: 1% of every payment.
const CHANGES: [i128; 5] = [38_090, -39_515, 881, 90, 454];
/// What the item costs.
const PRICE: u128 = 2_000;
/// Above what any session may spend in an hour.
const TOO_MUCH: u128 = 60_000;
/// How long an intent is good, in seconds: older ones are not taken anyway.
const LIFE: u64 = 3600;

/// An intent, and what has to become of it.
pub struct Sent {
    pub signed: SignedIntent,
    pub id: [u8; 32],
    pub becomes: Outcome,
}

/// Signs for the members of a party.
pub struct Signing<'a> {
    party: &'a Party,
    /// The service's clock, in Unix seconds.
    now: u64,
    /// The next of each member.
    nonces: [u64; 4],
}

impl<'a> Signing<'a> {
    /// Waits until the service knows all sessions, and asks for clock and nonces.
    pub async fn begin(rest: &Rest, party: &'a Party) -> Result<Self> {
        let mut signing = Self {
            party,
            now: 0,
            nonces: [0; 4],
        };
        for (member, nonce) in party.members.iter().zip(&mut signing.nonces) {
            rest.until_active(party, member).await?;
            (signing.now, *nonce) = rest.clock_and_nonce(party, member).await?;
        }
        Ok(signing)
    }

    /// What is taken in, in this order.
    pub fn all(&mut self) -> Result<Vec<Sent>> {
        use Outcome::{Cancelled, Filled, InsufficientFunds, NotListed, OverLimit};
        const A: usize = 0;
        const B: usize = 1;
        const C: usize = 2;
        const POOR: usize = 3;
        let mut sent = Vec::new();
        for (from, to, amount, becomes) in [
            (A, B, 1_000, Filled),
            (B, C, 1_000, Filled),
            (C, A, 1_000, Filled),
            (A, POOR, 1_000, Filled),
            (POOR, C, 900, Filled),
            (POOR, B, 5_000, InsufficientFunds),
            (B, A, 40_000, Filled),
            (B, A, 40_000, OverLimit),
            (B, C, 300, Cancelled),
        ] {
            let pay = self.pay(to, amount, [0; 32]);
            sent.push(self.sign(from, pay, becomes)?);
        }
        let taken_back = sent.last().context("nothing to take back")?.id;
        sent.push(self.sign(B, Action::Cancel { intent: taken_back }, Filled)?);
        let order = self.pay(B, 500, keccak256(&[b"demo order", &self.party.address]));
        sent.push(self.sign(A, order, Filled)?);

        let currency = self.party.asset;
        let buy = |item| Action::Buy {
            item,
            currency,
            max_price: PRICE + PRICE / 2,
        };
        if let Some(item) = self.party.item {
            let list = Action::List {
                item,
                currency,
                price: PRICE,
            };
            sent.push(self.sign(SELLER, list, Filled)?);
            sent.push(self.sign(BUYER, buy(item), Filled)?);
        }
        // Nobody sells, or not any more.
        let unlisted = self.party.item.unwrap_or(Item {
            collection: currency,
            token_id: [0; 32],
        });
        sent.push(self.sign(B, buy(unlisted), NotListed)?);
        Ok(sent)
    }

    /// What is not taken in, with the code that says why.
    pub fn refused(&self) -> Result<[(SignedIntent, &'static str); 3]> {
        let [first, second, ..] = &self.party.members;
        let mut intent = self.intent(first, 0, self.pay(1, 1, [0; 32]));
        intent.nonce = self.nonces[0] - 1;
        let replay = first.key.sign(intent)?;
        intent.nonce = self.nonces[0];
        let forged = second.key.sign(intent)?;
        let too_much = first
            .key
            .sign(self.intent(first, self.nonces[0], self.pay(1, TOO_MUCH, [0; 32])))?;
        Ok([
            (replay, "nonce_used"),
            (forged, "bad_signature"),
            (too_much, "over_limit"),
        ])
    }

    /// A small payment that nobody has sent.
    pub fn another(&mut self) -> Result<Sent> {
        let pay = self.pay(0, 100, [0; 32]);
        self.sign(1, pay, Outcome::Filled)
    }

    fn pay(&self, to: usize, amount: u128, order: [u8; 32]) -> Action {
        Action::Pay {
            to: self.party.members[to].owner,
            asset: self.party.asset,
            amount,
            order,
        }
    }

    fn sign(&mut self, member: usize, action: Action, becomes: Outcome) -> Result<Sent> {
        let nonce = self.nonces[member];
        self.nonces[member] += 1;
        let member = &self.party.members[member];
        let signed = member.key.sign(self.intent(member, nonce, action))?;
        Ok(Sent {
            id: signed.intent.id(self.party.scheme),
            signed,
            becomes,
        })
    }

    fn intent(&self, member: &Member, nonce: u64, action: Action) -> Intent {
        Intent {
            chain: self.party.chain,
            settlement: self.party.address,
            owner: member.owner,
            session: member.key.id(),
            nonce,
            created_at: self.now,
            expires_at: self.now + LIFE,
            action,
        }
    }
}

impl Party {
    /// What the intents change in the ledgers, in the order of [`Party::ledgers`].
    pub fn changes(&self) -> [i128; 5] {
        let mut changes = CHANGES;
        if self.item.is_some() {
            let price = PRICE as i128;
            let fee = price * i128::from(SALE_BPS) / 10_000;
            changes[BUYER] -= price;
            changes[SELLER] += price - fee;
            changes[4] += fee;
        }
        changes
    }
}
