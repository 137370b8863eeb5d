//! What the keys of a mint can do to a distribution: hold payments up, and nothing else.

use anchor_spl::token_2022::spl_token_2022::{error::TokenError, instruction as token};
use litesvm::types::TransactionResult;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, instruction};
use rewards::ID;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::accounts::{allocation_of, record_of};
use crate::world::*;

struct Frozen {
    world: World,
    freezer: Keypair,
    account: Address,
}

impl Frozen {
    fn new(mut world: World, freezer: Keypair, account: Address) -> Self {
        let (mint, key) = (world.mint, freezer.pubkey());
        let freeze = token::freeze_account(&world.token_program, &account, &mint, &key, &[]);
        world.chain.send(&[freeze.unwrap()], &[&freezer]).unwrap();
        Self {
            world,
            freezer,
            account,
        }
    }

    /// The payment is refused, and none of the accounts has changed.
    fn refuses(&mut self, accounts: &[Address], pay: impl FnOnce(&mut World) -> TransactionResult) {
        let data = |world: &World| -> Vec<_> { accounts.iter().map(|at| world.chain.data(at)).collect() };
        let before = data(&self.world);
        assert_refused(pay(&mut self.world), TokenError::AccountFrozen);
        assert!(data(&self.world) == before);
    }

    fn thaw(mut self) -> World {
        let (mint, key) = (self.world.mint, self.freezer.pubkey());
        let thaw = token::thaw_account(&self.world.token_program, &self.account, &mint, &key, &[]);
        self.world.chain.send(&[thaw.unwrap()], &[&self.freezer]).unwrap();
        self.world
    }
}

#[test]
fn a_frozen_destination_is_not_paid_until_it_is_thawed_unless_the_recipient_names_another() {
    for token_program in TOKEN_PROGRAMS {
        let (mut world, freezer) = World::freezable(token_program);
        let (pot, merkle) = (world.pot(Kind::Direct), world.pot(Kind::Merkle));
        let (alice, bob) = (world.recipient(), world.recipient());
        for recipient in [&alice, &bob] {
            world.allocate(&pot, recipient, 100).unwrap();
        }
        world.open(&merkle, &alice).unwrap();
        let rewards = world.publish_rewards(&merkle, &[(&alice, 600)]);
        let allocation = allocation_of(&pot.distribution, &alice.address());
        let record = record_of(&merkle.distribution, &alice.address());

        let mut frozen = Frozen::new(world, freezer, alice.tokens);
        let accounts = [pot.distribution, pot.tokens, allocation, alice.tokens];
        frozen.refuses(&accounts, |world| world.claim(&pot, &alice));
        let accounts = [merkle.distribution, merkle.tokens, record, alice.tokens];
        frozen.refuses(&accounts, |world| {
            world.claim_merkle(&merkle, &alice, rewards.claim(0))
        });
        // Others are paid, and Alice too where she says.
        frozen.world.claim(&pot, &bob).unwrap();
        let elsewhere = tokens::account(&mut frozen.world.chain, &frozen.world.mint, &alice.address(), 0);
        let mut accounts = frozen.world.claim_accounts(&pot, &alice, allocation);
        accounts.destination = elsewhere;
        let mut claim = instruction(ID, accounts, call::Claim {});
        claim.accounts[0].is_signer = true;
        frozen.world.send(claim, &[&alice.key]).unwrap();
        assert_eq!(frozen.world.amount(&elsewhere), 100);

        let mut world = frozen.thaw();
        world.claim_merkle(&merkle, &alice, rewards.claim(0)).unwrap();
        assert_eq!(world.amount(&alice.tokens), 600);
    }
}

#[test]
fn a_frozen_vault_takes_and_pays_nothing_until_it_is_thawed() {
    for token_program in TOKEN_PROGRAMS {
        let (mut world, freezer) = World::freezable(token_program);
        let deadline = world.chain.now() + DAY;
        let pot = world.pot_with(CreateDistributionArgs {
            deadline,
            ..world.args(Kind::Direct)
        });
        let alice = world.recipient();
        world.allocate(&pot, &alice, 100).unwrap();
        let allocation = allocation_of(&pot.distribution, &alice.address());

        let mut frozen = Frozen::new(world, freezer, pot.tokens);
        let accounts = [
            pot.distribution,
            pot.tokens,
            allocation,
            alice.tokens,
            frozen.world.source,
        ];
        frozen.refuses(&accounts, |world| world.claim(&pot, &alice));
        frozen.refuses(&accounts, |world| world.fund(&pot, 10));
        frozen.refuses(&accounts, |world| world.defund(&pot, 10));
        frozen.world.chain.set_time(deadline);
        frozen.refuses(&accounts, |world| world.clawback(&pot));

        let mut world = frozen.thaw();
        world.chain.set_time(deadline - 1);
        world.claim(&pot, &alice).unwrap();
        world.chain.set_time(deadline);
        world.clawback(&pot).unwrap();
        world.close(&pot).unwrap();
        assert_eq!(
            (world.amount(&alice.tokens), world.amount(&world.source)),
            (100, PURSE - 100)
        );
    }
}

#[test]
fn funding_and_claims_are_right_when_the_mint_changes_hands() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
        world.allocate(&pot, &alice, 1_000).unwrap();
        let (mint, other) = (world.mint, world.chain.user());
        tokens::set_mint_authority(&mut world.chain, &mint, Some(&other.pubkey())).unwrap();
        // What the new authority mints past the program is promised to nobody.
        let minted = token::mint_to(&token_program, &mint, &pot.tokens, &other.pubkey(), &[], 999);
        world.chain.send(&[minted.unwrap()], &[&other]).unwrap();
        world.fund(&pot, 500).unwrap();
        assert_eq!(world.totals(&pot), totals(1_500, 1_000, 0, 0));
        world.claim(&pot, &alice).unwrap();
        assert_eq!(world.totals(&pot), totals(1_500, 1_000, 1_000, 0));
        assert_eq!(
            (world.amount(&alice.tokens), world.amount(&pot.tokens)),
            (1_000, 500 + 999)
        );
    }
}
