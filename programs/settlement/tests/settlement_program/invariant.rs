//! Whatever owners do in whatever order, the books agree with a plain model of them, and the vault covers its
//! ledgers.

use crate::world::*;
use proptest::prelude::*;
use settlement::instruction as call;

const OWNERS: usize = 3;
const FUNDS: u64 = 1_000;

#[derive(Clone, Debug)]
enum Step {
    Deposit {
        owner: usize,
        amount: u64,
    },
    Withdraw {
        owner: usize,
        amount: u64,
    },
    /// From one owner's ledger into another owner's pocket.
    PayOut {
        from: usize,
        to: usize,
        amount: u64,
    },
    /// Tokens sent to the vault's token account past the program.
    Gift {
        amount: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (owner, amount) = (0..OWNERS, || prop_oneof![8 => 0..=FUNDS / 2, 1 => any::<u64>()]);
    prop_oneof![
        4 => (owner.clone(), amount()).prop_map(|(owner, amount)| Step::Deposit { owner, amount }),
        3 => (owner.clone(), amount()).prop_map(|(owner, amount)| Step::Withdraw { owner, amount }),
        2 => (owner.clone(), owner, amount()).prop_map(|(from, to, amount)| Step::PayOut { from, to, amount }),
        1 => (1..FUNDS).prop_map(|amount| Step::Gift { amount }),
    ]
}

/// What everybody should have.
#[derive(Default)]
struct Model {
    ledgers: [u64; OWNERS],
    pockets: [u64; OWNERS],
    gifts: u64,
}

impl Model {
    /// Applies a step, or says that it must fail.
    fn apply(&mut self, step: &Step) -> bool {
        let (from, to, amount) = match *step {
            Step::Deposit { owner, amount } => (&mut self.pockets[owner], &mut self.ledgers[owner], amount),
            Step::Withdraw { owner, amount } => (&mut self.ledgers[owner], &mut self.pockets[owner], amount),
            Step::PayOut { from, to, amount } => (&mut self.ledgers[from], &mut self.pockets[to], amount),
            Step::Gift { amount } => {
                self.gifts += amount;
                return true;
            }
        };
        let possible = 0 < amount && amount <= *from;
        if possible {
            *from -= amount;
            *to += amount;
        }
        possible
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_vault_covers_its_ledgers(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        let asset = world.asset();
        let owners = [(); OWNERS].map(|_| world.depositor(&asset, FUNDS));
        let mut model = Model { pockets: [FUNDS; OWNERS], ..Model::default() };

        for step in &steps {
            let result = match *step {
                Step::Deposit { owner, amount } => {
                    let owner = &owners[owner];
                    world.call(world.deposit_accounts(&asset, owner), call::Deposit { amount }, &[&owner.owner])
                }
                Step::Withdraw { owner, amount } => {
                    let owner = &owners[owner];
                    world.call(world.withdraw_accounts(&asset, owner), call::Withdraw { amount }, &[&owner.owner])
                }
                Step::PayOut { from, to, amount } => {
                    let mut accounts = world.withdraw_accounts(&asset, &owners[from]);
                    accounts.destination = owners[to].tokens;
                    world.call(accounts, call::Withdraw { amount }, &[&owners[from].owner])
                }
                Step::Gift { amount } => tokens::mint_to(&mut world, &asset.mint, &asset.vault_tokens, amount),
            };
            prop_assert_eq!(result.is_ok(), model.apply(step), "{:?}: {:?}", step, result);

            let ledgers = owners.each_ref().map(|owner| world.balance(owner));
            let sum: u64 = ledgers.iter().sum();
            let held = tokens::amount(&world, &asset.vault_tokens);
            prop_assert_eq!(ledgers, model.ledgers);
            prop_assert_eq!(owners.each_ref().map(|owner| tokens::amount(&world, &owner.tokens)), model.pockets);
            prop_assert_eq!(world.total(&asset), sum);
            prop_assert!(held >= sum);
            prop_assert_eq!(held, sum + model.gifts);
        }
    }
}
