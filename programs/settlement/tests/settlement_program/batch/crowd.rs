//! A batch of 5,000 deltas over 2,000 owners and three assets, and the transactions that settle it.

use std::ops::Range;

use litesvm::types::TransactionResult;
use program_testing::lookup::PACKET;
use settlement::state::{Ledger, Vault};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;

use super::plan::{Delta, Plan};
use super::scene::Trader;
use crate::world::*;

pub const OWNERS: usize = 2_000;
const ASSETS: usize = 3;
/// What every owner holds of every asset.
const BALANCE: u64 = 1_000;
/// Account locks of a transaction.
pub const LOCKS: usize = 64;

/// 2,000 owners with a ledger for each of three assets, and two sessions each.
pub struct Crowd {
    pub world: World,
    pub assets: [Asset; ASSETS],
    pub owners: Vec<(Address, [Session; 2])>,
}

impl Crowd {
    /// The first owner's accounts come from the programs; those of the others are copies, with the owner and the
    /// session keys replaced.
    pub fn new() -> Self {
        let mut world = World::new();
        let assets = [(); ASSETS].map(|()| world.asset());
        let pattern = Trader::new(&mut world, &assets[0]).depositor.owner;
        for asset in &assets[1..] {
            world.ledger(asset, &pattern);
        }
        let owner = world.user();
        let sessions = [(); 2].map(|()| world.session(&owner, &assets, 1_000_000));
        let mut crowd = Self {
            world,
            assets,
            owners: Vec::new(),
        };
        for _ in 0..OWNERS {
            let owner = crowd.join(&pattern.pubkey(), &sessions);
            crowd.owners.push(owner);
        }
        for asset in assets {
            crowd.fill(&asset);
        }
        crowd
    }

    /// Another owner.
    fn join(&mut self, pattern: &Address, sessions: &[Session; 2]) -> (Address, [Session; 2]) {
        let world = &mut self.world;
        let owner = world.address();
        for asset in &self.assets {
            let mut ledger = world.svm.get_account(&ledger_of(&asset.vault, pattern)).unwrap();
            ledger.data[40..72].copy_from_slice(owner.as_ref());
            ledger.data[72..80].copy_from_slice(&BALANCE.to_le_bytes());
            world
                .svm
                .set_account(ledger_of(&asset.vault, &owner), ledger)
                .unwrap();
        }
        let grants = grants_of(&owner);
        let mut account = world.svm.get_account(&sessions[0].grants).unwrap();
        account.data[8..40].copy_from_slice(owner.as_ref());
        let sessions = [0, 1].map(|slot| {
            let key = world.address();
            let at = 88 + slot * std::mem::size_of::<session_keys::state::Session>();
            account.data[at..at + 32].copy_from_slice(key.as_ref());
            Session {
                grants,
                slot: slot as u8,
                key,
            }
        });
        world.svm.set_account(grants, account).unwrap();
        (owner, sessions)
    }

    /// Lets the vault hold what its ledgers say.
    fn fill(&mut self, asset: &Asset) {
        let total = OWNERS as u64 * BALANCE;
        let vault: Vault = self.world.read(&asset.vault);
        let at = 8 + std::mem::offset_of!(Vault, total);
        self.world
            .overwrite(&asset.vault, at, &(vault.total + total).to_le_bytes());
        tokens::mint_to(&mut self.world, &asset.mint, &asset.vault_tokens, total).unwrap();
    }

    /// 5,000 deltas: in each asset some owners pay with one session, some with both, and others are paid.
    pub fn plan(&self) -> Plan {
        let mut deltas = Vec::new();
        for (a, asset) in self.assets.iter().enumerate() {
            let nth = |k: usize| self.owners[(7 * k + 661 * a) % OWNERS];
            let paying = (0..733).map(|k| (k, 0)).chain((0..100).map(|k| (k, 1)));
            let mut sum = 0;
            for (k, session) in paying {
                let (owner, sessions) = nth(k);
                let amount = 1 + (k as u64 * 31 + a as u64) % 400;
                sum += amount;
                deltas.push(Delta::debit(asset, owner, sessions[session], amount));
            }
            let paid = if a == 0 { 833 } else { 834 };
            let share = sum / paid as u64;
            for k in 0..paid {
                let amount = if k + 1 == paid {
                    sum - share * k as u64
                } else {
                    share
                };
                deltas.push(Delta::credit(asset, nth(733 + k).0, amount));
            }
        }
        Plan::next(&self.world, deltas, vec![])
    }

    /// The leaves in `range` in chunks, each as large as one transaction can be.
    pub fn packed(&self, plan: &Plan, range: Range<usize>) -> Vec<Range<usize>> {
        let mut chunks = Vec::new();
        for part in plan.chunks(range) {
            let mut start = part.start;
            while start < part.end {
                let largest = (start + 1..=part.end.min(start + LOCKS))
                    .rev()
                    .find(|end| self.fits(&self.world.apply_deltas(plan, start..*end)))
                    .unwrap();
                chunks.push(start..largest);
                start = largest;
            }
        }
        chunks
    }

    /// Fits a call one transaction with a lookup table, by bytes and by locks?
    pub fn fits(&self, call: &Instruction) -> bool {
        let payer = SYSTEM_PROGRAM;
        let mut addresses: Vec<_> = call.accounts.iter().map(|meta| meta.pubkey).collect();
        addresses.sort_by_key(|address| address.to_bytes());
        addresses.dedup();
        // The program may be among the accounts already; the payer is not.
        let locks = addresses.len() + 1 + usize::from(!addresses.contains(&call.program_id));
        addresses.retain(|address| *address != call.program_id);
        if locks > LOCKS {
            return false;
        }
        let table = AddressLookupTableAccount {
            key: Address::new_from_array([1; 32]),
            addresses,
        };
        let message =
            v0::Message::try_compile(&payer, std::slice::from_ref(call), &[table], Default::default())
                .unwrap();
        1 + 64 + VersionedMessage::V0(message).serialize().len() <= PACKET
    }

    /// Sends a chunk in a transaction with a lookup table.
    pub fn send(&mut self, plan: &Plan, range: Range<usize>, by: &Keypair) -> TransactionResult {
        let call = self.world.apply_deltas(plan, range);
        let addresses: Vec<_> = call
            .accounts
            .iter()
            .map(|meta| meta.pubkey)
            .filter(|address| *address != settlement::ID)
            .collect();
        let table = self.world.lookup_table(&addresses);
        self.world.send_with(&[table], &[call], &[by])
    }

    /// Sum of all ledgers of an asset that the crowd holds.
    pub fn sum(&self, asset: &Asset) -> u64 {
        let ledgers = self
            .owners
            .iter()
            .map(|(owner, _)| ledger_of(&asset.vault, owner));
        ledgers
            .map(|ledger| self.world.read::<Ledger>(&ledger).balance)
            .sum()
    }
}
