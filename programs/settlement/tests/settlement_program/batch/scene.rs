//! Three owners with ledgers and sessions, and a small batch between them.

use std::ops::{Deref, DerefMut};

use solana_address::Address;
use solana_signer::Signer;

use super::plan::{Delta, Plan};
use crate::world::*;

/// What each session may spend.
pub const ALLOWANCE: u64 = 500;

pub struct Trader {
    pub depositor: Depositor,
    pub session: Session,
}

/// Alice, Bob and Carol hold 1,000 base units each.
pub struct Scene {
    pub world: World,
    pub asset: Asset,
    pub alice: Trader,
    pub bob: Trader,
    pub carol: Trader,
}

impl Deref for Scene {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Scene {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Trader {
    /// Of the world's `asset`, with 1,000 base units of it.
    pub fn new(world: &mut World, asset: &Asset) -> Self {
        let depositor = world.depositor(asset, 1_000);
        world.deposit(asset, &depositor, 1_000).unwrap();
        let session = world.session(&depositor.owner, &[*asset], ALLOWANCE);
        Self { depositor, session }
    }

    pub fn address(&self) -> Address {
        self.depositor.owner.pubkey()
    }

    pub fn debit(&self, asset: &Asset, amount: u64) -> Delta {
        Delta::debit(asset, self.address(), self.session, amount)
    }

    pub fn credit(&self, asset: &Asset, amount: u64) -> Delta {
        Delta::credit(asset, self.address(), amount)
    }
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::new();
        let asset = world.asset();
        let [alice, bob, carol] = [(); 3].map(|()| Trader::new(&mut world, &asset));
        Self {
            world,
            asset,
            alice,
            bob,
            carol,
        }
    }

    /// Alice pays 100 and Bob 20; Carol gets it all: leaves 0 and 1 are debits, leaf 2 is a credit.
    pub fn plan(&self) -> Plan {
        let deltas = vec![
            self.alice.debit(&self.asset, 100),
            self.bob.debit(&self.asset, 20),
            self.carol.credit(&self.asset, 120),
        ];
        Plan::as_given(&self.world, deltas, vec![])
    }

    /// That batch, open and past its challenge window.
    pub fn with_open() -> (Self, Plan) {
        let mut scene = Self::new();
        let plan = scene.plan();
        scene.open_for_good(&plan);
        (scene, plan)
    }

    /// Ledgers of Alice, Bob and Carol.
    pub fn balances(&self) -> [u64; 3] {
        [&self.alice, &self.bob, &self.carol].map(|trader| self.balance(&trader.depositor))
    }
}
