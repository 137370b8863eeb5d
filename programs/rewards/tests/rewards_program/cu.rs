//! Compute units of the ordinary case of every instruction.

use program_testing::cu::Figures;
use program_testing::{instruction, units};
use rewards::instruction as call;
use rewards::instructions::{ClaimMerkleArgs, CreateDistributionArgs};
use rewards::state::{Kind, Revocability, Vesting};
use rewards::{ID, accounts};
use solana_signer::Signer;

use crate::accounts::order_of;
use crate::world::*;

#[test]
fn compute_units() {
    let mut cu = Figures::of("rewards");
    let mut world = World::new();
    let deadline = world.chain.now() + 2 * DAY;
    let (alice, bob) = (world.recipient(), world.recipient());

    let args = CreateDistributionArgs {
        vesting: Vesting::Linear {
            start: world.chain.now(),
            end: world.chain.now() + DAY,
        },
        revocability: Revocability::NonVested,
        deadline,
        ..world.args(Kind::Direct)
    };
    cu.record("create_distribution", &world.create(args));
    let direct = world.pot_of(args.id);
    cu.record("fund", &world.fund(&direct, 1_000));
    cu.record("allocate", &world.allocate(&direct, &alice, 500));
    world.allocate(&direct, &bob, 400).unwrap();
    world.chain.advance(HOUR);
    cu.record("claim", &world.claim(&direct, &alice));
    cu.record("revoke", &world.revoke(&direct, &alice));
    cu.record("defund", &world.defund(&direct, 1));

    let next = world.chain.user();
    let propose = call::ProposeAuthority {
        proposed: next.pubkey(),
    };
    let accounts = world.propose_accounts(&direct);
    cu.record("propose_authority", &world.call(accounts, propose, &[]));
    let accept = accounts::AcceptAuthority {
        proposed_authority: next.pubkey(),
        distribution: direct.distribution,
    };
    let accept = instruction(ID, accept, call::AcceptAuthority {});
    cu.record("accept_authority", &world.chain.send(&[accept], &[&next]));

    let merkle = world.pot_with(CreateDistributionArgs {
        id: 1,
        ..world.args(Kind::Merkle)
    });
    cu.record("open_claim", &world.open(&merkle, &alice));
    let (root, proof) = deep(&merkle, &alice, 600, 17);
    cu.record("publish_root", &world.publish(&merkle, root, 600, 1));
    // Seventeen levels, as with 131,072 leaves, and paid for by the recipient.
    let args = ClaimMerkleArgs {
        cumulative: 600,
        proof,
    };
    let accounts = world.claim_merkle_accounts(&merkle, &alice);
    let mut claim = instruction(ID, accounts, call::ClaimMerkle { args });
    claim.accounts[0].is_signer = true;
    let units = cu.record("claim_merkle", &world.chain.send(&[claim], &[&alice.key]));
    assert!(units <= 11_000, "{units}");
    // The name under which it is compared with other programs.
    cu.units("merkle_claim", units);
    cu.record("close_distribution", &world.close(&merkle));
    let accounts = world.close_claim_accounts(&merkle, &alice.address());
    cu.record("close_claim", &world.call(accounts, call::CloseClaim {}, &[]));

    let orders = world.pot(Kind::Orders);
    cu.record("issue_order_reward", &world.issue(&orders, &alice, [1; 32], 100));
    world.claim_order(&orders, &alice, [1; 32]).unwrap();
    world.close(&orders).unwrap();
    let order = order_of(&orders.distribution, &[1; 32]);
    let accounts = world.close_allocation_accounts(&orders, order);
    let closed = world.call(accounts, call::CloseAllocation {}, &[]);
    cu.record("close_allocation", &closed);

    world.chain.set_time(deadline);
    cu.record("clawback", &world.clawback(&direct));
    cu.compare();
}

/// Seventeen siblings, as with 131,072 leaves.
#[test]
fn a_merkle_claim_costs_at_most_11000_compute_units_at_17_levels() {
    for (token_program, signed, limit) in [
        (anchor_spl::token::ID, true, 11_000),
        (anchor_spl::token::ID, false, 11_000),
        (anchor_spl::token_2022::ID, true, 13_000),
    ] {
        let mut world = World::with(token_program);
        let pot = world.pot(Kind::Merkle);
        let alice = world.recipient();
        world.open(&pot, &alice).unwrap();
        let (root, proof) = deep(&pot, &alice, 600, 17);
        world.publish(&pot, root, 600, 1).unwrap();
        let args = ClaimMerkleArgs {
            cumulative: 600,
            proof,
        };
        let mut claim = instruction(
            ID,
            world.claim_merkle_accounts(&pot, &alice),
            call::ClaimMerkle { args },
        );
        claim.accounts[0].is_signer = signed;
        // Somebody else pays for the transaction, else Alice would sign it in any case.
        let signers: &[_] = if signed { &[&alice.key] } else { &[] };
        let units = units(&world.send(claim, signers));
        println!("claim_merkle, 17 levels, {token_program}, signed {signed}: {units} compute units");
        assert!(units <= limit, "{units}");
    }
}
