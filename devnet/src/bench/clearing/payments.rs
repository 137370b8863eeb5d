//! Who pays whom: mostly customers their merchants, the large ones most of all; people each other; and merchants their staff.

use super::{Size, people::Party};
use anyhow::{Context, Result};
use novate_clearing::intake::json::write;
use novate_protocol::intent::{Action, Intent};
use std::time::{SystemTime, UNIX_EPOCH};

/// Every twentieth owner is a merchant.
const MERCHANTS: usize = 20;
/// Intents in a body.
const LINES: usize = 500;
/// Connections per chain. A session's intents come over one, so that its nonces rise.
const CONNECTIONS: usize = 4;
/// How long an intent is good, in seconds.
const LIFE: u64 = 3600;
/// The same payments in every run.
const SEED: u64 = 0x4e6f_7661_7465;

/// A payment between two owners, by their places.
#[derive(Clone, Copy, Debug)]
pub struct Payment {
    pub from: usize,
    pub to: usize,
    /// Base units of six decimals.
    pub amount: u64,
}

/// The payments of each chain.
pub fn all(size: Size) -> impl Iterator<Item = Payment> {
    let merchants = (size.owners / MERCHANTS).max(2);
    let mut random = Random(SEED);
    std::iter::repeat_with(move || {
        let kind = random.below(100);
        // The product of two: small places come up most.
        let merchant = random.below(merchants) * random.below(merchants) / merchants;
        let [one, other] = [random.below(size.owners), random.below(size.owners)];
        let (from, to) = match kind {
            0..70 => (one, merchant),
            70..80 => (merchant, other),
            _ => (one, other),
        };
        // From 0.1 to 100 tokens, small amounts more often.
        let amount = 100_000 * (1 + random.below(10)) * (1 + random.below(10)) * (1 + random.below(10));
        Payment {
            from,
            to,
            amount: amount as u64,
        }
    })
    .filter(|payment| payment.from != payment.to)
    .take(size.payments)
}

/// Signs the payments on both chains: bodies of NDJSON for each connection.
pub fn bodies(parties: &[Party], size: Size) -> Result<Vec<Vec<Body>>> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?
        .as_secs();
    let mut connections = Vec::new();
    for party in parties {
        let mut lines = vec![Vec::new(); CONNECTIONS];
        for (nonce, payment) in (1..).zip(all(size)) {
            let line = signed(party, payment, nonce, now)?;
            lines[payment.from % CONNECTIONS].push(line);
        }
        connections.extend(lines.iter().map(|lines| {
            let bodies = lines.chunks(LINES).map(|lines| Body {
                text: lines.join("\n"),
                intents: lines.len(),
            });
            bodies.collect()
        }));
    }
    Ok(connections)
}

/// Lines of a request.
pub struct Body {
    pub text: String,
    pub intents: usize,
}

fn signed(party: &Party, payment: Payment, nonce: u64, now: u64) -> Result<String> {
    let Payment { from, to, amount } = payment;
    let (payer, payee) = (&party.members[from], &party.members[to]);
    let intent = Intent {
        chain: party.chain,
        settlement: party.address,
        owner: payer.owner,
        session: payer.key.id(),
        nonce,
        created_at: now,
        expires_at: now + LIFE,
        action: Action::Pay {
            to: payee.owner,
            asset: party.asset,
            amount: amount.into(),
            order: [0; 32],
        },
    };
    Ok(serde_json::to_string(&write(&payer.key.sign(intent)?))?)
}

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        ((u128::from(z) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_are_the_same_every_time_and_nobody_pays_themselves() {
        let size = Size {
            owners: 100,
            payments: 5_000,
        };
        let payments: Vec<_> = all(size).collect();
        assert_eq!(payments.len(), 5_000);
        assert!(
            payments
                .iter()
                .all(|p| p.from != p.to && p.from < 100 && p.to < 100)
        );
        assert!(
            payments
                .iter()
                .all(|p| (100_000..=100_000_000).contains(&p.amount))
        );
        let again: Vec<_> = all(size).map(|p| (p.from, p.to, p.amount)).collect();
        assert_eq!(
            again,
            payments
                .iter()
                .map(|p| (p.from, p.to, p.amount))
                .collect::<Vec<_>>()
        );
        let to_merchants = payments.iter().filter(|p| p.to < 5).count();
        assert!((3_300..4_000).contains(&to_merchants), "{to_merchants}");
    }
}
